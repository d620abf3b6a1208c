from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from robustspec.data.picture import Volume
from robustspec.registry import lookup

RicianNoise = lookup("perturbations", "rician_noise")


def halves() -> Volume:
    """Air of 0 and tissue of 1000 in equal parts: the standard deviation of the volume is 500."""
    voxels = np.zeros((40, 40, 40), dtype=np.float32)
    voxels[20:] = 1000
    return Volume(voxels, np.eye(4))


@pytest.mark.parametrize(("level", "std"), [(1, 25), (2, 50), (3, 100), (4, 200), (5, 400)])
def test_noise_has_the_distribution_of_rice(level: int, std: float) -> None:
    """Both halves against scipy's distribution, with the ladder's share of 500 as scale."""
    operator = RicianNoise()
    noisy = operator.change(halves(), operator.amount(level), seed=2).voxels
    assert stats.kstest(noisy[:20].ravel()[::4], stats.rayleigh(scale=std).cdf).pvalue > 0.001
    assert stats.kstest(noisy[20:].ravel()[::4], stats.rice(1000 / std, scale=std).cdf).pvalue > 0.001


def test_levels_share_one_noise_field() -> None:
    """Where signal is strong the change of level 2 is twice that of level 1, voxel by voxel."""
    volume = halves()
    once, twice = (RicianNoise().change(volume, share, seed=4).voxels[20:] - 1000 for share in (0.001, 0.002))
    np.testing.assert_allclose(2 * once, twice, atol=0.01)


def test_a_volume_of_one_value_stays() -> None:
    """It has no standard deviation to measure noise by: the case counts as unchanged."""
    flat = Volume(np.full((8, 8, 8), 7, dtype=np.int16), np.eye(4))
    assert RicianNoise().change(flat, 0.4, seed=0) is flat
