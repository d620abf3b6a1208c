"""Too much light, or too little."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from robustspec.data.picture import Image
from robustspec.perturbation.ladder import Ladder

from .corruption import Corruption
from .filters import Floats, by_value


class Brightness(Corruption):
    """Makes the image brighter, or with ``direction: down`` darker; hue and saturation of colours stay.

    Stands for exposure, daylight, the lamp of a microscope or an endoscope, and display settings.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | shift (added to V, share of white), natural | 0.1 | 0.2 | 0.3 | 0.4 | 0.5 |
    | small (32 px) | 0.05 | 0.1 | 0.15 | 0.2 | 0.3 |
    | medical (CT of organs): times 1 + shift, up | 0.2 | 0.3 | 0.4 | 0.5 | 0.6 |
    | medical: times 1 - shift, down | 0.2 | 0.25 | 0.3 | 0.35 | 0.40 |

    Natural and small: V of the HSV colour space, the greatest of R, G and B, becomes V + shift, cut at white; down
    takes as much away (not published: ImageNet-C goes up only). Medical: every value is multiplied. Nothing is drawn at
    random. Magnitude: root mean square of the change as a share of white.

    >>> import numpy as np
    >>> sea = Image(np.full((8, 8, 3), (0, 60, 120), dtype=np.uint8))
    >>> Brightness().change(sea, 0.5, seed=7).pixels[0, 0].tolist()
    [0, 124, 248]

    Source: ImageNet-C and CIFAR-10-C (Hendrycks and Dietterich, 2019, arXiv:1903.12261); MedMNIST-C (Di Salvo et al.,
    2024, arXiv:2406.17536).
    """

    kind: Literal["brightness"] = "brightness"
    shift: float | None = Field(default=None, gt=0, le=1)
    """Share of white that is added to V, or (medical) share of each value that is added to it; instead of a level."""
    direction: Literal["up", "down"] = "up"
    """Brighter or darker."""

    ladder: ClassVar[Ladder | None] = Ladder("shift", (0.1, 0.2, 0.3, 0.4, 0.5))
    ladders: ClassVar[Mapping[str, Ladder]] = {
        "medical": Ladder("shift", (0.2, 0.3, 0.4, 0.5, 0.6)),
        "small": Ladder("shift", (0.05, 0.1, 0.15, 0.2, 0.3)),
    }
    medical_down: ClassVar[Ladder] = Ladder("shift", (0.2, 0.25, 0.3, 0.35, 0.40))

    def amount(self, level: int | None) -> float:
        """The shift at ``level``, which for medical images depends on the direction."""
        if level is not None and self.profile == "medical" and self.direction == "down":
            return self.medical_down.amount(level)
        return super().amount(level)

    def corrupted(self, image: Image, amount: float, seed: int) -> Image:
        """The image brighter or darker by ``amount``."""
        shift = amount if self.direction == "up" else -amount
        if self.profile == "medical":
            return by_value(image, lambda values: values * np.float32(1 + shift))
        if image.is_grey:
            return by_value(image, lambda values: values + np.float32(shift))
        return image.with_unit(_with_value(image.unit(), shift))


def _with_value(colours: Floats, shift: float) -> Floats:
    """``colours`` with V + shift for V: each channel times the ratio of the two, and black becomes grey."""
    import cv2

    planes = cv2.split(colours)
    old = cv2.max(cv2.max(planes[0], planes[1]), planes[2])
    new = np.clip(old + np.float32(shift), 0, 1)
    black = old == 0
    ratio = np.divide(new, old, out=np.zeros_like(new), where=~black)
    result = np.asarray(cv2.merge([plane * ratio for plane in planes]), dtype=np.float32)
    if shift > 0 and black.any():
        result[black] = np.float32(shift)
    return result
