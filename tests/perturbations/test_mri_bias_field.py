from __future__ import annotations

from importlib import import_module

import artefact_samples
import numpy as np
import pytest

from robustspec.data.picture import Volume
from robustspec.registry import lookup

BiasField = lookup("perturbations", "bias_field")
polynomial = import_module(BiasField.__module__).polynomial


@pytest.mark.parametrize("order", [1, 3, 4])
def test_the_field_is_torchios_polynomial(order: int) -> None:
    """With the same coefficients, but for the constant term that ours leaves out."""
    torchio = pytest.importorskip("torchio")
    coefficients = np.random.default_rng(1).uniform(-0.5, 0.5, (order + 1,) * 3)
    coefficients[0, 0, 0] = 0
    listed = [
        float(coefficients[i, j, k])
        for i in range(order + 1)
        for j in range(order + 1 - i)
        for k in range(order + 1 - i - j)
    ]
    ones = np.ones((1, 12, 15, 11), dtype=np.float32)
    theirs = torchio.BiasField(coefficients=listed, order=order)(ones)[0]
    np.testing.assert_allclose(theirs, np.exp(polynomial((12, 15, 11), coefficients)), rtol=2e-5)


@pytest.mark.parametrize("level", [1, 3, 5])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_level_is_the_spread_of_the_field_over_the_head(level: int, seed: int) -> None:
    """Weighted by signal, the field's logarithm has mean 0 and the ladder's standard deviation, but for its cut ends."""
    volume = artefact_samples.head()
    operator = BiasField()
    field = np.log(operator.change(volume, operator.amount(level), seed).voxels / volume.voxels)
    weights = volume.voxels.astype(np.float64)
    mean = np.average(field, weights=weights)
    assert mean == pytest.approx(0, abs=0.02 * operator.amount(level))
    assert np.sqrt(np.average((field - mean) ** 2, weights=weights)) == pytest.approx(operator.amount(level), rel=0.04)
    assert np.abs(field).max() <= 3 * operator.amount(level) * 1.0001


def test_it_is_smooth() -> None:
    """No step between neighbours is more than a small part of the field's range."""
    flat = Volume(np.ones((40, 40, 40), dtype=np.float32), np.eye(4))
    field = np.log(BiasField().change(flat, 0.65, seed=5).voxels)
    assert max(np.abs(np.diff(field, axis=axis)).max() for axis in range(3)) < 0.1 * np.ptp(field)


def test_bright_voxels_saturate_rather_than_wrap() -> None:
    """A uint8 volume near its end stays at 255 where the field would lift it beyond."""
    bright = Volume(np.full((16, 16, 16), 250, dtype=np.uint8), np.eye(4))
    after = BiasField().change(bright, 0.65, seed=1).voxels
    assert after.max() == 255
    assert (after == 255).mean() > 0.2
