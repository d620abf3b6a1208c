"""Fields of random numbers over an image: uniform, normal, and plasma.

A field depends on its stage's stream alone, never on the level, so that a level scales or thresholds the field of the one
before. Numbers have 16 bits: 65,536 equally likely values, finer than what an image of 8 bits can show, at a tenth of the
time of full precision.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import prod
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robustspec.perturbation.seeds import stream

Floats = NDArray[np.float32]


def words(seed: int, stage: str, shape: Sequence[int]) -> NDArray[np.uint16]:
    """Uniform integers from 0 to 65,535 of the given shape."""
    count = prod(shape)
    raw: NDArray[np.uint64] = stream(seed, stage).bit_generator.random_raw(-(-count // 4))
    return raw.astype("<u8", copy=False).view("<u2")[:count].reshape(shape)


def signed(seed: int, stage: str, shape: Sequence[int]) -> Floats:
    """Uniform numbers from -1 to 1."""
    field = words(seed, stage, shape).astype(np.float32)
    field *= np.float32(2 / 65536)
    field -= np.float32(1 - 1 / 65536)
    return field


def normal(seed: int, stage: str, shape: Sequence[int]) -> Floats:
    """Standard normal numbers, each one of 65,536 equally likely quantiles; the farthest is 4.3 from 0."""
    return np.take(_normal_quantiles(), words(seed, stage, shape))


@cache
def _normal_quantiles() -> Floats:
    inverse = NormalDist().inv_cdf
    upper = [inverse(0.5 + (place + 0.5) / 65536) for place in range(32768)]
    return np.array([-value for value in reversed(upper)] + upper, dtype=np.float32)


def plasma(seed: int, stage: str, size: tuple[int, int], decay: float) -> Floats:
    """A cloudy field from 0 to 1 of height and width ``size``: the diamond-square algorithm on a torus.

    Each halving of the step divides the root of the random part by ``decay``: the smaller it is, the rougher the field.
    """
    side = 1 << (min(max(size), 4 * min(size)) - 1).bit_length()
    random = signed(seed, stage, (side, side))
    field = np.zeros((side, side), dtype=np.float32)
    step, wobble = side, np.float32(100)
    while step >= 2:
        _refine(field, random, step, wobble * wobble)
        step, wobble = step // 2, np.float32(wobble / decay)
    field -= field.min()
    field /= field.max()
    if max(size) > side:  # a long strip: the torus over and over
        field = np.tile(field, [-(-length // side) for length in size])
    return field[: size[0], : size[1]]


def _refine(field: Floats, random: Floats, step: int, height: Any) -> None:
    """Set the middle of every square of ``step`` pixels from its corners, then the middles of its sides."""
    half = step // 2
    corners = field[::step, ::step]
    pairs = corners + _turned(corners, -1, 0)
    middles = pairs + _turned(pairs, -1, 1)
    middles /= 4
    middles += height * random[half::step, half::step]
    field[half::step, half::step] = middles
    tops = middles + _turned(middles, 1, 0)
    tops += corners
    tops += _turned(corners, -1, 1)
    field[::step, half::step] = tops / 4 + height * random[::step, half::step]
    lefts = middles + _turned(middles, 1, 1)
    lefts += corners
    lefts += _turned(corners, -1, 0)
    field[half::step, ::step] = lefts / 4 + height * random[half::step, ::step]


def _turned(field: Floats, by: int, axis: int) -> Floats:
    """``field`` rolled by one place (1 or -1); faster than numpy's own, which serves any number of places."""
    parts = (field[-by:], field[:-by]) if axis == 0 else (field[:, -by:], field[:, :-by])
    return np.concatenate(parts, axis)
