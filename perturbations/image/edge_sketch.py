"""An image drawn by its edges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from robustspec.data.picture import Image
from robustspec.perturbation.frame import ImageOperator
from robustspec.perturbation.ladder import Ladder

_SHARES = Ladder("sketch_fraction", (0.2, 0.4, 0.6, 0.8, 1.0))


class EdgeSketch(ImageOperator):
    """Blends the image with a drawing of its edges: dark lines on white paper, or light ones on black.

    Asks whether a model knows a thing by its outline when colour and texture fade. The drawing is the steepness of the
    luma (Sobel, after a Gaussian blur of 1/224 of the shorter side), of which the 99th percentile is drawn in full.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | sketch_fraction (of the blend) | 0.2 | 0.4 | 0.6 | 0.8 | 1.0 |

    All profiles have this ladder. Nothing is drawn at random. Magnitude: the share of the drawing. An image without edges
    becomes blank paper.

    >>> import numpy as np
    >>> step = Image(np.repeat(np.array([[0, 0, 0, 200, 200, 200]], dtype=np.uint8), 6, axis=0))
    >>> EdgeSketch().change(step, 1, seed=7).pixels[0].tolist()
    [255, 225, 0, 0, 225, 255]

    Source: sketches as a test of natural image models: ImageNet-Sketch (Wang et al., 2019, arXiv:1905.13549), drawn by
    people; the edges here are computed, and the blend is ours.
    """

    kind: Literal["edge_sketch"] = "edge_sketch"
    sketch_fraction: float | None = Field(default=None, gt=0, le=1)
    """Share of the drawing in the blend, instead of a level."""
    paper: Literal["white", "black"] = "white"
    """What is drawn on: dark lines on white, or light lines on black."""

    needs: ClassVar[tuple[str, ...]] = ("cv2",)
    extra: ClassVar[str] = "image"
    ladder: ClassVar[Ladder | None] = _SHARES
    ladders: ClassVar[Mapping[str, Ladder]] = {"medical": _SHARES, "small": _SHARES}

    def magnitude(self, level: int | None) -> float | None:
        """The share of the drawing."""
        return self.amount(level)

    def change(self, image: Image, amount: float, seed: int) -> Image:
        """The image with ``amount`` of the drawing."""
        pixels = image.unit()
        lines = edges(pixels)
        drawing = lines if self.paper == "black" else 1 - lines
        pixels *= 1 - amount
        pixels += amount * (drawing if image.is_grey else drawing[..., np.newaxis])
        return image.with_unit(pixels)


def edges(pixels: NDArray[np.float32]) -> NDArray[Any]:
    """How steep the luma of an image (values from 0 to 1) is at each pixel: 1 at the steepest hundredth, height x width."""
    import cv2

    luma = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    smooth = cv2.GaussianBlur(luma, (0, 0), max(0.5, min(luma.shape) / 224))
    across, down = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    # Not cv2.magnitude: its last bits depend on where in memory the arrays happen to lie.
    steepness = np.sqrt(across * across + down * down)
    at = min(steepness.size - 1, int(0.99 * steepness.size))
    steep = max(float(np.partition(steepness, at, axis=None)[at]), 1e-6)
    share: NDArray[Any] = np.minimum(steepness / steep, 1)
    return share
