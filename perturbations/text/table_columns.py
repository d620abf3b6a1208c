"""The columns of a table by other names, and in another order."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from robustspec.perturbation.base import Params, Passage
from robustspec.perturbation.edits import shuffled
from robustspec.perturbation.ladder import Ladder

from ..table_file import FileOperator, Stamp, our_table, records, stamp
from .phrases import pick
from .table import Table
from .table_rows import swapped, with_tables

Others = Mapping[tuple[str, ...], tuple[tuple[str, ...], ...]]
"""Of the words of a name, in lower case, the words of each of its other names."""


class TableColumns(FileOperator):
    """Renames the columns of a table and puts them into another order; what stands in the cells stays.

    Stands for another supplier, another export, another version of a service: ``qty`` becomes ``in_stock``, and the price
    stands before the name. Tables are those of ``table_rows``. Names and what they may be called instead stand in
    ``tables/column_names.csv`` (stock, medicines, prices, customers); a ``table`` of your own, with the columns ``name`` and
    ``other``, wins over it. Capitals and the marks between words (``unitPrice``, ``unit_price``, ``Unit Price``) follow the
    table. A name that is not listed stays, no two columns get one name, and a name that holds a protected span (the mg of
    ``strength_mg``) keeps it. In JSON lists every object is changed alike.

    | level | 1 | 2 | 3 |
    |---|---|---|---|
    | column_fraction (of the columns to rename, and of the pairs of columns to invert) | 0.25 | 0.5 | 1.0 |

    A level renames that share of the columns that can be renamed, and sets that share of the pairs of columns the wrong way
    round, at least one of each; level 3 renames all and reverses their order. Magnitude: columns renamed and pairs inverted
    per column and pair that can be, the mean over the tables of the text.

    >>> from robustspec.perturbation.scope import perturb
    >>> text = "sku,qty,price" + chr(10) + "A1,4,5.20" + chr(10) + "B2,0,7.10"
    >>> print(perturb(TableColumns(what="rename"), text, level=3))
    item_code,stock,retail_price
    A1,4,5.20
    B2,0,7.10

    Source: column renames of the stock table in the stock scenario of Xian et al., robustness specifications, Box 2
    (pharmacy, 6).
    """

    kind: Literal["table_columns"] = "table_columns"
    column_fraction: float | None = Field(default=None, gt=0, le=1)
    """Share of the columns to rename and of their pairs to invert, instead of a level."""
    what: Literal["rename", "reorder", "both"] = "both"
    """Whether to rename columns, to put them into another order, or both."""
    table: str | None = None
    """CSV file of other names, with the columns ``name`` and ``other``, relative to the specification."""

    ladder: ClassVar[Ladder | None] = Ladder("column_fraction", (0.25, 0.5, 1.0))

    def apply(self, passage: Passage, params: Params, level: int | None) -> Passage:
        """The passage with the columns of its tables renamed and disordered."""
        amount, rng = self.amount(level), random.Random(params["seed"])
        if amount <= 0:
            return passage

        def changed(table: Table) -> tuple[str, float]:
            draws = random.Random(rng.getrandbits(64))
            renamed, can_be = self._renamed(draws, passage, table, amount)
            columns, pairs = self._reordered(draws, len(table.names), amount)
            done = sum(old != new for old, new in zip(table.names, renamed, strict=True)) + _inverted(columns)
            text = table.render(range(table.n_rows), columns, renamed)
            return text, done / max(1, can_be + pairs)

        return with_tables(passage, changed)

    def _reordered(self, draws: random.Random, count: int, amount: float) -> tuple[list[int], int]:
        """The columns in their new order, and how many pairs there are."""
        pairs = 0 if self.what == "rename" else count * (count - 1) // 2
        swaps = max(1, round(amount * pairs)) if pairs else 0
        return swapped(random.Random(draws.getrandbits(64)), count, swaps), pairs

    def _renamed(self, draws: random.Random, passage: Passage, table: Table, amount: float) -> tuple[list[str], int]:
        """The columns' names, some of them others, and how many can be others."""
        seed, names = draws.getrandbits(64), list(table.names)
        if self.what == "reorder":
            return names, 0
        walk, taken = random.Random(seed), {*names}
        chosen: list[tuple[int, str]] = []
        for column in shuffled(walk, len(names)):
            draw, kept = walk.random(), _protected(passage, table.places[column])
            others = [name for name in self._others(table, column) if name not in taken and _holds(name, kept)]
            if others:
                chosen.append((column, others[pick(draw, len(others))]))
                taken.add(chosen[-1][1])
        for column, name in chosen[: max(1, round(amount * len(chosen)))]:
            names[column] = name
        return names, len(chosen)

    def _others(self, table: Table, column: int) -> list[str]:
        """What the column may be called instead, in the style of its table."""
        words = _words(table.names[column])
        own = _own(stamp(self.located(self.table), "table_columns.table")) if self.table else {}
        if words in own:
            return list(own[words])
        return [_styled(other, table, column) for other in _ours().get(words, ())]


def _protected(passage: Passage, place: tuple[int, int]) -> list[str]:
    start, end = place
    return [
        passage.text[max(start, s.start) : min(end, s.end)] for s in passage.spans if s.start < end and s.end > start
    ]


def _holds(name: str, kept: Sequence[str]) -> bool:
    words = _words(name)
    return all(word in words for part in kept for word in _words(part))


def _inverted(order: Sequence[int]) -> int:
    return sum(left > right for place, left in enumerate(order) for right in order[place + 1 :])


_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-zà-ÿ]+|\d+|[^\W\d_]+")


def _words(name: str) -> tuple[str, ...]:
    """The words of a column's name in lower case: two of ``unitPrice``, ``unit_price`` and ``Unit price``."""
    return tuple(word.lower() for word in _WORD.findall(name))


@cache
def _ours() -> Others:
    groups: dict[str, list[tuple[str, ...]]] = {}
    for _, record in records(our_table("text/column_names.csv"), ("concept", "name")):
        groups.setdefault(record["concept"], []).append(_words(record["name"]))
    found: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {}
    for names in groups.values():
        for name in names:
            found[name] = tuple(other for other in names if other != name)
    return found


@lru_cache(maxsize=8)
def _own(file: Stamp) -> dict[tuple[str, ...], tuple[str, ...]]:
    found: dict[tuple[str, ...], list[str]] = {}
    for _, record in records(Path(file[0]), ("name", "other")):
        found.setdefault(_words(record["name"]), []).append(record["other"])
    return {name: tuple(others) for name, others in found.items()}


def _styled(words: Sequence[str], table: Table, column: int) -> str:
    """A name with the capitals of the column's own, and the marks between words that the table has."""
    own, mark = table.names[column], _mark(table.names)
    if all(name.isupper() for name in table.names):
        return (mark or "_").join(word.upper() for word in words)
    if not mark:
        return "".join((words[0].capitalize() if own[0].isupper() else words[0], *(w.capitalize() for w in words[1:])))
    titled = own[:1].isupper()
    every = titled and all(word[:1].isupper() for name in table.names for word in re.split(r"[\s_-]+", name))
    return mark.join(w.capitalize() if every or (titled and place == 0) else w for place, w in enumerate(words))


_CAMEL = re.compile(r"[a-z][A-Z]")


def _mark(names: Sequence[str]) -> str:
    """What stands between words of the names: an underscore, a blank, a hyphen; nothing in ``camelCase``."""
    joined = "".join(names)
    if _CAMEL.search("\n".join(names)):
        return ""
    return next((mark for mark in ("_", " ", "-") if mark in joined), " " if joined[:1].isupper() else "_")
