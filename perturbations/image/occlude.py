"""A rectangle before the image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from robustspec.data.picture import Image
from robustspec.perturbation.frame import ImageOperator
from robustspec.perturbation.ladder import Ladder

from .window import nested_box

_NATURAL = Ladder("covered_fraction", (0.05, 0.10, 0.20, 0.30, 0.40))
_TONES = {"black": 0.0, "grey": 0.5, "white": 1.0}


class Occlude(ImageOperator):
    """Covers a share of the image with one rectangle of one colour.

    Stands for a finger, a sticker, a black box over a name, an object in the way. The rectangle's place and proportions
    (up to twice as high or as wide as the image's own) are drawn once; from level to level it grows.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | covered_fraction (of the image's area) | 0.05 | 0.10 | 0.20 | 0.30 | 0.40 |
    | covered_fraction (medical) | 0.02 | 0.05 | 0.10 | 0.15 | 0.20 |

    ``profile: small`` has the natural ladder. Magnitude: the share of the area that is covered. What the answer is about
    may be what is covered: for one image nothing is promised, over many images a model should lose little.

    >>> import numpy as np
    >>> blank = Image(np.full((4, 4), 9, dtype=np.uint8))
    >>> Occlude(fill="white").change(blank, 0.25, seed=2).pixels.tolist()
    [[9, 9, 9, 9], [9, 255, 255, 255], [9, 255, 255, 255], [9, 9, 9, 9]]

    Source: the grey square of Zeiler and Fergus (2014, arXiv:1311.2901) and cutout (DeVries and Taylor, 2017,
    arXiv:1708.04552), whose 16 pixels of a 32 pixel image are 0.25 of its area.
    """

    kind: Literal["occlude"] = "occlude"
    covered_fraction: float | None = Field(default=None, gt=0, lt=1)
    """Share of the area to cover, instead of a level."""
    fill: Literal["grey", "black", "white", "mean"] = "grey"
    """The colour of the rectangle: a tone, or the mean colour of the image."""

    ladder: ClassVar[Ladder | None] = _NATURAL
    ladders: ClassVar[Mapping[str, Ladder]] = {
        "medical": Ladder("covered_fraction", (0.02, 0.05, 0.10, 0.15, 0.20)),
        "small": _NATURAL,
    }

    def magnitude(self, level: int | None) -> float | None:
        """The share of the area that is covered."""
        return self.amount(level)

    def change(self, image: Image, amount: float, seed: int) -> Image:
        """The image with ``amount`` of its area covered."""
        pixels = image.pixels.copy()
        pixels[nested_box(image.size, amount, seed, longest=2.0)] = self._colour(image)
        return image.with_pixels(pixels)

    def _colour(self, image: Image) -> Any:
        """One number, or one for each channel."""
        if self.fill == "mean":
            return image.pixels.mean(axis=(0, 1)).astype(image.pixels.dtype)
        return image.pixels.dtype.type(_TONES[self.fill] * image.white)
