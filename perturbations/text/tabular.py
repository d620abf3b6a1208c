"""Tables that stand in a text: lists of records and columns in JSON, CSV, and tables drawn with bars.

A table is taken apart into the very characters of its cells, and put together again in another order: what is in a cell
is never read as a number and written anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from robustspec.perturbation.base import Range

from .table import LEAST_ROWS, Table
from .table_json import json_tables
from .table_lines import line_tables


@lru_cache(maxsize=64)
def tables(text: str) -> tuple[Table, ...]:
    """The tables of ``text``, from left to right; each has two columns and two rows or more, and no name twice.

    The last ones are kept: all levels of a case, and operators on one document, ask for the same.
    """
    found: list[Table] = [*json_tables(text)]
    for start, end in _outside(len(text), [(table.start, table.end) for table in found]):
        found += line_tables(text, start, end)
    usable = (table for table in found if len(table.names) > 1 and len({*table.names}) == len(table.names))
    return tuple(sorted((table for table in usable if table.n_rows >= LEAST_ROWS), key=lambda table: table.start))


def _outside(length: int, taken: Sequence[Range]) -> Iterator[Range]:
    done = 0
    for start, end in [*taken, (length, length)]:
        if start > done:
            yield done, start
        done = end
