"""A data set: the rows of one data block, indexed at once, read when they are used."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from robustspec.data.base import Record, Source
from robustspec.data.block import DataBlock
from robustspec.data.files import existing, expand, stamp
from robustspec.data.groups import GroupCodes
from robustspec.data.index import Index
from robustspec.data.index_cache import open_index
from robustspec.data.lexicon import load_lexicon
from robustspec.data.order import Order, digest, order_units
from robustspec.data.picture_files import PictureFile
from robustspec.data.reading import RecordReader
from robustspec.data.row import Content, Policy, Row, images_of
from robustspec.data.values import did_you_mean
from robustspec.errors import DataError


def open_dataset(name: str, block: DataBlock, folder: Path, cache: Path | None = None) -> Dataset:
    """The data set of ``block``; its paths are relative to ``folder``, its index is kept under ``cache/index``.

    ``$NAME`` in a path is taken from the environment now. Without ``cache`` nothing is kept. Raises `DataError` for
    whatever is wrong with the data, and for a variable that is not set.
    """
    path = existing(folder / expand(block.source.path), folder=block.source.reads_folder)
    source = block.source.open(path)
    try:
        index = open_index(name, block, path, source, cache)
        lexicon = {category: load_lexicon(folder / expand(file)) for category, file in block.lexicon.items()}
    except BaseException:
        source.close()
        raise
    return Dataset(name, block, path, source, index, lexicon)


class Dataset:
    """The rows of a data block. Positions count the rows that meet ``where``, from 0, in file order.

    ``lexicon`` maps span categories to terms; ``warnings`` are sentences for the reader of a report. Safe to use from
    several threads.
    """

    def __init__(
        self,
        name: str,
        block: DataBlock,
        path: Path,
        source: Source,
        index: Index,
        lexicon: dict[str, tuple[str, ...]],
    ) -> None:
        self.name = name
        self.block = block
        self.path = path
        self.lexicon = lexicon
        self.warnings: list[str] = list(index.warnings)
        self._index = index
        self._source = source
        # A folder is not looked through for every row: that its pictures are unchanged is checked when they are shown.
        self._stamp = None if path.is_dir() else stamp(path)
        self._reader = RecordReader(block, bool(len(index.numbers)), source)
        self._orders: dict[int, Order] = {}
        self._lock = Lock()

    @property
    def n_rows(self) -> int:
        """Rows that meet ``where``."""
        return len(self._index)

    @cached_property
    def n_units(self) -> int:
        """Units that these rows belong to; as many as rows where the block has no ``unit``."""
        units = self._index.unit_digests
        return len(units) if self.block.unit is None else len(np.unique(units))

    @cached_property
    def content_hash(self) -> str:
        """What evidence is keyed by: BLAKE2b of the file's bytes, mixed with those of the picture files that rows show and
        with the terms of the lexicons, if any."""
        if not self.lexicon:
            return self._index.content_hash
        mixed = blake2b(self._index.content_hash.encode(), digest_size=16)
        for category in sorted(self.lexicon):
            mixed.update("\n".join(["", category, *self.lexicon[category]]).encode())
        return mixed.hexdigest()

    @property
    def group_names(self) -> tuple[str, ...]:
        """The groups of the block, in its order."""
        return tuple(self._index.groups)

    def group_values(self, name: str) -> list[str]:
        """The values of a group that occur: bands from lowest to highest, others sorted."""
        return list(self._group(name).values)

    def group_codes(self, name: str) -> NDArray[np.int32]:
        """For each row, the place of its value in `group_values`."""
        return self._group(name).codes

    def _group(self, name: str) -> GroupCodes:
        if name not in self._index.groups:
            raise DataError(f"data '{self.name}' has no group '{name}' -- {did_you_mean(name, self._index.groups)}")
        return self._index.groups[name]

    @property
    def policies(self) -> tuple[Policy | None, ...]:
        """The different policies of rows; None (first) is a row that has none."""
        return self._index.policies

    @property
    def policy_codes(self) -> NDArray[np.int8]:
        """For each row, the place of its policy in `policies`: its own, else that of the first matching rule."""
        return self._index.policy_codes

    @property
    def has_label(self) -> NDArray[np.bool_]:
        """For each row, whether it has a label."""
        return self._index.has_label

    def order(self, seed: int) -> Order:
        """The order in which units are drawn under ``seed``; the same however the file is sorted."""
        if seed not in self._orders:
            self._orders[seed] = order_units(self._index.unit_digests, self._index.row_digests, seed)
        return self._orders[seed]

    def position(self, row_id: str) -> int | None:
        """The position of the row of this id, None where no row has it."""
        wanted = np.frombuffer(digest(row_id), dtype="<u8")[0]
        for place in np.flatnonzero(self._index.row_digests == wanted).tolist():
            if self.rows([place])[0].id == row_id:
                return int(place)
        return None

    def rows(self, positions: Sequence[int] | NDArray[np.int64]) -> list[Row]:
        """The rows at these positions, in this order, read from the file now."""
        places = np.asarray(positions, dtype=np.int64)
        if not len(places):
            return []
        if self._stamp is not None and stamp(self.path) != self._stamp:
            raise DataError(f"{self.path}: the file changed during the run -- run again")
        with self._lock:
            records = self._source.read(self._index.locators[places].tolist())
        return [self._row(place, record) for place, record in zip(places.tolist(), records, strict=True)]

    def _row(self, position: int, record: Record) -> Row:
        index, reader = self._index, self._reader
        try:
            row_id = reader.id(record, int(index.numbers[position]) if reader.numbered else 0)
            content = reader.input(record)
            if type(content) is not str:
                self._check_unchanged(content)
            return Row(
                id=row_id,
                input=content,
                label=reader.label(record),
                policy=index.policies[index.policy_codes[position]],
                spans=reader.spans(record, content),
                facts=reader.facts(record),
                groups={name: group.values[group.codes[position]] for name, group in index.groups.items()},
                unit=reader.unit(record, row_id),
            )
        except DataError as error:
            raise DataError(f"{self._source.place(int(index.locators[position]))}: {error}") from None

    def _check_unchanged(self, content: Content) -> None:
        for picture in images_of(content):
            if isinstance(picture, PictureFile) and not self._index.pictures.holds(picture):
                raise DataError(f"{picture.path}: the picture changed during the run -- run again")

    def close(self) -> None:
        """Release the file."""
        self._source.close()
