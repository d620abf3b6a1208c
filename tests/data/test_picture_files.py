"""Handles of picture files: what opens what, under which key, and which paths are none."""

from __future__ import annotations

import os

import numpy as np
import pytest

from robustspec.data import picture_files
from robustspec.data.picture import Image, Volume
from robustspec.data.picture_files import picture_file
from robustspec.errors import DataError, PictureError

nib = pytest.importorskip("nibabel")
PIL_Image = pytest.importorskip("PIL.Image")

GREY = np.random.default_rng(2).integers(0, 256, (8, 8), dtype=np.uint8)


@pytest.fixture
def png(tmp_path):
    path = tmp_path / "a.png"
    PIL_Image.fromarray(GREY).save(path)
    return path


@pytest.fixture
def nii(tmp_path):
    path = tmp_path / "a.nii.gz"
    nib.save(nib.Nifti1Image(np.arange(125, dtype=np.int16).reshape(5, 5, 5), np.eye(4)), path)
    return path


def test_the_suffix_says_what_opens(png, nii):
    """In whatever case."""
    upper = png.rename(png.with_name("B.PNG"))
    assert isinstance(picture_file(upper).open(), Image)
    assert isinstance(picture_file(nii).open(), Volume)
    assert [picture_file(path).modality for path in (upper, nii)] == ["image", "volume"]


def test_nothing_is_opened_before_it_is_used(tmp_path):
    """A torn file has a handle; opening it is the error."""
    path = tmp_path / "torn.png"
    path.write_bytes(b"\x89PNG")
    picture = picture_file(path)
    with pytest.raises(PictureError, match=r"torn\.png"):
        picture.open()


def test_one_file_has_one_key_by_whatever_path(png, tmp_path, monkeypatch):
    """A relative path and a link lead to the same file."""
    link = tmp_path / "link.png"
    link.symlink_to(png)
    monkeypatch.chdir(tmp_path)
    assert picture_file(link).key == picture_file(png.relative_to(tmp_path)).key == picture_file(png).key


@pytest.mark.parametrize("change", ["bytes", "time", "file"])
def test_a_changed_file_has_another_key(png, change):
    """Size, time and inode are looked at."""
    before, status = picture_file(png), png.stat()
    if change == "bytes":
        png.write_bytes(png.read_bytes() + b"\0")
        os.utime(png, ns=(status.st_atime_ns, status.st_mtime_ns))
    elif change == "time":
        os.utime(png, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    else:
        copy = png.with_name("copy.png")
        copy.write_bytes(png.read_bytes())
        os.utime(copy, ns=(status.st_atime_ns, status.st_mtime_ns))
        copy.replace(png)
    assert picture_file(png).key != before.key


def test_facts_are_part_of_the_key(nii):
    """Equal keys open equal values, and facts are part of a value."""
    plain, told = picture_file(nii), picture_file(nii, {"Manufacturer": "Acme"})
    assert plain.key != told.key
    assert "Manufacturer" not in plain.open().facts
    assert told.open().facts["Manufacturer"] == "Acme"
    assert plain.digest != told.digest


def test_a_missing_file_is_an_error_with_the_nearest_name(png):
    """A typo is answered with the file that is there; it is a fault of the data, not of the picture."""
    with pytest.raises(DataError, match=r"b\.png: no such file -- did you mean 'a\.png'\?") as caught:
        picture_file(png.with_name("b.png"))
    assert not isinstance(caught.value, PictureError)


def test_a_folder_is_no_picture(tmp_path):
    """Even one that is called as a picture."""
    (tmp_path / "a.png").mkdir()
    with pytest.raises(DataError, match="is a folder"):
        picture_file(tmp_path / "a.png")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a.pmg", "no picture is known by the suffix '.pmg' -- did you mean '.png'?"),
        ("a.xyz", "there are: .png, .jpg"),
        ("scan", "a picture is known by its suffix, and this has none"),
    ],
)
def test_an_unknown_suffix_is_refused(tmp_path, name, said):
    """With the ones that are known."""
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(PictureError) as caught:
        picture_file(tmp_path / name)
    assert said in str(caught.value)


def test_an_extra_that_is_not_installed_is_named(nii, monkeypatch):
    """Before a run, not as a missing case for every row."""
    monkeypatch.setattr(picture_files, "_missing", lambda needs: needs[0])
    with pytest.raises(DataError, match=r"needs nibabel -- pip install 'robustspec\[mri\]'") as caught:
        picture_file(nii)
    assert not isinstance(caught.value, PictureError)
