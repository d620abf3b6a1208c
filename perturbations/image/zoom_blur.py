"""A zoom during the exposure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from robustspec.data.picture import Image
from robustspec.perturbation.ladder import Ladder

from .corruption import Corruption, Rows
from .filters import magnified


class ZoomBlur(Corruption):
    """Averages the image with magnified copies of itself: sharp in the middle, streaks towards the edges.

    Stands for a camera that moves fast towards its subject. Nothing is drawn at random.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | zoom (end of the range), natural and medical | 1.11 | 1.16 | 1.21 | 1.26 | 1.31 |
    | its step | 0.01 | 0.01 | 0.02 | 0.02 | 0.03 |
    | small (32 px), in steps of 0.01 | 1.06 | 1.11 | 1.16 | 1.21 | 1.26 |

    The copies are magnified 1, 1 + step, 1 + 2 steps and so on up to ``zoom``; the image itself counts once more.
    Between rungs the step is interpolated. MedMNIST-C's ladder (dermatoscopy only) is that of natural images.
    Magnitude: root mean square of the change as a share of white.

    >>> import numpy as np
    >>> bars = Image(np.tile(np.uint8([0, 0, 255, 255]), (64, 16)))
    >>> blurred = ZoomBlur().change(bars, 1.31, seed=7).pixels
    >>> int(np.ptp(blurred[32, 28:36])) > 2 * int(np.ptp(blurred[32, :8]))  # the middle keeps its bars
    True

    Source: ImageNet-C and CIFAR-10-C (Hendrycks and Dietterich, 2019, arXiv:1903.12261); MedMNIST-C (Di Salvo et al.,
    2024, arXiv:2406.17536). albumentations' ZoomBlur magnifies about other points, by half a pixel.
    """

    kind: Literal["zoom_blur"] = "zoom_blur"
    zoom: float | None = Field(default=None, gt=1, le=2)
    """The largest magnification, instead of a level."""

    ladder: ClassVar[Ladder | None] = Ladder("zoom", (1.11, 1.16, 1.21, 1.26, 1.31))
    ladders: ClassVar[Mapping[str, Ladder]] = {
        "medical": Ladder("zoom", (1.11, 1.16, 1.21, 1.26, 1.31)),
        "small": Ladder("zoom", (1.06, 1.11, 1.16, 1.21, 1.26)),
    }
    rows: ClassVar[Mapping[str, Rows]] = {
        "natural": ((0.01,), (0.01,), (0.02,), (0.02,), (0.03,)),
        "small": ((0.01,), (0.01,), (0.01,), (0.01,), (0.01,)),
    }

    def corrupted(self, image: Image, amount: float, seed: int) -> Image:
        """The mean of the image and its magnified copies."""
        (step,), values = self.companions(amount), image.unit()
        zooms = np.arange(1, amount, step)
        total = values * 2  # itself, and the first copy, magnified once
        for zoom in zooms[1:]:
            total += magnified(values, zoom)
        total /= len(zooms) + 1
        return image.with_unit(total)
