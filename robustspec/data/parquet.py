"""Apache Parquet, read row group by row group. Needs pyarrow, the extra ``parquet``."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate, groupby
from pathlib import Path
from typing import Any, Literal

from robustspec.data.base import Record, Source, SourceKind
from robustspec.data.files import existing
from robustspec.data.picture import Picture
from robustspec.data.picture_files import referenced
from robustspec.errors import DataError

BATCH_ROWS = 4096


class ParquetSource(SourceKind):
    """A Parquet file; nested columns become lists and mappings. Needs the extra ``robustspec[parquet]``."""

    kind: Literal["parquet"] = "parquet"

    def open(self, path: Path) -> ParquetFile:
        """The live file; `DataError` when it is missing, empty or no Parquet, or pyarrow is not installed."""
        return ParquetFile(path)


class ParquetFile(Source):
    """An open Parquet file; locators are row numbers from 0. At most one row group is held in memory."""

    def __init__(self, path: Path) -> None:
        self.path = existing(path)
        self._file = _open(self.path)
        metadata = self._file.metadata
        sizes = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
        self._starts = [0, *accumulate(sizes)]
        self._held: tuple[int, Any] | None = None

    def scan(self) -> Iterator[tuple[int, Record]]:
        """Every row with its number."""
        number = 0
        with _faults(self.path):
            for batch in self._file.iter_batches(batch_size=BATCH_ROWS):
                for record in batch.to_pylist():
                    yield number, record
                    number += 1

    def read(self, locators: Sequence[int]) -> list[Record]:
        """The rows of these numbers; each row group is opened once a call."""
        records: list[Record] = [{}] * len(locators)
        wanted = sorted((int(number), place) for place, number in enumerate(locators))
        for group, members in groupby(wanted, key=lambda pair: bisect_right(self._starts, pair[0]) - 1):
            pairs = list(members)
            rows = self._group(group).take([number - self._starts[group] for number, _ in pairs]).to_pylist()
            for (_, place), record in zip(pairs, rows, strict=True):
                records[place] = record
        return records

    def _group(self, group: int) -> Any:
        if self._held is None or self._held[0] != group:
            self._held = None  # let go of the old one before the new one is read
            with _faults(self.path):
                self._held = (group, self._file.read_row_group(group))
        return self._held[1]

    def picture(self, reference: Any) -> Picture:
        """The picture of a path relative to the file's folder."""
        return referenced(self.path.parent, reference)

    def columns(self) -> list[str]:
        """The names of the schema."""
        return [str(name) for name in self._file.schema_arrow.names]

    def place(self, locator: int) -> str:
        """``file: row N``, counted from 1."""
        return f"{self.path}: row {locator + 1}"

    def close(self) -> None:
        """Release the file."""
        self._held = None
        self._file.close()


def _open(path: Path) -> Any:
    try:
        import pyarrow.parquet
    except ImportError:
        raise DataError(f"{path}: Parquet needs pyarrow -- pip install 'robustspec[parquet]'") from None
    with _faults(path):
        return pyarrow.parquet.ParquetFile(path)


@contextmanager
def _faults(path: Path) -> Iterator[None]:
    """What pyarrow raises on a torn file, as a `DataError`."""
    from pyarrow import ArrowException

    try:
        yield
    except (ArrowException, OSError) as error:
        raise DataError(f"{path}: not a whole Parquet file: {str(error).splitlines()[0]} -- write it again") from error
