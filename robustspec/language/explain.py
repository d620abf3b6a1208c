"""What the validator found, in words: place, fault, remedy.

pydantic's locations hold union tags beside keys; parts that do not resolve in the file's tree are dropped, and what
several members of a union complain about one value becomes one sentence.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from robustspec.errors import Fault
from robustspec.language.entries import unknown_key
from robustspec.language.fields import best_keys, options_at
from robustspec.language.spec import Spec
from robustspec.language.tree import Loc, Node, place

RESERVED_KEYS = ("components", "extends", "fit", "prompts", "threat")
"""Top-level keys that a later version of the language will use."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault and its location. ``absent`` is a key below it that is not there; ``at_key`` marks the key itself."""

    loc: Loc
    message: str
    suggestion: str = ""
    absent: str = ""
    at_key: bool = False


def locate(tree: Node, loc: Loc, at_key: bool = False) -> tuple[int, int]:
    """Line and column (from 1) of a value, or of its key; of the nearest enclosing entry where it does not exist."""
    node, mark = tree, (tree.line, tree.column)
    for part in loc:
        child = node.child(part)
        if child is None:
            return mark
        key = node.value[part] if isinstance(node.value, dict) else child
        mark, node = (key.line, key.column), child
    return mark if at_key or not loc else (node.line, node.column)


def as_fault(finding: Finding, tree: Node, path: str) -> Fault:
    """A finding with its line and column."""
    line, column = locate(tree, finding.loc, finding.at_key or bool(finding.absent))
    where = place((*finding.loc, finding.absent)) if finding.absent else place(finding.loc)
    return Fault(finding.message, where, path, line, column, finding.suggestion)


@dataclass(frozen=True, slots=True)
class _Error:
    """One pydantic error with its place in the tree."""

    kind: str
    context: Mapping[str, Any]
    text: str
    loc: Loc
    tag: tuple[int, str] | None
    """Where in ``loc`` a union was entered, and by which member."""
    absent: str
    at_key: bool


_NAMES_ABSENT = ("missing", "robustspec")


def _resolve(raw: Mapping[str, Any], tree: Node) -> _Error:
    node, absent, tag, at_key = tree, "", None, False
    parts: Sequence[Any] = raw["loc"]
    out: list[str | int] = []
    for index, part in enumerate(parts):
        child = node.child(part)
        if child is not None:
            out.append(part)
            node = child
        elif part == "[key]":
            at_key = True
        elif index == len(parts) - 1 and raw["type"] in _NAMES_ABSENT and isinstance(part, str):
            absent = part
        elif tag is None:
            tag = (len(out), str(part))
    return _Error(raw["type"], raw.get("ctx", {}), raw["msg"], tuple(out), tag, absent, at_key)


def explain(error: ValidationError, tree: Node, root: Any = Spec) -> list[Finding]:
    """What is wrong with a tree that should be a ``root``, one finding a fault, in the validator's order."""
    errors = [_resolve(raw, tree) for raw in error.errors(include_url=False, include_input=False)]
    errors = [one for one in errors if not _only_counts_faults(one, tree)]
    findings = [finding for group in _by_union(errors) for finding in _explain_group(group, tree, root)]
    meant = {(finding.loc[:-1], finding.suggestion) for finding in findings if finding.at_key}
    return [f for f in findings if not (f.absent and (f.loc, f"did you mean '{f.absent}'?") in meant)]


def _only_counts_faults(error: _Error, tree: Node) -> bool:
    """Whether a list is called too short only because the validator left out its faulty entries."""
    node = tree.find(error.loc)
    if error.kind != "too_short" or node is None:
        return False
    entries = len(node.value) if isinstance(node.value, list | dict) else 1
    return entries >= int(error.context.get("min_length", 0))


def _by_union(errors: Iterable[_Error]) -> list[list[_Error]]:
    groups: dict[Any, list[_Error]] = {}
    for index, error in enumerate(errors):
        key = ("union", error.loc[: error.tag[0]]) if error.tag else ("single", index)
        groups.setdefault(key, []).append(error)
    return list(groups.values())


def _explain_group(group: list[_Error], tree: Node, root: Any) -> list[Finding]:
    if len(group) == 1:
        return [_explain_one(group[0], tree, root)]
    members: dict[str, list[_Error]] = {}
    for error in group:
        members.setdefault(error.tag[1] if error.tag else "", []).append(error)
    told = [errors for errors in members.values() if not all(_is_bare(error) for error in errors)]
    if told:
        return [_explain_one(error, tree, root) for error in min(told, key=len)]
    loc = group[0].loc[: group[0].tag[0]] if group[0].tag else group[0].loc
    return [_either(group, loc, tree)]


def _is_bare(error: _Error) -> bool:
    """Whether a union member only says that the value is not of its type."""
    at_top = error.tag is not None and len(error.loc) == error.tag[0] and not error.absent
    return at_top and error.kind in _WANTED


_WANTED: dict[str, str] = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "date_from_datetime_inexact": "a date such as 2030-12-31",
    "date_from_datetime_parsing": "a date such as 2030-12-31",
    "date_parsing": "a date such as 2030-12-31",
    "date_type": "a date such as 2030-12-31",
    "dict_type": "a mapping",
    "enum": "",
    "finite_number": "a finite number",
    "float_parsing": "a number",
    "float_type": "a number",
    "frozen_set_type": "a list",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a smaller whole number",
    "int_type": "a whole number",
    "list_type": "a list",
    "literal_error": "",
    "mapping_type": "a mapping",
    "model_attributes_type": "a mapping",
    "model_type": "a mapping",
    "none_required": "empty",
    "set_type": "a list",
    "string_type": "text",
    "tuple_type": "a list",
}
"""What a value should be, by the validator's error; empty where the error itself lists it."""

_LIMITS: dict[str, str] = {
    "greater_than": "should be more than {gt}",
    "greater_than_equal": "should be at least {ge}",
    "less_than": "should be less than {lt}",
    "less_than_equal": "should be at most {le}",
    "multiple_of": "should be a multiple of {multiple_of}",
    "string_too_long": "should have at most {max_length} characters",
    "string_too_short": "should have at least {min_length} characters",
    "too_long": "should have at most {max_length} entries",
    "too_short": "should have {min_length} or more entries",
}


def words(value: Any) -> str:
    """A value as a sentence names it.

    >>> words("abc"), words(3), words(None), words([1])
    ("the text 'abc'", 'the number 3', 'empty', 'a list')
    """
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return f"the text '{value if len(value) <= 40 else value[:37] + '...'}'"
    return "a list" if isinstance(value, list | tuple) else "a mapping"


def _choices(error: _Error) -> list[str]:
    return re.findall(r"'([^']*)'", str(error.context.get("expected", ""))) or [str(error.context.get("expected", ""))]


def _wanted(error: _Error) -> str:
    return _WANTED[error.kind] or str(error.context.get("expected", "one of the known values"))


def _either(group: list[_Error], loc: Loc, tree: Node) -> Finding:
    """One sentence for a value that no member of a union takes."""
    value = _value(tree, loc)
    wanted = list(dict.fromkeys(_wanted(error) for error in group))
    near = next((hint for error in group if (hint := _near(error, value))), "")
    hint = near or next((hint for error in group if (hint := _rewrite(error.kind, value))), "")
    return Finding(loc, f"should be {' or '.join(wanted)}, is {words(value)}", hint)


def _value(tree: Node, loc: Loc) -> Any:
    node = tree.find(loc)
    return None if node is None else node.plain()


def _near(error: _Error, value: Any) -> str:
    if error.kind not in ("literal_error", "enum") or not isinstance(value, str):
        return ""
    near = difflib.get_close_matches(value, _choices(error), n=1)
    if near and near[0] == value:  # the text of a number that is wanted
        return "remove the quotes"
    return f"did you mean '{near[0]}'?" if near else ""


def _rewrite(kind: str, value: Any) -> str:
    """How the same value would be written as the type that is wanted."""
    if _WANTED.get(kind) == "a list" and isinstance(value, str | int | float):
        return f"write [{str(value).lower() if isinstance(value, bool) else value}]"
    if _WANTED.get(kind) == "a list" and isinstance(value, dict):
        return "begin it with '- '"
    if kind == "string_type" and isinstance(value, bool | int | float):
        return f'write "{str(value).lower() if isinstance(value, bool) else value}"'
    if kind.startswith(("int", "float")) and isinstance(value, str) and re.fullmatch(r"[-+]?[0-9.]+", value):
        return "remove the quotes"
    if kind.startswith("bool") and isinstance(value, str):
        return {"yes": "write true", "on": "write true", "no": "write false", "off": "write false"}.get(
            value.lower(), ""
        )
    return ""


def should_be(loc: Loc, kind: str, value: Any) -> Finding:
    """The finding for a value of the wrong type; ``kind`` is the validator's word, such as ``float_type``."""
    return Finding(loc, f"should be {_WANTED[kind]}, is {words(value)}", _rewrite(kind, value))


def _explain_one(error: _Error, tree: Node, root: Any) -> Finding:
    value = _value(tree, error.loc)
    if error.kind == "missing":
        return _missing(error, value)
    if error.kind == "extra_forbidden":
        return _extra(error, tree, root)
    if error.kind in ("robustspec", "value_error", "assertion_error"):
        return _own_sentence(error)
    if error.kind in ("literal_error", "enum"):
        return _not_a_choice(error, value)
    if error.kind in _WANTED:
        return should_be(error.loc, error.kind, value)
    if error.kind == "string_pattern_mismatch":
        return _pattern(error, value)
    if error.kind in _LIMITS:
        shown = value if isinstance(value, int | float) else words(value)
        if isinstance(value, list | dict):
            return Finding(error.loc, f"{_LIMITS[error.kind].format_map(dict(error.context))}, has {len(value)}")
        return Finding(error.loc, f"{_LIMITS[error.kind].format_map(dict(error.context))}, is {shown}")
    return Finding(error.loc, error.text.replace("Input should", "should"))


_MANY_CHOICES = 8
_OF_SCENARIOS = ("perturbations", "requirements", "simulated_user", "policy")


def _not_a_choice(error: _Error, value: Any) -> Finding:
    near = _near(error, value)
    if near and len(_choices(error)) > _MANY_CHOICES:
        return Finding(error.loc, f"unknown word '{value}'", near)
    return Finding(error.loc, f"should be {_wanted(error)}, is {words(value)}", near)


def _missing(error: _Error, value: Any) -> Finding:
    if isinstance(value, str):  # a bare name of a kind that needs fields
        hint = f"write {{kind: {value}, {error.absent}: ...}}"
        return Finding(error.loc, f"'{value}' needs '{error.absent}'", hint)
    return Finding(error.loc, "is missing", absent=error.absent)


def _extra(error: _Error, tree: Node, root: Any) -> Finding:
    key = str(error.loc[-1]) if error.loc else ""
    if len(error.loc) == 1 and key in RESERVED_KEYS:
        return Finding(error.loc, f"'{key}' is reserved for a later version", "remove it", at_key=True)
    if len(error.loc) == 1 and key in _OF_SCENARIOS:
        return Finding(error.loc, f"'{key}' says something of a scenario", "move it into one", at_key=True)
    parent = tree.find(error.loc[:-1])
    known = best_keys(options_at(tree, root, error.loc[:-1]), parent) if parent is not None else {}
    message, _, hint = unknown_key(key, known).partition(" -- ")
    return Finding(error.loc, message, hint, at_key=True)


def _own_sentence(error: _Error) -> Finding:
    sentence = str(error.context.get("sentence") or error.context.get("error") or error.text)
    message, _, hint = sentence.partition(" -- ")
    return Finding(error.loc, message, hint, error.absent, at_key=message.startswith("unknown key "))


def _pattern(error: _Error, value: Any) -> Finding:
    pattern = str(error.context.get("pattern", ""))
    if error.at_key:
        value = error.loc[-1]
    sentence = _PATTERNS.get(pattern, f"should match {pattern}")
    return Finding(error.loc, f"{sentence}, is {words(value)}", at_key=error.at_key)


_PATTERNS = {
    r"^[A-Za-z0-9._-]+$": "should be a name of letters A to Z, digits, '.', '_' and '-'",
    r"^[A-Za-z_][A-Za-z0-9_]*$": "should be a pytest mark: letters A to Z, digits and '_'",
    r"^(input|system|context\.[A-Za-z0-9._-]+|turn\.[1-9][0-9]*)$": "should be input, system, context.NAME or turn.N",
}
