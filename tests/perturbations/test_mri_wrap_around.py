from __future__ import annotations

import artefact_samples
import numpy as np
import pytest

from robustspec.data.picture import Volume
from robustspec.errors import PictureError
from robustspec.registry import lookup

WrapAround = lookup("perturbations", "wrap_around")


def test_half_the_field_of_view_is_every_second_line_of_k_space() -> None:
    """A head that fills 24 planes, seen in 12: the transform of every second line of its k-space."""
    voxels = np.random.default_rng(0).uniform(50, 100, (24, 6, 6)).astype(np.float32)
    folded = WrapAround(axis=0, end="low").change(Volume(voxels, np.eye(4)), 0.5, seed=0).voxels
    undersampled = np.fft.ifft(np.fft.fft(voxels, axis=0)[::2], axis=0).real
    np.testing.assert_allclose(undersampled, folded[12:], atol=1e-3)
    assert not folded[:12].any()


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_the_other_end_is_the_mirror_image(axis: int) -> None:
    """Folding at the high end is folding the mirrored volume at the low end."""
    volume = artefact_samples.head()
    mirrored = volume.with_voxels(np.flip(volume.voxels, axis))
    high = WrapAround(axis=axis, end="high").change(volume, 0.3, seed=0).voxels
    low = WrapAround(axis=axis, end="low").change(mirrored, 0.3, seed=0).voxels
    assert np.array_equal(np.flip(low, axis), high)


def test_the_share_is_of_the_head_and_not_of_the_air_around_it() -> None:
    """20 planes of head within 60: a fifth is 4 planes, and they land on the last 4 of the head."""
    voxels = np.zeros((60, 8, 8), dtype=np.float32)
    voxels[10:30] = 100
    folded = WrapAround(axis=0, end="low").change(Volume(voxels, np.eye(4)), 0.2, seed=0).voxels[:, 0, 0]
    assert np.flatnonzero(folded == 100).tolist() == list(range(14, 26))
    assert np.flatnonzero(folded == 200).tolist() == [26, 27, 28, 29]


def test_signal_is_moved_and_not_made() -> None:
    """The sum of the head stays, up to the air that the smaller field of view leaves out."""
    volume = artefact_samples.head()
    for seed in range(6):
        after = WrapAround().change(volume, 0.4, seed)
        assert float(after.voxels.sum()) == pytest.approx(float(volume.voxels.sum()), rel=0.02)


def test_a_named_axis_of_one_slice_is_told() -> None:
    """There is nothing to fold along it."""
    with pytest.raises(PictureError, match="wrap_around needs 4 voxels along axis 2"):
        WrapAround(axis=2).change(artefact_samples.slab(), 0.2, seed=0)
