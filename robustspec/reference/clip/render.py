"""Simple pictures of shapes and textures, 32 x 32 pixels, in four domains; everything in them is drawn here.

A picture is made from a `Scene`, and a scene from a seed: the same seed gives the same picture.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SIDE = 32
"""Height and width of a picture, in pixels."""
_FINE = 2  # pictures are drawn so many times larger, and averaged: soft edges

Floats = NDArray[np.float32]
Bits = NDArray[np.bool_]
Pixels = NDArray[np.uint8]

COLOURS: dict[str, tuple[float, float, float]] = {
    "red": (0.85, 0.15, 0.15),
    "green": (0.15, 0.62, 0.22),
    "blue": (0.15, 0.3, 0.85),
    "yellow": (0.95, 0.85, 0.15),
    "purple": (0.55, 0.2, 0.65),
    "orange": (0.95, 0.55, 0.1),
    "black": (0.08, 0.08, 0.08),
    "white": (0.96, 0.96, 0.96),
}
"""Names of colours, and what they are as shares of red, green and blue."""

DOMAINS = ("clean", "sketch", "style", "resampled")
"""How a scene is shown: plain colours; dark outlines on paper; hatching in few tones; small, large or off centre."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a picture shows: the name of a shape, its colour and that of the ground, and where, how large and how turned.

    ``x`` and ``y`` are the centre and ``radius`` the size, as shares of half the side; ``turn`` is in radians. ``seed`` draws
    the rest (strokes, grain).
    """

    shape: str
    colour: str
    ground: str
    domain: str
    x: float
    y: float
    radius: float
    turn: float
    seed: int


def scene(rng: np.random.Generator, shape: str, domain: str) -> Scene:
    """A scene of ``shape`` as it comes in ``domain``."""
    colour, ground = (str(name) for name in rng.choice(list(COLOURS), 2, replace=False))
    far = domain == "resampled"
    radius = float(rng.choice([rng.uniform(0.48, 0.58), rng.uniform(0.85, 0.95)]) if far else rng.uniform(0.58, 0.85))
    room = min(0.25, 0.98 - radius) if far else 0.12
    x, y = rng.uniform(-room, room, 2)
    turn = float(rng.uniform(-0.3, 0.3))
    return Scene(shape, colour, ground, domain, float(x), float(y), radius, turn, int(rng.integers(2**31)))


def picture(of: Scene) -> Pixels:
    """The picture of a scene: ``SIDE`` x ``SIDE`` x 3, uint8."""
    rng = np.random.default_rng(of.seed)
    u, v = _coordinates(of)
    inside = SHAPES[of.shape](u, v)
    fine = _PAINTERS[of.domain](rng, of, inside)
    coarse = fine.reshape(SIDE, _FINE, SIDE, _FINE, 3).mean(axis=(1, 3))
    coarse = coarse + rng.normal(0, 0.01, coarse.shape)
    return np.asarray(np.rint(np.clip(coarse, 0, 1) * 255), dtype=np.uint8)


def _coordinates(of: Scene) -> tuple[Floats, Floats]:
    """Where each fine pixel lies in the shape's own frame: the shape reaches from -1 to 1, v points up."""
    ends = np.linspace(-1, 1, SIDE * _FINE, dtype=np.float32)
    x, y = ends[None, :] - of.x, -ends[:, None] - of.y
    cos, sin = np.cos(of.turn), np.sin(of.turn)
    u, v = np.broadcast_arrays((x * cos + y * sin) / of.radius, (y * cos - x * sin) / of.radius)
    return u.astype(np.float32), v.astype(np.float32)


def _star(u: Floats, v: Floats) -> Bits:
    around = np.mod(np.arctan2(u, v), 2 * np.pi / 5) - np.pi / 5
    # The edge runs from a tip (radius 1) to a notch (radius 0.4): a straight line in the plane.
    along = np.hypot(u, v)
    tip, notch = np.array([1.0, 0.0]), 0.4 * np.array([np.cos(np.pi / 5), np.sin(np.pi / 5)])
    angle = np.pi / 5 - np.abs(around)
    px, py = along * np.cos(angle), along * np.sin(angle)
    edge = notch - tip
    return np.asarray(edge[0] * (py - tip[1]) - edge[1] * (px - tip[0]) > 0)


def _box(u: Floats, v: Floats, width: float, height: float) -> Bits:
    return np.asarray((np.abs(u) < width) & (np.abs(v) < height))


def _arrow(u: Floats, v: Floats) -> Bits:
    head = (v > 0.05) & (v < 0.95) & (np.abs(u) < (0.95 - v) * 0.85)
    return np.asarray(head | ((np.abs(u) < 0.22) & (v > -0.95) & (v <= 0.05)))


def _heart(u: Floats, v: Floats) -> Bits:
    x, y = u * 1.2, v * 1.2 + 0.15
    return np.asarray((x**2 + y**2 - 1) ** 3 - x**2 * y**3 < 0)


SHAPES: dict[str, Callable[[Floats, Floats], Bits]] = {
    "circle": lambda u, v: np.hypot(u, v) < 0.92,
    "square": lambda u, v: _box(u, v, 0.8, 0.8),
    "triangle": lambda u, v: (v > -0.75) & (np.abs(u) < (0.95 - v) * 0.56),
    "star": _star,
    "cross": lambda u, v: _box(u, v, 0.3, 0.95) | _box(u, v, 0.95, 0.3),
    "ring": lambda u, v: (np.hypot(u, v) < 0.95) & (np.hypot(u, v) > 0.55),
    "heart": _heart,
    "diamond": lambda u, v: np.abs(u) / 0.62 + np.abs(v) < 1,
    "moon": lambda u, v: (np.hypot(u, v) < 0.95) & (np.hypot(u - 0.45, v - 0.1) > 0.75),
    "arrow": _arrow,
    "stripes": lambda u, v: _box(u, v, 0.95, 0.95) & (np.mod(v * 2.5, 1) < 0.5),
    "chessboard": lambda u, v: _box(u, v, 0.95, 0.95) & (np.mod(np.floor(u * 2) + np.floor(v * 2), 2) == 0),
}
"""The twelve classes: which points belong to a shape, in its own frame from -1 to 1 with v pointing up."""


def _rgb(name: str) -> Floats:
    return np.array(COLOURS[name], dtype=np.float32)


def _plain(rng: np.random.Generator, of: Scene, inside: Bits) -> Floats:
    return np.where(inside[..., None], _rgb(of.colour), _rgb(of.ground)).astype(np.float32)


def _sketch(rng: np.random.Generator, of: Scene, inside: Bits) -> Floats:
    """Dark outlines, two fine pixels wide, on light paper."""
    line = inside ^ _shrunk(_shrunk(inside))
    paper, ink = rng.uniform(0.88, 1.0), rng.uniform(0.0, 0.3)
    drawn: Floats = np.repeat(np.where(line, ink, paper)[..., None], 3, axis=2).astype(np.float32)
    return drawn


def _shrunk(inside: Bits) -> Bits:
    wide = np.pad(inside, 1)
    return inside & wide[:-2, 1:-1] & wide[2:, 1:-1] & wide[1:-1, :-2] & wide[1:-1, 2:]


def _style(rng: np.random.Generator, of: Scene, inside: Bits) -> Floats:
    """Hatching inside, a gradient outside, few tones: a poster, or a painting of an untrained hand."""
    side = inside.shape[0]
    y, x = np.mgrid[:side, :side].astype(np.float32) / side
    slope = rng.uniform(-0.35, 0.35, 2)
    ground = _rgb(of.ground) + (slope[0] * (x - 0.5) + slope[1] * (y - 0.5))[..., None]
    angle = rng.uniform(0, np.pi)
    hatch = np.sin((x * np.cos(angle) + y * np.sin(angle)) * 2 * np.pi * rng.uniform(5, 8))
    fill = _rgb(of.colour) + (0.14 * hatch)[..., None]
    tones = np.round(np.where(inside[..., None], fill, ground) * 4) / 4
    return np.asarray(tones, dtype=np.float32)


_PAINTERS: dict[str, Callable[[np.random.Generator, Scene, Bits], Floats]] = {
    "clean": _plain,
    "sketch": _sketch,
    "style": _style,
    "resampled": _plain,
}
