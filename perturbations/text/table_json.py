"""Tables in JSON: lists of objects, and objects of lists of one length."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from robustspec.perturbation.base import Range

from .table import LEAST_ROWS, Table

Member = tuple[str, str, str]
"""A member of an object: its key, and the characters up to the value and of the value."""

_JSON_START = re.compile(r"\[\s*\{|\{\s*\"")
_BLANK = re.compile(r"\s*")
_scan = json.JSONDecoder(strict=False).raw_decode


@dataclass(frozen=True, slots=True)
class _Items:
    """The items of an array or object as they are written: what stands before, between and after them."""

    frame: tuple[str, ...]
    items: tuple[str, ...]
    start: int

    def put(self, items: Sequence[str]) -> str:
        """As many items, in the same frame."""
        return self.frame[0] + "".join(item + gap for item, gap in zip(items, self.frame[1:], strict=True))


@dataclass(frozen=True, slots=True)
class _Object:
    """An object as it is written: its members, and where the keys stand."""

    outer: _Items
    members: tuple[Member, ...]
    places: tuple[Range, ...]

    def put(self, order: dict[str, int], renamed: dict[str, str], values: dict[str, str] | None = None) -> str:
        """The object with its members in ``order``, their keys renamed, and values replaced."""
        members = sorted(self.members, key=lambda member: order[member[0]])
        return self.outer.put(
            [_key(raw, key, renamed[key]) + (value if values is None else values[key]) for key, raw, value in members]
        )


def _key(raw: str, key: str, name: str) -> str:
    """The characters from a key to its value, with the key by another name."""
    return raw if name == key else json.dumps(name, ensure_ascii=False) + raw[raw.rindex('"') + 1 :]


@dataclass(frozen=True, slots=True)
class _Records(Table):
    """A list of objects: ``[{"sku": ..., "qty": ...}, ...]``."""

    outer: _Items
    objects: tuple[_Object, ...]

    @property
    def n_rows(self) -> int:
        return len(self.objects)

    def render(self, rows: Sequence[int], columns: Sequence[int], names: Sequence[str]) -> str:
        order, renamed = _by_name(self.names, columns, names)
        return self.outer.put([self.objects[row].put(order, renamed) for row in rows])


@dataclass(frozen=True, slots=True)
class _Columns(Table):
    """An object of lists of one length: ``{"sku": [...], "qty": [...]}``."""

    whole: _Object
    lists: tuple[_Items, ...]

    @property
    def n_rows(self) -> int:
        return len(self.lists[0].items)

    def render(self, rows: Sequence[int], columns: Sequence[int], names: Sequence[str]) -> str:
        order, renamed = _by_name(self.names, columns, names)
        values = {
            name: items.put([items.items[row] for row in rows])
            for name, items in zip(self.names, self.lists, strict=True)
        }
        return self.whole.put(order, renamed, values)


def _by_name(old: Sequence[str], columns: Sequence[int], names: Sequence[str]) -> tuple[dict[str, int], dict[str, str]]:
    order = {old[column]: place for place, column in enumerate(columns)}
    return order, dict(zip(old, names, strict=True))


def json_tables(text: str) -> Iterator[Table]:
    """The lists of objects and the objects of lists in ``text``, from left to right."""
    done = 0
    while match := _JSON_START.search(text, done):
        start = match.start()
        try:
            table = _records(text, start) if text[start] == "[" else _columns(text, start)
        except (ValueError, RecursionError):  # no JSON, or none that a table is made of
            table = None
        if table is None:
            done = start + 1
            continue
        yield table
        done = table.end


def _records(text: str, start: int) -> _Records | None:
    outer, end = _items(text, start, "]")
    if len(outer.items) < LEAST_ROWS or not all(item.startswith("{") for item in outer.items):
        return None
    objects, at = [], start + len(outer.frame[0])
    for item, gap in zip(outer.items, outer.frame[1:], strict=True):
        objects.append(_object(text, at))
        at += len(item) + len(gap)
    places = {
        key: place for each in reversed(objects) for (key, _, _), place in zip(each.members, each.places, strict=True)
    }
    names = tuple(dict.fromkeys(key for each in objects for key, _, _ in each.members))
    return _Records(start, end, names, tuple(places[name] for name in names), outer, tuple(objects))


def _columns(text: str, start: int) -> _Columns | None:
    whole = _object(text, start)
    if not all(value.startswith("[") for _, _, value in whole.members):
        return None
    lists = tuple(_items(value, 0, "]")[0] for _, _, value in whole.members)
    if len({len(items.items) for items in lists}) != 1 or any(item[0] in "[{" for each in lists for item in each.items):
        return None
    names = tuple(key for key, _, _ in whole.members)
    end = start + sum(map(len, (*whole.outer.frame, *whole.outer.items)))
    return _Columns(start, end, names, whole.places, whole, lists)


def _items(text: str, start: int, closing: str) -> tuple[_Items, int]:
    """The items of the array at ``start``, and where it ends; `ValueError` where there is no array."""
    frame, items = [], []
    gap, at = start, _after_blank(text, start + 1)
    while text[at : at + 1] != closing:
        end = _scan(text, at)[1]
        frame.append(text[gap:at])
        items.append(text[at:end])
        gap, at = end, _after_blank(text, end)
        if text[at : at + 1] == ",":
            at = _after_blank(text, at + 1)
        elif text[at : at + 1] != closing:
            raise ValueError("no array")
    frame.append(text[gap : at + 1])
    return _Items(tuple(frame), tuple(items), start), at + 1


def _object(text: str, start: int) -> _Object:
    """The object at ``start``; `ValueError` where there is none, or where a key stands twice."""
    frame, items, members, places = [], [], list[Member](), []
    gap, at = start, _after_blank(text, start + 1)
    while text[at : at + 1] != "}":
        key, key_end = _scan(text, at)
        colon = _after_blank(text, key_end)
        if not isinstance(key, str) or text[colon : colon + 1] != ":":
            raise ValueError("no object")
        value = _after_blank(text, colon + 1)
        end = _scan(text, value)[1]
        frame.append(text[gap:at])
        items.append(text[at:end])
        members.append((key, text[at:value], text[value:end]))
        places.append((at + 1, key_end - 1))
        gap, at = end, _after_blank(text, end)
        if text[at : at + 1] == ",":
            at = _after_blank(text, at + 1)
        elif text[at : at + 1] != "}":
            raise ValueError("no object")
    if len({key for key, _, _ in members}) < len(members):
        raise ValueError("a key stands twice")
    frame.append(text[gap : at + 1])
    return _Object(_Items(tuple(frame), tuple(items), start), tuple(members), tuple(places))


def _after_blank(text: str, at: int) -> int:
    if not text[at : at + 1].isspace():
        return at
    blank = _BLANK.match(text, at)
    return blank.end() if blank else at
