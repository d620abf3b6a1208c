"""Frosted glass, made by code: ice ferns that branch over a pale ground, on squares that tile without a seam."""

from __future__ import annotations

from functools import lru_cache
from math import cos, pi, sin

import numpy as np
from numpy.typing import NDArray

from robustspec.perturbation.seeds import stream

from .fields import Floats, plasma

SIDE = 512
"""Pixels of a texture's side; as crystals are seen in an image of 224 pixels."""

TEXTURES = 6
"""How many there are, as in ImageNet-C."""

_FERNS = 70
_BRANCH_ANGLE = pi / 3
_SMALLEST = 5.0
"""Pixels below which a branch does not branch again."""

Line = tuple[float, float, float, float, float]
"""From x, y to x, y, and the brightness up to 1."""


@lru_cache(maxsize=TEXTURES)
def frost_texture(number: int) -> NDArray[np.uint8]:
    """Texture ``number``, SIDE x SIDE x 3 (RGB): made once, in about 0.1 s; the same on every machine, up to rounding."""
    seed = 7919 * (number + 1)
    ground = plasma(seed, "ground", (SIDE, SIDE), 1.9)
    grain = plasma(seed, "grain", (SIDE, SIDE), 1.25)
    light = 0.16 + 0.42 * ground + 0.16 * grain + _glowing(_drawn(_ferns(seed))) * (0.25 + 0.5 * ground)
    bluish = np.array([1.14, 1.05, 1.0], dtype=np.float32)
    texture: NDArray[np.uint8] = np.rint(255 * np.clip(light, 0, 1)[..., None] ** bluish).astype(np.uint8)
    return texture


def _ferns(seed: int) -> list[Line]:
    """The lines of all ferns: each starts anywhere and grows a stem with branches on both sides, which branch again."""
    draw, lines = stream(seed, "ferns"), list[Line]()
    for x, y, turn, size, light in draw.random((_FERNS, 5)):
        _grow(lines, draw, (x * SIDE, y * SIDE), 2 * pi * turn, 30 + 110 * size**2, 0.4 + 0.6 * light, 0)
    return lines


def _grow(
    lines: list[Line],
    draw: np.random.Generator,
    start: tuple[float, float],
    angle: float,
    length: float,
    light: float,
    depth: int,
) -> None:
    """A stem of ``length``: slightly bent, with fainter branches that shorten towards its tip."""
    (x, y), steps = start, max(int(length / 8), 2)
    bends = draw.normal(0, 0.05, steps)
    sizes = draw.uniform(0.25, 0.5, (steps, 2))
    for step in range(steps):
        angle += bends[step]
        end_x, end_y = x + length / steps * cos(angle), y + length / steps * sin(angle)
        lines.append((x, y, end_x, end_y, light))
        x, y = end_x, end_y
        left = length * (1 - (step + 1) / steps)
        for side, share in zip((-1, 1), sizes[step], strict=True):
            branch = share * (left + 0.15 * length) if depth == 0 else 0.6 * share * left
            if depth < 2 and branch > _SMALLEST:
                _grow(lines, draw, (x, y), angle + side * _BRANCH_ANGLE, branch, 0.65 * light, depth + 1)


def _drawn(lines: list[Line]) -> Floats:
    """The lines on one square; what leaves it on one side comes in on the other."""
    import cv2

    canvas = np.zeros((3 * SIDE, 3 * SIDE), dtype=np.uint8)
    for x, y, end_x, end_y, light in lines:
        start, end = (
            (round((across + SIDE) * 16), round((down + SIDE) * 16)) for across, down in ((x, y), (end_x, end_y))
        )
        cv2.line(canvas, start, end, round(255 * light), 1, cv2.LINE_AA, 4)
    folded = canvas.reshape(3, SIDE, 3, SIDE).max(axis=(0, 2))
    return np.asarray(folded / 255, dtype=np.float32)


def _glowing(ferns: Floats) -> Floats:
    """The ferns with light around them."""
    import cv2

    margin = 32
    wide = np.pad(ferns, margin, mode="wrap")
    glow = 0.6 * cv2.GaussianBlur(wide, (0, 0), 1.5) + 0.8 * cv2.GaussianBlur(wide, (0, 0), 8)
    return ferns + np.asarray(glow, dtype=np.float32)[margin:-margin, margin:-margin]
