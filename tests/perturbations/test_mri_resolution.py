"""Blur, larger voxels and thicker slices, against independent computations."""

from importlib import import_module

import numpy as np
import pytest
from head_samples import OBLIQUE, head, operator, perturbed

from robustspec.data.picture import Volume
from robustspec.registry import load_operators

GRIDS = import_module(f"{load_operators().__name__}.mri.resampling")


def box_mean(line, centre, width):
    """The mean of a line of voxels over a window, voxel by voxel."""
    low, high = centre - width / 2, centre + width / 2
    shares = [max(0.0, min(k + 0.5, high) - max(k - 0.5, low)) for k in range(len(line))]
    return sum(share * value for share, value in zip(shares, line, strict=True)) / width


@pytest.mark.parametrize(("size", "factor"), [(10, 1.25), (11, 2.2), (24, 3.0), (7, 7.0), (9, 4.0)])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_averages_are_what_a_loop_gives(size, factor, axis):
    """Means over wide voxels, along any axis, are those of a plain sum over the voxels that they cover."""
    values = np.moveaxis(np.random.default_rng(1).random((size, 3, 2), np.float32), 0, axis)
    places = GRIDS.coarse(size, factor)
    line = np.moveaxis(values, axis, 0)[:, 1, 1]
    expected = [box_mean(line, place, factor) for place in places]
    assert np.allclose(expected, np.moveaxis(GRIDS.averaged(values, axis, places, factor), axis, 0)[:, 1, 1], atol=1e-6)


@pytest.mark.parametrize(
    ("size", "factor", "count"), [(10, 2, 5), (11, 2, 5), (91, 1.25, 72), (6, 4, 1), (3, 6, 1), (9, 3, 3)]
)
def test_coarse_grids_lie_in_the_middle(size, factor, count):
    """As many coarse voxels as fit, with as much left over at either end."""
    places = GRIDS.coarse(size, factor)
    assert count == len(places)
    assert np.isclose(places[0], size - 1 - places[-1])


def test_smoothing_agrees_with_torchio():
    """From 0.6 voxels on, the blur is that of TorchIO's Blur with the same standard deviation in mm."""
    torchio = pytest.importorskip("torchio", reason="the extra mri is not installed")
    volume = head(affine=np.diag([-2.0, 1.5, 2.5, 1.0]))
    for level, std in enumerate((1.5, 2.4, 4.0), start=3):
        image = torchio.ScalarImage(tensor=volume.voxels[None], affine=volume.affine)
        expected = torchio.Blur((std, std, std))(image).data[0].numpy()
        assert np.allclose(expected, perturbed(operator("smoothing"), volume, level)[0].voxels, atol=1e-3)


@pytest.mark.parametrize("std_mm", [0.3, 0.5, 1.0, 2.4])
def test_smoothing_has_the_variance_that_it_says(std_mm):
    """The spread of one bright voxel is the standard deviation asked for along every axis, below the voxel size too."""
    point = np.zeros((25, 25, 25))
    point[12, 12, 12] = 1000.0
    volume = Volume(point, np.diag([1.0, 2.0, 1.5, 1.0]))
    blurred, _, _ = perturbed(operator("smoothing", std_mm=std_mm), volume)
    for axis, step in enumerate((1.0, 2.0, 1.5)):
        line = blurred.voxels.sum(axis=tuple(other for other in range(3) if other != axis))
        places = (np.arange(25) - 12) * step
        assert np.isclose(np.sqrt((line * places**2).sum() / line.sum()), std_mm, rtol=0.04)


def test_anisotropy_agrees_with_torchio_where_slices_lie_on_voxels():
    """With an odd factor the slices that TorchIO picks lie on voxels; between the outermost ones both agree."""
    torchio = pytest.importorskip("torchio", reason="the extra mri is not installed")
    volume = head((27, 20, 21))
    image = torchio.ScalarImage(tensor=volume.voxels[None], affine=volume.affine)
    expected = torchio.RandomAnisotropy(axes=0, downsampling=(3, 3))(image).data[0].numpy()
    changed, _, _ = perturbed(operator("anisotropy", plane="sagittal"), volume, 3)
    assert np.allclose(expected[1:26], changed.voxels[1:26], atol=1e-3)


def test_anisotropy_keeps_the_slices_that_it_keeps():
    """Every second slice is as it was, and those between are the mean of their neighbours."""
    volume = head((20, 20, 21))
    changed, _, _ = perturbed(operator("anisotropy", plane="axial"), volume, 2)
    kept = [
        k
        for k in range(21)
        if np.array_equal(volume.voxels[..., k], changed.voxels[..., k]) and volume.voxels[..., k].any()
    ]
    between = kept[3] + 1
    mean = (volume.voxels[..., between - 1] + volume.voxels[..., between + 1]) / 2
    assert set(np.diff(kept)) == {2}
    assert np.allclose(mean, changed.voxels[..., between], atol=1e-3)


def test_anisotropy_draws_its_axis():
    """Without a plane every axis is drawn by some seed, and the same one at every level."""
    lines = {}
    for seed in range(12):
        for level in (2, 5):
            changed, _, _ = perturbed(operator("anisotropy"), head(), level, seed)
            worst = [float(np.abs(np.diff(changed.voxels, 2, axis)).mean()) for axis in range(3)]
            lines.setdefault(seed, set()).add(int(np.argmin(worst)))
    assert all(len(axes) == 1 for axes in lines.values())
    assert set.union(*lines.values()) == {0, 1, 2}


@pytest.mark.parametrize("plane", ["axial", "coronal", "sagittal"])
def test_planes_follow_the_affine(plane):
    """Slices are stacked along the anatomical axis of their plane, whichever voxel axis that is."""
    volume = head()
    turned, _, _ = perturbed(operator("reorientation", to="PIR"), volume)
    op = operator("slice_thickness", plane=plane)
    there, _, _ = perturbed(op, turned, 5)
    back, _, _ = perturbed(operator("reorientation", to="RAS"), there)
    assert np.allclose(perturbed(op, volume, 5)[0].voxels, back.voxels, atol=1e-3)


def test_slice_thickness_averages_over_millimetres():
    """A slice of 6 mm of a volume of 3 mm slices is the mean of two of them."""
    volume = head((8, 8, 22))
    thick, magnitude, _ = perturbed(operator("slice_thickness", grid="thick"), volume, 3)
    assert np.allclose(volume.voxels.reshape(8, 8, 11, 2).mean(axis=3), thick.voxels, atol=1e-3)
    assert magnitude == 0.5


def test_thick_slices_stay_where_they_are_in_space():
    """On the grid of the thick slices, a ramp of millimetres still gives its own place, within the part of a voxel by which
    the mean of a staircase misses that of the ramp; on an oblique grid too."""
    index = np.indices((6, 7, 20)).reshape(3, -1)
    heights = (OBLIQUE[:3, :3] @ index)[2] + OBLIQUE[2, 3] + 500
    volume = Volume(heights.reshape(6, 7, 20), OBLIQUE)
    thick, _, _ = perturbed(operator("slice_thickness", grid="thick"), volume, 5)
    places = (thick.affine[:3, :3] @ np.indices(thick.voxels.shape).reshape(3, -1))[2] + thick.affine[2, 3] + 500
    assert np.abs(places - thick.voxels.ravel()).max() < 0.125 * 3.9 / 2
    assert np.isclose(thick.spacing_mm[2], 10)


def test_slices_that_are_thick_already():
    """A volume with slices of 5 mm stays as it is at 4 and 5 mm."""
    volume = head(affine=np.diag([1.0, 1.0, 5.0, 1.0]))
    for level in (1, 2):
        assert perturbed(operator("slice_thickness"), volume, level)[0] is volume


def test_downsample_gives_the_mean_of_each_large_voxel():
    """At a factor of 4 on a size that it divides, the values at the middle of large voxels are between means of 4 x 4 x 4."""
    volume = Volume(np.random.default_rng(0).random((16, 16, 16), np.float32), np.eye(4))
    changed, _, _ = perturbed(operator("downsample"), volume, 5)
    means = volume.voxels.reshape(4, 4, 4, 4, 4, 4).mean(axis=(1, 3, 5))
    middles = changed.voxels[1:15, 1:15, 1:15]
    assert np.isclose(changed.voxels[0, 0, 0], means[0, 0, 0], atol=1e-5)
    assert means.min() <= middles.min() <= middles.max() <= means.max()


@pytest.mark.parametrize("kind", ["downsample", "slice_thickness", "anisotropy", "smoothing"])
def test_a_ramp_stays_where_it_is(kind):
    """Nothing is shifted: the inside of a ramp comes back as it was; means of a staircase miss it by up to 1/8 voxel."""
    for axis in range(3):
        ramp = np.arange(24.0).reshape([-1 if other == axis else 1 for other in range(3)]) * np.ones((24, 24, 24)) + 100
        changed, _, _ = perturbed(operator(kind), Volume(ramp, np.diag([2.0, 2.0, 2.0, 1.0])), 4)
        inside = (slice(8, 16),) * 3
        assert np.abs(ramp[inside] - changed.voxels[inside]).max() <= (0.13 if kind == "downsample" else 1e-3)


def test_explicit_amounts_are_levels_without_a_name():
    """The value of a rung given by hand is the same as its level."""
    volume = head()
    for kind, field, value in [("smoothing", "std_mm", 1.5), ("downsample", "factor", 2.2), ("pose", "degrees", 18)]:
        by_hand, _, _ = perturbed(operator(kind, **{field: value}), volume)
        assert np.array_equal(by_hand.voxels, perturbed(operator(kind), volume, 3)[0].voxels)
