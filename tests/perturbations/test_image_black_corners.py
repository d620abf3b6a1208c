"""Round apertures."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from picture_samples import KINDS, scene, typed

from robustspec.registry import load_operators, lookup

load_operators()
BlackCorners = lookup("perturbations", "black_corners")


def beyond(radius: float) -> float:
    """Share of a square that lies outside of a circle of ``radius`` half sides about its middle, by geometry."""
    if radius <= 1:
        return 1 - math.pi * radius**2 / 4
    angle = math.acos(1 / radius)  # each side of the square cuts a segment off the circle
    return 1 - (math.pi * radius**2 - 4 * (radius**2 * angle - math.sqrt(radius**2 - 1))) / 4


def test_the_black_share_is_that_of_geometry() -> None:
    """For every level of the ladder, on a fine grid."""
    white = typed(np.ones((500, 500)), np.uint8)
    for level in range(1, 6):
        radius = BlackCorners().amount(level)
        black = (BlackCorners().change(white, radius, 0).pixels == 0).mean()
        assert black == pytest.approx(beyond(radius), abs=0.002)
    assert [round(beyond(1.10), 2), round(beyond(0.90), 2)] == [0.11, 0.36]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("grey", [True, False])
def test_inside_nothing_changes_and_black_grows(kind: type, grey: bool) -> None:
    """Pixels are as they were or black, and what is black stays black."""
    image = scene(48, width=80, kind=kind, grey=grey)
    levels = [BlackCorners().change(image, BlackCorners().amount(level), 0).pixels for level in range(1, 6)]
    assert all(((pixels == image.pixels) | (pixels == 0)).all() for pixels in levels)
    assert all((less[more > 0] > 0).all() for less, more in pairwise(levels))


def test_of_a_wide_image_both_sides_are_cut() -> None:
    """The aperture follows the sides: it is an ellipse."""
    black = BlackCorners().change(typed(np.ones((40, 120)), np.uint8), 0.9, 0).pixels == 0
    assert black[20, :5].all()
    assert black[:1, 60].all()
    assert not black[20, 60]


def test_the_ladder_is_monotone_where_the_published_one_is_not() -> None:
    """MedMNIST-C has 0.90 before 0.95."""
    rungs = BlackCorners.ladder.rungs
    assert list(rungs) == sorted(rungs, reverse=True)
