"""Folders of pictures by class."""

from __future__ import annotations

import os

import numpy as np
import pytest

from robustspec.data.block import DataBlock
from robustspec.data.checks import check_block
from robustspec.data.dataset import open_dataset
from robustspec.data.image_folder import ImageFolderSource
from robustspec.errors import DataError

PIL_Image = pytest.importorskip("PIL.Image")


@pytest.fixture
def folder(tmp_path):
    """Two classes, a folder within one of them, and files that are no pictures."""
    for value, name in enumerate(["cat/b.png", "cat/a.JPG", "cat/more/c.png", "dog/a.png"]):
        path = tmp_path / "pets" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        PIL_Image.fromarray(np.full((8, 8), 10 * value, dtype=np.uint8)).save(path)
    for name in ("readme.txt", "cat/notes.csv", "cat/.hidden.png", ".git/x.png"):
        path = tmp_path / "pets" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    return tmp_path / "pets"


def block(path="pets", **more):
    return DataBlock.model_validate({"source": ImageFolderSource(path=path), **more})


@pytest.fixture
def opened(folder, tmp_path):
    def open_(cache=None, **more):
        return open_dataset("pets", block(**more), tmp_path, cache)

    return open_


def test_each_picture_is_a_row_with_its_class(opened):
    """Sorted by path; the first folder is the class; hidden files and texts are left out."""
    dataset = opened(groups=["class"])
    rows = dataset.rows(range(dataset.n_rows))
    assert [(row.id, row.label) for row in rows] == [
        ("cat/a.JPG", "cat"),
        ("cat/b.png", "cat"),
        ("cat/more/c.png", "cat"),
        ("dog/a.png", "dog"),
    ]
    assert [int(row.input[0].images[0].open().pixels[0, 0]) for row in rows] == [10, 0, 20, 30]
    assert dataset.group_values("class") == ["cat", "dog"]
    assert dataset.has_label.all()


def test_the_order_does_not_depend_on_the_file_system(opened, monkeypatch):
    """Whatever order the folder is listed in."""
    expected = [row.id for row in opened().rows(range(4))]
    walk = os.walk

    def backwards(top):
        for place, folders, files in walk(top):
            folders.sort(reverse=True)
            yield place, folders, sorted(files, reverse=True)

    monkeypatch.setattr(os, "walk", backwards)
    assert [row.id for row in opened().rows(range(4))] == expected


def test_a_class_of_one_picture_is_a_group(opened):
    """One member is few, and the statistics say so; it is no fault of the data."""
    dataset = opened(groups=["class"])
    assert np.bincount(dataset.group_codes("class")).tolist() == [3, 1]


def test_the_content_hash_covers_names_and_bytes(opened, folder):
    """A moved file is other data, and so is a changed one; a readme is not."""
    hashes = [opened().content_hash]
    (folder / "readme.txt").write_text("other")
    assert opened().content_hash == hashes[0]
    (folder / "cat" / "b.png").rename(folder / "dog" / "b.png")
    hashes.append(opened().content_hash)
    PIL_Image.fromarray(np.eye(8, dtype=np.uint8)).save(folder / "dog" / "b.png")
    hashes.append(opened().content_hash)
    assert len(set(hashes)) == 3


@pytest.mark.parametrize("change", ["none", "new", "gone", "time", "class"])
def test_a_changed_folder_is_indexed_again(opened, folder, tmp_path, change, monkeypatch):
    """A file more, a file fewer, a file touched, a file moved."""
    from robustspec.data import index_cache

    opened(cache=tmp_path / "cache")
    if change == "new":
        (folder / "cat" / "z.png").write_bytes((folder / "cat" / "b.png").read_bytes())
    elif change == "gone":
        (folder / "cat" / "b.png").unlink()
    elif change == "time":
        os.utime(folder / "cat" / "b.png", ns=(0, 0))
    elif change == "class":
        (folder / "cat" / "b.png").rename(folder / "dog" / "b.png")
    built = []
    build = index_cache.build_index
    monkeypatch.setattr(index_cache, "build_index", lambda *given: built.append(1) or build(*given))
    dataset = opened(cache=tmp_path / "cache")
    assert bool(built) == (change != "none")
    assert dataset.n_rows == {"new": 5, "gone": 3}.get(change, 4)
    assert dataset.rows(range(dataset.n_rows))


def test_a_picture_that_changes_during_the_run_is_an_error(opened, folder):
    """And one that is gone; rows that do not show it go on."""
    dataset = opened()
    os.utime(folder / "cat" / "b.png", ns=(0, 0))
    (folder / "dog" / "a.png").unlink()
    assert dataset.rows([0])
    with pytest.raises(DataError, match=r"b\.png: .*the picture changed during the run"):
        dataset.rows([1])
    with pytest.raises(DataError, match=r"dog.a\.png: .*no such file"):
        dataset.rows([3])


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("top.png", r"top\.png: lies beside the folders of the classes -- move it into one of them"),
        ("dog/b.webp", r"b\.webp: pictures of this format are not read -- convert it"),
    ],
)
def test_a_picture_that_would_be_passed_over_is_told(opened, folder, made, said):
    """No picture is left out without a word."""
    (folder / made).write_bytes(b"x")
    with pytest.raises(DataError, match=said):
        opened()


def test_a_folder_without_pictures_is_an_error(tmp_path):
    """It says what a picture is."""
    (tmp_path / "pets" / "cat").mkdir(parents=True)
    with pytest.raises(DataError, match=r"holds no pictures in folders of classes -- a picture ends in \.png"):
        open_dataset("pets", block(), tmp_path)


def test_a_missing_folder_is_an_error_with_the_nearest(folder, tmp_path):
    """A typo is answered with the folder that is there."""
    with pytest.raises(DataError, match=r"pet: no such folder -- did you mean 'pets'\?"):
        open_dataset("pets", block("pet"), tmp_path)


def test_a_file_is_no_folder(folder, tmp_path):
    """Naming a file in it is a common slip."""
    with pytest.raises(DataError, match="is a file, and this kind of data reads a folder"):
        open_dataset("pets", block("pets/dog/a.png"), tmp_path)


def test_the_linter_knows_its_columns(folder, tmp_path):
    """A sound block has no fault; a wrong column has its place and the nearest one; no column of texts is asked for."""
    assert check_block("pets", block(groups=["class"]), tmp_path) == []
    (fault,) = check_block("pets", block(groups=["clas"]), tmp_path)
    assert fault.place == ("groups", 0)
    assert fault.suggestion == "did you mean 'class'?"
    (fault,) = check_block("pets", block("nowhere"), tmp_path)
    assert fault.place == ("path",)
