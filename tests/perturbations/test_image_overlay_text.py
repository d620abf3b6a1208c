"""Characters over an image."""

from __future__ import annotations

import sys
from itertools import pairwise

import numpy as np
import pytest
from picture_samples import KINDS, scene, typed

from robustspec.registry import load_operators, lookup

load_operators()
OverlayText = lookup("perturbations", "overlay_text")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("grey", [True, False])
def test_a_higher_level_writes_more_besides(kind: type, grey: bool) -> None:
    """What is written at one level is written at the next, as bright or brighter; elsewhere the image stays."""
    image = scene(kind=kind, grey=grey)
    levels = [OverlayText().change(image, OverlayText().amount(level), 3).pixels for level in range(1, 6)]
    assert (levels[0] >= image.pixels).all()
    assert all((more >= less).all() for less, more in pairwise(levels))
    changed = [(pixels != image.pixels).mean() for pixels in levels]
    assert 0 < changed[0] < changed[1] < changed[2] < changed[3] < changed[4] < 0.5


def test_the_number_of_characters_is_the_levels() -> None:
    """On a wide empty sheet the first two and four characters are as many separate marks."""
    from scipy import ndimage

    sheet = typed(np.zeros((600, 600)), np.uint8)
    for count in (2, 4):
        _, marks = ndimage.label(OverlayText(height_fraction=0.03).change(sheet, count, 1).pixels, np.ones((3, 3)))
        assert marks == count


def test_edges_leave_the_middle_alone() -> None:
    """With place: edges nothing is written in the inner half."""
    black = typed(np.zeros((200, 200)), np.uint8)
    for seed in range(5):
        written = OverlayText(place="edges").change(black, 32, seed).pixels
        assert written[50:150, 50:150].max() == 0
        assert all(side.any() for side in (written[:50], written[150:], written[:, :50], written[:, 150:]))


def test_no_character_is_cut() -> None:
    """Characters stand wholly inside: about as much is written on every sheet."""
    black = typed(np.zeros((200, 200)), np.uint8)
    rims = [OverlayText(height_fraction=0.1).change(black, 8, seed).pixels for seed in range(20)]
    assert sum(int(rim[:, 0].any()) + int(rim[:, -1].any()) for rim in rims) <= 4


def test_no_letter_can_be_taken_for_a_side_marker() -> None:
    """L and R would contradict the side that the image shows."""
    alphabet = sys.modules[OverlayText.__module__]._ALPHABET
    assert not set("LRIJO01") & set(alphabet)


def test_black_ink_darkens() -> None:
    """colour: black writes dark characters."""
    white = typed(np.ones((64, 64, 3)), np.float32)
    written = OverlayText(colour="black").change(white, 8, 1).pixels
    assert written.min() < 0.1
    assert (written <= 1).all()


def test_tiny_images_are_no_trouble() -> None:
    """An image smaller than a character shows what fits."""
    assert OverlayText().change(typed(np.zeros((3, 2)), np.uint8), 2, 1).size == (3, 2)
