"""What sources that read a folder have in common: one record for each file that counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from robustspec.data.base import Record, Source
from robustspec.data.files import existing
from robustspec.data.picture import Picture
from robustspec.data.picture_files import picture_file
from robustspec.errors import DataError

LOOK_AHEAD = 100
"""Records that `FolderSource.columns` looks at: files of one folder need not all say the same."""


class FolderSource(Source):
    """A folder; locators count its files, sorted by name, from 0.

    A subclass hands over the ``names`` of the files that are records, relative to ``path``, and makes the `record` of one.
    """

    def __init__(self, path: Path, names: Sequence[str], what: str) -> None:
        if not names:
            raise DataError(f"{path}: the folder holds no {what}")
        self.path = path
        self.names = names

    def record(self, name: str) -> Record:
        """The record of a file."""
        raise NotImplementedError

    def scan(self) -> Iterator[tuple[int, Record]]:
        """The record of every file."""
        for locator, name in enumerate(self.names):
            yield locator, self.record(name)

    def read(self, locators: Sequence[int]) -> list[Record]:
        """The records of these files."""
        return [self.record(self.names[int(locator)]) for locator in locators]

    def columns(self) -> list[str]:
        """The columns of the first records, in the order in which they appear."""
        return list(dict.fromkeys(column for _, record in islice(self.scan(), LOOK_AHEAD) for column in record))

    def place(self, locator: int) -> str:
        """The file."""
        return str(self.path / self.names[locator])

    def picture(self, reference: Any) -> Picture:
        """The picture of a file, by its path relative to the folder."""
        return picture_file(self.path / str(reference))

    def parts(self) -> Sequence[Path]:
        """The files that are records."""
        return [self.path / name for name in self.names]


def folder_at(path: Path) -> Path:
    """``path``, when it is a folder; else a `DataError`."""
    return existing(path, folder=True)
