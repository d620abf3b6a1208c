"""A lens out of focus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from robustspec.data.picture import Image
from robustspec.perturbation.ladder import Ladder

from .corruption import Corruption, Rows
from .filters import disk, rescaled


class DefocusBlur(Corruption):
    """Spreads every point over a disk, as a lens does that is focused elsewhere.

    Stands for missed focus of a camera or microscope. Nothing is drawn at random.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | radius_px, natural | 3 | 4 | 6 | 8 | 10 |
    | its alias_px | 0.1 | 0.5 | 0.5 | 0.5 | 0.5 |
    | medical (dermatoscopy) | 4 | 5 | 6 | 7 | 8 |
    | its alias_px | 0.1 | 0.2 | 0.3 | 0.4 | 0.5 |
    | small (32 px) | 0.3 | 0.4 | 0.5 | 1 | 1.5 |
    | its alias_px | 0.4 | 0.5 | 0.6 | 0.2 | 0.1 |

    ``alias_px`` is the Gaussian that softens the disk's edge; between rungs it is interpolated. Lengths are for a
    shorter side of 224 pixels (small: 32) and scale with it. Beyond the edge the image is mirrored. MedMNIST-C has no
    defocus for CT; the medical ladder is that of its dermatoscopy. Magnitude: root mean square of the change as a share
    of white.

    >>> import numpy as np
    >>> dot = np.zeros((224, 224), dtype=np.uint8)
    >>> dot[112, 112] = 255
    >>> int((DefocusBlur().change(Image(dot), 6, seed=7).pixels > 0).sum())  # pixels of the disk
    113

    Source: ImageNet-C and CIFAR-10-C (Hendrycks and Dietterich, 2019, arXiv:1903.12261); MedMNIST-C (Di Salvo et al.,
    2024, arXiv:2406.17536). At 224 pixels, the same as albumentations' Defocus of these numbers.
    """

    kind: Literal["defocus_blur"] = "defocus_blur"
    radius_px: float | None = Field(default=None, gt=0, le=50)
    """Radius of the disk at a shorter side of 224 pixels (profile small: 32), instead of a level."""

    ladder: ClassVar[Ladder | None] = Ladder("radius_px", (3, 4, 6, 8, 10), "px")
    ladders: ClassVar[Mapping[str, Ladder]] = {
        "medical": Ladder("radius_px", (4, 5, 6, 7, 8), "px"),
        "small": Ladder("radius_px", (0.3, 0.4, 0.5, 1, 1.5), "px"),
    }
    rows: ClassVar[Mapping[str, Rows]] = {
        "natural": ((0.1,), (0.5,), (0.5,), (0.5,), (0.5,)),
        "medical": ((0.1,), (0.2,), (0.3,), (0.4,), (0.5,)),
        "small": ((0.4,), (0.5,), (0.6,), (0.2,), (0.1,)),
    }

    def corrupted(self, image: Image, amount: float, seed: int) -> Image:
        """The image under the disk of radius ``amount``."""
        import cv2

        (alias,) = self.companions(amount)
        return image.with_unit(cv2.filter2D(image.unit(), -1, rescaled(disk(amount, alias), self.scale(image))))
