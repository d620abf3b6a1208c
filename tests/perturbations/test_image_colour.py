"""Brightness, contrast, gamma and saturation against the standard library's colour spaces and formulas."""

from __future__ import annotations

import colorsys
from collections.abc import Callable

import numpy as np
import pytest
from picture_samples import scene
from pydantic import ValidationError

from robustspec.data.picture import Image
from robustspec.registry import lookup

Brightness, Contrast = lookup("perturbations", "brightness"), lookup("perturbations", "contrast")
Gamma, Saturate = lookup("perturbations", "gamma"), lookup("perturbations", "saturate")


def colours() -> Image:
    """Every combination of a few values of each channel, black, white and greys among them."""
    steps = np.array([0, 1, 40, 120, 200, 254, 255], dtype=np.uint8)
    grid = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    return Image(grid[: 18 * 19].reshape(18, 19, 3))


def by_pixel(image: Image, changed: Callable[[float, float, float], tuple[float, float, float]]) -> np.ndarray:
    """The image with each pixel's hue, saturation and value changed, by the standard library."""
    unit = image.pixels.reshape(-1, 3) / 255
    new = [colorsys.hsv_to_rgb(*changed(*colorsys.rgb_to_hsv(*pixel))) for pixel in unit]
    return np.array(new).reshape(image.pixels.shape)


def off(image: Image, expected: np.ndarray) -> float:
    return float(np.abs(image.pixels - 255 * expected).max())


@pytest.mark.parametrize(("shift", "direction"), [(0.1, "up"), (0.5, "up"), (0.3, "down")])
def test_brightness_adds_to_the_value_of_hsv(shift: float, direction: str) -> None:
    """As published, black becoming grey."""
    signed = shift if direction == "up" else -shift
    expected = by_pixel(colours(), lambda h, s, v: (h, s, min(max(v + signed, 0), 1)))
    assert off(Brightness(direction=direction).change(colours(), shift, 0), expected) < 0.51


def test_brightness_of_greys_is_the_same_as_of_grey_colours() -> None:
    """One channel or three equal ones."""
    grey = scene(32, grey=True)
    wide = Image(np.repeat(grey.pixels[..., None], 3, axis=2))
    one, three = (Brightness().change(image, 0.2, 0).pixels for image in (grey, wide))
    assert np.abs(three - one[..., None].astype(int)).max() == 0


@pytest.mark.parametrize(("direction", "factors"), [("up", (1.2, 1.6)), ("down", (0.8, 0.6))])
def test_medical_brightness_multiplies(direction: str, factors: tuple[float, float]) -> None:
    """MedMNIST-C's factors at levels 1 and 5, cut at white."""
    operator = Brightness(profile="medical", direction=direction)
    for level, factor in zip((1, 5), factors, strict=True):
        expected = np.minimum(colours().pixels / 255 * factor, 1)
        assert off(operator.change(colours(), operator.amount(level), 0), expected) < 0.51


def test_contrast_shrinks_distances_from_each_channels_mean() -> None:
    """By the published formula."""
    unit = scene(40).pixels / 255
    mean = unit.mean(axis=(0, 1))
    assert off(Contrast().change(scene(40), 0.2, 0), mean + 0.2 * (unit - mean)) < 0.51


def test_medical_contrast_is_pillows() -> None:
    """MedMNIST-C calls Pillow, which takes one mean, of the grey image, and cuts fractions off."""
    pillow, enhance = pytest.importorskip("PIL.Image"), pytest.importorskip("PIL.ImageEnhance")
    operator = Contrast(profile="medical", direction="up")
    for level, factor in enumerate((1.3, 1.4, 1.6, 1.7, 1.8), start=1):
        theirs = np.asarray(enhance.Contrast(pillow.fromarray(scene(40).pixels)).enhance(factor)).astype(int)
        assert np.abs(operator.change(scene(40), operator.amount(level), 0).pixels - theirs).max() <= 2


def test_contrast_up_needs_the_medical_ladder_or_a_factor() -> None:
    """There is no published ladder up for natural images."""
    with pytest.raises(ValidationError, match="write profile: medical, or factor"):
        Contrast(direction="up")
    assert Contrast(direction="up", factor=1.5).amount(None) == 1.5


@pytest.mark.parametrize(("direction", "level", "exponent"), [("up", 1, 1.1), ("up", 5, 1.6), ("down", 5, 0.4)])
def test_gamma_is_a_power(direction: str, level: int, exponent: float) -> None:
    """Of the value as a share of white."""
    operator = Gamma(direction=direction)
    assert off(operator.change(colours(), operator.amount(level), 0), (colours().pixels / 255) ** exponent) < 0.51


@pytest.mark.parametrize(
    ("level", "factor", "offset"), [(1, 0.3, 0), (2, 0.1, 0), (3, 2, 0), (4, 5, 0.1), (5, 20, 0.2)]
)
def test_saturation_is_scaled_and_shifted_in_hsv(level: int, factor: float, offset: float) -> None:
    """As published, greys without a hue becoming red where there is an offset."""
    expected = by_pixel(colours(), lambda h, s, v: (h, min(s * factor + offset, 1), v))
    assert off(Saturate().change(colours(), level, 0), expected) < 0.51


def test_saturation_has_nothing_to_do_in_a_grey_image() -> None:
    """The very image comes back, so the case counts as unchanged."""
    grey = scene(32, grey=True)
    assert Saturate().change(grey, 5, 0) is grey


@pytest.mark.parametrize("operator", [Brightness(), Contrast(), Gamma(), Saturate(), Brightness(profile="medical")])
def test_other_types_get_what_bytes_get(operator: object) -> None:
    """uint16 and float32 agree with bytes to within a rounding."""
    image = scene(32)
    amount = operator.amount(3)  # type: ignore[attr-defined]  # any of the four
    change = operator.change  # type: ignore[attr-defined]
    narrow = change(image, amount, 0).pixels.astype(float)
    wide = change(Image((image.pixels.astype(np.uint16)) * 257), amount, 0).pixels / 257
    real = change(Image(image.unit()), amount, 0).pixels * 255
    assert np.abs(narrow - wide).max() < 0.51
    assert np.abs(narrow - real).max() < 0.51
