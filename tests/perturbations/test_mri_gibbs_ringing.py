from __future__ import annotations

from importlib import import_module
from itertools import pairwise

import artefact_samples
import numpy as np
import pytest
from pydantic import ValidationError

from robustspec.data.picture import Volume
from robustspec.registry import lookup

GibbsRinging = lookup("perturbations", "gibbs_ringing")
kept_centre = import_module(GibbsRinging.__module__).kept_centre


@pytest.mark.parametrize("shape", [(64, 64), (91, 109), (50, 128), (24, 28, 25), (33,)])
@pytest.mark.parametrize("share", [0.80, 0.60, 0.40, 0.25, 0.15])
def test_the_share_kept_is_the_share_asked_for(shape: tuple[int, ...], share: float) -> None:
    """In a square, an oblong, a volume and a line: within a hundredth, or a point of a short line; and symmetric."""
    kept = kept_centre(shape, share)
    assert kept.mean() == pytest.approx(share, abs=max(0.01, 1.5 / kept.size))
    mirrored = np.roll(kept[tuple(slice(None, None, -1) for _ in shape)], 1, tuple(range(len(shape))))
    assert np.array_equal(kept, mirrored)


def test_a_smaller_share_lies_within_a_greater_one() -> None:
    """Every level loses what the one before lost, and more."""
    masks = [kept_centre((45, 54), share) for share in GibbsRinging.ladder.rungs]
    assert all(not (lower & ~upper).any() for upper, lower in pairwise(masks))


@pytest.mark.parametrize("axes", [(0, 1), (1, 2), (0, 2), (0, 1, 2), (1,)])
def test_it_is_the_masked_spectrum(axes: tuple[int, ...]) -> None:
    """Against the plain complex transform: mask, transform back, magnitude."""
    volume = artefact_samples.head()
    spectrum = np.fft.fftn(volume.voxels.astype(np.float64), axes=axes)
    mask = kept_centre(tuple(volume.voxels.shape[axis] for axis in axes), 0.4)
    mask = np.expand_dims(mask, tuple(axis for axis in range(3) if axis not in axes))
    expected = np.abs(np.fft.ifftn(spectrum * mask, axes=axes))
    np.testing.assert_allclose(expected, GibbsRinging(axes=axes).change(volume, 0.4, seed=0).voxels, atol=0.01)


def test_a_step_overshoots_by_nine_percent() -> None:
    """The classic figure: 8.95 % of the jump, however much of k-space is kept."""
    step = np.zeros((4096, 1, 1), dtype=np.float32)
    step[1024:3072] = 1
    for share in (0.05, 0.025):
        ringing = GibbsRinging(axes=(0,)).change(Volume(step, np.eye(4)), share, seed=0).voxels
        assert ringing.max() == pytest.approx(1.0895, abs=0.003)


def test_slices_are_cut_within_their_plane() -> None:
    """By default the axis across the slices, of the coarsest spacing, is left alone: every slice is cut by itself."""
    whole = artefact_samples.head()
    thick = Volume(whole.voxels, np.diag([4.0, 1.0, 1.0, 1.0]))
    single = GibbsRinging(axes=(1, 2)).change(Volume(whole.voxels[7:8], np.eye(4)), 0.25, seed=0)
    np.testing.assert_allclose(single.voxels[0], GibbsRinging().change(thick, 0.25, seed=0).voxels[7], atol=1e-3)


def test_an_axis_named_twice_is_told() -> None:
    """A slip in a specification is no silent identity."""
    with pytest.raises(ValidationError, match="an axis is named twice"):
        GibbsRinging(axes=(1, 1))
