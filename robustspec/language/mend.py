"""All faults of a file at once: validate, note the faults, take the faulty parts out, and validate what remains.

A fault in a part from which something was taken out, and that points at nothing that is still there, follows from an
earlier fault and is not reported. What is left after the last round is a specification with holes, on which the
checks that look at two places can still run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import Field, ValidationError

from robustspec.language.entries import DataEntry, Name
from robustspec.language.explain import Finding, explain, should_be
from robustspec.language.fields import Choice, walk
from robustspec.language.spec import About, Scenario, Spec
from robustspec.language.tree import Key, Loc, Node

MAX_ROUNDS = 200
PLACEHOLDER = "placeholder"
"""Stands where required text is missing, so that the rest can be checked."""


class PartialSpec(Spec):
    """A specification of which required parts may have been taken out."""

    robustspec: Literal[1] = 1
    about: About = About(title=PLACEHOLDER)
    data: dict[Name, DataEntry] = Field(default={})
    scenarios: dict[Name, Scenario] = Field(default={})


@dataclass
class Holes:
    """What was taken out (``skipped``) and what stands in for missing text (``filled``), by place in the file."""

    skipped: set[Loc] = field(default_factory=set)
    filled: set[Loc] = field(default_factory=set)

    def under(self, *loc: str | int) -> bool:
        """Whether there is one at or below ``loc``."""
        return any(hole[: len(loc)] == loc for hole in (*self.skipped, *self.filled))

    def lost(self, section: str, name: str) -> bool:
        """Whether an entry of a top-level block was taken out, by itself or with the block."""
        return not self.skipped.isdisjoint({(section,), (section, name)})

    def original(self, loc: Loc) -> Loc:
        """A place in what remains, as a place in the file: list positions count what was taken out."""
        out: Loc = ()
        for part in loc:
            out = (*out, self._position(out, part) if isinstance(part, int) else part)
        return out

    def _position(self, parent: Loc, index: int) -> int:
        gone = sorted(hole[-1] for hole in self.skipped if hole[:-1] == parent and isinstance(hole[-1], int))
        for position in gone:
            index += position <= index
        return index


def prune(node: Node, holes: Holes, loc: Loc = ()) -> Node:
    """The tree without what was taken out and with placeholders; nodes without holes are shared."""
    if not holes.under(*loc):
        return node
    value: Any = node.value
    if isinstance(value, list):
        kept = [(index, child) for index, child in enumerate(value) if (*loc, index) not in holes.skipped]
        value = [prune(child, holes, (*loc, index)) for index, child in kept]
    elif isinstance(value, dict):
        kept_keys = {name: key for name, key in value.items() if (*loc, name) not in holes.skipped}
        value = {
            name: type(key)(key.line, key.column, prune(key.node, holes, (*loc, name)))
            for name, key in kept_keys.items()
        }
        value.update({name: _stand_in(node) for name in _filled_names(holes, loc)})
    return Node(node.line, node.column, value)


def _filled_names(holes: Holes, loc: Loc) -> list[str]:
    return sorted(str(hole[-1]) for hole in holes.filled if hole[:-1] == loc)


def _stand_in(parent: Node) -> Any:
    return Key(parent.line, parent.column, Node(parent.line, parent.column, PLACEHOLDER))


def validate(tree: Node) -> tuple[Spec | None, list[Finding], Holes]:
    """The specification of a tree, every finding about single values, and the holes that faults left.

    Without findings the specification is whole. None where too little is left to check anything more.
    """
    findings = list(strict_scalars(tree))
    holes = Holes()
    for finding in findings:
        _take_out(finding, tree, holes)
    spec = None
    for turn in range(MAX_ROUNDS):
        pruned = prune(tree, holes)
        try:
            spec = (PartialSpec if turn or holes.skipped else Spec).model_validate(pruned.plain())
            break
        except ValidationError as error:
            if not _note(explain(error, pruned), tree, findings, holes, first=turn == 0):
                break
    return spec, findings, holes


def _note(found: list[Finding], tree: Node, findings: list[Finding], holes: Holes, first: bool) -> bool:
    """Report what does not follow from earlier faults, take it out; whether anything is left to validate."""
    before = Holes(set(holes.skipped), set(holes.filled))
    for finding in found:
        there = before.original(finding.loc)
        moved = Finding(there, finding.message, finding.suggestion, finding.absent, finding.at_key)
        if not _follows(moved, tree, before):
            findings.append(moved)
        if not _take_out(moved, tree, holes):
            return False
    return True


def _follows(finding: Finding, tree: Node, holes: Holes) -> bool:
    """Whether a finding is about a part from which something is missing, and not about a value in it."""
    node = tree.find(finding.loc)
    is_container = node is not None and isinstance(node.value, list | dict)
    return (finding.loc in holes.filled) or ((is_container or node is None) and holes.under(*finding.loc))


def _take_out(finding: Finding, tree: Node, holes: Holes) -> bool:
    """Make a hole where the finding is; False where that is the whole file."""
    loc = finding.loc
    absent = (*loc, finding.absent)
    if finding.absent and finding.message == "is missing" and absent not in holes.filled and len(absent) > 1:
        holes.filled.add(absent)
        return True
    if loc in holes.filled:
        holes.filled.discard(loc)
        loc = loc[:-1]
    elif finding.absent:
        holes.filled.discard(absent)
    if finding.absent and len(absent) == 1:
        return True  # a missing part of the top: the partial specification does without it
    while loc in holes.skipped:
        loc = loc[:-1]
    if not loc:
        return False
    holes.skipped.add(loc)
    holes.filled = {hole for hole in holes.filled if hole[: len(loc)] != loc}
    return True


_STRICT: tuple[tuple[frozenset[Any], str], ...] = (
    (frozenset({float}), "float_type"),
    (frozenset({int}), "int_type"),
    (frozenset({float, int}), "float_type"),
    (frozenset({bool}), "bool_type"),
)


def strict_scalars(tree: Node) -> list[Finding]:
    """Scalars that a lax validator would convert: a number in quotes, true for a number, a word for a truth value."""
    return [
        should_be(loc, kind, node.value)
        for loc, node, options in walk(tree, Spec)
        if not isinstance(node.value, list | dict | None) and (kind := _mismatch(options, node.value))
    ]


def _mismatch(options: list[Choice], value: Any) -> str:
    wanted = frozenset(choice.type for choice in options if choice.type is not type(None))
    kind = next((kind for types, kind in _STRICT if types == wanted), "")
    if kind == "bool_type":
        return "" if isinstance(value, bool) else kind
    return kind if isinstance(value, bool | str) else ""
