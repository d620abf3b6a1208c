"""A table in a text, as operators see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from robustspec.perturbation.base import Range

LEAST_ROWS = 2
"""Fewer rows are no table: there is no order in them."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table in a text, from ``start`` to ``end``: the names of its columns, where these first stand, its number of rows.

    Subclasses `render` it with rows and columns in another order and columns by another name.
    """

    start: int
    end: int
    names: tuple[str, ...]
    places: tuple[Range, ...]

    @property
    def n_rows(self) -> int:
        """Rows, the header not counted; at least two."""
        raise NotImplementedError

    def render(self, rows: Sequence[int], columns: Sequence[int], names: Sequence[str]) -> str:
        """The table's text with its rows and columns in these orders; ``names`` are those of the columns as they were.

        With every row and column in its place and its own names, the text as it was.
        """
        raise NotImplementedError
