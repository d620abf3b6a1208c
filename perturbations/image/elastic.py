"""An image on rubber."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from robustspec.data.picture import Image
from robustspec.perturbation.ladder import Ladder

from .corruption import Corruption
from .fields import Floats, signed
from .filters import gaussian_weights


class Elastic(Corruption):
    """Moves every pixel a little, its neighbours alike: the image is warped in small waves.

    Stands for heat haze, wavy paper, soft tissue, and lens or scanner distortion.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | alpha | 12.5 | 16.25 | 21.25 | 25 | 30 |
    | root mean square displacement along each axis, at 224 px | 1.0 | 1.3 | 1.7 | 2.0 | 2.4 |

    Displacements are uniform to 0.5 % of the height, smoothed by a Gaussian of 1 % of each side, times ``alpha``; one
    field is drawn for each axis of an image, and a level scales it. This is the definition of imagecorruptions, not
    ImageNet-C's own: that one mixes two different effects along its levels (a random affine map that shifts by up to 49
    pixels at levels 1 and 2, small jitter at 3 to 5) and was computed for 244 pixels where 224 were meant, so its
    levels neither extend one another nor rise in strength. It scales with the image. There is no other ladder:
    MedMNIST-C has no such corruption, CIFAR-10-C's is the other definition. Masks and boxes of a label do not move with
    it. Magnitude: root mean square of the change as a share of white.

    >>> import numpy as np
    >>> edge = Image(np.repeat(np.uint8([[0] * 112 + [255] * 112]), 224, axis=0))
    >>> waves = (Elastic().change(edge, 30, seed=7).pixels > 127).argmax(axis=1)
    >>> int(waves.min()) < 110 < 115 < int(waves.max())
    True

    Source: imagecorruptions (Michaelis et al., 2019, arXiv:1907.07484), after ImageNet-C (Hendrycks and Dietterich,
    2019, arXiv:1903.12261).
    """

    kind: Literal["elastic"] = "elastic"
    alpha: float | None = Field(default=None, gt=0, le=100)
    """What the smoothed displacements are multiplied by, instead of a level."""

    ladder: ClassVar[Ladder | None] = Ladder("alpha", (12.5, 16.25, 21.25, 25, 30))
    ladders: ClassVar[Mapping[str, Ladder]] = {}
    moves_places: ClassVar[bool] = True

    def corrupted(self, image: Image, amount: float, seed: int) -> Image:
        """The image with its pixels moved by ``amount`` times two smooth fields."""
        import cv2

        height, width = image.size
        across = _smooth(signed(seed, "across", image.size))
        down = _smooth(signed(seed, "down", image.size))
        for moved in (across, down):
            moved *= np.float32(0.005 * height * amount)
        across += np.arange(width, dtype=np.float32)
        down += np.arange(height, dtype=np.float32)[:, None]
        return image.with_unit(cv2.remap(image.unit(), across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT))


def _smooth(field: Floats) -> Floats:
    """``field`` under a Gaussian of 1 % of each side, cut at three standard deviations."""
    import cv2

    rows, columns = (gaussian_weights(0.01 * side, 3.0) for side in field.shape)
    return np.asarray(cv2.sepFilter2D(field, -1, columns, rows, borderType=cv2.BORDER_REFLECT), dtype=np.float32)
