"""Which picture files the rows of a data set show: what an index knows of them, and whether they are still the same."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from robustspec.data.files import content_hash, stamp
from robustspec.data.picture_files import PictureFile, file_key
from robustspec.data.row import Content, images_of
from robustspec.errors import DataError


@dataclass(frozen=True, slots=True, eq=False)
class PicturesShown:
    """The picture files of an index: ``keys`` (uint64, sorted), one for each file as it was when it was indexed.

    ``paths`` (uint8) are the resolved paths one after another, each ended by a zero byte, of those files that are not
    part of the data file or data folder itself; an index that was read from the cache keeps none.
    """

    keys: NDArray[np.uint64]
    paths: NDArray[np.uint8]

    def holds(self, picture: PictureFile) -> bool:
        """Whether the picture is one of these files, unchanged."""
        place = int(np.searchsorted(self.keys, np.uint64(picture.file_key)))
        return place < len(self.keys) and int(self.keys[place]) == picture.file_key

    def unchanged(self) -> bool:
        """Whether the files of ``paths`` are as they were; each is looked at, none is opened."""
        names = self.paths.tobytes().split(b"\0")[:-1]
        known = set(self.keys.tolist()) if names else set()
        try:
            return all(file_key(path, stamp(Path(path))) in known for path in map(os.fsdecode, names))
        except DataError:
            return False


class PictureCollector:
    """Collects the picture files of rows while they are indexed, each once, in the order in which rows show them.

    ``path`` is the data file or folder. What lies in a folder that the source gives the ``parts`` of, or is the data
    file, has its bytes hashed with it, and here only its key is kept.
    """

    def __init__(self, path: Path, parts: Sequence[Path]) -> None:
        file = str(path.resolve())
        self._part_of = file + os.sep if parts else None
        self._file = file
        self._keys: dict[str, int] = {}

    def add(self, content: Content) -> None:
        """Note the pictures of a row."""
        for picture in images_of(content):
            if isinstance(picture, PictureFile):
                self._keys[picture.path] = picture.file_key

    def _outside(self) -> list[str]:
        part_of = self._part_of
        return [
            path for path in self._keys if path != self._file and not (part_of is not None and path.startswith(part_of))
        ]

    def finish(self) -> PicturesShown:
        """What the index keeps."""
        keys = np.unique(np.fromiter(self._keys.values(), dtype=np.uint64, count=len(self._keys)))
        paths = b"".join(os.fsencode(path) + b"\0" for path in self._outside())
        return PicturesShown(keys, np.frombuffer(paths, dtype=np.uint8))

    def mixed(self, file_hash: str) -> str:
        """The content hash of the data: that of the file, mixed with the bytes of the pictures, whatever their paths.

        Raises `DataError` where one of them changed since its row was read.
        """
        outside = self._outside()
        if not outside:
            return file_hash
        hasher = blake2b(file_hash.encode(), digest_size=16)
        for path in outside:
            hasher.update(content_hash(Path(path)).encode())
            if file_key(path, stamp(Path(path))) != self._keys[path]:
                raise DataError(f"{path}: the picture changed while it was read -- run again")
        return hasher.hexdigest()
