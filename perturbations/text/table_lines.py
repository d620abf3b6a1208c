"""Tables of lines: CSV, and tables drawn with bars."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from robustspec.perturbation.base import Range

from .table import LEAST_ROWS, Table

_LINE = re.compile(r"[^\n]*\n?")
_BAR = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"\s*:?-{2,}:?\s*")
_NAME = re.compile(r"\s*[^\W\d][\w ./%()$€£-]{0,39}\s*")
_NUMERIC = re.compile(r"\s*\"?[$€£]?-?\d[\d.,]*%?\"?\s*")


@dataclass(frozen=True, slots=True)
class _Grid(Table):
    """Lines of cells: a header, rules under it (bars only), rows. ``edges`` stand around the cells of each line."""

    header: tuple[str, ...]
    rule: tuple[str, ...]
    body: tuple[tuple[str, ...], ...]
    edges: tuple[tuple[str, str], ...]
    separator: str

    @property
    def n_rows(self) -> int:
        return len(self.body)

    def render(self, rows: Sequence[int], columns: Sequence[int], names: Sequence[str]) -> str:
        header = [_cell(cell, old, new) for cell, old, new in zip(self.header, self.names, names, strict=True)]
        lines: list[Sequence[str]] = [header, *([self.rule] if self.rule else []), *(self.body[row] for row in rows)]
        return "".join(
            before + self.separator.join(line[column] for column in columns) + after
            for line, (before, after) in zip(lines, self.edges, strict=True)
        )


def _cell(cell: str, old: str, new: str) -> str:
    """A cell of the header with another name, as wide as before where there is room."""
    if old == new:
        return cell
    before, _, after = cell.partition(old)
    blanks = len(after) - len(after.lstrip(" "))
    return before + (new.ljust(len(old) + blanks - 1) + " " if blanks else new) + after[blanks:]


def line_tables(text: str, start: int, end: int) -> Iterator[Table]:
    """Tables of whole lines between two places."""
    lines = [match.span() for match in _LINE.finditer(text, start, end) if match.group()]
    barred = groupby(lines, key=lambda line: _kind(text[slice(*line)]))
    for kind, block in barred:
        if kind:
            yield from _grid(text, list(block), kind)


def _kind(line: str) -> str:
    """What separates the cells of a line, or an empty string."""
    if "|" in line:
        return "|"
    return next((mark for mark in ("\t", ";", ",") if mark in line), "")


def _grid(text: str, lines: Sequence[Range], separator: str) -> Iterator[Table]:
    """The table that begins at the first of the lines which can be a header, and goes on while lines have as many cells."""
    split = [_cells(text[slice(*line)], separator) for line in lines]
    at = 0
    while at + LEAST_ROWS < len(lines):
        width = len(split[at][1])
        last = at + 1
        while last < len(lines) and len(split[last][1]) == width:
            last += 1
        table = _grid_of(lines[at:last], split[at:last], separator)
        if table is not None:
            yield table
            at = last
        else:
            at += 1


Line = tuple[str, tuple[str, ...], str]
"""A line: what stands before its cells, these, and what stands behind them."""


def _grid_of(lines: Sequence[Range], split: Sequence[Line], separator: str) -> _Grid | None:
    header, rest = split[0][1], [cells for _, cells, _ in split[1:]]
    if (
        len(header) < 2
        or len(rest) < LEAST_ROWS
        or not all(_NAME.fullmatch(cell.strip().strip('"')) for cell in header)
    ):
        return None
    rule = rest[0] if separator == "|" and all(_RULE.fullmatch(cell) for cell in rest[0]) else ()
    if not (rule if separator == "|" else _columns_of_numbers(rest)):
        return None
    names = tuple(cell.strip().strip('"') for cell in header)
    return _Grid(
        lines[0][0],
        lines[-1][1],
        names,
        _places(lines[0][0] + len(split[0][0]), header, names, separator),
        header,
        rule,
        tuple(rest[1:] if rule else rest),
        tuple((before, after) for before, _, after in split),
        separator,
    )


def _columns_of_numbers(rows: Sequence[tuple[str, ...]]) -> bool:
    """Whether some column holds nothing but numbers: prose with commas has none."""
    return any(all(_NUMERIC.fullmatch(cell) for cell in column) for column in zip(*rows, strict=True))


def _places(start: int, header: Sequence[str], names: Sequence[str], separator: str) -> tuple[Range, ...]:
    places = []
    for cell, name in zip(header, names, strict=True):
        first = start + cell.index(name)
        places.append((first, first + len(name)))
        start += len(cell) + len(separator)
    return tuple(places)


def _cells(line: str, separator: str) -> Line:
    content = line.rstrip("\r\n")
    after = line[len(content) :]
    if separator != "|":
        return "", tuple(_csv_cells(content, separator)), after
    bare = content.strip()
    before = content[: len(content) - len(content.lstrip())] + ("|" if bare.startswith("|") else "")
    ended = len(bare) > 1 and bare.endswith("|") and not bare.endswith("\\|")
    tail = ("|" if ended else "") + content[len(content.rstrip()) :]
    inner = content[len(before) : len(content) - len(tail)]
    return before, tuple(_BAR.split(inner)), tail + after


def _csv_cells(line: str, separator: str) -> Iterator[str]:
    """The cells of a line of CSV with their quotes; a quote that is not closed reaches to the end of the line."""
    at = 0
    while at <= len(line):
        end = _quoted_end(line, at) if line[at : at + 1] == '"' else at
        found = line.find(separator, end)
        found = len(line) if found < 0 else found
        yield line[at:found]
        at = found + 1


def _quoted_end(line: str, at: int) -> int:
    end = at + 1
    while (end := line.find('"', end)) >= 0 and line[end + 1 : end + 2] == '"':
        end += 2
    return len(line) if end < 0 else end
