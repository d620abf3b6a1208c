"""An NPZ file of numpy that holds pictures, labels and other columns as arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from robustspec.data.base import Record, Source, SourceKind
from robustspec.data.files import existing, stamp
from robustspec.data.npz_file import Member, members, read_array
from robustspec.data.picture import Picture
from robustspec.data.picture_files import referenced
from robustspec.errors import DataError

_PICTURES = ("images", "volumes")
_COLUMNS = {"labels": "label", "ids": "id"}
_MOST_COLUMN_BYTES = 2**28
_NO_COLUMNS = ("affine", "images_affine", "volumes_affine")


class NpzSource(SourceKind):
    """An NPZ file of numpy: an array ``images`` or ``volumes``, whose first axis counts the rows, and arrays as long.

    Columns: ``images`` (the picture: n x height x width, n x height x width x 3, or n x x x y x z), ``label`` (the array
    ``labels``), ``id`` (``ids``), and every other array under its name. The affine of volumes stands in ``affine``, 4 x 4 or
    one for each; without it, voxels are taken as 1 mm wide and RAS+. Nothing is unpickled. Save large stacks uncompressed
    (``np.savez``): a picture is then read where it stands. The other columns are held in memory, 256 MiB at most.
    """

    kind: Literal["npz"] = "npz"
    prefix: str = ""
    """Only arrays whose names begin so count, without it: ``test_`` takes test_images and test_labels."""

    def open(self, path: Path) -> NpzFile:
        """The live file; `DataError` when it is missing, torn, or its arrays do not fit together."""
        return NpzFile(path, self.prefix)


class NpzFile(Source):
    """An NPZ file; locators count its pictures from 0. The other columns are held in memory."""

    def __init__(self, path: Path, prefix: str = "") -> None:
        self.path = existing(path)
        of = stamp(self.path.resolve())
        known = members(self.path.resolve(), of)
        own = {name.removeprefix(prefix): member for name, member in known.items() if name.startswith(prefix)}
        self._pictures = _pictures(path, own, prefix)
        self._count = self._pictures.shape[0]
        others = {name: each for name, each in own.items() if name not in (*_PICTURES, *_NO_COLUMNS) and each.shape}
        self._check_sizes(list(others.values()))
        self._held: dict[str, NDArray[Any]] = {}
        for name, member in others.items():
            self._check_length(member)
            self._held[_COLUMNS.get(name, name)] = _column(read_array(self.path.resolve(), of, member))

    def _check_sizes(self, columns: Sequence[Member]) -> None:
        """By what the headers say, before anything is unpacked."""
        if sum(each.nbytes for each in columns) > _MOST_COLUMN_BYTES:
            largest = max(columns, key=lambda each: each.nbytes)
            raise DataError(
                f"{self.path}: its columns take over {_MOST_COLUMN_BYTES:,} bytes, the array '{largest.name}' "
                f"{largest.nbytes:,} of them -- leave it out of the file"
            )

    def _check_length(self, member: Member) -> None:
        if member.shape[0] != self._count:
            raise DataError(
                f"{self.path}: the array '{member.name}' has {member.shape[0]:,} entries, '{self._pictures.name}' has "
                f"{self._count:,} -- one each, or leave it out"
            )

    def _record(self, number: int) -> Record:
        if not 0 <= number < self._count:
            raise DataError(f"{self.path}: has no entry {number} -- the file has changed, run again")
        columns = {name: _item(column, number) for name, column in self._held.items()}
        return {**columns, "images": f"{self.path.name}#{self._pictures.name}[{number}]"}

    def scan(self) -> Iterator[tuple[int, Record]]:
        """Every entry with its number."""
        return ((number, self._record(number)) for number in range(self._count))

    def read(self, locators: Sequence[int]) -> list[Record]:
        """The entries of these numbers."""
        return [self._record(int(locator)) for locator in locators]

    def columns(self) -> list[str]:
        """The columns."""
        return [*self._held, "images"]

    def place(self, locator: int) -> str:
        """The array and the entry, counted from 0 as numpy does."""
        return f"{self.path}#{self._pictures.name}[{locator}]"

    def picture(self, reference: Any) -> Picture:
        """The picture of an entry."""
        return referenced(self.path.parent, reference)


def _pictures(path: Path, own: dict[str, Member], prefix: str) -> Member:
    found = [own[name] for name in _PICTURES if name in own]
    if len(found) != 1 or len(found[0].shape) < 3:
        fault = "holds both" if len(found) > 1 else "its pictures have no axis to count them" if found else "holds no"
        names = ", ".join(f"{name} {member.shape}" for name, member in list(own.items())[:8]) or "nothing"
        raise DataError(
            f"{path}: {fault}: one array '{prefix}images' (n x height x width) or '{prefix}volumes' is needed -- there are: "
            f"{names}"
        )
    return found[0]


def _column(array: NDArray[Any]) -> NDArray[Any]:
    """Labels often stand in a column, n x 1."""
    return array[:, 0] if array.ndim == 2 and array.shape[1] == 1 else array


def _item(column: NDArray[Any], number: int) -> Any:
    value = column[number]
    if isinstance(value, np.bytes_):
        return value.decode("utf-8", "replace")
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value
