"""YAML text as a tree of plain data in which every value knows its line and column.

The tree is built from the parser's events with an own stack: nothing recurses, aliases share a node, and every bound
(depth, aliases, expanded size) is checked while events arrive. Faults that leave the rest readable (a duplicate key, a
tag) are collected; text that is not YAML ends the reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from robustspec.errors import Fault
from robustspec.language.scalars import plain_value

MAX_BYTES = 1 << 20
MAX_ALIASES = 1_000
MAX_NODES = 200_000
MAX_DEPTH = 64

Loc = tuple[str | int, ...]
"""The way to a value: keys and list positions from the top."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CORE = "tag:yaml.org,2002:"
_NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(slots=True)
class Key:
    """A key of a mapping: where it stands, and its value."""

    line: int
    column: int
    node: Node


@dataclass(slots=True)
class Node:
    """A value and where it starts (from 1). ``value`` is a scalar, a list of nodes, or a dict of `Key`."""

    line: int
    column: int
    value: Any
    size: int = 1
    depth: int = 1

    @classmethod
    def of(cls, value: Any) -> Node:
        """A tree of plain data that comes from no file: every place is line 0."""
        if isinstance(value, dict):
            return cls(0, 0, {str(name): Key(0, 0, cls.of(item)) for name, item in value.items()})
        return cls(0, 0, [cls.of(item) for item in value] if isinstance(value, list | tuple) else value)

    def plain(self) -> Any:
        """The value as plain data."""
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        if isinstance(self.value, dict):
            return {name: key.node.plain() for name, key in self.value.items()}
        return self.value

    def child(self, part: str | int) -> Node | None:
        """The value under a key or at a list position, None where there is none."""
        if isinstance(self.value, dict):
            key = self.value.get(part)
            return None if key is None else key.node
        if isinstance(self.value, list) and isinstance(part, int) and 0 <= part < len(self.value):
            node: Node = self.value[part]
            return node
        return None

    def find(self, loc: Loc) -> Node | None:
        """The value at ``loc``, None where there is none."""
        node: Node | None = self
        for part in loc:
            node = None if node is None else node.child(part)
        return node


def place(loc: Loc) -> str:
    """A location as users read it: ``scenarios.typos.perturbations[0].kind``."""
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


class TornYamlError(Exception):
    """The text cannot be read to its end; the faults say why."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("; ".join(map(str, faults)))


@dataclass(slots=True)
class _Frame:
    """An open list or mapping."""

    node: Node
    anchor: str | None
    key: tuple[str, int, int] | None = None
    merges: list[Node] = field(default_factory=list)
    bad_key: bool = False

    @property
    def wants_key(self) -> bool:
        return isinstance(self.node.value, dict) and self.key is None and not self.bad_key

    @property
    def here(self) -> str | int | None:
        if isinstance(self.node.value, list):
            return len(self.node.value)
        return self.key[0] if self.key else None


class _Builder:
    """Turns parser events into a tree."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.faults: list[Fault] = []
        self.root: Node | None = None
        self._stack: list[_Frame] = []
        self._anchors: dict[str, Node | None] = {}
        self._aliases = 0
        self._documents = 0

    def feed(self, event: yaml.Event) -> None:
        """Take the next event."""
        mark: Any = event.start_mark
        line, column = mark.line + 1, mark.column + 1
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event, line, column)
        elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            self._open(event, line, column)
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            self._close()
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event, line, column)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self.stop("a second document starts here", "keep one specification in a file", line, column)

    def fault(self, message: str, suggestion: str, line: int, column: int) -> None:
        """Note a fault at the current place."""
        loc = tuple(part for frame in self._stack if (part := frame.here) is not None)
        self.faults.append(Fault(message, place(loc), self.path, line, column, suggestion))

    def stop(self, message: str, suggestion: str, line: int, column: int) -> NoReturn:
        """Note a fault after which nothing can be read."""
        self.fault(message, suggestion, line, column)
        raise TornYamlError(self.faults)

    def _scalar(self, event: yaml.ScalarEvent, line: int, column: int) -> None:
        top = self._stack[-1] if self._stack else None
        if top is not None and top.wants_key:
            self._tag(event.tag, ("str",), line, column)
            merge = event.value == "<<" and event.implicit[0]
            top.key = ("<<" if merge else event.value, line, column)
            if not merge and event.value in top.node.value:
                earlier = top.node.value[event.value].line
                self.fault(f"the key stands twice, first in line {earlier}", "remove one of them", line, column)
            if event.anchor:
                self._anchors[event.anchor] = Node(line, column, event.value)
            return
        value = self._value(event, line, column)
        node = Node(line, column, value)
        if event.anchor:
            self._anchors[event.anchor] = node
        self._add(node)

    def _value(self, event: yaml.ScalarEvent, line: int, column: int) -> Any:
        self._tag(event.tag, ("str", "int", "float", "bool", "null"), line, column)
        tag = (event.tag or "").removeprefix(_CORE)
        if tag in ("str", "!") or (not event.implicit[0] and not event.tag):
            return event.value
        return plain_value(event.value)

    def _tag(self, tag: str | None, allowed: tuple[str, ...], line: int, column: int) -> None:
        if tag and tag != "!" and tag.removeprefix(_CORE) not in allowed:
            shown = tag.replace(_CORE, "!!")
            self.fault(f"the tag {shown} is not allowed", "a specification is plain data: remove it", line, column)

    def _open(self, event: yaml.SequenceStartEvent | yaml.MappingStartEvent, line: int, column: int) -> None:
        if len(self._stack) >= MAX_DEPTH:
            self._stack = self._stack[:3]  # the whole way down would not help to find it
            self.stop(f"nested more than {MAX_DEPTH} deep", "no specification needs that", line, column)
        is_list = isinstance(event, yaml.SequenceStartEvent)
        self._tag(event.tag, ("seq",) if is_list else ("map",), line, column)
        if event.anchor:
            self._anchors[event.anchor] = None
        self._stack.append(_Frame(Node(line, column, [] if is_list else {}), event.anchor))

    def _close(self) -> None:
        frame = self._stack.pop()
        for merged in frame.merges:
            for name, key in merged.value.items():
                if name not in frame.node.value:
                    frame.node.value[name] = key
                    _grow(frame.node, key.node)
        if frame.anchor:
            self._anchors[frame.anchor] = frame.node
        self._add(frame.node)

    def _alias(self, event: yaml.AliasEvent, line: int, column: int) -> None:
        self._aliases += 1
        name = event.anchor or ""
        if self._aliases > MAX_ALIASES:
            self.stop(f"more than {MAX_ALIASES} aliases", "write the values out", line, column)
        if name not in self._anchors:
            self.stop(f"the alias *{name} has no anchor before it", "define it with &", line, column)
        target = self._anchors[name]
        if target is None:
            self.stop(f"the alias *{name} stands inside its own anchor", "remove it", line, column)
        self._add(target, line, column)

    def _add(self, node: Node, line: int = 0, column: int = 0) -> None:
        """Put a finished node where it belongs; ``line`` is set for an alias, whose node stands elsewhere."""
        if not self._stack:
            self.root = node
            return
        frame = self._stack[-1]
        if frame.wants_key:
            self.fault("a key should be plain text", "", line or node.line, column or node.column)
            frame.bad_key = True
            return
        self._place(frame, node)
        if frame.node.size > MAX_NODES:
            self.stop(
                f"the aliases expand to more than {MAX_NODES:,} values",
                "write out what is needed",
                line or node.line,
                column or node.column,
            )
        if frame.node.depth + len(self._stack) > MAX_DEPTH + 1:
            self.stop(f"nested more than {MAX_DEPTH} deep", "", line or node.line, column or node.column)

    def _place(self, frame: _Frame, node: Node) -> None:
        if isinstance(frame.node.value, list):
            frame.node.value.append(node)
            _grow(frame.node, node)
            return
        key, frame.key = frame.key, None
        if key is None:  # the value of a bad key
            frame.bad_key = False
        elif key[0] == "<<":
            self._merge(frame, node, key)
        elif key[0] not in frame.node.value:
            frame.node.value[key[0]] = Key(key[1], key[2], node)
            _grow(frame.node, node)

    def _merge(self, frame: _Frame, node: Node, key: tuple[str, int, int]) -> None:
        parts = node.value if isinstance(node.value, list) else [node]
        if all(isinstance(part.value, dict) for part in parts):
            frame.merges.extend(parts)
        else:
            self.fault("<< merges mappings only", "give it an alias of a mapping", key[1], key[2])


def _grow(parent: Node, child: Node) -> None:
    parent.size += child.size
    parent.depth = max(parent.depth, child.depth + 1)


def _line_of(text: str, index: int) -> tuple[int, int]:
    start = text.rfind("\n", 0, index) + 1
    return text.count("\n", 0, index) + 1, index - start + 1


def _check_text(text: str, path: str) -> None:
    if len(text) > MAX_BYTES:
        raise TornYamlError([Fault(f"larger than {MAX_BYTES >> 20} MiB", path=path, line=1, column=1)])
    bad = _NOT_TEXT.search(text)
    if bad:
        line, column = _line_of(text, bad.start())
        message = f"the character U+{ord(bad.group()):04X} is not allowed in YAML"
        raise TornYamlError([Fault(message, "", path, line, column, "remove it, or escape it in double quotes")])


def _torn(error: yaml.YAMLError, text: str, path: str) -> Fault:
    """The fault of text that is not YAML."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = text.splitlines()
    if line <= len(lines) and lines[line - 1][column - 1 : column] == "\t":
        return Fault("a tab stands where YAML wants spaces", "", path, line, column, "indent by spaces")
    context, problem = getattr(error, "context", None), getattr(error, "problem", None) or str(error)
    sentence = f"{problem} {context}" if context else problem
    return Fault(f"this is not YAML: {sentence}", "", path, line, column, "check quotes, brackets and indentation")


def _events(text: str) -> Iterator[yaml.Event]:
    yield from yaml.parse(text, Loader=_LOADER)


def parse(text: str, path: str) -> tuple[Node, list[Fault]]:
    """The tree of ``text`` and the faults that left it readable; raises `TornYamlError` where it is not."""
    text = text.removeprefix("\ufeff")
    _check_text(text, path)
    builder = _Builder(path)
    try:
        for event in _events(text):
            builder.feed(event)
    except yaml.YAMLError as error:
        raise TornYamlError([*builder.faults, _torn(error, text, path)]) from error
    if builder.root is None or builder.root.value is None:
        hint = "start with: robustspec init"
        raise TornYamlError([*builder.faults, Fault("the file is empty", "", path, 1, 1, hint)])
    return builder.root, builder.faults
