"""Noise of the electronics of a camera."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from robustspec.data.picture import Image
from robustspec.perturbation.ladder import Ladder

from .corruption import Corruption
from .fields import normal


class GaussianNoise(Corruption):
    """Adds normal noise to every value of every channel, independent of one another.

    Stands for a sensor's thermal and read-out noise: dim light, high gain, a short exposure, a low dose.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | std (share of white), natural | 0.08 | 0.12 | 0.18 | 0.26 | 0.38 |
    | medical (CT of organs) | 0.04 | 0.08 | 0.12 | 0.16 | 0.20 |
    | small (32 px) | 0.04 | 0.06 | 0.08 | 0.09 | 0.10 |

    One normal field is drawn for an image, and a level scales it; values are clipped to the range of the type.
    Magnitude: root mean square of the change as a share of white, below ``std`` where values are clipped.

    >>> import numpy as np
    >>> grey = Image(np.full((64, 64), 128, dtype=np.uint8))
    >>> round(float(GaussianNoise().change(grey, 0.08, seed=7).pixels.std()) / 255, 2)
    0.08

    Source: ImageNet-C and CIFAR-10-C (Hendrycks and Dietterich, 2019, arXiv:1903.12261); MedMNIST-C (Di Salvo et al.,
    2024, arXiv:2406.17536).
    """

    kind: Literal["gaussian_noise"] = "gaussian_noise"
    std: float | None = Field(default=None, gt=0, le=1)
    """Standard deviation as a share of white, instead of a level."""

    ladder: ClassVar[Ladder | None] = Ladder("std", (0.08, 0.12, 0.18, 0.26, 0.38))
    ladders: ClassVar[Mapping[str, Ladder]] = {
        "medical": Ladder("std", (0.04, 0.08, 0.12, 0.16, 0.20)),
        "small": Ladder("std", (0.04, 0.06, 0.08, 0.09, 0.10)),
    }
    needs: ClassVar[tuple[str, ...]] = ()

    def corrupted(self, image: Image, amount: float, seed: int) -> Image:
        """The image plus ``amount`` times a normal field."""
        noise = normal(seed, "noise", image.pixels.shape)
        noise *= amount
        noise += image.unit()
        return image.with_unit(noise)
