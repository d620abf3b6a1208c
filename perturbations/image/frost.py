"""Frost on the lens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from robustspec.data.picture import Image
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.seeds import stream

from .corruption import STRENGTH, Corruption, Rows
from .filters import fitted
from .frost_texture import SIDE, TEXTURES, frost_texture


class Frost(Corruption):
    """Adds a picture of ice crystals to a dimmed image.

    Stands for frost and ice on a lens or a window.

    | strength, level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | weight of the image, of the frost; natural | 1, 0.4 | 0.8, 0.6 | 0.7, 0.7 | 0.65, 0.7 | 0.6, 0.75 |
    | small (32 px) | 1, 0.2 | 1, 0.3 | 0.9, 0.4 | 0.85, 0.4 | 0.75, 0.45 |

    The weights are the published ones; the pictures are not. ImageNet-C cuts from six photographs, here six textures of
    ice ferns are made by code, so **images are not pixel for pixel those of ImageNet-C**. Which texture, and where it
    is cut, is drawn once for an image, the same at all levels. Crystals are as large as in an image whose shorter side
    is 224 pixels, and scale with it. Weather has no medical ladder. **Not monotone in every measure as published**:
    from level 3 to 4 the image dims and the frost stays, so that the change of most images becomes a little smaller.
    Magnitude: the share of the frost in the sum of the weights, 0.29 0.43 0.50 0.52 0.56.

    >>> import numpy as np
    >>> night = Image(np.zeros((64, 64, 3), dtype=np.uint8))
    >>> frost = Frost().change(night, 3, seed=7).pixels
    >>> red, green, blue = frost.reshape(-1, 3).mean(axis=0)
    >>> bool(red < green < blue), bool(frost.std() > 10)
    (True, True)

    Source: ImageNet-C and CIFAR-10-C (Hendrycks and Dietterich, 2019, arXiv:1903.12261), for the weights.
    """

    kind: Literal["frost"] = "frost"
    strength: float | None = Field(default=None, ge=1, le=5)
    """Row of the table above, fractions between two, instead of a level."""

    ladder: ClassVar[Ladder | None] = STRENGTH
    ladders: ClassVar[Mapping[str, Ladder]] = {"small": STRENGTH}
    rows: ClassVar[Mapping[str, Rows]] = {
        "natural": ((1, 0.4), (0.8, 0.6), (0.7, 0.7), (0.65, 0.7), (0.6, 0.75)),
        "small": ((1, 0.2), (1, 0.3), (0.9, 0.4), (0.85, 0.4), (0.75, 0.45)),
    }

    def magnitude(self, level: int | None) -> float | None:
        """The weight of the frost as a share of both weights."""
        weight, ice = self.companions(self.amount(level))
        return ice / (weight + ice)

    def corrupted(self, image: Image, amount: float, seed: int) -> Image:
        """The weighted sum of the image and a piece of frost."""
        import cv2

        weight, ice = self.companions(amount)
        frost = fitted(_piece(self.reference_size(image), seed), image.size)
        if image.is_grey:
            frost = cv2.cvtColor(frost, cv2.COLOR_RGB2GRAY)
        if image.white == 255:
            return image.with_pixels(cv2.addWeighted(image.pixels, weight, frost, ice, 0))
        return image.with_unit(image.unit() * np.float32(weight) + frost * np.float32(ice / 255))


def _piece(size: tuple[int, int], seed: int) -> NDArray[Any]:
    """A piece of ``size`` of one of the textures."""
    draw = stream(seed, "piece")
    texture = frost_texture(int(draw.integers(TEXTURES)))
    rows, columns = ((np.arange(side) + draw.integers(SIDE)) % SIDE for side in size)
    return texture.take(rows, axis=0).take(columns, axis=1)
