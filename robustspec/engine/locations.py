"""Where stored outputs lie: 16 bytes for each, however long its text is."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator

_PARTITIONS = 1024
_SHIFT = 64 - 10  # the upper ten bits of a key name its partition


class Locations:
    """A sorted multimap from 64-bit keys to 64-bit locations in 1,024 pairs of arrays.

    A dict of the same content costs about ten times the memory. Inserting moves at most one partition, some 8 kB at a
    million entries. Different outputs may share a 64-bit key: readers compare the full key, which the record holds.
    """

    def __init__(self) -> None:
        self._keys = [array("Q") for _ in range(_PARTITIONS)]
        self._places = [array("Q") for _ in range(_PARTITIONS)]
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, key: int) -> bool:
        keys = self._keys[key >> _SHIFT]
        at = bisect_left(keys, key)
        return at < len(keys) and keys[at] == key

    def add(self, key: int, place: int) -> None:
        """One more entry under ``key``; entries that share a key are kept side by side."""
        keys = self._keys[key >> _SHIFT]
        at = bisect_left(keys, key)
        keys.insert(at, key)
        self._places[key >> _SHIFT].insert(at, place)
        self._count += 1

    def find(self, key: int) -> Iterator[int]:
        """Every place under ``key``, the last added first."""
        keys, places = self._keys[key >> _SHIFT], self._places[key >> _SHIFT]
        at = bisect_left(keys, key)
        while at < len(keys) and keys[at] == key:
            yield places[at]
            at += 1
