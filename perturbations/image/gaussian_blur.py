"""A soft image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from robustspec.data.picture import Image
from robustspec.perturbation.ladder import Ladder

from .corruption import Corruption
from .filters import blurred


class GaussianBlur(Corruption):
    """Blurs the image with a Gaussian.

    Stands for a soft lens, strong denoising, a low-dose reconstruction kernel, a small image that was magnified.
    Nothing is drawn at random.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | sigma_px, natural | 1 | 2 | 3 | 4 | 6 |
    | medical (CT of organs) | 2.0 | 2.3 | 2.6 | 2.9 | 3.5 |
    | small (32 px) | 0.4 | 0.6 | 0.7 | 0.8 | 1 |

    The Gaussian is cut at four standard deviations; beyond the edge stands the nearest pixel. Lengths are for a shorter
    side of 224 pixels (small: 32) and scale with it. MedMNIST-C gives sizes of the kernel, 11 13 15 17 21; the medical
    ladder is the standard deviation that torchvision takes for them, 0.15 size + 0.35. Magnitude: root mean square of
    the change as a share of white.

    >>> import numpy as np
    >>> edge = Image(np.repeat(np.uint8([[0] * 112 + [255] * 112]), 224, axis=0))
    >>> GaussianBlur().change(edge, 1, seed=7).pixels[0, 109:115].tolist()
    [1, 15, 77, 178, 240, 254]

    Source: one of the four further corruptions of ImageNet-C and CIFAR-10-C (Hendrycks and Dietterich, 2019,
    arXiv:1903.12261); MedMNIST-C (Di Salvo et al., 2024, arXiv:2406.17536).
    """

    kind: Literal["gaussian_blur"] = "gaussian_blur"
    sigma_px: float | None = Field(default=None, gt=0, le=50)
    """Standard deviation at a shorter side of 224 pixels (profile small: 32), instead of a level."""

    ladder: ClassVar[Ladder | None] = Ladder("sigma_px", (1, 2, 3, 4, 6), "px")
    ladders: ClassVar[Mapping[str, Ladder]] = {
        "medical": Ladder("sigma_px", (2.0, 2.3, 2.6, 2.9, 3.5), "px"),
        "small": Ladder("sigma_px", (0.4, 0.6, 0.7, 0.8, 1), "px"),
    }

    def corrupted(self, image: Image, amount: float, seed: int) -> Image:
        """The image under a Gaussian of ``amount``."""
        return image.with_unit(blurred(image.unit(), amount, self.scale(image)))
