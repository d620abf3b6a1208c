"""What is cut, blanked or lost: dropped_slices, field_of_view, mask and skull_strip."""

from itertools import pairwise

import numpy as np
import pytest
from head_samples import OBLIQUE, head, operator, perturbed

from robustspec.data.phantom import brain_mask, render
from robustspec.data.picture import Volume


def noisy(shape=(24, 28, 50), affine=OBLIQUE):
    """A head without one voxel that is exactly 0, so that every blanked voxel shows."""
    volume = head(shape, affine)
    return Volume(volume.voxels + np.float32(1), volume.affine)


def blanked(before, after):
    return (after.voxels != before.voxels) & (after.voxels == 0)


@pytest.mark.parametrize("seed", range(4))
def test_dropped_slices_are_whole_and_nested(seed):
    """1, 2, 4, 8 and 16 of 100 slices: half as many of 50, each blank throughout, and each level keeps those before."""
    gone = []
    for level in range(1, 6):
        changed, magnitude, _ = perturbed(operator("dropped_slices"), noisy(), level, seed)
        blank = blanked(noisy(), changed)
        slices = set(np.flatnonzero(blank.any(axis=(0, 1))).tolist())
        assert blank.sum() == 24 * 28 * len(slices)
        assert magnitude == len(slices) / 50
        gone.append(slices)
    assert [len(slices) for slices in gone] == [1, 1, 2, 4, 8]
    assert all(fewer <= more for fewer, more in pairwise(gone))


def test_dropped_slices_show_the_head():
    """Slices of air alone are never chosen."""
    volume = Volume(np.pad(noisy((10, 10, 12)).voxels, ((0, 0), (0, 0), (9, 9))), np.eye(4))
    for seed in range(6):
        changed, _, _ = perturbed(operator("dropped_slices"), volume, 5, seed)
        assert not set(np.flatnonzero(blanked(volume, changed).any(axis=(0, 1)))) & {*range(9), *range(21, 30)}


def test_repeated_slices_are_the_last_that_was_kept():
    """Every slice is its own or that of the slice below it."""
    volume = noisy()
    changed, _, _ = perturbed(operator("dropped_slices", fill="repeat"), volume, 5)
    new = [k for k in range(50) if not np.array_equal(volume.voxels[..., k], changed.voxels[..., k])]
    assert len(new) == 8
    assert all(np.array_equal(changed.voxels[..., k], changed.voxels[..., k - 1]) for k in new)


@pytest.mark.parametrize("sides", [1, 2, 3])
def test_field_of_view_cuts_a_share_of_the_head(sides):
    """At 30 % the head is that much shorter along as many axes as there are sides."""
    volume = head((30, 34, 32))
    changed, _, _ = perturbed(operator("field_of_view", sides=sides), volume, 5)
    shorter = []
    for axis in range(3):
        others = tuple(other for other in range(3) if other != axis)
        old, new = ((v.voxels > 100).any(axis=others).sum() for v in (volume, changed))
        shorter.append(round(1 - new / old, 1))
    assert sorted([0.3] * sides + [0.0] * (3 - sides)) == sorted(shorter)


def test_field_of_view_keeps_its_sides_along_the_levels():
    """What one level cuts off the next one cuts off too; seeds choose different sides."""
    corners = set()
    for seed in range(12):
        cut = [blanked(noisy(), perturbed(operator("field_of_view"), noisy(), level, seed)[0]) for level in range(1, 6)]
        assert all((fewer <= more).all() and fewer.sum() < more.sum() for fewer, more in pairwise(cut))
        corners.add(tuple(np.moveaxis(cut[4], axis, 0)[end].all() for axis in range(3) for end in (0, -1)))
    assert len(corners) >= 4


def test_a_cropped_field_of_view_stays_where_it_is_in_space():
    """What is left has the intensities that the whole volume has at the same millimetres."""
    volume = Volume(np.arange(24.0 * 28 * 50).reshape(24, 28, 50), OBLIQUE)
    for seed in range(4):
        left, magnitude, _ = perturbed(operator("field_of_view", sides=3, grid="cropped"), volume, 4, seed)
        places = np.indices(left.voxels.shape).reshape(3, -1)
        mm = left.affine[:3, :3] @ places + left.affine[:3, 3:]
        index = np.rint(np.linalg.solve(OBLIQUE[:3, :3], mm - OBLIQUE[:3, 3:])).astype(int)
        assert np.array_equal(volume.voxels[tuple(index)], left.voxels.ravel())
        assert magnitude == pytest.approx(1 - left.voxels.size / volume.voxels.size)
        assert 0.4 < magnitude < 0.6


def test_mask_is_a_box_in_a_box():
    """The blanked voxels fill a box, of up to 30 % of the head along each axis, and boxes are nested."""
    for seed in range(5):
        boxes = [blanked(noisy(), perturbed(operator("mask"), noisy(), level, seed)[0]) for level in range(1, 6)]
        for box in boxes:
            spans = [np.ptp(places) + 1 for places in np.nonzero(box)]
            assert box.sum() == np.prod(spans)
        assert all((fewer <= more).all() for fewer, more in pairwise(boxes))
        assert all(span <= 0.3 * size + 1 for span, size in zip(spans, (24, 28, 50), strict=True))


@pytest.mark.parametrize("sequence", ["T1w", "T2w", "FLAIR"])
@pytest.mark.parametrize("orientation", ["RAS", "PIR"])
def test_skull_strip_finds_the_brain_of_the_phantom(sequence, orientation):
    """Of a simulated head at least 97 % of the brain is left, with its lesion, and most of what is left is brain."""
    recipe = {"kind": "head", "seed": 5, "sequence": sequence, "orientation": orientation, "spacing_mm": 4}
    recipe["lesions"] = [{"side": "left", "region": "frontal", "size_mm": 16}]
    volume, brain = render(recipe), brain_mask(recipe)
    left = operator("skull_strip").change(volume, 0.0, 0).voxels != 0
    assert (left & brain).sum() / brain.sum() > 0.97
    assert (
        2 * (left & brain).sum() / (left.sum() + brain.sum()) > 0.83
    )  # fluid around the brain stays where it is bright


def test_skull_strip_takes_more_off_at_each_level():
    """Each level keeps less of what the one before kept, and what is kept is as it was."""
    volume = render({"kind": "head", "seed": 5, "sequence": "T1w", "spacing_mm": 4})
    kept = []
    for level in range(1, 6):
        changed, _, _ = perturbed(operator("skull_strip"), volume, level)
        kept.append(changed.voxels != 0)
        assert np.array_equal(changed.voxels[kept[-1]], volume.voxels[kept[-1]])
    assert all((more <= fewer).all() and more.sum() < fewer.sum() for fewer, more in pairwise(kept))


def test_skull_strip_of_noise():
    """Where no brain can be told from the rest the volume stays as it is."""
    volume = Volume(np.random.default_rng(0).random((16, 16, 16), np.float32), np.diag([4.0, 4.0, 4.0, 1.0]))
    assert perturbed(operator("skull_strip"), volume, 3)[0] is volume
