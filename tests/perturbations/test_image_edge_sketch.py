"""Drawings of edges."""

from __future__ import annotations

import numpy as np
import pytest
from picture_samples import KINDS, scene, typed
from scipy import ndimage

from robustspec.registry import load_operators, lookup

load_operators()
EdgeSketch = lookup("perturbations", "edge_sketch")


def test_the_drawing_is_that_of_scipy() -> None:
    """Gaussian blur and Sobel steepness by another library, scaled to its 99th percentile, are the same lines."""
    image = scene(kind=np.float32, grey=True)
    smooth = ndimage.gaussian_filter(image.pixels, 0.5, mode="mirror", truncate=4)
    steep = np.hypot(ndimage.sobel(smooth, 0, mode="mirror"), ndimage.sobel(smooth, 1, mode="mirror"))
    drawing = np.minimum(steep / np.sort(steep, axis=None)[int(0.99 * steep.size)], 1)
    ours = EdgeSketch(paper="black").change(image, 1, 0).pixels
    assert np.abs(ours - drawing).max() < 0.03


@pytest.mark.parametrize("kind", KINDS)
def test_levels_blend_towards_the_drawing(kind: type) -> None:
    """At 0.4 the image is 0.6 of itself and 0.4 of the drawing, which is in grey."""
    image = scene(kind=kind)
    drawing = EdgeSketch().change(image, 1, 0).unit()
    assert np.ptp(drawing, axis=-1).max() < 0.005
    assert EdgeSketch().change(image, 0.4, 0).unit() == pytest.approx(0.6 * image.unit() + 0.4 * drawing, abs=0.005)


def test_paper_is_white_or_black() -> None:
    """Most of a drawing is paper."""
    image = scene(grey=True)
    medians = [float(np.median(EdgeSketch(paper=paper).change(image, 1, 0).unit())) for paper in ("white", "black")]
    assert medians[0] > 0.9
    assert medians[1] < 0.1


def test_an_image_without_edges_is_blank_paper() -> None:
    """There is nothing to scale by, and no error."""
    assert EdgeSketch().change(typed(np.full((20, 20), 0.3), np.uint8), 1, 0).pixels.min() == 255
