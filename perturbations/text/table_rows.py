"""The rows of a table in another order."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import ClassVar, Literal

from pydantic import Field

from robustspec.perturbation.base import Params, Passage, Perturbation
from robustspec.perturbation.edits import Edit, splice
from robustspec.perturbation.ladder import Ladder

from .phrases import confined
from .table import Table
from .tabular import tables


class TableRows(Perturbation):
    """Puts the rows of a table into another order; what stands in the rows stays.

    Stands for stock lists, price lists and search results that come in whatever order the database gives. The table may be
    a JSON list of objects, a JSON object of lists of one length, CSV (with commas, semicolons or tabs, and one column of
    numbers at least), or drawn with bars as in Markdown; it may be the whole text or stand in it, and is most often a
    document (``on: context.stock``). Two rows or more make a table. A text without one stays as it is. Every cell keeps its
    characters, the rows' numbers and names move as they are; so what is right stays right, where the order of the rows means
    nothing. Leave it out where it does: a ranking, or prices by day without a date in the row.

    Rows are disordered by swaps of neighbours, each of which sets one more pair of rows the wrong way round. The levels are
    shares of all pairs (Kendall's distance); 0.5 is what a shuffle comes to on average, 1 is the reverse order.

    | level | 1 | 2 | 3 |
    |---|---|---|---|
    | inverted_fraction (of the pairs of rows) | 0.1 | 0.25 | 0.5 |

    Magnitude: pairs of rows the wrong way round per pair, the mean over the tables of the text.

    >>> from robustspec.perturbation.scope import perturb
    >>> print(perturb(TableRows(), 'In stock: [{"sku": "A1", "qty": 4}, {"sku": "B2", "qty": 0}]', level=1))
    In stock: [{"sku": "B2", "qty": 0}, {"sku": "A1", "qty": 4}]

    Source: row shuffles of the stock table in the stock scenario of Xian et al., robustness specifications, Box 2
    (pharmacy, 6).
    """

    kind: Literal["table_rows"] = "table_rows"
    inverted_fraction: float | None = Field(default=None, gt=0, le=1)
    """Share of the pairs of rows to set the wrong way round, at least one pair, instead of a level."""

    ladder: ClassVar[Ladder | None] = Ladder("inverted_fraction", (0.1, 0.25, 0.5))

    def apply(self, passage: Passage, params: Params, level: int | None) -> Passage:
        """The passage with the rows of its tables disordered."""
        amount, rng = self.amount(level), random.Random(params["seed"])

        def disordered(table: Table) -> tuple[str, float]:
            pairs = table.n_rows * (table.n_rows - 1) // 2
            swaps = max(1, round(amount * pairs))
            rows = swapped(random.Random(rng.getrandbits(64)), table.n_rows, swaps)
            return table.render(rows, range(len(table.names)), table.names), swaps / pairs

        return with_tables(passage, disordered) if amount > 0 else passage


def with_tables(passage: Passage, change: Callable[[Table], tuple[str, float]]) -> Passage:
    """The passage with every table as ``change`` writes it, and the mean of what it calls its magnitude.

    A text without tables stays as it is, and so does one whose edits are confined to some spans.
    """
    found = tables(passage.text)
    if not found or confined(passage):
        return passage
    changed = [change(table) for table in found]
    text = splice(
        passage.text, [Edit(table.start, table.end, new) for table, (new, _) in zip(found, changed, strict=True)]
    )
    return passage if text == passage.text else passage.with_text(text, sum(size for _, size in changed) / len(found))


def swapped(rng: random.Random, count: int, swaps: int) -> list[int]:
    """The numbers 0 to ``count - 1`` after so many random swaps of neighbours, each of a pair that still stands in order.

    So exactly ``swaps`` pairs are inverted, and more swaps of the same ``rng`` invert these and others.
    """
    order = list(range(count))
    rising = list(range(count - 1))
    place_of = {place: place for place in rising}
    for _ in range(swaps):
        place = rising[int(rng.random() * len(rising))]
        order[place], order[place + 1] = order[place + 1], order[place]
        for near in (place - 1, place, place + 1):
            if 0 <= near < count - 1:
                _note(rising, place_of, near, rises=order[near] < order[near + 1])
    return order


def _note(rising: list[int], place_of: dict[int, int], near: int, *, rises: bool) -> None:
    """Keep ``rising``, in any order, the places after which a greater number stands."""
    if rises and near not in place_of:
        place_of[near] = len(rising)
        rising.append(near)
    elif not rises and near in place_of:
        hole, last = place_of.pop(near), rising.pop()
        if last != near:
            rising[hole] = last
            place_of[last] = hole
