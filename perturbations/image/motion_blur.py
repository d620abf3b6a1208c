"""A camera or a patient that moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from robustspec.data.picture import Image
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.seeds import stream

from .corruption import STRENGTH, Corruption, Rows
from .filters import rescaled, trail


class MotionBlur(Corruption):
    """Drags every point along a line that fades away, in a direction within 45 degrees of the horizontal.

    Stands for a shaken camera, a moving subject, a patient who moves during the exposure.

    | strength, level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | radius_px, sigma_px, natural | 10, 3 | 15, 5 | 15, 8 | 15, 12 | 20, 15 |
    | medical (ultrasound of the breast) | 5, 5 | 9, 7 | 9, 10 | 13, 10 | 17, 12 |
    | small (32 px) | 6, 1 | 6, 1.5 | 6, 2 | 8, 2 | 9, 2.5 |

    The line has 2 radius + 1 pixels, whose weights fall as half a Gaussian of ``sigma``; a strength between two rungs
    interpolates both. Lengths are for a shorter side of 224 pixels (small: 32) and scale with it. The direction is
    drawn once for an image, from -45 to 45 degrees. Beyond the edge stands the nearest pixel. MedMNIST-C has no motion
    for CT; the medical ladder is that of its ultrasound. Magnitude: root mean square of the change as a share of white.

    >>> import numpy as np
    >>> bar = np.zeros((224, 224), dtype=np.uint8)
    >>> bar[:, 112] = 255
    >>> moved = MotionBlur().change(Image(bar), 3, seed=7).pixels[112]
    >>> int(np.flatnonzero(moved).min()), int(np.flatnonzero(moved).max())  # it comes from the right
    (91, 112)

    Source: ImageNet-C and CIFAR-10-C (Hendrycks and Dietterich, 2019, arXiv:1903.12261), which call ImageMagick; the
    kernel is that of imagecorruptions (Michaelis et al., 2019, arXiv:1907.07484). MedMNIST-C (Di Salvo et al., 2024,
    arXiv:2406.17536).
    """

    kind: Literal["motion_blur"] = "motion_blur"
    strength: float | None = Field(default=None, ge=1, le=5)
    """Row of the table above, fractions between two, instead of a level."""

    ladder: ClassVar[Ladder | None] = STRENGTH
    ladders: ClassVar[Mapping[str, Ladder]] = {"medical": STRENGTH, "small": STRENGTH}
    rows: ClassVar[Mapping[str, Rows]] = {
        "natural": ((10, 3), (15, 5), (15, 8), (15, 12), (20, 15)),
        "medical": ((5, 5), (9, 7), (9, 10), (13, 10), (17, 12)),
        "small": ((6, 1), (6, 1.5), (6, 2), (8, 2), (9, 2.5)),
    }

    def corrupted(self, image: Image, amount: float, seed: int) -> Image:
        """The image under the kernel of the motion."""
        import cv2

        radius, sigma = self.companions(amount)
        kernel = trail(round(radius), sigma, stream(seed, "direction").uniform(-45, 45))
        kernel = rescaled(kernel, self.scale(image))
        return image.with_unit(cv2.filter2D(image.unit(), -1, kernel, borderType=cv2.BORDER_REPLICATE))
