"""Tables in documents: JSON, CSV or pipes, as records of text."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from typing import Any

Record = Mapping[str, str]
"""One line of a table, its cells as text by the name of their column."""


def records_in(content: str) -> list[Record]:
    """The lines of the table in ``content``; none where it holds no table."""
    try:
        data = json.loads(content)
    except ValueError:
        return _from_lines(content)
    return _from_json(data)


def _from_json(data: Any) -> list[Record]:
    if isinstance(data, Mapping):
        lists = [value for value in data.values() if isinstance(value, list)]
        if lists and len(lists) == len(data) and not isinstance(lists[0][0] if lists[0] else None, (Mapping, list)):
            rows = zip(*lists, strict=False)
            return [_record(dict(zip(data, row, strict=True))) for row in rows]
        inner = next((value for value in lists if value and isinstance(value[0], (Mapping, list))), None)
        return _from_json(inner) if inner is not None else [_record(data)]
    if not isinstance(data, list) or not data:
        return []
    if isinstance(data[0], list):
        return [_record(dict(zip(map(str, data[0]), row, strict=False))) for row in data[1:] if isinstance(row, list)]
    return [_record(row) for row in data if isinstance(row, Mapping)]


def _record(row: Mapping[Any, Any]) -> Record:
    return {str(name): "" if value is None else str(value) for name, value in row.items()}


def _from_lines(content: str) -> list[Record]:
    """A table of lines: the first with two cells or more is its header, lines of other lengths belong to no table."""
    for mark in ("|", "\t", ";", ","):
        cells = [_cells(line, mark) for line in content.splitlines() if mark in line]
        rows = [row for row in cells if len(row) == len(cells[0]) and not set("".join(row)) <= set("-: ")]
        if len(rows) > 1 and len(rows[0]) > 1:
            return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    return []


def _cells(line: str, mark: str) -> list[str]:
    line = line.strip().strip("|") if mark == "|" else line.strip()
    return [cell.strip() for cell in next(csv.reader([line], delimiter=mark), [])]
