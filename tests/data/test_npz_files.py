"""Pictures of NPZ files: ``file.npz#name`` and ``file.npz#name[3]``."""

from __future__ import annotations

import os
import zipfile
from typing import ClassVar

import numpy as np
import pytest

from robustspec.data import npz_file
from robustspec.data.picture_files import picture_file
from robustspec.errors import PictureError

RNG = np.random.default_rng(11)
IMAGES = RNG.integers(0, 256, (5, 6, 7), dtype=np.uint8)
COLOURS = RNG.integers(0, 65536, (4, 6, 7, 3), dtype=np.uint16)
VOLUMES = RNG.normal(size=(3, 5, 6, 7)).astype(np.float32)


@pytest.fixture(params=[np.savez, np.savez_compressed], ids=["stored", "compressed"])
def saved(request, tmp_path):
    def save(**arrays):
        path = tmp_path / "stacks.npz"
        request.param(path, **arrays)
        return path

    return save


def opened(path, name):
    return picture_file(path.with_name(f"{path.name}#{name}")).open()


def refusal(path, name) -> str:
    with pytest.raises(PictureError) as caught:
        opened(path, name)
    return str(caught.value)


@pytest.mark.parametrize("item", [0, 2, 4])
def test_an_entry_of_a_stack_is_an_image(saved, item):
    """Grey, of uint8, at any place."""
    image = opened(saved(images=IMAGES, other=COLOURS), f"images[{item}]")
    assert image.pixels.dtype == np.uint8
    np.testing.assert_array_equal(image.pixels, IMAGES[item])


def test_a_whole_array_is_a_picture(saved):
    """Two axes, or three of which the last has length 3."""
    path = saved(grey=IMAGES[0], colour=COLOURS[1])
    np.testing.assert_array_equal(opened(path, "grey").pixels, IMAGES[0])
    np.testing.assert_array_equal(opened(path, "colour").pixels, COLOURS[1])


def test_three_axes_are_a_volume(saved):
    """With its affine from the array of that name, one for each entry or one for all."""
    affines = np.stack([np.diag([k, 1.0, 2.0, 1.0]) for k in (1, 2, 3)])
    volume = opened(saved(volumes=VOLUMES, volumes_affine=affines), "volumes[1]")
    np.testing.assert_array_equal(volume.voxels, VOLUMES[1])
    assert volume.spacing_mm == (2.0, 1.0, 2.0)
    assert opened(saved(scan=VOLUMES[0], affine=affines[2]), "scan").spacing_mm == (3.0, 1.0, 2.0)


def test_a_volume_without_an_affine_says_so(saved):
    """It is taken as 1 mm and RAS+."""
    volume = opened(saved(scan=VOLUMES[0]), "scan")
    np.testing.assert_array_equal(volume.affine, np.eye(4))
    assert volume.facts["affine_from"] == "nothing"


def test_an_array_called_volumes_holds_volumes(saved):
    """Even where the last axis has length 3."""
    assert picture_file(saved(volumes=VOLUMES[..., :3]).with_name("stacks.npz#volumes[0]")).modality == "volume"


def test_fortran_order_is_read(saved):
    """Arrays of MATLAB users."""
    np.testing.assert_array_equal(opened(saved(images=np.asfortranarray(IMAGES)), "images[3]").pixels, IMAGES[3])


def test_a_large_compressed_stack_is_read_entry_by_entry(saved, monkeypatch):
    """Beyond what may be held whole, the same values come from a stream."""
    monkeypatch.setattr(npz_file, "HELD_BYTES", 10)
    path = saved(images=IMAGES)
    for item in (4, 0, 2):
        np.testing.assert_array_equal(opened(path, f"images[{item}]").pixels, IMAGES[item])


def test_floats_run_from_0_to_1(saved):
    """As in any image."""
    assert "an image of floats runs from 0 to 1" in refusal(saved(images=IMAGES.astype(np.float64)), "images[0]")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("imges[0]", "holds no array 'imges' -- did you mean 'images'?"),
        ("images[5]", "has no entry 5 -- they count from 0 to 4"),
        ("one[0]", "has 1 x 1 pixels"),
        ("scan", "3 of 120 voxels are NaN or infinite"),
        ("flat", "all voxels are 0"),
        ("text", "has the shape"),
        ("images", None),
    ],
)
def test_what_is_no_picture_is_refused(saved, name, said):
    """Names, entries, sizes and values; and a stack taken whole is a volume, which is no fault."""
    scan = VOLUMES[0, :, :4, :6].copy()
    scan[0, 0, :3] = np.nan
    path = saved(images=IMAGES, one=IMAGES[:2, :1, :1], scan=scan, flat=np.zeros((4, 4, 4)), text=np.array("a page"))
    if said is None:
        assert opened(path, name).voxels.shape == (5, 6, 7)
    else:
        assert said in refusal(path, name)


class Trap:
    """Runs when it is unpickled."""

    ran: ClassVar[list[str]] = []

    def __reduce__(self):
        return Trap.ran.append, ("ran",)


def test_nothing_is_unpickled(saved):
    """An array of objects is refused by its header."""
    path = saved(images=np.array([Trap(), None], dtype=object))
    Trap.ran.clear()
    assert "holds Python objects, which are never unpickled" in refusal(path, "images[0]")
    assert Trap.ran == []


@pytest.mark.parametrize("share", [0.0, 0.5, 0.9])
def test_a_truncated_file_is_refused(saved, share):
    """Its directory stands at the end."""
    path = saved(images=IMAGES)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    assert "cannot be read as NPZ" in refusal(path, "images[0]")


def test_a_bomb_is_refused_by_its_header(tmp_path):
    """An array whose header claims more than the file holds."""
    path = tmp_path / "stacks.npz"
    with zipfile.ZipFile(path, "w") as archive, archive.open("images.npy", "w") as file:
        claim = {"descr": "|u1", "fortran_order": False, "shape": (5, 60_000, 70_000)}
        np.lib.format.write_array_header_1_0(file, claim)
        file.write(bytes(100))
    assert "its header claims 60,000 x 70,000" in refusal(path, "images[0]")


def test_an_array_that_is_meant_must_be_named(saved):
    """The file alone may hold several."""
    with pytest.raises(PictureError, match=r"does not say which array is meant -- name it: stacks\.npz#images\[0\]"):
        picture_file(saved(images=IMAGES))


def test_a_number_sign_in_a_folder_is_no_reference(tmp_path):
    """Only what ends in .npz before it."""
    folder = tmp_path / "set#1"
    os.mkdir(folder)  # noqa: PTH102  # the name is the point
    np.savez(folder / "a.npz", images=IMAGES)
    np.testing.assert_array_equal(opened(folder / "a.npz", "images[1]").pixels, IMAGES[1])
