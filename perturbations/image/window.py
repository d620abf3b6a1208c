"""Rectangles that grow with the level and stay inside one another."""

from __future__ import annotations

from math import sqrt

from robustspec.perturbation.seeds import stream

Box = tuple[slice, slice]
"""Rows and columns."""


def nested_box(size: tuple[int, int], area_fraction: float, seed: int, *, longest: float = 1.0) -> Box:
    """A rectangle that covers ``area_fraction`` of an image of ``size`` (height, width).

    With the same seed a smaller one lies inside a larger one. Its place is drawn, and so are its proportions where
    ``longest`` is above 1: up to so many times as high, or as wide, as those of the image.
    """
    draw = stream(seed, "place").random(3)
    shape = longest ** (draw[2] - 0.5)
    high, wide = sqrt(area_fraction) * shape, sqrt(area_fraction) / shape
    high, wide = min(high, 1.0) * max(wide, 1.0), min(wide, 1.0) * max(high, 1.0)
    return _stretch(size[0], high, draw[0]), _stretch(size[1], wide, draw[1])


def _stretch(side: int, share: float, place: float) -> slice:
    """A stretch of about ``share`` of ``side`` pixels, at least one; ``place`` is 0 at the start and 1 at the end."""
    start = round(place * (1 - share) * side)
    end = round((place * (1 - share) + share) * side)
    return slice(min(start, side - 1), max(end, min(start, side - 1) + 1))
