"""Where rows come from: the specification of a data file, and the live source that it opens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from robustspec.data.picture import Picture
from robustspec.described import Described
from robustspec.errors import DataError

Record = Mapping[str, Any]
"""One record as the file holds it, before columns are renamed."""


class Source:
    """An open data file that can be scanned once and read at random.

    ``scan`` yields, in file order, a locator (an int that `read` understands: a byte offset, a row number) and the
    record; it raises `DataError` with the place of the first torn record. ``read`` returns the records at the given
    locators, in that order.
    """

    def scan(self) -> Iterator[tuple[int, Record]]:
        """Every record with its locator, in file order, in bounded memory."""
        raise NotImplementedError

    def read(self, locators: Sequence[int]) -> list[Record]:
        """The records at ``locators``, in that order."""
        raise NotImplementedError

    def columns(self) -> list[str]:
        """The columns of the file, found without reading all of it."""
        raise NotImplementedError

    def place(self, locator: int) -> str:
        """Where a record stands, for error messages: ``file:line``, or ``file: row 3`` where a file has no lines."""
        raise NotImplementedError

    def picture(self, reference: Any) -> Picture:
        """The picture that a record names under ``images``: nothing is opened yet. `DataError` for what names none.

        ``reference`` is whatever the record holds: text (a path) or a mapping. A picture that is a file should be a
        `robustspec.data.picture_files.PictureFile`, so that the index notices when it changes.
        """
        raise DataError(f"this kind of data holds no pictures, but a row names {reference!r:.60}")

    def parts(self) -> Sequence[Path]:
        """Of a folder, the files that it was found to consist of, in a fixed order; of a file, none."""
        return ()

    def close(self) -> None:
        """Release the file."""


class SourceKind(Described):
    """A kind of data file. What a data block says besides (columns, groups, policy) is the same for all kinds."""

    reads_folder: ClassVar[bool] = False
    """Whether ``path`` is a folder."""
    simulated: ClassVar[bool] = False
    """Whether whatever such a source holds is simulated, so that no data block can call it real."""

    kind: str
    path: str
    """File or folder, relative to the specification; ``$NAME`` is taken from the environment when the file is opened."""

    def open(self, path: Path) -> Source:
        """The live source for the resolved ``path``."""
        raise NotImplementedError
