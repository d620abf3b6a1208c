"""The JSON Schema (draft 2020-12) of the language, for editors: every registered kind with its fields and descriptions.

``python -m robustspec.language.schema`` prints the schema of the built-in kinds, which is committed beside this file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from robustspec import registry
from robustspec.language.baselines import Published
from robustspec.language.kinds import ALSO_KEY, SET_KEY, own_kind
from robustspec.language.spec import Spec
from robustspec.perturbation.ladder import Ladder

FILE = Path(__file__).with_name("robustspec.schema.json")
"""The committed schema of the built-in kinds."""

Json = dict[str, Any]
_FLAT = {"PerturbationEntry": ("perturbations", "operator"), "DataBlock": ("sources", "source")}
"""Models whose YAML holds a kind's own keys beside their own: the open set, and the field that holds the kind."""

_BESIDE = (Published,)
"""Models with a kind of their own that may stand beside the kinds of an open set."""


def schema(builtin: bool = False) -> Json:
    """The schema of the language with every installed kind; with ``builtin`` only those that robustspec brings."""
    root = Spec.model_json_schema(mode="validation")
    definitions: Json = root.pop("$defs")
    for which in registry.SETS:
        definitions.update(_set_definitions(which, builtin, definitions))
    for name, (which, _) in _FLAT.items():
        definitions[name] = {"$ref": f"#/$defs/any_{which}"}
    for cls in _BESIDE:
        own = cls.model_json_schema(mode="validation")
        definitions[cls.__name__] = _mapping(str(own_kind(cls)), cls, own, {})
    definitions["Requirement"].update(_REQUIREMENT)
    root["patternProperties"] = {"^x-": {"description": "Free, for YAML anchors."}}
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "robustspec specification"}
    body: Json = _tidy({**root, "$defs": dict(sorted(definitions.items()))})
    body["$defs"] = {name: item for name, item in body["$defs"].items() if name in _reached(body)}
    return {**head, **body}


_REQUIREMENT: Json = {
    "oneOf": [{"required": ["at_least"]}, {"required": ["at_most"]}],
    "not": {"required": ["worst_over", "gap_over"]},
}
"""What a requirement's validators ask beside its fields: one bound, and at most one of the two."""


def _reached(root: Json) -> set[str]:
    """The definitions that the schema uses."""
    found: set[str] = set()
    waiting = _references({key: item for key, item in root.items() if key != "$defs"})
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting |= _references(root["$defs"][name])
    return found


def _references(value: Any) -> set[str]:
    if isinstance(value, list):
        return {name for item in value for name in _references(item)}
    if not isinstance(value, dict):
        return set()
    own = {value["$ref"].removeprefix("#/$defs/")} if isinstance(value.get("$ref"), str) else set()
    return own.union(*(_references(item) for item in value.values()))


def schema_text(builtin: bool = False) -> str:
    """`schema` as the committed file has it."""
    return json.dumps(schema(builtin), indent=1, ensure_ascii=False) + "\n"


def _classes(which: str, builtin: bool) -> Iterator[tuple[str, type[BaseModel]]]:
    for line in registry.listing(which):
        if line.cls is not None and (not builtin or line.entry.owner == "robustspec"):
            yield line.entry.kind, line.cls


def _set_definitions(which: str, builtin: bool, definitions: Json) -> Json:
    """``any_<set>``: a bare name, or the mapping of one of the kinds, each a definition of its own."""
    shared = _shared_keys(which, definitions)
    found: Json = {}
    bare, mappings = [], []
    for kind, cls in _classes(which, builtin):
        own = cls.model_json_schema(mode="validation")
        found.update(own.pop("$defs", {}))
        name = f"{which}.{kind.replace('/', '.')}"
        found[name] = _mapping(kind, cls, own, shared)
        mappings.append({"$ref": f"#/$defs/{name}"})
        if not [key for key in own.get("required", []) if key != "kind"] and not getattr(cls, "ladder", None):
            bare.append({"const": kind, "description": _first_paragraph(own.get("description", ""))})
    # A source always has a path, and stands in a block: it has no bare name.
    names = [] if which == "sources" else bare
    found[f"any_{which}"] = {"description": f"A {registry.SETS[which]}.", "anyOf": [*names, *mappings]}
    return found


def _shared_keys(which: str, definitions: Json) -> Json:
    """The keys that every kind of the set may have beside its own."""
    for name, (owner, field) in _FLAT.items():
        if owner == which:
            properties: Json = definitions[name]["properties"]
            return {key: item for key, item in properties.items() if key != field}
    return {}


def _mapping(kind: str, cls: type[BaseModel], own: Json, shared: Json) -> Json:
    properties = {**own.get("properties", {}), **shared, "kind": {"const": kind}}
    ladder: Ladder | None = getattr(cls, "ladder", None)
    found = {
        "type": "object",
        "description": _first_paragraph(own.get("description", "")),
        "properties": properties,
        "required": ["kind", *(key for key in own.get("required", []) if key != "kind")],
        "additionalProperties": False,
    }
    if ladder is not None:
        rung = {"type": "integer", "minimum": 1, "maximum": len(ladder.rungs)}
        description = f"Rungs of the ladder: {ladder}."
        properties["level"] = {"type": "array", "items": rung, "minItems": 1, "description": description}
        found["oneOf"] = [{"required": ["level"]}, {"required": [ladder.parameter]}]
    else:
        properties.pop("level", None)
    return found


def _first_paragraph(text: str) -> str:
    return " ".join(text.split("\n\n")[0].split())


def _tidy(value: Any) -> Any:
    """Without generated titles and nulls, with open sets as references and descriptions of one paragraph."""
    if isinstance(value, list):
        return [_tidy(item) for item in value]
    if not isinstance(value, dict):
        return value
    if SET_KEY in value:
        kept = {key: value[key] for key in ("description",) if key in value}
        names = [f"any_{value[SET_KEY]}", *value.get(ALSO_KEY, ())]
        options = [{"$ref": f"#/$defs/{name}"} for name in names]
        return {**(options[0] if len(options) == 1 else {"anyOf": options}), **kept}
    if "patternProperties" in value:
        value = {**value, "additionalProperties": False}
    tidied = {key: _tidy_entry(key, item) for key, item in value.items() if not _is_noise(key, item)}
    return _without_null(tidied)


def _is_noise(key: str, item: Any) -> bool:
    """Generated titles, and defaults that only say that a key may be absent."""
    return (key == "title" and isinstance(item, str)) or (key == "default" and (item is None or isinstance(item, dict)))


def _tidy_entry(key: str, item: Any) -> Any:
    return _first_paragraph(item) if key == "description" and isinstance(item, str) else _tidy(item)


def _without_null(value: Json) -> Json:
    """An optional key is left out, not set to null."""
    options = value.get("anyOf")
    if not isinstance(options, list) or {"type": "null"} not in options:
        return value
    kept = [item for item in options if item != {"type": "null"}]
    rest = {key: item for key, item in value.items() if key != "anyOf"}
    return {**kept[0], **rest} if len(kept) == 1 else {"anyOf": kept, **rest}


if __name__ == "__main__":
    import sys

    sys.stdout.write(schema_text(builtin=True))
