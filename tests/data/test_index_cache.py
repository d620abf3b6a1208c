"""When a cached index is used, and when it is not."""

from __future__ import annotations

import os

import numpy as np
import pytest

from robustspec.data import index_cache
from robustspec.data.dataset import open_dataset
from robustspec.data.jsonl import JsonlFile
from robustspec.errors import DataError

ROWS = [{"id": str(n), "input": "x", "vendor": "ab"[n % 2], "person": n // 2} for n in range(6)]
BLOCK = {
    "groups": ["vendor"],
    "unit": "person",
    "policy": [{"when": {"vendor": "a"}, "is": ["ask", "may_refuse"]}],
}


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


@pytest.fixture
def no_scan(monkeypatch):
    """From here on, reading a whole file fails the test."""

    def disable():
        def refuse(self):
            raise AssertionError("the file was scanned")

        monkeypatch.setattr(JsonlFile, "scan", refuse)

    return disable


def test_a_second_opening_does_not_read_the_file(open_jsonl, block_of, tmp_path, cache, no_scan):
    """The cached index says the same as the new one, array for array."""
    first = open_jsonl(ROWS, cache=cache, **BLOCK)
    no_scan()
    second = open_dataset("requests", block_of(**BLOCK), tmp_path, cache)
    assert second.content_hash == first.content_hash
    assert second.policies == first.policies == (None, ("ask", "may_refuse"))
    assert second.n_units == 3
    for name in ("policy_codes", "has_label"):
        np.testing.assert_array_equal(getattr(second, name), getattr(first, name))
    np.testing.assert_array_equal(second.group_codes("vendor"), first.group_codes("vendor"))
    np.testing.assert_array_equal(second.order(3).rows, first.order(3).rows)
    assert second.rows(range(6)) == first.rows(range(6))


def test_a_block_that_reads_the_same_uses_the_same_index(open_jsonl, block_of, tmp_path, cache, no_scan):
    """What a block says of origin and licence is not in the index."""
    open_jsonl(ROWS, cache=cache)
    no_scan()
    open_dataset("requests", block_of(origin="real", licence="CC0-1.0", represents="all"), tmp_path, cache)


def test_another_block_gets_another_index(open_jsonl, block_of, tmp_path, cache):
    """Two blocks over one file do not push each other out."""
    open_jsonl(ROWS, cache=cache)
    smaller = open_dataset("requests", block_of(where={"vendor": "a"}), tmp_path, cache)
    assert smaller.n_rows == 3
    assert len(list((cache / "index").iterdir())) == 2


@pytest.mark.parametrize("change", ["content", "time", "inode"])
def test_a_changed_file_is_read_again(open_jsonl, write_jsonl, block_of, tmp_path, cache, no_scan, change):
    """Other bytes of the same size, another time, another file of the same size and time."""
    open_jsonl(ROWS, cache=cache)
    path = tmp_path / "rows.jsonl"
    before = path.stat()
    if change == "content":
        path.write_text(path.read_text().replace('"x"', '"y"'))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    elif change == "time":
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    else:
        other = tmp_path / "other"
        other.write_text(path.read_text().replace('"x"', '"y"'))
        os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
        other.replace(path)
    no_scan()
    with pytest.raises(AssertionError, match="was scanned"):
        open_dataset("requests", block_of(), tmp_path, cache)


@pytest.mark.parametrize("damage", ["empty", "half", "other", "version"])
def test_a_torn_or_old_index_is_built_anew(open_jsonl, cache, monkeypatch, damage):
    """Whatever is wrong with the cache, the data is right, and the cache is mended."""
    expected = open_jsonl(ROWS, cache=cache, **BLOCK).rows(range(6))
    if damage == "version":
        monkeypatch.setattr(index_cache, "VERSION", 0)
        open_jsonl(ROWS, cache=cache, **BLOCK)
        monkeypatch.undo()
    (file, *_) = (cache / "index").iterdir()
    content = file.read_bytes()
    if damage != "version":
        file.write_bytes({"empty": b"", "half": content[: len(content) // 2], "other": b"PK\x03\x04 nonsense"}[damage])
    assert open_jsonl(ROWS, cache=cache, **BLOCK).rows(range(6)) == expected


def test_no_cache_leaves_no_trace(open_jsonl, tmp_path):
    """Without a cache folder nothing is written."""
    open_jsonl(ROWS)
    assert [path.name for path in tmp_path.iterdir()] == ["rows.jsonl"]


def test_a_cache_that_cannot_be_written_costs_no_run(open_jsonl, cache):
    """A file stands where the folder should be."""
    cache.write_text("in the way")
    assert open_jsonl(ROWS, cache=cache).n_rows == 6


def test_an_interrupted_write_leaves_the_old_index(open_jsonl, cache, monkeypatch):
    """A write that fails midway leaves neither a torn index nor a part of one."""
    open_jsonl(ROWS, cache=cache)
    before = [path.read_bytes() for path in (cache / "index").iterdir()]

    def fail(out, **arrays):
        out.write(b"part")
        raise OSError("disk full")

    monkeypatch.setattr(index_cache.np, "savez", fail)
    open_jsonl([*ROWS, {"id": "9", "input": "x", "vendor": "a", "person": 9}], cache=cache)
    assert [path.read_bytes() for path in (cache / "index").iterdir()] == before


def test_an_index_with_a_fault_is_not_cached(open_jsonl, cache):
    """The error comes again at every opening."""
    for _ in range(2):
        with pytest.raises(DataError, match="stands at"):
            open_jsonl([ROWS[0], ROWS[0]], cache=cache)
