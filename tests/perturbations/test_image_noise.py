"""Gaussian, shot, impulse and speckle noise against scipy's distributions."""

from __future__ import annotations

import sys
from itertools import pairwise

import numpy as np
import pytest
from picture_samples import scene, typed
from scipy import stats

from robustspec.data.picture import Image
from robustspec.registry import lookup

GaussianNoise, SpeckleNoise = lookup("perturbations", "gaussian_noise"), lookup("perturbations", "speckle_noise")
ImpulseNoise, ShotNoise = lookup("perturbations", "impulse_noise"), lookup("perturbations", "shot_noise")
FIELDS = sys.modules[GaussianNoise.__module__.replace("gaussian_noise", "fields")]


def flat(value: float, side: int = 96) -> Image:
    """A float image of one grey, so that nothing is rounded."""
    return typed(np.full((side, side), value), np.float32)


def noise_of(operator: type, value: float, amount: float, seed: int = 5) -> np.ndarray:
    return operator().change(flat(value), amount, seed).pixels.astype(np.float64) - value


@pytest.mark.parametrize("std", [0.04, 0.08])
def test_gaussian_noise_is_normal(std: float) -> None:
    """Of mean 0 and the standard deviation asked for, by Kolmogorov and Smirnov's test."""
    noise = noise_of(GaussianNoise, 0.5, std)
    assert stats.kstest(noise.ravel() / std, "norm").pvalue > 0.01
    assert noise.std() == pytest.approx(std, rel=0.03)


def test_gaussian_noise_of_neighbours_and_channels_is_independent() -> None:
    """No correlation beyond chance between a value and the next in its row, column or pixel."""
    colours = typed(np.full((96, 96, 3), 0.5), np.float32)
    noise = GaussianNoise().change(colours, 0.08, 3).pixels - np.float32(0.5)
    pairs = [(noise[1:], noise[:-1]), (noise[:, 1:], noise[:, :-1]), (noise[..., 1:], noise[..., :-1])]
    assert max(abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) for a, b in pairs) < 0.03


@pytest.mark.parametrize("kind", [GaussianNoise, SpeckleNoise])
def test_a_level_scales_the_field_of_the_one_before(kind: type) -> None:
    """Twice the amount is twice the noise, value by value, where nothing is cut."""
    once, twice = noise_of(kind, 0.5, 0.05), noise_of(kind, 0.5, 0.1)
    assert np.abs(2 * once - twice).max() < 1e-5


def test_speckle_noise_is_a_share_of_the_value() -> None:
    """Half as bright, half the noise; black stays black."""
    assert noise_of(SpeckleNoise, 0.5, 0.15).std() == pytest.approx(0.075, rel=0.03)
    assert noise_of(SpeckleNoise, 0.25, 0.15).std() == pytest.approx(0.0375, rel=0.03)
    assert np.abs(noise_of(SpeckleNoise, 0.0, 0.6)).max() == 0


def test_bytes_get_the_noise_that_floats_get() -> None:
    """The same field, rounded to a byte."""
    image = scene(48)
    by_float = GaussianNoise().change(Image(image.unit()), 0.18, 9).pixels
    assert np.abs(GaussianNoise().change(image, 0.18, 9).pixels - np.rint(255 * by_float)).max() == 0


def test_impulse_noise_hits_its_share_half_black_half_white() -> None:
    """Counts within four standard deviations of the binomial distribution's."""
    hit = ImpulseNoise().change(flat(0.5, 128), 0.17, 5).pixels
    allowed = 4 * np.sqrt(hit.size * 0.085 * 0.915)
    for value in (0, 1):
        assert abs((hit == value).sum() - 0.085 * hit.size) < allowed
    assert set(np.unique(hit)) == {0, np.float32(0.5), 1}


def test_impulse_noise_keeps_what_it_hit() -> None:
    """Values hit at a level are hit alike at the next."""
    levels = [ImpulseNoise().change(flat(0.5), fraction, 5).pixels for fraction in (0.03, 0.06, 0.09, 0.17, 0.27)]
    for less, more in pairwise(levels):
        assert (more[less != 0.5] == less[less != 0.5]).all()


def test_impulse_noise_of_all_is_all() -> None:
    """A share of 1 leaves no value."""
    assert set(np.unique(ImpulseNoise().change(flat(0.5), 1.0, 5).pixels)) == {0, 1}


def test_shot_noise_of_floats_is_the_inverse_of_poisson() -> None:
    """Value by value scipy's quantile at the same uniform field."""
    image = typed(np.linspace(0, 1, 32 * 32).reshape(32, 32), np.float32)
    share = (FIELDS.words(5, "photons", (32, 32)) + 0.5) / 65536
    expected = np.clip(stats.poisson.ppf(share, image.pixels * 12.0) / 12, 0, 1)
    assert np.abs(ShotNoise().change(image, 12, 5).pixels - expected).max() < 1e-6


@pytest.mark.parametrize("photons", [3, 60, 500])
def test_shot_noise_of_bytes_has_4096_quantiles(photons: float) -> None:
    """Every pair of an old value and a quantile goes where scipy's Poisson says."""
    table = sys.modules[ShotNoise.__module__]._table(photons).reshape(256, 4096)
    share, values = (np.arange(0, 4096, 7) + 0.5) / 4096, np.arange(0, 256, 5)
    expected = stats.poisson.ppf(share, values[:, None] / 255 * photons) / photons
    assert (table[::5, ::7] == np.rint(255 * np.minimum(expected, 1))).all()


def test_shot_noise_keeps_mean_and_has_poissons_variance() -> None:
    """Counts of a mid grey have its mean, and a variance equal to the mean."""
    grey = Image(np.full((128, 128), 102, dtype=np.uint8))  # 0.4 of white: 10 of 25 photons, never cut
    counts = ShotNoise().change(grey, 25, 5).pixels / 255 * 25
    assert counts.mean() == pytest.approx(10, abs=0.1)
    assert counts.var() == pytest.approx(10, rel=0.05)


def test_shot_noise_errs_to_the_same_side_at_all_levels() -> None:
    """A value clearly brighter than the clean one at 60 photons is not darker at 25."""
    grey = flat(0.4)
    some, more = (ShotNoise().change(grey, photons, 5).pixels for photons in (60, 25))
    assert (more[some > 0.5] >= 0.4).all()
    assert (more[some < 0.3] <= 0.4).all()
