"""``robustspec list``: every kind that a specification may name, and the page of one."""

from __future__ import annotations

import argparse
import inspect
import types
import typing
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

from robustspec.commands import FINE
from robustspec.commands.arguments import UsageError, add_command, nearest
from robustspec.commands.text import WIDTH, visible, wrapped

if TYPE_CHECKING:
    from robustspec.perturbation.ladder import Ladder
    from robustspec.registry import Listing

_DESCRIPTION = """\
List what a specification may name: perturbations, metrics, aggregates, adapters, sources, extractors, recognisers; or
show the page of one kind, with its fields.
"""
_EXAMPLES = """\
  robustspec list                                  everything
  robustspec list perturbations                    one set, with severity ladders
  robustspec list perturbations keyboard_typo      the page of a kind
  robustspec list keyboard_typo                    the same, where the name tells
"""


def add(commands: Any) -> None:
    """The arguments of the command."""
    parser = add_command(commands, "list", "list perturbations, metrics and other kinds", _DESCRIPTION, _EXAMPLES)
    parser.add_argument("set", nargs="?", metavar="SET", help="perturbations, metrics, aggregates, adapters, ...")
    parser.add_argument("kind", nargs="?", metavar="KIND", help="a kind of that set: show its page")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print a list, or a page."""
    from robustspec import registry

    if args.set is None:
        for which in registry.SETS:
            _print_set(which)
        return FINE
    pages = _pages(args.set, args.kind)
    if not pages:
        _print_set(args.set)
    for which, kind in pages:
        for line in page(which, kind):
            print(visible(line))
    return FINE


def _pages(which: str, kind: str | None) -> list[tuple[str, str]]:
    """Which pages are meant; none where a whole set is."""
    from robustspec import registry

    if which in registry.SETS:
        return [] if kind is None else [(which, kind)]
    found = [(each, which) for each in registry.SETS if which in registry.table(each)]
    if kind is not None or not found:
        kinds = [name for each in registry.SETS for name in registry.table(each)]
        near = nearest(which, [*registry.SETS, *kinds])
        hint = near if near.startswith("did") else f"the sets are: {', '.join(registry.SETS)}"
        raise UsageError(f"there is no set or kind '{which}' -- {hint}")
    return found


def _print_set(which: str) -> None:
    from robustspec import registry

    print(which)
    lines = sorted(registry.listing(which), key=lambda line: (line.entry.owner != "robustspec", line.entry.owner))
    width = max((len(line.entry.kind) for line in lines), default=0) + 2
    for owner, owned in groupby(lines, key=lambda line: line.entry.owner):
        if owner != "robustspec":
            print(f"  of {visible(owner)}:")
        for line in owned:
            print(visible("\n".join(_entry(line, width))))
    print()


def _entry(line: Listing, width: int) -> Iterator[str]:
    """A kind with the first line of its docstring, and its ladder."""
    name, hanging = line.entry.kind.ljust(width), " " * (width + 4)
    if line.cls is None:
        yield wrapped(f"BROKEN: {line.broken}", f"  {name}", hanging)
        return
    yield wrapped(_first_line(line.cls), f"  {name}", hanging)
    ladder = getattr(line.cls, "ladder", None)
    if ladder is not None:
        yield wrapped(_rungs(ladder), hanging)


def _first_line(cls: type[Any]) -> str:
    return (inspect.getdoc(cls) or "(no docstring)").split("\n")[0]


def _rungs(ladder: Ladder) -> str:
    rungs = ", ".join(f"{amount:g}" for amount in ladder.rungs)
    unit = f" {ladder.unit}" if ladder.unit else ""
    return f"level 1 to {len(ladder.rungs)}: {ladder.parameter} {rungs}{unit}"


def page(which: str, kind: str) -> Iterator[str]:
    """The page of a kind: its docstring, what it declares, its fields. `RegistryError` for an unknown one."""
    from robustspec import registry

    cls = registry.lookup(which, kind)
    entry = registry.table(which)[kind]
    yield f"{kind}: {registry.SETS[which]} of {entry.owner}"
    yield ""
    yield from (inspect.getdoc(cls) or "(no docstring)").split("\n")
    yield ""
    facts = list(_facts(cls))
    yield from [*facts, ""] if facts else []
    yield from _fields(cls)
    if which == "perturbations":
        yield from _common_keys()


def _facts(cls: type[Any]) -> Iterator[str]:
    """What the class declares for the engine."""
    if getattr(cls, "ladder", None) is not None:
        yield f"Ladder: {cls.ladder}"
    if hasattr(cls, "relation"):
        relation = "as its fields say" if isinstance(cls.relation, property) else cls.relation
        yield f"Relation: {relation} (how the right answer moves); modality: {cls.modality}"
    if hasattr(cls, "direction"):
        zero_or_one = ", always 0 or 1" if getattr(cls, "binary", False) else ""
        yield f"Shape: {cls.shape}; better: {cls.direction}; from {cls.lower:g} to {cls.upper:g}{zero_or_one}"
    if hasattr(cls, "shapes"):
        yield f"For metrics of shape: {', '.join(sorted(cls.shapes))}"


def _fields(cls: type[Any]) -> Iterator[str]:
    """Each field with its type, default and description."""
    from robustspec.described import field_docs

    fields = {field.alias or name: field for name, field in cls.model_fields.items() if name != "kind"}
    if not fields:
        yield "Fields: none, the bare name is enough."
        return
    yield "Fields:"
    docs = {cls.model_fields[name].alias or name: text for name, text in field_docs(cls).items()}
    for name, field in fields.items():
        default = (
            "required" if field.is_required() else f"default {_value(field.get_default(call_default_factory=True))}"
        )
        yield f"  {name}: {spelled(field.annotation)} ({default})"
        if text := docs.get(name):
            yield wrapped(" ".join(text.split()), "      ")


def _value(default: Any) -> str:
    if default is None or default == "":
        return "none"
    return str(default).lower() if isinstance(default, bool) else str(default)


def _common_keys() -> Iterator[str]:
    """The keys that a scenario may put beside those of any operator."""
    from robustspec.described import field_docs
    from robustspec.language.spec import PerturbationEntry

    yield ""
    yield "Beside these, as of every perturbation:"
    for name in PerturbationEntry.COMMON:
        text = field_docs(PerturbationEntry).get(name, "")
        yield wrapped(f"{name}: {' '.join(text.split())}", "  ", "      ")


_WORDS: dict[Any, str] = {
    str: "text",
    bool: "true | false",
    int: "whole number",
    float: "number",
    Any: "anything",
    type(None): "none",
}


def spelled(annotation: Any) -> str:
    """A field's type in a reader's words: ``float | None`` is "number", ``Literal["a", "b"]`` is "a | b"."""
    if annotation in _WORDS:
        return _WORDS[annotation]
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Literal:
        return " | ".join(str(part) for part in parts)
    if origin is typing.Annotated:
        return spelled(parts[0])
    if origin in (typing.Union, types.UnionType):
        return " | ".join(spelled(part) for part in parts if part is not type(None))
    if origin in (tuple, list, set, frozenset):
        return f"list of {spelled(parts[0])}"
    if origin is dict or (inspect.isclass(origin) and issubclass(origin, typing.Mapping)):
        return f"mapping of {spelled(parts[0])} to {spelled(parts[1])}"
    return getattr(annotation, "__name__", str(annotation))[:WIDTH]
