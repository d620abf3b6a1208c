"""Values that are stuck at black or white."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from robustspec.data.picture import Image
from robustspec.perturbation.ladder import Ladder

from .corruption import Corruption
from .fields import words


class ImpulseNoise(Corruption):
    """Sets a share of all values to 0 or to white, half and half ("salt and pepper"); each channel by itself.

    Stands for bit errors, dead and hot pixels of a sensor, and dust on a scanner.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | fraction (of the values), natural | 0.03 | 0.06 | 0.09 | 0.17 | 0.27 |
    | medical (CT of organs) | 0.01 | 0.02 | 0.03 | 0.05 | 0.08 |
    | small (32 px) | 0.01 | 0.02 | 0.03 | 0.05 | 0.07 |

    One uniform field is drawn for an image, and a level thresholds it: the values hit at a level are among those hit at
    the next, and alike. Magnitude: root mean square of the change as a share of white.

    >>> import numpy as np
    >>> grey = Image(np.full((64, 64), 128, dtype=np.uint8))
    >>> hit = ImpulseNoise().change(grey, 0.27, seed=7).pixels
    >>> np.unique(hit).tolist(), round(float((hit != 128).mean()), 1)
    ([0, 128, 255], 0.3)

    Source: ImageNet-C and CIFAR-10-C (Hendrycks and Dietterich, 2019, arXiv:1903.12261); MedMNIST-C (Di Salvo et al.,
    2024, arXiv:2406.17536).
    """

    kind: Literal["impulse_noise"] = "impulse_noise"
    fraction: float | None = Field(default=None, gt=0, le=1)
    """Share of the values to set, instead of a level."""

    ladder: ClassVar[Ladder | None] = Ladder("fraction", (0.03, 0.06, 0.09, 0.17, 0.27))
    ladders: ClassVar[Mapping[str, Ladder]] = {
        "medical": Ladder("fraction", (0.01, 0.02, 0.03, 0.05, 0.08)),
        "small": Ladder("fraction", (0.01, 0.02, 0.03, 0.05, 0.07)),
    }
    needs: ClassVar[tuple[str, ...]] = ()

    def corrupted(self, image: Image, amount: float, seed: int) -> Image:
        """The image with the values of the lowest and the highest words of a field set to 0 and to white."""
        field, pixels = words(seed, "sites", image.pixels.shape), image.pixels.copy()
        share = round(amount * 32768)
        np.putmask(pixels, field < share, 0)
        np.putmask(pixels, field > 65535 - share, image.white)
        return image.with_pixels(pixels)
