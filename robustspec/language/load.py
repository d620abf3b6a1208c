"""From YAML text to a `Spec` and back. ``load(dump(spec)) == spec``; `load` opens no file."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from robustspec.errors import Fault, RobustspecError, SpecError
from robustspec.language.checks import cross_check
from robustspec.language.explain import as_fault, locate
from robustspec.language.fields import walk
from robustspec.language.mend import validate
from robustspec.language.scalars import is_text
from robustspec.language.spec import Spec, as_data
from robustspec.language.tree import MAX_BYTES, Loc, Node, TornYamlError, parse


@dataclass(frozen=True, slots=True)
class Document:
    """A specification with the places of its parts in the text it came from."""

    spec: Spec
    path: str
    tree: Node

    def mark(self, *loc: str | int) -> tuple[int, int]:
        """Line and column, from 1, of the entry at ``loc``: ``mark("scenarios", "typos", "requirements", 0)``."""
        return locate(self.tree, loc, at_key=True)

    def marks(self) -> dict[Loc, tuple[int, int]]:
        """The place of every entry, as `mark` gives it."""
        return {loc: self.mark(*loc) for loc, _, _ in walk(self.tree, None)}


def load(text: str, path: str = "<text>") -> Spec:
    """The specification in ``text``; ``path`` is for messages only. Raises `SpecError` with every fault of the text."""
    return read(text, path).spec


def read(text: str, path: str = "<text>") -> Document:
    """As `load`, with the places of everything in the text."""
    try:
        tree, faults = parse(text, path)
    except TornYamlError as torn:
        raise SpecError(torn.faults) from torn
    if not isinstance(tree.value, dict):
        message = "a specification is a mapping that starts with robustspec: 1"
        raise SpecError([*faults, Fault(message, "", path, tree.line, tree.column, "see: robustspec init")])
    try:
        spec, findings, holes = validate(tree)
    except RobustspecError as error:
        raise SpecError([*faults, Fault(str(error), "", path, 1, 1)]) from error
    if spec is not None:
        findings += cross_check(spec, holes)
    faults += [as_fault(finding, tree, path) for finding in findings]
    if faults or spec is None:
        raise SpecError(_in_file_order(faults))
    return Document(spec, path, tree)


def _in_file_order(faults: list[Fault]) -> list[Fault]:
    """By line and column; what several aliases of one value repeat is told once."""
    told: dict[tuple[object, ...], Fault] = {}
    for fault in faults:
        told.setdefault((fault.line, fault.column, fault.message, fault.place.split(".")[-1]), fault)
    return sorted(told.values(), key=lambda fault: (fault.line, fault.column))


def load_file(path: Path) -> Spec:
    """The specification in a file. Raises `SpecError`, for a missing or unreadable file too."""
    return read_file(path).spec


def read_file(path: Path) -> Document:
    """As `load_file`, with the places of everything in the text."""
    return read(_text(path), str(path))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SpecError([_unreadable(path, error)]) from error
    if len(content) > MAX_BYTES:
        raise SpecError([Fault(f"larger than {MAX_BYTES >> 20} MiB", "", str(path), 1, 1, "move data to data files")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        raise SpecError([Fault("this is not UTF-8", "", str(path), line, column, "save the file as UTF-8")]) from error


def _unreadable(path: Path, error: OSError) -> Fault:
    if not isinstance(error, FileNotFoundError):
        return Fault(f"cannot be read: {error.strerror}", path=str(path))
    try:
        others = sorted(other.name for other in path.parent.iterdir() if other.suffix in (".yaml", ".yml"))
    except OSError:
        return Fault(f"no such file: there is no folder {path.parent}", path=str(path))
    near = difflib.get_close_matches(path.name, others, n=1)
    known = f"did you mean '{near[0]}'?" if near else f"{path.parent} holds: {', '.join(others[:5]) or 'no YAML files'}"
    return Fault("no such file", path=str(path), suggestion=known)


_BREAKS = re.compile("[\x85\u2028\u2029\ufeff]")
"""Line breaks of YAML 1.1 and the byte order mark: kept only as escapes."""


class _Dumper(yaml.SafeDumper):
    """Block style with leaves on one line; text that reads as something else is quoted."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write every value out."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists inside mappings, as people write them."""
        super().increase_indent(flow, False)


def _represent_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    plain = is_text(text) and not _BREAKS.search(text)
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else '"')


_Dumper.add_representer(str, _represent_text)


def dump(spec: Spec) -> str:
    """The specification as YAML: keys in the order of the language, defaults left out, kinds by bare name."""
    text: str = yaml.dump(
        as_data(spec), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120, default_flow_style=None
    )
    return text
