"""Few tones."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from picture_samples import KINDS, scene

from robustspec.data.picture import Image
from robustspec.registry import load_operators, lookup

load_operators()
Posterize = lookup("perturbations", "posterize")


@pytest.mark.parametrize("kind", [np.uint8, np.float32])
@pytest.mark.parametrize("bits", [6, 5, 4, 3, 2])
def test_it_is_albumentations_posterize(kind: type, bits: int) -> None:
    """Bytes, and floats cut as bytes, are the same as from Posterize with that number of bits."""
    albumentations = pytest.importorskip("albumentations")
    image = scene(kind=kind)
    direct = albumentations.Posterize(num_bits=bits, p=1)(image=image.pixels)["image"]
    assert np.abs(direct - Posterize().change(image, bits, 0).pixels).max() < 1e-6


def test_16_bits_keep_the_highest() -> None:
    """Of uint16 the highest bits of 16 stay: 2 bits leave four tones a quarter of the range apart."""
    ramp = Image(np.arange(0, 65536, 64, dtype=np.uint16).reshape(32, 32))
    assert np.unique(Posterize().change(ramp, 2, 0).pixels).tolist() == [0, 16384, 32768, 49152]


@pytest.mark.parametrize("kind", KINDS)
def test_each_level_halves_the_tones(kind: type) -> None:
    """From 64 to 4 tones for each channel, and tones of a level are tones of the one before."""
    unit = np.linspace(0, 1, 64 * 64).reshape(64, 64)
    white = 1.0 if kind is np.float32 else np.iinfo(kind).max
    ramp = Image((unit * white).astype(kind))
    tones = [np.unique(Posterize().change(ramp, Posterize().amount(level), 0).pixels) for level in range(1, 6)]
    assert [len(found) for found in tones] == [64, 32, 16, 8, 4]
    assert all(set(few) <= set(many) for many, few in pairwise(tones))
