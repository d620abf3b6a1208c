"""The corners of an image hidden by a round aperture."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from robustspec.data.picture import Image
from robustspec.perturbation.frame import ImageOperator
from robustspec.perturbation.ladder import Ladder

_RADII = Ladder("radius_fraction", (1.10, 1.05, 1.00, 0.95, 0.90))


class BlackCorners(ImageOperator):
    """Blackens what lies outside of a circle about the middle (an ellipse, where the image is not square).

    Stands for the round field of view of dermatoscopes, fundus cameras, endoscopes and microscopes.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | radius_fraction (of half the sides) | 1.10 | 1.05 | 1.00 | 0.95 | 0.90 |

    All profiles have this ladder. At 1.10 the outer 11 % of the area are black, at 0.90 the outer 36 %. Nothing is drawn at
    random; an image whose corners are black already stays as it is. Magnitude: root mean square of the change as a share
    of white.

    >>> import numpy as np
    >>> white = Image(np.full((5, 5), 255, dtype=np.uint8))
    >>> (BlackCorners().change(white, 0.9, seed=7).pixels > 0).astype(int).tolist()
    [[0, 1, 1, 1, 0], [1, 1, 1, 1, 1], [1, 1, 1, 1, 1], [1, 1, 1, 1, 1], [0, 1, 1, 1, 0]]

    Source: black corner of MedMNIST-C (Di Salvo et al., 2024, arXiv:2406.17536). Its published ladder is not monotone
    (1.10, 1.05, 1.00, 0.90, 0.95); this one is.
    """

    kind: Literal["black_corners"] = "black_corners"
    radius_fraction: float | None = Field(default=None, gt=0, lt=1.41)
    """Radius of the circle in half sides, instead of a level; corners are hidden below 1.41."""

    ladder: ClassVar[Ladder | None] = _RADII
    ladders: ClassVar[Mapping[str, Ladder]] = {"medical": _RADII, "small": _RADII}

    def change(self, image: Image, amount: float, seed: int) -> Image:
        """The image seen through an aperture of radius ``amount``."""
        pixels = image.pixels.copy()
        pixels[outside(*image.size, amount)] = 0
        return image.with_pixels(pixels)


@lru_cache(maxsize=16)
def outside(height: int, width: int, radius_fraction: float) -> NDArray[Any]:
    """Which pixels lie outside of the aperture; do not change it."""
    y = (2 * np.arange(height) + 1) / height - 1
    x = (2 * np.arange(width) + 1) / width - 1
    hidden: NDArray[Any] = (y * y)[:, np.newaxis] + x * x > radius_fraction**2
    hidden.setflags(write=False)
    return hidden
