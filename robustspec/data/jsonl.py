"""JSON Lines: one JSON object a line, UTF-8."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Literal

from robustspec.data.base import Record, Source, SourceKind
from robustspec.data.files import decode, existing, line_at
from robustspec.data.picture import Picture
from robustspec.data.picture_files import referenced
from robustspec.data.values import short
from robustspec.errors import DataError

LOOK_AHEAD = 100
"""Records that `JsonlFile.columns` looks at: objects of one file need not all have the same keys."""


class JsonlSource(SourceKind):
    """A file of JSON Lines: one JSON object a line, in UTF-8; blank lines are skipped."""

    kind: Literal["jsonl"] = "jsonl"

    def open(self, path: Path) -> JsonlFile:
        """The live file; `DataError` when it is missing or empty."""
        return JsonlFile(path)


class JsonlFile(Source):
    """A JSON Lines file; locators are byte offsets of lines. It keeps no file open."""

    def __init__(self, path: Path) -> None:
        self.path = existing(path)

    def scan(self) -> Iterator[tuple[int, Record]]:
        """Every object with the offset of its line."""
        offset = 0
        with self.path.open("rb") as file:
            for line in file:
                if not line.isspace():
                    yield offset, self._record(line, offset)
                offset += len(line)

    def read(self, locators: Sequence[int]) -> list[Record]:
        """The objects of the lines at these offsets."""
        with self.path.open("rb") as file:
            return [self._read_one(file, int(locator)) for locator in locators]

    def _read_one(self, file: BinaryIO, offset: int) -> Record:
        file.seek(offset)
        return self._record(file.readline(), offset)

    def _record(self, line: bytes, offset: int) -> Record:
        try:
            record = json.loads(decode(line, self.path, offset))
        except json.JSONDecodeError as error:
            raise DataError(
                f"{self.place(offset)}: not valid JSON: {error.msg.removesuffix(' at')} at column {error.colno}"
            ) from None
        except (ValueError, RecursionError):  # a number of more digits than Python reads, or nesting without end
            raise DataError(f"{self.place(offset)}: JSON with too many digits or nested too deeply to read") from None
        if not isinstance(record, dict):
            raise DataError(f"{self.place(offset)}: a line holds one JSON object, but this is {short(record)}")
        return record

    def picture(self, reference: Any) -> Picture:
        """The picture of a path relative to the file's folder."""
        return referenced(self.path.parent, reference)

    def columns(self) -> list[str]:
        """The keys of the first records, in the order in which they appear."""
        return list(dict.fromkeys(key for _, record in islice(self.scan(), LOOK_AHEAD) for key in record))

    def place(self, locator: int) -> str:
        """``file:line``."""
        return f"{self.path}:{line_at(self.path, locator)}"
