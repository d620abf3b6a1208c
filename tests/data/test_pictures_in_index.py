"""What an index knows of the pictures that rows show, and when it is built anew."""

from __future__ import annotations

import os
import shutil

import numpy as np
import pytest

from robustspec.data.dataset import open_dataset
from robustspec.data.jsonl import JsonlFile
from robustspec.errors import DataError

PIL_Image = pytest.importorskip("PIL.Image")

ROWS = [
    {"id": "1", "images": "a.png"},
    {"id": "2", "input": "x", "images": ["b.png", "a.png"]},
    {"id": "3", "input": "y"},
]


def draw(path, value):
    PIL_Image.fromarray(np.full((8, 8), value, dtype=np.uint8)).save(path)


@pytest.fixture
def opened(tmp_path, open_jsonl):
    draw(tmp_path / "a.png", 1)
    draw(tmp_path / "b.png", 2)

    def open_(rows=ROWS, **block):
        return open_jsonl(rows, **block)

    return open_


def warned(dataset):
    return [warning for warning in dataset.warnings if "the same input as another" in warning]


def test_the_same_words_over_another_picture_are_another_input(opened):
    """What tells them apart is the file."""
    rows = [{"id": name, "input": "What is this?", "images": f"{name}.png"} for name in "ab"]
    assert warned(opened(rows)) == []


def test_the_same_picture_twice_is_a_repeated_input(opened):
    """By whatever path; nothing is opened to find it."""
    rows = [{"id": "1", "images": "a.png"}, {"id": "2", "images": "./a.png"}]
    assert len(warned(opened(rows))) == 1


def test_the_order_of_pictures_is_part_of_the_input(opened):
    """First and second are not the same."""
    assert warned(opened([{"id": "1", "images": ["a.png", "b.png"]}, {"id": "2", "images": ["b.png", "a.png"]}])) == []


def test_the_content_hash_covers_the_pictures(opened, tmp_path):
    """A changed picture is other data, though not a byte of the rows changed."""
    before = opened().content_hash
    draw(tmp_path / "b.png", 3)
    assert opened().content_hash != before


def test_the_content_hash_is_the_same_elsewhere(opened, tmp_path, block_of):
    """It knows bytes, and neither paths nor times."""
    here = opened()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("rows.jsonl", "a.png", "b.png"):
        shutil.copyfile(tmp_path / name, elsewhere / name)
    assert open_dataset("requests", block_of(), elsewhere).content_hash == here.content_hash


def test_without_pictures_the_content_hash_is_that_of_the_file(opened, tmp_path):
    """As it has always been."""
    import hashlib

    dataset = opened([{"id": "1", "input": "x"}])
    expected = hashlib.blake2b((tmp_path / "rows.jsonl").read_bytes(), digest_size=16).hexdigest()
    assert dataset.content_hash == expected


@pytest.fixture
def cached(opened, tmp_path, block_of, monkeypatch):
    """Opens what was indexed before; says whether the file was scanned for it."""
    cache = tmp_path / "cache"
    opened(cache=cache)
    scans = []
    scan = JsonlFile.scan
    monkeypatch.setattr(JsonlFile, "scan", lambda self: scans.append(self) or scan(self))

    def reopen():
        scans.clear()
        dataset = open_dataset("requests", block_of(), tmp_path, cache)
        return dataset, bool(len(scans) > 0)

    return reopen


def test_a_cached_index_is_used_while_the_pictures_are_unchanged(cached):
    """And its rows show them."""
    dataset, scanned = cached()
    assert not scanned
    assert [len(row.input[0].images) for row in dataset.rows([0, 1])] == [1, 2]


@pytest.mark.parametrize("change", ["content", "time", "gone"])
def test_a_changed_picture_makes_a_new_index(cached, tmp_path, change):
    """Other bytes, another time; a picture that is gone is an error."""
    before, _ = cached()
    path = tmp_path / "b.png"
    if change == "content":
        draw(path, 9)
    elif change == "time":
        os.utime(path, ns=(0, 0))
    else:
        path.unlink()
        with pytest.raises(DataError, match=r"rows\.jsonl:2: .*b\.png: no such file"):
            cached()
        return
    after, scanned = cached()
    assert scanned
    assert (after.content_hash != before.content_hash) == (change == "content")
    assert cached()[1] is False


def test_a_picture_that_changes_during_the_run_is_an_error(opened, tmp_path):
    """The evidence would belong to other pictures. Rows that do not show it go on."""
    dataset = opened()
    draw(tmp_path / "b.png", 9)
    assert dataset.rows([0, 2])
    with pytest.raises(DataError, match=r"rows\.jsonl:2: .*b\.png: the picture changed during the run -- run again"):
        dataset.rows([1])


def test_a_picture_that_changes_while_it_is_indexed_is_an_error(opened, tmp_path, monkeypatch):
    """Its hash would belong to other bytes."""
    from robustspec.data import pictures_shown

    def hash_and_change(path, parts=()):
        draw(path, 7)
        return "0" * 32

    monkeypatch.setattr(pictures_shown, "content_hash", hash_and_change)
    with pytest.raises(DataError, match=r"a\.png: the picture changed while it was read"):
        opened()


def test_a_column_of_texts_is_not_needed_beside_pictures(opened):
    """Unless the block names one."""
    assert opened([{"id": "1", "images": "a.png"}]).n_rows == 1
    with pytest.raises(DataError, match="no record has a column 'question'"):
        opened([{"id": "1", "images": "a.png"}], columns={"input": "question"})
