"""Defocus, motion, zoom, glass and Gaussian blur against slow references in scipy and loops."""

from __future__ import annotations

import math
import sys
from itertools import product
from typing import Any

import numpy as np
import pytest
from picture_samples import scene, typed
from scipy import ndimage

from robustspec.data.picture import Image
from robustspec.perturbation.seeds import stream
from robustspec.registry import lookup

DefocusBlur, MotionBlur = lookup("perturbations", "defocus_blur"), lookup("perturbations", "motion_blur")
ZoomBlur, GlassBlur = lookup("perturbations", "zoom_blur"), lookup("perturbations", "glass_blur")
GaussianBlur = lookup("perturbations", "gaussian_blur")
PACKAGE = DefocusBlur.__module__.rpartition(".")[0]
FILTERS, FIELDS = sys.modules[f"{PACKAGE}.filters"], sys.modules[f"{PACKAGE}.fields"]
GLASS = sys.modules[GlassBlur.__module__]


def off(image: Image, expected: np.ndarray) -> float:
    """The largest difference from an expected image of 0 to 1, in steps of a byte."""
    return float(np.abs(image.pixels.astype(float) - 255 * expected).max())


def each_channel(image: Image, filtered: Any) -> np.ndarray:
    unit = image.pixels / 255
    return np.stack([filtered(unit[..., channel]) for channel in range(3)], axis=-1)


@pytest.mark.parametrize("sigma", [1, 2, 3, 4, 6])
def test_gaussian_blur_is_scipys(sigma: float) -> None:
    """At 224 pixels, cut at four standard deviations, the nearest pixel beyond the edge."""
    image = scene(224)
    expected = each_channel(image, lambda plane: ndimage.gaussian_filter(plane, sigma, mode="nearest", truncate=4))
    assert off(GaussianBlur().change(image, sigma, 0), expected) < 0.51


def test_gaussian_blur_scales_with_the_image() -> None:
    """Twice the side, twice the pixels of blur."""
    image = scene(448, grey=True)
    expected = ndimage.gaussian_filter(image.pixels / 255, 6, mode="nearest")
    assert off(GaussianBlur().change(image, 3, 0), expected) < 2


def lens(radius: float, alias: float) -> np.ndarray:
    """The published kernel by loops: a disk, smoothed by a sampled Gaussian of 3 or 5 pixels."""
    reach, soft = (8, 1) if radius <= 8 else (int(radius), 2)
    side = range(-reach, reach + 1)
    disk = np.array([[float(x * x + y * y <= radius * radius) for x in side] for y in side])
    bell = np.array([math.exp(-0.5 * (x / alias) ** 2) for x in range(-soft, soft + 1)])
    bell /= bell.sum()
    return ndimage.correlate(disk / disk.sum(), np.outer(bell, bell), mode="mirror")


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_defocus_is_the_published_disk(level: int) -> None:
    """At 224 pixels: the disk of table 1 of ImageNet-C's code, the image mirrored beyond its edge."""
    image = scene(224)
    radius, alias = [(3, 0.1), (4, 0.5), (6, 0.5), (8, 0.5), (10, 0.5)][level - 1]
    kernel = lens(radius, alias)
    expected = each_channel(image, lambda plane: ndimage.correlate(plane, kernel, mode="mirror"))
    assert off(DefocusBlur().change(image, DefocusBlur().amount(level), 0), expected) < 0.52


def test_defocus_is_what_albumentations_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same kernel on the same bytes, up to one step of rounding."""
    monkeypatch.setenv("NO_ALBUMENTATIONS_UPDATE", "1")
    functional = pytest.importorskip("albumentations.augmentations.blur.functional")
    image = scene(224)
    theirs = functional.defocus(image.pixels, 6, 0.5).astype(int)
    assert np.abs(DefocusBlur().change(image, 6, 0).pixels - theirs).max() <= 1


def dragged(plane: np.ndarray, radius: int, sigma: float, degrees: float) -> np.ndarray:
    """The published motion by loops: shifted copies along a line, weighted by half a Gaussian."""
    height, width = plane.shape
    weights = [math.exp(-0.5 * (step / sigma) ** 2) for step in range(2 * radius + 1)]
    total = np.zeros_like(plane)
    for step, weight in enumerate(weights):
        down = math.ceil(step * math.sin(math.radians(degrees)) - 0.5)
        right = math.ceil(step * math.cos(math.radians(degrees)) - 0.5)
        rows = [min(max(row + down, 0), height - 1) for row in range(height)]
        columns = [min(max(column + right, 0), width - 1) for column in range(width)]
        total += weight / sum(weights) * plane[np.ix_(rows, columns)]
    return total


@pytest.mark.parametrize(("level", "seed"), [(1, 1), (3, 2), (5, 3), (5, 4)])
def test_motion_is_the_published_trail(level: int, seed: int) -> None:
    """At 224 pixels, in the direction that the seed's stream draws."""
    image = scene(224)
    radius, sigma = [(10, 3), (15, 5), (15, 8), (15, 12), (20, 15)][level - 1]
    degrees = stream(seed, "direction").uniform(-45, 45)
    expected = each_channel(image, lambda plane: dragged(plane, radius, sigma, degrees))
    assert off(MotionBlur().change(image, level, seed), expected) < 0.52


def test_motion_keeps_its_direction_along_the_levels() -> None:
    """The streak of a bright dot has one slope, whatever its length."""
    dot = np.zeros((224, 224))
    dot[112, 112] = 1
    slopes = []
    for level in (1, 3, 5):
        rows, columns = np.nonzero(MotionBlur().change(typed(dot, np.uint16), level, 11).pixels)
        slopes.append(np.polyfit(columns, rows, 1)[0])
    assert np.ptp(slopes) < 0.1


def zoomed(plane: np.ndarray, zoom: float) -> np.ndarray:
    """The published magnification: scipy's, of the middle part, cut to size in the middle."""
    side = len(plane)
    part = math.ceil(side / zoom)
    start = (side - part) // 2
    big = ndimage.zoom(plane[start : start + part, start : start + part], zoom, order=1)
    cut = (len(big) - side) // 2
    return big[cut : cut + side, cut : cut + side]


@pytest.mark.parametrize("level", [1, 3, 5])
def test_zoom_is_the_published_mean(level: int) -> None:
    """At 224 pixels: the image and its copies magnified along numpy's range, by scipy."""
    image = scene(224)
    stop, step = [(1.11, 0.01), (1.16, 0.01), (1.21, 0.02), (1.26, 0.02), (1.31, 0.03)][level - 1]

    def mean(plane: np.ndarray) -> np.ndarray:
        zooms = np.arange(1, stop, step)
        return (plane + sum(zoomed(plane, zoom) for zoom in zooms)) / (len(zooms) + 1)

    expected = each_channel(image, mean)
    assert off(ZoomBlur().change(image, stop, 0), expected) < 1.6  # OpenCV may round places to 1/32 pixel
    assert np.abs(ZoomBlur().change(image, stop, 0).pixels - 255 * expected).mean() < 0.3


def test_zoom_takes_images_that_are_not_square() -> None:
    """The middle stays where it is, the edges stream outwards."""
    image = scene(60, grey=True, width=90)
    change = np.abs(ZoomBlur().change(image, 1.31, 0).pixels.astype(int) - image.pixels)
    assert change[25:35, 40:50].mean() < 0.5 * change.mean()


@pytest.mark.parametrize("reach", [1, 2, 4])
def test_a_round_of_glass_is_the_published_loop(reach: int) -> None:
    """Pixel after pixel from the bottom right, each copying what its neighbour holds by then."""
    height, width = 31, 26
    choice = FIELDS.words(9, "round 1", (2, height, width))
    steps = np.floor(choice / 65536 * 2 * reach - reach).astype(int)
    held = np.arange(height * width).reshape(height, width)
    for row in range(height - reach, reach, -1):
        for column in range(width - reach, reach, -1):
            held[row, column] = held[row + steps[0, row, column], column + steps[1, row, column]]
    assert (GLASS.taken(9, 1, (height, width), reach) == held.ravel()).all()


def test_glass_blurs_shuffles_and_blurs() -> None:
    """At 32 pixels with CIFAR-10-C's numbers, against the loop between two of scipy's Gaussians."""
    image, operator = scene(32), GlassBlur(profile="small")

    def glass(plane: np.ndarray) -> np.ndarray:
        held = ndimage.gaussian_filter(plane, 0.4, mode="nearest").ravel()
        for number in range(2):
            held = held[GLASS.taken(4, number, (32, 32), 1)]
        return ndimage.gaussian_filter(held.reshape(32, 32), 0.4, mode="nearest")

    assert off(operator.change(image, 5, 4), each_channel(image, glass)) < 0.51


def test_glass_moves_values_both_ways() -> None:
    """Steps are from -reach to reach - 1, equally often."""
    steps = GLASS._steps(np.arange(65536, dtype=np.uint16), 3)
    assert set(np.bincount(steps + 3).tolist()) == {10922, 10923}
    assert (steps.min(), steps.max()) == (-3, 2)


@pytest.mark.parametrize("scale", [0.3, 0.7, 1.9])
def test_a_rescaled_kernel_keeps_its_weight_middle_and_width(scale: float) -> None:
    """By area: the sum stays, the middle too, and the variance is scaled and grows by that of a box."""
    kernel = FILTERS.gaussian_weights(3.0)
    new = FILTERS.rescaled(kernel, scale)
    old_places, places = np.arange(len(kernel)) - len(kernel) // 2, np.arange(len(new)) - len(new) // 2
    assert new.sum() == pytest.approx(1)
    assert (new * places).sum() == pytest.approx(0, abs=1e-12)
    variance = scale**2 * (kernel * old_places**2).sum()
    assert (new * places**2).sum() == pytest.approx(variance + (scale**2 + 1) / 12, rel=0.03)


@pytest.mark.parametrize(
    ("kind", "amount", "grey"),
    list(product([DefocusBlur, MotionBlur, ZoomBlur, GlassBlur, GaussianBlur], [1.31, 3.0], [1, 0])),
)
def test_a_plain_image_stays_plain(kind: type, amount: float, grey: bool) -> None:
    """No blur changes what has no structure, at the edge neither."""
    amount = 1.2 if kind is ZoomBlur else amount
    plain = Image(np.full((40, 50) if grey else (40, 50, 3), 77, dtype=np.uint8))
    assert (kind().change(plain, amount, 1).pixels == 77).all()
