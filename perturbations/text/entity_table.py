"""The names of entities with their types, groups and vectors, and how far one name is from another."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from robustspec.errors import DataError

from ..table_file import Record, Stamp, records
from .phrases import Phrases, fold

Distance = Literal["string", "euclidean", "cosine"]
"""How far two names are: their letters (0 to 1), or their vectors."""

_OWN_COLUMNS = ("entity", "type", "group")
_SAME = 1e-12
"""A cosine distance below this is rounding."""


@dataclass(frozen=True, slots=True)
class Entities:
    """Every name of a table, by its number: how it is written, its type, the number of its entity.

    ``index`` is from a name in lower case to its number, ``first`` from an entity to its first name, ``by_type`` from a
    type to its names, ``called`` from a group's value in lower case to the entity. ``group_array`` is ``groups`` as an
    array, ``vectors`` has a line per name.
    """

    phrases: Phrases
    names: tuple[str, ...]
    types: tuple[str, ...]
    values: tuple[str, ...]
    groups: tuple[int, ...]
    index: Mapping[str, int]
    first: Mapping[int, int]
    by_type: Mapping[str, Any]
    called: Mapping[str, int]
    group_array: Any
    vectors: Any

    def group_of(self, value: str) -> int | None:
        """The entity that ``value`` names, as a group or as a name."""
        folded = fold(value)
        name = self.index.get(folded)
        return self.called.get(folded) if name is None else self.groups[name]

    def renamed_value(self, value: str, new: int) -> str:
        """What a label that held ``value`` holds of the name ``new``: its group if that was one, else its name."""
        return self.values[new] if fold(value) in self.called else self.names[new]

    def others(self, name: int) -> Any:
        """The numbers of the names of the type of ``name`` that are no names of the same entity."""
        of_type = self.by_type[self.types[name]]
        return of_type[self.group_array[of_type] != self.groups[name]]

    def distances(self, name: int, others: Any, distance: Distance, place: str) -> Any:
        """How far each of ``others`` is from ``name``; `DataError` where names have no vectors to tell it by."""
        if distance == "string":
            return _string_distances(fold(self.names[name]), [fold(self.names[other]) for other in others])
        if not self.vectors.shape[1]:
            raise DataError(
                f"{place}: distance: {distance} needs vectors, and the table has no column of numbers -- "
                "add the coordinates as columns, or write distance: string"
            )
        own, rest = self.vectors[name], self.vectors[others]
        if distance == "euclidean":
            return np.linalg.norm(rest - own, axis=1)
        return self._cosine(own, rest, place)

    def _cosine(self, own: Any, rest: Any, place: str) -> Any:
        lengths = np.linalg.norm(rest, axis=1) * np.linalg.norm(own)
        if not lengths.all():
            raise DataError(f"{place}: a vector of zeros has no direction -- correct it, or write distance: euclidean")
        far = 1 - rest @ own / lengths
        return np.where(far > _SAME, far, 0.0)


def _string_distances(name: str, others: Sequence[str]) -> Any:
    from rapidfuzz.distance import Levenshtein

    return np.array([Levenshtein.normalized_distance(name, other) for other in others])


@lru_cache(maxsize=8)
def read_entities(file: Stamp) -> Entities:
    """The entities of a table; `DataError` for a name that stands twice or a group of two types."""
    path = Path(file[0])
    lines = records(path, ("entity", "type"))
    columns = _vector_columns(lines)
    names = [record["entity"] for _, record in lines]
    values = [record.get("group") or record["entity"] for _, record in lines]
    called: dict[str, int] = {}
    groups = [called.setdefault(fold(value), len(called)) for value in values]
    types = [record["type"] for _, record in lines]
    index, first = _numbered(path, lines, groups, types)
    by_type = {of: np.array([i for i, one in enumerate(types) if one == of], dtype=int) for of in types}
    vectors = [[_number(path, line, record, name) for name in columns] for line, record in lines]
    return Entities(
        phrases=Phrases(names, possessive=True),
        names=tuple(names),
        types=tuple(types),
        values=tuple(values),
        groups=tuple(groups),
        index=index,
        first=first,
        by_type=by_type,
        called=called,
        group_array=np.array(groups, dtype=int),
        vectors=np.array(vectors).reshape(len(lines), -1),
    )


def _numbered(
    path: Path, lines: Sequence[tuple[int, Record]], groups: Sequence[int], types: Sequence[str]
) -> tuple[dict[str, int], dict[int, int]]:
    """From each name to its number, and from each entity to that of its first name."""
    index: dict[str, int] = {}
    first: dict[int, int] = {}
    for number, (line, record) in enumerate(lines):
        if index.setdefault(fold(record["entity"]), number) != number:
            raise DataError(f"{path}:{line}: the name '{record['entity']}' stands twice -- delete one of the lines")
        if types[first.setdefault(groups[number], number)] != types[number]:
            raise DataError(
                f"{path}:{line}: '{record['entity']}' is of another type than the names before it in its group -- "
                "give it the same type or a group of its own"
            )
    return index, first


def _vector_columns(lines: Sequence[tuple[int, Record]]) -> list[str]:
    """The columns whose first cell is a number."""
    first = lines[0][1] if lines else {}
    return [name for name, cell in first.items() if name not in _OWN_COLUMNS and _parsed(cell) is not None]


def _number(path: Path, line: int, record: Record, column: str) -> float:
    number = _parsed(record[column])
    if number is None or not math.isfinite(number):
        raise DataError(
            f"{path}:{line}: '{record[column]}' in column '{column}' is no number, and the column is part of the "
            "vectors -- write a number, or a word in its first line if it holds notes"
        )
    return number


def _parsed(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None
