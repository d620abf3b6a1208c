"""The tables that operators read: CSV files of ours beside the code, and those that a specification names."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Self

from pydantic import PrivateAttr

from robustspec.errors import DataError
from robustspec.perturbation.base import Perturbation

Record = Mapping[str, str]
"""One line of a table by column, values stripped of surrounding blanks."""

Stamp = tuple[str, int, int]
"""A state of a file: path, time of last change in ns, size in bytes. A changed file is read again."""

_OURS = Path(__file__).parent


class FileOperator(Perturbation):
    """Base of operators with a field that names a file relative to the specification.

    The folder is kept aside from the fields: where a specification lies changes neither its dump nor its draws.
    """

    _folder: Path | None = PrivateAttr(default=None)

    def bind(self, folder: Path) -> Self:
        """This operator with relative file names resolved against ``folder`` (of the specification)."""
        bound = self.model_copy()
        bound._folder = folder
        return bound

    def located(self, name: str) -> Path:
        """Where the file ``name`` of this operator lies."""
        return _located(name, self._folder)


@lru_cache(maxsize=64)
def _located(name: str, folder: Path | None) -> Path:
    path = Path(name).expanduser()
    return path if folder is None else folder / path


def stamp(path: Path, place: str) -> Stamp:
    """The present state of the file; `DataError` where there is none. ``place`` says which field names it."""
    try:
        state = path.stat()
    except OSError as error:
        raise DataError(
            f"{place}: there is no file {path} -- write its path relative to the specification, or create it"
        ) from error
    return str(path), state.st_mtime_ns, state.st_size


def read_text(path: Path) -> str:
    """The text of a UTF-8 file, with or without byte-order mark; `DataError` where it is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: the file cannot be read as text ({error}) -- save it as UTF-8") from error


def records(path: Path, required: Sequence[str]) -> list[tuple[int, Record]]:
    """The lines of a CSV file with a header, each with its line number; blank lines are left out.

    `DataError` where a required column is missing from the header, a line has more or fewer cells than it, or a
    required cell is empty.
    """
    reader = csv.reader(io.StringIO(read_text(path), newline=""))
    header = [name.strip() for name in next(reader, [])]
    for column in required:
        if column not in header:
            found = ", ".join(header) or "none"
            raise DataError(
                f"{path}:1: the table has no column '{column}' (columns: {found}) -- "
                f"begin it with the line {','.join(required)}"
            )
    return [
        (reader.line_num, _record(path, reader.line_num, header, cells, required))
        for cells in reader
        if any(cell.strip() for cell in cells)
    ]


def _record(path: Path, line: int, header: Sequence[str], cells: Sequence[str], required: Sequence[str]) -> Record:
    if len(cells) != len(header):
        raise DataError(
            f"{path}:{line}: {len(cells)} cells under {len(header)} columns -- quote cells that contain a comma"
        )
    record = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
    for column in required:
        if not record[column]:
            raise DataError(f"{path}:{line}: the cell of column '{column}' is empty -- fill it or delete the line")
    return record


@lru_cache(maxsize=32)
def column(table: str, name: str, where: tuple[str, str] | None = None) -> tuple[str, ...]:
    """Column ``name`` of our own table, of the lines whose column ``where[0]`` is ``where[1]``."""
    required = (name,) if where is None else (where[0], name)
    found = records(our_table(table), required)
    return tuple(record[name] for _, record in found if where is None or record[where[0]] == where[1])


def our_table(name: str) -> Path:
    """The path of one of our own tables, such as ``text/fillers.csv``."""
    folder, _, file = name.partition("/")
    return _OURS / folder / "tables" / file
