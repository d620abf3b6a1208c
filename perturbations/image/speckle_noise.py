"""Noise that grows with the signal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from robustspec.data.picture import Image
from robustspec.perturbation.ladder import Ladder

from .corruption import Corruption
from .fields import normal


class SpeckleNoise(Corruption):
    """Multiplies every value of every channel by 1 plus normal noise.

    Stands for the granular noise of coherent imaging (ultrasound, OCT, radar), strong where the image is bright.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | std (share of the value), natural | 0.15 | 0.2 | 0.35 | 0.45 | 0.6 |
    | medical (CT of organs) | 0.05 | 0.10 | 0.20 | 0.30 | 0.40 |
    | small (32 px) | 0.06 | 0.10 | 0.12 | 0.16 | 0.20 |

    One normal field is drawn for an image, and a level scales it. A black image does not change. For ultrasound
    MedMNIST-C has 0.10 0.15 0.20 0.25 0.30, for OCT 0.15 0.30 0.40 0.50 0.60. Magnitude: root mean square of the change
    as a share of white.

    >>> import numpy as np
    >>> grey = Image(np.full((64, 64), 128, dtype=np.uint8))
    >>> round(float(SpeckleNoise().change(grey, 0.2, seed=7).pixels.std()) / 128, 1)
    0.2

    Source: one of the four further corruptions of ImageNet-C and CIFAR-10-C (Hendrycks and Dietterich, 2019,
    arXiv:1903.12261); MedMNIST-C (Di Salvo et al., 2024, arXiv:2406.17536).
    """

    kind: Literal["speckle_noise"] = "speckle_noise"
    std: float | None = Field(default=None, gt=0, le=2)
    """Standard deviation as a share of each value, instead of a level."""

    ladder: ClassVar[Ladder | None] = Ladder("std", (0.15, 0.2, 0.35, 0.45, 0.6))
    ladders: ClassVar[Mapping[str, Ladder]] = {
        "medical": Ladder("std", (0.05, 0.10, 0.20, 0.30, 0.40)),
        "small": Ladder("std", (0.06, 0.10, 0.12, 0.16, 0.20)),
    }
    needs: ClassVar[tuple[str, ...]] = ()

    def corrupted(self, image: Image, amount: float, seed: int) -> Image:
        """The image times 1 plus ``amount`` times a normal field."""
        noise = normal(seed, "noise", image.pixels.shape)
        noise *= amount
        noise += 1
        noise *= image.unit()
        return image.with_unit(noise)
