"""Group values of rows, coded as small integers while a file is scanned."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robustspec.data.block import Group, bin_names
from robustspec.data.values import as_number, as_text, is_missing, short
from robustspec.errors import DataError

MOST_VALUES = 10_000
"""Values a group may have: each is an arm, and a column of ids is no group."""


@dataclass(frozen=True, slots=True)
class GroupCodes:
    """A group over all rows: ``codes[i]`` is the place in ``values`` of row i's value."""

    values: tuple[str, ...]
    codes: NDArray[np.int32]


def namer(group: Group) -> Callable[[Any], str | None]:
    """The function from a raw value of ``group.column`` to the group value, None where there is none."""
    if group.bins is not None:
        return _banded(group.bins)
    renamed = group.map
    if renamed is not None:
        return lambda raw: None if is_missing(raw) else renamed.get(as_text(raw))
    return _plain


def _plain(raw: Any) -> str | None:
    if is_missing(raw):
        return None
    if isinstance(raw, list | dict):
        raise DataError(f"a group value is text or a number, but this is {short(raw)}")
    return as_text(raw)


def _banded(edges: Sequence[float]) -> Callable[[Any], str | None]:
    names = bin_names(tuple(edges))

    def band(raw: Any) -> str | None:
        if is_missing(raw):
            return None
        number = as_number(raw)
        if number is None:
            raise DataError(f"bins need numbers, but this is {short(raw)}")
        return names[bisect_right(edges, number)]

    return band


class GroupColumn:
    """Collects the codes of one group whose values stand in one column."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.column = group.column or ""
        self.missing = 0
        self.first_missing = -1
        self._name = namer(group)
        self._codes = array("i")
        self._of: dict[str, int] = {}

    def add(self, raw: Any, locator: int) -> None:
        """Note the value of the next row; ``locator`` is kept of the first row that has none."""
        value = self._name(raw)
        if value is None:
            value = self.group.missing
        if value is None:
            self.first_missing = self.first_missing if self.missing else locator
            self.missing += 1
            self._codes.append(-1)
            return
        code = self._of.setdefault(value, len(self._of))
        if code == MOST_VALUES:
            raise DataError(f"group '{self.group.name}' has over {MOST_VALUES:,} values -- use 'bins' or 'map'")
        self._codes.append(code)

    def finish(self) -> GroupCodes:
        """The values that occur, bands from lowest to highest and others sorted, and each row's place among them."""
        bands = bin_names(self.group.bins) if self.group.bins is not None else []
        rank = {name: place for place, name in enumerate(bands)}
        values = sorted(self._of, key=lambda value: (rank.get(value, len(bands)), value))
        place = np.empty(len(values), dtype=np.int32)
        for new, value in enumerate(values):
            place[self._of[value]] = new
        codes = np.frombuffer(self._codes, dtype=np.intc) if self._codes else np.empty(0, dtype=np.intc)
        return GroupCodes(tuple(values), place[codes] if len(values) else codes.astype(np.int32))

    def absent(self) -> list[str]:
        """Declared values (bands, values of the map) that no row has."""
        declared = bin_names(self.group.bins) if self.group.bins is not None else (self.group.map or {}).values()
        return [value for value in dict.fromkeys(declared) if value not in self._of]


def intersect(name: str, parts: Sequence[GroupCodes]) -> GroupCodes:
    """The combinations that occur of the values of ``parts``, joined by ``-``.

    Two combinations that would read the same (``a-b`` with ``c``, ``a`` with ``b-c``) are an error.
    """
    if math.prod(len(part.values) for part in parts) > MOST_VALUES**2:
        raise DataError(f"group '{name}' has too many combinations -- leave out one of its parts")
    mixed = np.zeros(len(parts[0].codes), dtype=np.int64)
    for part in parts:
        mixed = mixed * len(part.values) + part.codes
    combinations, codes = np.unique(mixed, return_inverse=True)
    if len(combinations) > MOST_VALUES:
        raise DataError(f"group '{name}' has {len(combinations):,} values -- leave out one of its parts")
    names = [_joined(combination, parts) for combination in combinations.tolist()]
    if len(set(names)) < len(names):
        doubled = next(value for value in names if names.count(value) > 1)
        raise DataError(f"two combinations of group '{name}' read '{doubled}' -- rename values with 'map'")
    return GroupCodes(tuple(names), codes.astype(np.int32))


def _joined(combination: int, parts: Sequence[GroupCodes]) -> str:
    """The values of a combination, which is a number in the mixed base of the parts' sizes."""
    words = []
    for part in reversed(parts):
        combination, place = divmod(combination, len(part.values))
        words.append(part.values[place])
    return "-".join(reversed(words))
