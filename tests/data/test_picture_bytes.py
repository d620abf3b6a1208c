"""Pictures as bytes, read back by the readers and by other programs."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest

from robustspec.data.picture import Image, Volume
from robustspec.data.picture_bytes import data_url, encoded
from robustspec.data.picture_files import picture_file

nib = pytest.importorskip("nibabel")
PIL_Image = pytest.importorskip("PIL.Image")

RNG = np.random.default_rng(4)
AFFINE = np.array([[0, -1.5, 0.25, 4], [2, 0, 0, -5], [0, 0.5, 3, 6], [0, 0, 0, 1]])


def read_back(value, tmp_path):
    media_type, data = encoded(value)
    path = tmp_path / {"image/png": "a.png", "application/gzip": "a.nii.gz"}[media_type]
    path.write_bytes(data)
    return picture_file(path).open()


@pytest.mark.parametrize("shape", [(9, 7), (9, 7, 3)], ids=["grey", "rgb"])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_an_image_comes_back_as_it_was(tmp_path, shape, kind):
    """Value for value, type for type, channel for channel."""
    pixels = RNG.integers(0, np.iinfo(kind).max, shape).astype(kind)
    back = read_back(Image(pixels), tmp_path).pixels
    assert back.dtype == kind
    np.testing.assert_array_equal(back, pixels)


@pytest.mark.parametrize("shape", [(9, 7), (9, 7, 3)], ids=["grey", "rgb"])
def test_floats_are_rounded_to_16_bits(tmp_path, shape):
    """Half a step of 65,535 at most."""
    pixels = RNG.random(shape).astype(np.float32)
    back = read_back(Image(pixels), tmp_path)
    assert back.pixels.dtype == np.uint16
    np.testing.assert_allclose(back.unit(), pixels, atol=0.51 / 65535)


def test_other_programs_read_the_colours(tmp_path):
    """Red is red."""
    pixels = np.zeros((4, 4, 3), dtype=np.uint8)
    pixels[..., 0] = 200
    shown = PIL_Image.open(io.BytesIO(encoded(Image(pixels))[1]))
    assert shown.getpixel((0, 0)) == (200, 0, 0)


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.uint16, np.int32, np.int64, np.float32, np.float64])
def test_a_volume_comes_back_as_it_was(tmp_path, kind):
    """Voxels, type and affine, oblique and sheared as it is."""
    volume = Volume((RNG.random((5, 6, 7)) * 100).astype(kind), AFFINE)
    back = read_back(volume, tmp_path)
    assert back.voxels.dtype == kind
    np.testing.assert_array_equal(back.voxels, volume.voxels)
    np.testing.assert_array_equal(back.affine, AFFINE)
    assert back.orientation == volume.orientation


@pytest.mark.parametrize(("kind", "becomes"), [(np.bool_, np.uint8), (np.float16, np.float32)])
def test_types_that_nifti_does_not_know_keep_their_values(tmp_path, kind, becomes):
    """In the next one that it knows."""
    voxels = (RNG.random((5, 6, 7)) > 0.5).astype(kind)
    back = read_back(Volume(voxels, AFFINE), tmp_path).voxels
    assert back.dtype == becomes
    np.testing.assert_array_equal(back, voxels)


@pytest.mark.parametrize(
    "value", [Image(np.eye(9, dtype=np.uint8)), Volume(np.eye(9)[:, :, None] * np.ones(3), AFFINE)]
)
def test_equal_values_give_equal_bytes(value, monkeypatch):
    """At any hour."""
    before = encoded(value)
    monkeypatch.setattr("time.time", lambda: 1e9)
    assert encoded(value) == before


def test_a_data_url_holds_the_bytes():
    """RFC 2397, in base64."""
    image = Image(np.eye(5, dtype=np.uint8))
    head, _, body = data_url(image).partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(body) == encoded(image)[1]
