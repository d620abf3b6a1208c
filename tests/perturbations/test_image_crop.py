"""Windows cut out of an image."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from picture_samples import KINDS, scene

from robustspec.data.picture import Image, made
from robustspec.data.row import Message, Row, images_of
from robustspec.perturbation.scopes import scope_of
from robustspec.registry import load_operators, lookup

load_operators()
Crop = lookup("perturbations", "crop")


def places(height: int, width: int) -> Image:
    """An image whose every pixel has a value of its own."""
    return Image(np.arange(height * width, dtype=np.uint16).reshape(height, width))


def test_windows_lie_inside_one_another() -> None:
    """What a level shows, all lower levels show too; the share that is removed is the ladder's."""
    image = places(100, 150)
    for seed in range(12):
        windows = [Crop(resize=False).change(image, Crop().amount(level), seed).pixels for level in range(1, 6)]
        assert all(set(inner.flat) < set(outer.flat) for outer, inner in pairwise(windows))
        removed = [1 - window.size / 15_000 for window in windows]
        assert removed == pytest.approx([0.10, 0.20, 0.30, 0.45, 0.60], abs=0.015)


def test_a_window_is_a_rectangle_of_the_image_and_has_its_proportions() -> None:
    """Neighbours stay neighbours, and nothing is stretched."""
    window = Crop(resize=False).change(places(100, 150), 0.36, 5).pixels
    first = divmod(int(window[0, 0]), 150)
    assert np.array_equal(window, places(100, 150).pixels[first[0] :, first[1] :][: window.shape[0], : window.shape[1]])
    assert window.shape == (80, 120)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("grey", [True, False])
def test_it_is_brought_back_to_size_by_default(kind: type, grey: bool) -> None:
    """Type and size stay, and the window fills the frame: its middle is the middle."""
    image = scene(48, width=64, kind=kind, grey=grey)
    cropped = Crop().change(image, 0.5, 3)
    assert (image.pixels.shape, image.pixels.dtype) == (cropped.pixels.shape, cropped.pixels.dtype)
    assert (Crop().keeps_shape, Crop(resize=False).keeps_shape) == (True, False)


def test_the_window_is_drawn() -> None:
    """Over seeds windows stand in many places."""
    firsts = {int(Crop(resize=False).change(places(60, 60), 0.5, seed).pixels[0, 0]) for seed in range(20)}
    assert len(firsts) > 15


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (3, 2)])
def test_tiny_images_keep_a_pixel(size: tuple[int, int]) -> None:
    """A window is never empty."""
    assert Crop(resize=False).change(places(*size), 0.95, 3).pixels.size >= 1
    assert size == Crop().change(places(*size), 0.95, 3).size


def test_magnitude_is_the_share_that_is_gone_in_whole_pixels() -> None:
    """A tenth of 25 pixels cannot go in whole rows and columns: what is recorded is what went."""
    row = Row("r", (Message("user", "", images=(made("p", scene(5)),)),))
    scope = scope_of(Crop(resize=False))
    for seed in range(6):
        after = scope.apply(row, scope.sample(seed, row), 1)
        left = images_of(after.input)[0].open()
        assert after.magnitude == pytest.approx(1 - left.pixels.shape[0] * left.pixels.shape[1] / 25)
