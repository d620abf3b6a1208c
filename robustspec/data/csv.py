"""Comma-separated values with a header, UTF-8 with or without a byte-order mark; every value is text."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Literal

from pydantic import Field

from robustspec.data.base import Record, Source, SourceKind
from robustspec.data.files import Lines, existing, line_at
from robustspec.data.picture import Picture
from robustspec.data.picture_files import referenced
from robustspec.errors import DataError

LONGEST_FIELD = 1 << 24
"""Characters a field may have. The csv module stops at 131,072, which a clinical note can exceed."""


class CsvSource(SourceKind):
    """A CSV file with a header; quoted fields may hold line ends. Every value is text, and blank lines are skipped."""

    kind: Literal["csv"] = "csv"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    """The character between fields; a tab is "\\t"."""

    def open(self, path: Path) -> CsvFile:
        """The live file; `DataError` when it is missing or empty, or its header is unusable."""
        return CsvFile(path, self.delimiter)


class CsvFile(Source):
    """A CSV file; locators are byte offsets of records, which may have several lines. It keeps no file open."""

    def __init__(self, path: Path, delimiter: str = ",") -> None:
        self.path = existing(path)
        self._delimiter = delimiter
        csv.field_size_limit(max(csv.field_size_limit(), LONGEST_FIELD))
        self._header, self._start = self._read_header()

    def _read_header(self) -> tuple[list[str], int]:
        with self.path.open("rb") as file:
            for start, fields in self._fields(file):
                self._check_header(start, fields)
                return fields, file.tell()
        raise DataError(f"{self.path}: the file holds no header")

    def _check_header(self, start: int, fields: list[str]) -> None:
        unnamed = next((place for place, name in enumerate(fields, 1) if not name.strip()), None)
        if unnamed is not None:
            raise DataError(f"{self.place(start)}: column {unnamed} has no name -- name it in the header")
        doubled = next((name for name in fields if fields.count(name) > 1), None)
        if doubled is not None:
            raise DataError(f"{self.place(start)}: two columns are called '{doubled}' -- rename one of them")

    def scan(self) -> Iterator[tuple[int, Record]]:
        """Every record with the offset of its first line."""
        with self.path.open("rb") as file:
            file.seek(self._start)
            for start, fields in self._fields(file):
                yield start, self._record(start, fields)

    def read(self, locators: Sequence[int]) -> list[Record]:
        """The records that start at these offsets."""
        with self.path.open("rb") as file:
            return [self._read_one(file, int(locator)) for locator in locators]

    def _read_one(self, file: BinaryIO, start: int) -> Record:
        file.seek(start)
        for _, fields in self._fields(file):
            return self._record(start, fields)
        raise DataError(f"{self.path}: has no record at byte {start} -- the file has changed, run again")

    def _fields(self, file: BinaryIO) -> Iterator[tuple[int, list[str]]]:
        """The records from where the file stands. The csv module asks for a line only when a record needs it, so the
        offset before a record is asked for is where it starts."""
        lines = Lines(file, self.path)
        reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
        while True:
            start = lines.offset
            try:
                fields = next(reader, None)
            except csv.Error as error:
                raise DataError(f"{self.place(start)}: not valid CSV: {error}") from None
            if fields is None:
                return
            if fields:
                yield start, fields

    def _record(self, start: int, fields: list[str]) -> Record:
        if len(fields) != len(self._header):
            raise DataError(
                f"{self.place(start)}: the record has {len(fields)} fields, the header {len(self._header)} -- "
                f"quote a field that holds '{self._delimiter}'"
            )
        return dict(zip(self._header, fields, strict=True))

    def picture(self, reference: Any) -> Picture:
        """The picture of a path relative to the file's folder."""
        return referenced(self.path.parent, reference)

    def columns(self) -> list[str]:
        """The header."""
        return list(self._header)

    def place(self, locator: int) -> str:
        """``file:line`` of the record's first line."""
        return f"{self.path}:{line_at(self.path, locator)}"
