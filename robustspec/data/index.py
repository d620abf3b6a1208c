"""The index of a data block: all that planning needs to know of its rows, built in one pass and cached.

Arrays only: a million rows take about 30 MB and load in a fraction of a second, and no row is held in memory.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from robustspec.data.base import Record, Source
from robustspec.data.block import DataBlock
from robustspec.data.checks import column_groups, is_numbered, named_columns
from robustspec.data.files import content_hash, stamp
from robustspec.data.groups import GroupCodes, GroupColumn, intersect
from robustspec.data.order import Digests, digest
from robustspec.data.pictures_shown import PictureCollector, PicturesShown
from robustspec.data.reading import RecordReader
from robustspec.data.row import Content, Policy
from robustspec.data.values import did_you_mean
from robustspec.errors import DataError


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """What is known of the n rows of a block that meet its ``where``, in file order.

    ``locators`` (int64) find a row in its file; ``row_digests`` and ``unit_digests`` (uint64) are BLAKE2b of row and
    unit id, one and the same array where each row is a unit; ``numbers`` (int64) are record numbers from 1, empty where
    the file has ids; ``policy_codes`` (int8) point into ``policies``, whose first is None; ``pictures`` are the picture
    files that rows show; ``content_hash`` is BLAKE2b of the file, mixed with the bytes of its pictures, if any.
    """

    locators: NDArray[np.int64]
    row_digests: Digests
    unit_digests: Digests
    numbers: NDArray[np.int64]
    groups: dict[str, GroupCodes]
    policies: tuple[Policy | None, ...]
    policy_codes: NDArray[np.int8]
    has_label: NDArray[np.bool_]
    pictures: PicturesShown
    content_hash: str
    warnings: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.locators)


def build_index(name: str, block: DataBlock, path: Path, source: Source) -> Index:
    """Read the whole file once and index it.

    Raises `DataError` for whatever is wrong with the data: a malformed record, a duplicate id, a group without value, a
    column that no record has, no row at all, a file that changes meanwhile.
    """
    parts = source.parts()
    before = stamp(path, parts)
    builder = _Builder(name, block, path, source)
    builder.add_all(source.scan())
    index = builder.finish(content_hash(path, parts))
    if stamp(path, parts) != before:
        raise DataError(f"{path}: the {'folder' if parts else 'file'} changed while it was read -- run again")
    return index


class _Builder:
    """Grows the columns of an index row by row."""

    def __init__(self, name: str, block: DataBlock, path: Path, source: Source) -> None:
        self._name, self._block, self._path, self._source = name, block, path, source
        self._known = source.columns()
        self._reader = RecordReader(block, is_numbered(block, self._known), source)
        self._pictures = PictureCollector(path, source.parts())
        self._columns = {group.name: GroupColumn(group) for group in column_groups(block)}
        self._unseen = set(named_columns(block, self._known)) - set(self._known)
        self._locators, self._numbers = array("q"), array("q")
        self._row_digests, self._unit_digests, self._input_digests = bytearray(), bytearray(), bytearray()
        self._policies: dict[Policy | None, int] = {None: 0}
        self._policy_codes, self._has_label = bytearray(), bytearray()

    def add_all(self, records: Iterable[tuple[int, Record]]) -> None:
        """Index every record; a fault gets the record's place in front."""
        number = 0
        for number, (locator, record) in enumerate(records, 1):
            if self._unseen:
                self._unseen.difference_update(record)
            try:
                if self._reader.kept(record):
                    self._add(number, locator, record)
            except DataError as error:
                raise DataError(f"{self._source.place(locator)}: {self._called(record)}{error}") from None
        if not number:
            raise DataError(f"{self._path}: the file holds no records")

    def _add(self, number: int, locator: int, record: Record) -> None:
        reader = self._reader
        row_id = reader.id(record, number)
        content = reader.input(record)
        reader.spans(record, content)
        reader.facts(record)
        self._locators.append(locator)
        self._row_digests += digest(row_id)
        self._input_digests += digest(_text_of(content))
        if type(content) is not str:
            self._pictures.add(content)
        if self._block.unit is not None:
            self._unit_digests += digest(reader.unit(record, row_id))
        if reader.numbered:
            self._numbers.append(number)
        self._has_label.append(reader.label(record) is not None)
        self._policy_codes.append(self._policies.setdefault(reader.policy(record), len(self._policies)))
        for column in self._columns.values():
            column.add(record.get(column.column), locator)

    def _called(self, record: Record) -> str:
        row_id = record.get(self._block.column("id"))
        return "" if row_id is None else f"row '{row_id}': "

    def finish(self, file_hash: str) -> Index:
        """The index, after the checks that need all rows."""
        if faults := [*self._absent_columns(), *self._groups_without_value()]:
            raise DataError("\n".join(faults))
        if not self._locators:
            raise DataError(f"{self._path}: no row meets `where` of data '{self._name}'")
        locators = np.frombuffer(self._locators, dtype=np.int64)
        row_digests = np.frombuffer(self._row_digests, dtype="<u8").astype(np.uint64)
        if not self._reader.numbered:
            self._check_duplicates(row_digests)
        units = np.frombuffer(self._unit_digests, dtype="<u8").astype(np.uint64)
        units = row_digests if self._block.unit is None else units
        return Index(
            locators=locators,
            row_digests=row_digests,
            unit_digests=units,
            numbers=np.array(self._numbers, dtype=np.int64),
            groups=self._all_groups(),
            policies=tuple(self._policies),
            policy_codes=np.frombuffer(self._policy_codes, dtype=np.int8),
            has_label=np.frombuffer(self._has_label, dtype=np.bool_),
            pictures=self._pictures.finish(),
            content_hash=self._pictures.mixed(file_hash),
            warnings=(*self._warnings(), *self._repeated(units)),
        )

    def _absent_columns(self) -> list[str]:
        return [
            f"{self._path}: no record has a column '{column}', which data '{self._name}' names -- "
            f"{did_you_mean(column, self._known)}"
            for column in sorted(self._unseen)
        ]

    def _groups_without_value(self) -> list[str]:
        return [
            f"{self._source.place(column.first_missing)}: group '{column.group.name}' of data '{self._name}' has no "
            f"value in {column.missing:,} of {len(self._locators):,} rows, the first of them here -- fill them in, or "
            f"name them with `missing: unknown`"
            for column in self._columns.values()
            if column.missing
        ]

    def _check_duplicates(self, digests: Digests) -> None:
        """Digests that are equal may be of equal ids: those rows are read again and their ids compared."""
        order = np.argsort(digests, kind="stable")
        same = np.flatnonzero(digests[order][1:] == digests[order][:-1])
        for first, second in zip(order[same].tolist(), order[same + 1].tolist(), strict=True):
            places = [self._locators[first], self._locators[second]]
            ids = [self._reader.id(record, 0) for record in self._source.read(places)]
            if ids[0] == ids[1]:
                raise DataError(
                    f"{self._source.place(places[1])}: the id '{ids[0]}' stands at {self._source.place(places[0])} too "
                    f"({len(same):,} such pairs in the file) -- an id names one row"
                )

    def _all_groups(self) -> dict[str, GroupCodes]:
        coded = {name: column.finish() for name, column in self._columns.items()}
        for group in self._block.groups:
            if group.of is not None:
                coded[group.name] = intersect(group.name, [coded[part] for part in group.of])
        return {group.name: coded[group.name] for group in self._block.groups}

    def _warnings(self) -> Iterable[str]:
        for name, column in self._columns.items():
            if absent := column.absent():
                yield f"data '{self._name}': no row has {name} {' or '.join(absent)}"

    def _repeated(self, units: Digests) -> Iterable[str]:
        """Equal inputs of several units: one observation each, which the statistics would count as several."""
        inputs = np.frombuffer(self._input_digests, dtype="<u8").astype(np.uint64)
        order = np.lexsort((units, inputs))
        inputs, units = inputs[order], units[order]
        new_input = inputs[1:] != inputs[:-1]
        repeated = int((~new_input & (units[1:] != units[:-1])).sum())
        if repeated:
            what = "row" if self._block.unit is None else self._block.unit
            yield (
                f"data '{self._name}': {repeated:,} of {len(inputs):,} rows have the same input as another {what} -- "
                "verdicts count them as independent; name what they share as `unit:`, or leave the copies out"
            )


def _text_of(content: Content) -> str:
    """An input as one text that tells it from others; pictures are told apart by where they come from."""
    if isinstance(content, str):
        return content
    return "\0".join(
        f"{message.role}\0{message.name or ''}\0{message.content}{[picture.key for picture in message.images] or ''}"
        for message in content
    )
