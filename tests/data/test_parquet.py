"""Parquet files by row group, and the extra that they need."""

from __future__ import annotations

import sys

import pytest

from robustspec.data.block import DataBlock
from robustspec.data.dataset import open_dataset
from robustspec.data.parquet import ParquetSource
from robustspec.data.row import Message
from robustspec.errors import DataError

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


@pytest.fixture
def written(tmp_path):
    def write(rows, **options):
        path = tmp_path / "rows.parquet"
        pq.write_table(pa.Table.from_pylist(rows), path, **options)
        return path

    return write


def test_rows_are_read_at_random_over_row_groups(written):
    """Locators are row numbers, in whatever order and however often."""
    path = written([{"id": str(n)} for n in range(10)], row_group_size=3)
    source = ParquetSource(path=path.name).open(path)
    assert [locator for locator, _ in source.scan()] == list(range(10))
    assert [record["id"] for record in source.read([9, 0, 4, 0, 3])] == ["9", "0", "4", "0", "3"]


def test_conversations_and_nulls_become_rows(written, tmp_path):
    """Structs are messages, a null label is no label."""
    message = {"role": "user", "content": "hello"}
    written([{"id": 7, "input": [message], "label": None}, {"id": 8, "input": [message], "label": "a"}])
    block = DataBlock(source=ParquetSource(path="rows.parquet"))
    dataset = open_dataset("d", block, tmp_path)
    assert dataset.has_label.tolist() == [False, True]
    assert dataset.rows([0])[0].input == (Message("user", "hello"),)
    assert dataset.rows([0])[0].id == "7"


def test_faults_name_the_row(written, tmp_path):
    """Parquet has no lines; rows count from 1."""
    written([{"id": "a", "input": "x", "label": 0.5}, {"id": "b", "input": "x", "label": float("nan")}])
    with pytest.raises(DataError, match=r"rows\.parquet: row 2: row 'b': 'label' holds NaN"):
        open_dataset("d", DataBlock(source=ParquetSource(path="rows.parquet")), tmp_path)


def test_another_file_is_no_parquet(tmp_path):
    """The first bytes tell."""
    (tmp_path / "rows.parquet").write_text("id,input\n1,x\n")
    with pytest.raises(DataError, match="not a whole Parquet file"):
        ParquetSource(path="rows.parquet").open(tmp_path / "rows.parquet")


def test_the_extra_is_named_where_pyarrow_is_missing(written, monkeypatch):
    """The remedy is one command."""
    path = written([{"id": "a"}])
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(DataError, match=r"pip install 'robustspec\[parquet\]'"):
        ParquetSource(path="rows.parquet").open(path)
