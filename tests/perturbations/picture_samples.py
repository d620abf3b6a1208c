"""Small images that the tests of image operators share."""

from __future__ import annotations

from typing import Any

import numpy as np

from robustspec.data.picture import Image

KINDS = (np.uint8, np.uint16, np.float32)
"""The types that an image may have."""


def scene(side: int = 64, *, grey: bool = False, kind: Any = np.uint8, width: int | None = None) -> Image:
    """A bright disc and a dark bar before a shaded ground with a little noise; of height ``side``."""
    width = width or side
    y, x = np.mgrid[0:side, 0:width] / np.array([side, width]).reshape(2, 1, 1)
    unit = np.stack([0.3 + 0.4 * y, 0.4 + 0.3 * x, 0.7 - 0.3 * y], axis=-1)
    unit[(x - 0.35) ** 2 + (y - 0.4) ** 2 < 0.05] = (0.9, 0.8, 0.2)
    unit[(abs(x - 0.75) < 0.06) & (y > 0.2)] = (0.1, 0.15, 0.3)
    unit += np.random.default_rng(3).normal(0, 0.01, unit.shape)
    return typed(unit.mean(axis=-1) if grey else unit, kind)


def subject(side: int = 64, *, grey: bool = False, kind: Any = np.uint8) -> Image:
    """A dark disc before plain white."""
    y, x = np.mgrid[0:side, 0:side] / side
    unit = np.full((side, side, 3), 0.96)
    unit[(x - 0.5) ** 2 + (y - 0.5) ** 2 < 0.07] = (0.7, 0.15, 0.2)
    return typed(unit.mean(axis=-1) if grey else unit, kind)


def typed(unit: Any, kind: Any) -> Image:
    """An image of type ``kind`` from values of 0 to 1."""
    white = 1.0 if kind is np.float32 else np.iinfo(kind).max
    values = np.clip(unit, 0, 1) * white
    return Image((values if kind is np.float32 else np.rint(values)).astype(kind))
