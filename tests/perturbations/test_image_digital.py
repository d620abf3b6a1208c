"""JPEG, pixelation and elastic waves against Pillow, loops and scipy."""

from __future__ import annotations

import io
import sys
from itertools import pairwise

import numpy as np
import pytest
from picture_samples import scene, typed
from scipy import ndimage

from robustspec.data.picture import Image
from robustspec.registry import lookup

Jpeg, Pixelate = lookup("perturbations", "jpeg"), lookup("perturbations", "pixelate")
Elastic = lookup("perturbations", "elastic")
FIELDS = sys.modules[Elastic.__module__.replace("elastic", "fields")]


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("quality", [7, 15, 25, 80])
def test_jpeg_is_pillows(quality: int, grey: bool) -> None:
    """The published code saves with Pillow; both call libjpeg, builds of which may differ by a step or two."""
    pillow, image, file = pytest.importorskip("PIL.Image"), scene(96, grey=grey), io.BytesIO()
    pillow.fromarray(image.pixels).save(file, "JPEG", quality=quality)
    theirs = np.asarray(pillow.open(file)).astype(int)
    difference = np.abs(Jpeg().change(image, quality, 0).pixels - theirs)
    assert difference.mean() < 0.05
    assert difference.max() <= 8


def test_jpeg_of_wide_types_is_that_of_their_bytes() -> None:
    """JPEG has 8 bits."""
    image = scene(48)
    narrow = Jpeg().change(image, 15, 0).pixels
    wide = Jpeg().change(Image(image.pixels.astype(np.uint16) * 257), 15, 0)
    assert (wide.pixels == narrow.astype(np.uint16) * 257).all()


def boxed(plane: np.ndarray, factor: float) -> np.ndarray:
    """The published pixelation by loops: means over the pixels whose middles fall into a box, repeated."""
    height, width = plane.shape
    cells = []
    for side in (height, width):
        count = int(side * factor)
        cells.append([int((place + 0.5) * count / side) for place in range(side)])
    rows, columns = np.array(cells[0]), np.array(cells[1])
    result = np.empty(plane.shape)
    for row in np.unique(rows):
        for column in np.unique(columns):
            box = np.ix_(rows == row, columns == column)
            result[box] = plane[box].mean()
    return result


@pytest.mark.parametrize("factor", [0.5, 0.25])
def test_pixelate_is_means_of_boxes(factor: float) -> None:
    """At factors that divide the side; rounding comes once for each axis."""
    image = scene(64, width=80)
    expected = np.stack([boxed(image.pixels[..., channel].astype(float), factor) for channel in range(3)], axis=-1)
    assert np.abs(Pixelate().change(image, factor, 0).pixels - expected).max() < 1.01


@pytest.mark.parametrize("factor", [0.6, 0.5, 0.4, 0.3, 0.25])
@pytest.mark.parametrize("grey", [False, True])
def test_pixelate_is_pillows_box_filter_twice(factor: float, grey: bool) -> None:
    """The published code at its size: exactly the same bytes."""
    pillow, image = pytest.importorskip("PIL.Image"), scene(224, grey=grey)
    small = pillow.fromarray(image.pixels).resize((int(224 * factor),) * 2, pillow.Resampling.BOX)
    theirs = np.asarray(small.resize((224, 224), pillow.Resampling.BOX))
    assert (Pixelate().change(image, factor, 0).pixels == theirs).all()


def test_pixelate_of_floats_rounds_nothing() -> None:
    """The same boxes as of bytes, in full precision."""
    image = typed(scene(64).pixels / 255, np.float32)
    expected = np.stack([boxed(image.pixels[..., channel].astype(float), 0.5) for channel in range(3)], axis=-1)
    assert np.abs(Pixelate().change(image, 0.5, 0).pixels - expected).max() < 1e-6


def test_elastic_is_the_published_warp() -> None:
    """imagecorruptions' definition by scipy, at its greatest, from the same uniform fields."""
    image = scene(96, width=112)
    size = image.size

    def moved(stage: str) -> np.ndarray:
        uniform = 0.005 * size[0] * FIELDS.signed(3, stage, size).astype(float)
        return 30 * ndimage.gaussian_filter(uniform, (0.96, 1.12), mode="reflect", truncate=3)

    rows, columns = np.mgrid[0 : size[0], 0 : size[1]]
    places = [rows + moved("down"), columns + moved("across")]
    expected = np.stack(
        [
            ndimage.map_coordinates(image.pixels[..., channel].astype(float), places, order=1, mode="reflect")
            for channel in range(3)
        ],
        axis=-1,
    )
    difference = np.abs(Elastic().change(image, 30, 3).pixels - expected)
    assert difference.mean() < 0.4
    assert difference.max() < 6  # OpenCV may round places to 1/32 pixel, at an edge of 190 steps


def test_elastic_waves_grow() -> None:
    """Each level moves the image further, along the same field."""
    image = scene(224)
    changes = [Elastic().change(image, Elastic().amount(level), 3).pixels.astype(int) for level in range(1, 6)]
    steps = [np.abs(more - less).mean() for less, more in pairwise([image.pixels.astype(int), *changes])]
    assert max(steps[1:]) < steps[0]
