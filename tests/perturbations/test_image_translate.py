"""Moving an image: how far, where to, and what fills the strip."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from picture_samples import KINDS, scene

from robustspec.registry import load_operators, lookup

load_operators()
Translate = lookup("perturbations", "translate")


def shifted(pixels: np.ndarray, axis: int, shift: int, mode: str) -> np.ndarray:
    """``pixels`` moved by ``shift`` along ``axis``, by numpy."""
    room = [(0, 0)] * pixels.ndim
    room[axis] = (max(shift, 0), max(-shift, 0))
    padded = np.pad(pixels, room, mode=mode)  # type: ignore[call-overload]  # the mode is a literal for numpy
    return np.take(padded, np.arange(pixels.shape[axis]) + max(-shift, 0), axis=axis)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("border", "mode"), [("reflect", "reflect"), ("black", "constant")])
def test_it_moves_whole_pixels_in_one_of_four_directions(kind: type, border: str, mode: str) -> None:
    """The image is the one that numpy pads and cuts; over seeds all four directions occur."""
    image, operator = scene(40, width=60, kind=kind), Translate(border=border)
    found = set()
    for seed in range(24):
        moved = operator.change(image, 0.1, seed).pixels
        found |= {
            (axis, sign)
            for axis, shift in ((0, 4), (1, 6))
            for sign in (1, -1)
            if np.array_equal(moved, shifted(image.pixels, axis, sign * shift, mode))
        }
    assert {(0, 1), (0, -1), (1, 1), (1, -1)} == found


def test_levels_go_on_in_the_same_direction() -> None:
    """The strip that is empty at one level is empty at the next."""
    image, operator = scene(64, grey=True), Translate(border="black")
    image.pixels[image.pixels == 0] = 1
    for seed in range(8):
        empty = [operator.change(image, operator.amount(level), seed).pixels == 0 for level in range(1, 6)]
        assert all(not (less & ~more).any() for less, more in pairwise(empty))
        assert [int(hidden.sum()) // 64 for hidden in empty] == [1, 3, 6, 10, 13]


def test_it_moves_by_a_pixel_at_least() -> None:
    """On a small image level 1 is no silent no-op."""
    image = scene(16)
    assert not np.array_equal(image.pixels, Translate().change(image, 0.01, 3).pixels)


def test_an_image_of_one_pixel_is_no_trouble() -> None:
    """Its only pixel is mirrored into its place, or lost."""
    image = scene(1, grey=True)
    assert np.array_equal(image.pixels, Translate().change(image, 0.2, 1).pixels)
    assert Translate(border="black").change(image, 0.2, 1).pixels.tolist() == [[0]]
