"""NIfTI files, whole and torn, made by nibabel."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from robustspec.data import picture_values
from robustspec.data.nifti_file import read_nifti
from robustspec.errors import PictureError

nib = pytest.importorskip("nibabel")

VOXELS = np.random.default_rng(3).integers(0, 900, (7, 8, 6), dtype=np.int16)
AFFINE = np.array([[-2.0, 0, 0, 90], [0, 1.5, 0, -126], [0, 0, 3, -72], [0, 0, 0, 1]])


@pytest.fixture
def saved(tmp_path):
    def save(voxels=VOXELS, affine=AFFINE, name="a.nii.gz", change=None):
        image = nib.Nifti1Image(voxels, affine)
        if change is not None:
            change(image)
        path = tmp_path / name
        nib.save(image, path)
        return path

    return save


def refusal(path) -> str:
    with pytest.raises(PictureError) as caught:
        read_nifti(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.uint16, np.int32, np.float32, np.float64])
def test_voxels_type_and_place_are_kept(saved, name, kind):
    """Values, type, spacing and orientation."""
    voxels = VOXELS.clip(0, 255).astype(kind)
    volume = read_nifti(saved(voxels, name=name))
    assert volume.voxels.dtype == kind
    np.testing.assert_array_equal(volume.voxels, voxels)
    np.testing.assert_array_equal(volume.affine, AFFINE)
    assert volume.spacing_mm == (2.0, 1.5, 3.0)
    assert volume.orientation == "LAS"


def test_intensities_are_scaled_as_the_header_says(saved):
    """scl_slope 0.5 and scl_inter -3, as float32."""
    path = saved(change=lambda image: image.header.set_slope_inter(0.5, -3))
    stored = np.asarray(nib.load(path).dataobj.get_unscaled())
    volume = read_nifti(path)
    assert volume.voxels.dtype == np.float32
    np.testing.assert_allclose(volume.voxels, stored * 0.5 - 3)


def test_the_byte_order_of_the_file_does_not_show(tmp_path):
    """A file from a big-endian machine."""
    path = tmp_path / "a.nii"
    nib.save(nib.Nifti1Image(VOXELS, AFFINE, header=nib.Nifti1Header(endianness=">")), path)
    volume = read_nifti(path)
    assert volume.voxels.dtype.isnative
    np.testing.assert_array_equal(volume.voxels, VOXELS)


def test_version_2_is_read(tmp_path):
    """Its header is wider."""
    path = tmp_path / "a.nii.gz"
    nib.save(nib.Nifti2Image(VOXELS, AFFINE), path)
    np.testing.assert_array_equal(read_nifti(path).voxels, VOXELS)


def coded(sform, qform):
    other = AFFINE.copy()
    other[0, 3] = 7

    def change(image):
        image.set_sform(AFFINE, sform)
        image.set_qform(other, qform)

    return change


@pytest.mark.parametrize(
    ("sform", "qform", "origin", "x"), [(1, 1, "sform", 90), (1, 0, "sform", 90), (0, 1, "qform", 7)]
)
def test_the_sform_wins_over_the_qform(saved, sform, qform, origin, x):
    """Where the code of the sform is above 0; the facts say which it was."""
    volume = read_nifti(saved(change=coded(sform, qform)))
    assert volume.facts["affine_from"] == origin
    assert volume.affine[0, 3] == pytest.approx(x)


def test_without_either_only_the_spacing_is_known(saved):
    """And the facts say that orientation is not."""
    volume = read_nifti(saved(change=coded(0, 0)))
    assert volume.facts["affine_from"] == "spacing"
    assert volume.spacing_mm == pytest.approx((2.0, 1.5, 3.0))


def test_the_affine_is_in_millimetres_whatever_the_unit(saved):
    """A file in micrometres."""
    affine = np.diag([2000.0, 1500.0, 3000.0, 1.0])
    volume = read_nifti(saved(affine=affine, change=lambda image: image.header.set_xyzt_units("micron")))
    assert volume.spacing_mm == pytest.approx((2.0, 1.5, 3.0))


def test_four_axes_with_one_volume_are_three(saved):
    """A fourth axis of length 1 says nothing."""
    np.testing.assert_array_equal(read_nifti(saved(VOXELS[..., None])).voxels, VOXELS)


def test_four_axes_with_two_volumes_are_refused(saved):
    """Which one is meant, nobody knows."""
    said = refusal(saved(np.stack([VOXELS, VOXELS], axis=3)))
    assert "holds 2 volumes (7 x 8 x 6 x 2) -- split it, and name one of them" in said


@pytest.mark.parametrize("voxels", [VOXELS[:, :, 0], VOXELS[:, :, :1], VOXELS[:1]], ids=["2 axes", "z of 1", "x of 1"])
def test_a_slice_is_no_volume(saved, voxels):
    """2-D given where 3-D is needed."""
    assert "is two-dimensional" in refusal(saved(voxels))


def holding(value):
    voxels = VOXELS.astype(np.float32)
    voxels[2, 3, 4] = value
    return voxels


@pytest.mark.parametrize(
    ("voxels", "said"),
    [
        (np.zeros_like(VOXELS), "all voxels are 0 -- it shows nothing"),
        (np.full_like(VOXELS, 7), "all voxels are 7 -- it shows nothing"),
        (holding(np.nan), "1 of 336 voxels are NaN or infinite"),
        (holding(-np.inf), "1 of 336 voxels are NaN or infinite"),
        (np.full(VOXELS.shape, np.nan, np.float32), "336 of 336 voxels are NaN or infinite"),
    ],
    ids=["zero", "constant", "NaN", "infinite", "all NaN"],
)
def test_a_volume_that_shows_nothing_is_refused(saved, voxels, said):
    """All-zero, constant, NaN and infinite voxels."""
    assert said in refusal(saved(voxels))


SINGULAR = AFFINE.copy()
SINGULAR[:3, 2] = SINGULAR[:3, 1]
FLAT = AFFINE.copy()
FLAT[:3, 2] = 0


@pytest.mark.parametrize(
    ("affine", "said"),
    [(SINGULAR, "is singular"), (FLAT, "is singular"), (AFFINE * np.nan, "holds NaN or infinite numbers")],
    ids=["two equal axes", "an axis of length 0", "NaN"],
)
def test_a_wrong_affine_is_refused(saved, affine, said):
    """Laterality would be a guess."""

    def change(image):
        for row, name in enumerate(("srow_x", "srow_y", "srow_z")):
            image.header[name] = affine[row]
        image.header["sform_code"], image.header["qform_code"] = 1, 0

    path = saved(name="a.nii")
    image = nib.load(path)
    change(image)
    data = image.header.binaryblock + path.read_bytes()[348:]
    path.write_bytes(data)
    assert f"its affine {said}" in refusal(path)


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.7])
def test_a_truncated_file_is_refused(saved, name, share):
    """Cut in the header or in the voxels."""
    path = saved(np.random.default_rng(1).integers(0, 30000, (20, 20, 20), dtype=np.int16), name=name)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    said = refusal(path)
    assert str(path) in said
    assert " -- " in said


def test_a_bomb_is_refused_by_its_header(saved):
    """A header of 348 bytes that claims 27 billion voxels, of which not one is read."""
    path = saved()
    data = bytearray(gzip.decompress(path.read_bytes()))
    data[40:56] = np.array([3, 3000, 3000, 3000, 1, 1, 1, 1], dtype="<i2").tobytes()
    path.write_bytes(gzip.compress(bytes(data)))
    assert "its header claims 3,000 x 3,000 x 3,000" in refusal(path)


def test_the_limit_itself_is_allowed(saved, monkeypatch):
    """336 voxels where 336 are the most; one fewer, and it is too many."""
    path = saved()
    monkeypatch.setattr("robustspec.data.nifti_file.MOST_VOXELS", 336)
    assert read_nifti(path).voxels.size == 336
    monkeypatch.setattr("robustspec.data.nifti_file.MOST_VOXELS", 335)
    assert "its header claims 7 x 8 x 6" in refusal(path)
    assert picture_values.MOST_VOXELS >= 512**3


@pytest.mark.parametrize("kind", [np.complex64, [("R", "u1"), ("G", "u1"), ("B", "u1")]], ids=["complex", "rgb"])
def test_voxels_that_are_no_real_numbers_are_refused(saved, kind):
    """Complex and RGB voxels."""
    said = refusal(saved(np.ones((4, 4, 4), dtype=kind)))
    assert "one real number each is needed" in said


def test_a_file_that_is_no_nifti_is_refused(tmp_path):
    """Text by the name of a volume."""
    path = tmp_path / "a.nii.gz"
    path.write_text("version https://git-lfs.github.com/spec/v1\n")
    assert "cannot be read as NIfTI" in refusal(path)
