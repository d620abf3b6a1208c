from __future__ import annotations

import artefact_samples
import numpy as np
import pytest

from robustspec.registry import lookup

Spike = lookup("perturbations", "spike")


@pytest.mark.parametrize("index", [(5, 9, 20), (12, 14, 1), (0, 27, 12), (23, 3, 24)])
def test_it_is_torchios_spike_cut_at_no_signal(index: tuple[int, int, int]) -> None:
    """The same wave as by adding to k-space and transforming back; only what falls below 0 is cut off."""
    torchio = pytest.importorskip("torchio")
    volume = artefact_samples.head((24, 28, 25))
    shape = np.array(volume.voxels.shape)
    position = (np.array(index) + 0.5) / shape
    theirs = torchio.Spike(spikes_positions=position[None], intensity=0.7)(volume.voxels[None])[0]
    place = tuple(((np.array(index) - shape // 2) / shape).tolist())
    ours = Spike(place=place).change(volume, 0.7, seed=0)
    np.testing.assert_allclose(np.maximum(theirs, 0), ours.voxels, atol=0.05)


def test_k_space_gains_one_pair_of_points() -> None:
    """Where nothing is cut off, the spectrum of the change is the spike and, the image being real, its mirror image."""
    volume = artefact_samples.head()
    volume = volume.with_voxels(volume.voxels + 2000)
    change = Spike().change(volume, 0.25, seed=11).voxels.astype(np.float64) - volume.voxels
    energy = np.sort(np.abs(np.fft.fftn(change)).ravel())[::-1]
    assert energy[1] == pytest.approx(energy[0], rel=1e-3)
    assert energy[2] < 0.001 * energy[0]
    assert energy[0] == pytest.approx(0.25 * volume.voxels.sum() / 2, rel=1e-3)


def test_no_spike_is_drawn_at_the_centre() -> None:
    """Over many seeds the change has no slow shade: its mean is small beside its size."""
    volume = artefact_samples.head()
    volume = volume.with_voxels(volume.voxels + 2000)
    for seed in range(60):
        change = Spike().change(volume, 0.25, seed).voxels - volume.voxels
        assert abs(float(change.mean())) < 0.01 * float(change.std())
