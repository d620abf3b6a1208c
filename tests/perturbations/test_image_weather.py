"""Fog, frost, snow and spatter against loops and scipy."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest
from picture_samples import scene, typed
from scipy import ndimage

from robustspec.data.picture import Image
from robustspec.perturbation.seeds import stream
from robustspec.registry import lookup

Fog, Frost = lookup("perturbations", "fog"), lookup("perturbations", "frost")
Snow, Spatter = lookup("perturbations", "snow"), lookup("perturbations", "spatter")
PACKAGE = Fog.__module__.rpartition(".")[0]
FIELDS, TEXTURES = sys.modules[f"{PACKAGE}.fields"], sys.modules[f"{PACKAGE}.frost_texture"]


def diamond_square(random: np.ndarray, decay: float) -> np.ndarray:
    """The published fractal, point by point on a torus, from given random numbers of -1 to 1."""
    side = len(random)
    field, step, wobble = np.zeros((side, side)), side, 100.0
    while step >= 2:
        half = step // 2
        for y in range(half, side, step):
            for x in range(half, side, step):
                corners = sum(field[(y + a) % side, (x + b) % side] for a in (-half, half) for b in (-half, half))
                field[y, x] = corners / 4 + wobble * wobble * random[y, x]
        for y in range(0, side, half):
            for x in range(half if y % step == 0 else 0, side, step):
                around = sum(
                    field[(y + a) % side, (x + b) % side] for a, b in ((half, 0), (-half, 0), (0, half), (0, -half))
                )
                field[y, x] = around / 4 + wobble * wobble * random[y, x]
        step, wobble = half, wobble / decay
    field -= field.min()
    return field / field.max()


@pytest.mark.parametrize("decay", [1.4, 2, 3])
def test_plasma_is_the_diamond_square_algorithm(decay: float) -> None:
    """Point by point, cut to the size asked for."""
    expected = diamond_square(FIELDS.signed(5, "clouds", (32, 32)).astype(float), decay)[:27, :32]
    assert np.abs(FIELDS.plasma(5, "clouds", (27, 32), decay) - expected).max() < 1e-5


def test_plasma_of_a_strip_repeats() -> None:
    """A strip a hundred times as long as wide needs no square of its length."""
    field = FIELDS.plasma(5, "clouds", (8, 800), 2)
    assert field.shape == (8, 800)
    assert (field[:, :32] == field[:, 32:64]).all()


@pytest.mark.parametrize(("level", "density", "decay"), [(1, 1.5, 2), (3, 2.5, 1.7), (5, 3, 1.4)])
def test_fog_adds_clouds_and_scales_back(level: int, density: float, decay: float) -> None:
    """By the published formula, with the brightest value of the image."""
    image = scene(48, kind=np.float32)
    clouds, brightest = FIELDS.plasma(5, "clouds", (48, 48), decay), image.pixels.max()
    expected = (image.pixels + density * clouds[..., None]) * brightest / (brightest + density)
    assert np.abs(Fog().change(image, level, 5).pixels - expected).max() < 1e-5


@pytest.mark.parametrize(("level", "weight", "ice"), [(1, 1, 0.4), (3, 0.7, 0.7), (5, 0.6, 0.75)])
def test_frost_is_a_weighted_sum(level: int, weight: float, ice: float) -> None:
    """What it adds to black is the frost alone; an image adds its published share to it."""
    night, image = Image(np.zeros((224, 224, 3), dtype=np.uint8)), scene(224)
    frost = Frost().change(night, level, 5).pixels.astype(float)
    piece = Frost().change(night, 1, 5).pixels / 0.4
    assert np.abs(frost - np.minimum(piece * ice, 255)).max() < 1.8  # the piece is read back through a rounding
    expected = np.minimum(weight * image.pixels + frost, 255)
    assert np.abs(Frost().change(image, level, 5).pixels - expected).max() <= 1


def test_frost_textures_are_six_tile_and_are_made_once() -> None:
    """No two alike, no seam where the edges meet, bluish."""
    textures = [TEXTURES.frost_texture(number) for number in range(2)]
    assert TEXTURES.TEXTURES == 6
    assert np.abs(textures[0].astype(int) - textures[1]).mean() > 10
    for texture in textures:
        inside, seam = (np.abs(texture[a].astype(int) - texture[b]).mean() for a, b in ((255, 256), (511, 0)))
        assert seam < 2 * inside + 1
        assert texture[..., 0].mean() < texture[..., 2].mean()
    assert TEXTURES.frost_texture(0) is textures[0]


def dragged(plane: np.ndarray, radius: int, sigma: float, degrees: float) -> np.ndarray:
    side = len(plane)
    weights = [math.exp(-0.5 * (step / sigma) ** 2) for step in range(2 * radius + 1)]
    total = np.zeros_like(plane)
    for step, weight in enumerate(weights):
        places = [math.ceil(step * turn(math.radians(degrees)) - 0.5) for turn in (math.sin, math.cos)]
        rows, columns = (np.clip(np.arange(side) + place, 0, side - 1) for place in places)
        total += weight / sum(weights) * plane[np.ix_(rows, columns)]
    return total


def test_snow_is_the_published_recipe() -> None:
    """At 32 pixels and level 4 of CIFAR-10-C, by scipy and loops, from the same normal field."""
    image, side = scene(32), 32
    mean, std, zoom, threshold, radius, sigma, kept = 0.25, 0.3, 2.25, 0.6, 12, 6, 0.85
    field = mean + std * FIELDS.normal(6, "flakes", (side, side)).astype(float)
    part = math.ceil(side / zoom)
    start = (side - part) // 2
    big = ndimage.zoom(field[start : start + part, start : start + part], zoom, order=1)
    cut = (len(big) - side) // 2
    flakes = big[cut : cut + side, cut : cut + side]
    flakes = np.clip(np.where(flakes < threshold, 0, flakes), 0, 1)
    flakes = np.rint(255 * dragged(flakes, radius, sigma, stream(6, "direction").uniform(-135, -45))) / 255
    unit = image.pixels / 255
    grey = unit @ (0.299, 0.587, 0.114)
    pale = kept * unit + (1 - kept) * np.maximum(unit, (1.5 * grey + 0.5)[..., None])
    expected = np.clip(pale + (flakes + np.rot90(flakes, 2))[..., None], 0, 1)
    difference = np.abs(Snow(profile="small").change(image, 4, 6).pixels - 255 * expected)
    assert difference.mean() < 1
    assert np.quantile(difference, 0.99) < 4  # a flake at the threshold may fall to either side


def test_mud_covers_where_the_field_is_high() -> None:
    """At 32 pixels and level 5 of CIFAR-10-C, by scipy, from the same normal field."""
    image, mean, std, sigma, threshold, soft = scene(32), 0.65, 0.1, 0.5, 0.68, 0.6
    field = mean + std * FIELDS.normal(6, "drops", (32, 32)).astype(float)
    high = ndimage.gaussian_filter(field, sigma, mode="nearest") > threshold
    cover = ndimage.gaussian_filter(high.astype(float), soft, mode="nearest")
    cover = np.where(cover < 0.8, 0, cover)[..., None]
    expected = image.pixels * (1 - cover) + cover * (63, 42, 20)
    assert np.abs(Spatter(profile="small").change(image, 5, 6).pixels - expected).max() < 0.52


def test_water_adds_pale_turquoise_where_the_field_is_high() -> None:
    """Nothing becomes darker; the tint is the published one, the brightest drop has the published intensity."""
    dark = typed(np.full((224, 224, 3), 0.2), np.float32)
    added = Spatter().change(dark, 3, 6).pixels - np.float32(0.2)
    assert added.min() > -1e-6
    assert added[..., 1].max() == pytest.approx(0.5 * 238 / 255, abs=1e-4)
    wet = added[..., 1] > 0.01
    assert np.allclose(added[wet] @ (1, 0, -175 / 238), 0, atol=1e-5)
    field = 0.65 + 0.3 * FIELDS.normal(6, "drops", (224, 224)).astype(float)
    assert (ndimage.gaussian_filter(field, 2, mode="nearest")[wet] > 0.679).all()


def test_no_drop_is_no_change() -> None:
    """Where the field nowhere reaches the threshold an image is as it was."""
    module = sys.modules[Spatter.__module__]
    assert module._rims(np.zeros((16, 16), dtype=np.float32)).max() == 0


@pytest.mark.parametrize("operator", [Snow(), Spatter(), Frost()])
def test_layers_grow_with_the_image(operator: object) -> None:
    """Twice the side shows the same layer, twice as large."""
    change = operator.change  # type: ignore[attr-defined]  # any of the three
    small, large = (change(Image(np.full((side, side), 60, dtype=np.uint8)), 3, 6) for side in (224, 448))
    halved = large.pixels.reshape(224, 2, 224, 2).mean(axis=(1, 3))
    assert np.corrcoef(halved.ravel(), small.pixels.ravel())[0, 1] > 0.95


@pytest.mark.parametrize("kind", [Fog, Frost, Snow, Spatter])
def test_weather_has_no_medical_ladder(kind: type) -> None:
    """Nobody's scanner stands in the rain."""
    with pytest.raises(ValueError, match="has no ladder of the profile 'medical'"):
        kind(profile="medical")
