"""Rectangles before an image."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from picture_samples import KINDS, scene, typed

from robustspec.registry import load_operators, lookup

load_operators()
Occlude = lookup("perturbations", "occlude")


def covered(size: tuple[int, int], share: float, seed: int) -> np.ndarray:
    """Which pixels of a black image become grey."""
    return Occlude().change(typed(np.zeros(size), np.uint8), share, seed).pixels > 0


def test_the_rectangle_grows_about_the_same_place() -> None:
    """It covers the ladder's share, and what is covered stays covered."""
    for seed in range(12):
        masks = [covered((120, 90), Occlude().amount(level), seed) for level in range(1, 6)]
        assert all((more | ~less).all() for less, more in pairwise(masks))
        assert [mask.mean() for mask in masks] == pytest.approx([0.05, 0.10, 0.20, 0.30, 0.40], abs=0.012)


def test_it_is_one_rectangle_of_drawn_proportions() -> None:
    """All of its box is covered; it is at most twice as high, or as wide, as the image's own proportions."""
    shapes = []
    for seed in range(40):
        rows, columns = np.nonzero(covered((200, 200), 0.1, seed))
        high, wide = int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1
        assert high * wide == len(rows)
        shapes.append(high / wide)
    assert 0.49 < min(shapes) < 0.7
    assert 1.4 < max(shapes) < 2.05


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("fill", "tone"), [("black", 0.0), ("grey", 0.5), ("white", 1.0)])
def test_the_tone_is_a_share_of_white(kind: type, fill: str, tone: float) -> None:
    """In any type, grey is half of white; the rest of the image is as it was."""
    image = scene(kind=kind)
    after = Occlude(fill=fill).change(image, 0.2, 4)
    changed = (after.pixels != image.pixels).any(axis=-1)
    assert 0.15 < changed.mean() < 0.25
    assert after.unit()[changed] == pytest.approx(tone, abs=0.003)


def test_the_mean_is_that_of_each_channel() -> None:
    """With fill: mean the rectangle has the image's mean colour."""
    image = scene(kind=np.float32)
    after = Occlude(fill="mean").change(image, 0.2, 4)
    changed = (after.pixels != image.pixels).any(axis=-1)
    assert after.pixels[changed][0] == pytest.approx(image.pixels.reshape(-1, 3).mean(axis=0), abs=1e-5)


@pytest.mark.parametrize("size", [(1, 1), (2, 9)])
def test_tiny_images_lose_a_pixel(size: tuple[int, int]) -> None:
    """The rectangle is never empty."""
    assert covered(size, 0.02, 3).any()
