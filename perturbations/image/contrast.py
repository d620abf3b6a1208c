"""Flat images, or hard ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from robustspec.data.picture import Image
from robustspec.perturbation.ladder import Ladder

from .corruption import Corruption
from .filters import luma


class Contrast(Corruption):
    """Moves all values towards their mean, or with a factor above 1 away from it.

    Stands for haze and lighting (lower), window settings, display settings and dose.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | factor, natural | 0.4 | 0.3 | 0.2 | 0.1 | 0.05 |
    | small (32 px) | 0.75 | 0.5 | 0.4 | 0.3 | 0.15 |
    | medical (CT of organs), down | 0.8 | 0.7 | 0.6 | 0.55 | 0.5 |
    | medical, up | 1.3 | 1.4 | 1.6 | 1.7 | 1.8 |

    A value becomes mean + factor (value - mean), cut to the range of the type; the mean is each channel's own (natural,
    small) or that of the image's grey (medical, as published there). Only the medical profile has a ladder up. Nothing
    is drawn at random. Magnitude: root mean square of the change as a share of white.

    >>> import numpy as np
    >>> bars = Image(np.tile(np.uint8([0, 200]), (8, 4)))
    >>> Contrast().change(bars, 0.4, seed=7).pixels[0, :2].tolist()
    [60, 140]

    Source: ImageNet-C and CIFAR-10-C (Hendrycks and Dietterich, 2019, arXiv:1903.12261); MedMNIST-C (Di Salvo et al.,
    2024, arXiv:2406.17536).
    """

    kind: Literal["contrast"] = "contrast"
    factor: float | None = Field(default=None, ge=0, le=10)
    """What distances from the mean are multiplied by, instead of a level."""
    direction: Literal["down", "up"] = "down"
    """Which of the medical ladders: lower contrast or higher."""

    ladder: ClassVar[Ladder | None] = Ladder("factor", (0.4, 0.3, 0.2, 0.1, 0.05))
    ladders: ClassVar[Mapping[str, Ladder]] = {
        "medical": Ladder("factor", (0.8, 0.7, 0.6, 0.55, 0.5)),
        "small": Ladder("factor", (0.75, 0.5, 0.4, 0.3, 0.15)),
    }
    medical_up: ClassVar[Ladder] = Ladder("factor", (1.3, 1.4, 1.6, 1.7, 1.8))

    @model_validator(mode="after")
    def _has_ladder_up(self) -> Contrast:
        if self.direction == "up" and self.factor is None and self.profile != "medical":
            raise ValueError(
                "contrast has a ladder up for medical images only -- write profile: medical, or factor: 1.5"
            )
        return self

    def amount(self, level: int | None) -> float:
        """The factor at ``level``, which for medical images depends on the direction."""
        if level is not None and self.profile == "medical" and self.direction == "up":
            return self.medical_up.amount(level)
        return super().amount(level)

    def corrupted(self, image: Image, amount: float, seed: int) -> Image:
        """The image with ``amount`` times its contrast."""
        import cv2

        middle = self._middle(image)
        if image.white != 255:
            values = image.unit()
            values -= middle.astype(np.float32)
            values *= np.float32(amount)
            values += middle.astype(np.float32)
            return image.with_unit(values)
        table = np.arange(256)[:, None] * amount + middle * (255 * (1 - amount))
        table = np.rint(np.clip(table, 0, 255)).astype(np.uint8)
        return image.with_pixels(cv2.LUT(image.pixels, table.reshape(1, 256, -1)))

    def _middle(self, image: Image) -> NDArray[np.float64]:
        """The mean of each channel, or of the grey image, from 0 to 1."""
        import cv2

        channels = 1 if image.is_grey else 3
        if self.profile == "medical" and channels == 3:
            return np.full(3, cv2.mean(luma(image.unit()))[0])
        return np.array(cv2.mean(image.pixels)[:channels]) / image.white
