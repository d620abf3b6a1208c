"""Colours too pale or too strong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from robustspec.data.picture import Image
from robustspec.perturbation.ladder import Ladder

from .corruption import STRENGTH, Corruption, Rows
from .filters import Floats


class Saturate(Corruption):
    """Changes the saturation of colours: S of the HSV colour space becomes factor S + offset; hue and value stay.

    S is cut to 0 to 1. Stands for photo filters, display modes, and stains that are too weak or too strong.

    | strength, level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | factor, offset, natural | 0.3, 0 | 0.1, 0 | 2, 0 | 5, 0.1 | 20, 0.2 |
    | medical (tissue under a microscope) | 1, 0.05 | 1, 0.10 | 1, 0.15 | 1, 0.20 | 1, 0.25 |
    | small (32 px) | 0.3, 0 | 0.1, 0 | 1.5, 0 | 2, 0.1 | 2.5, 0.2 |

    **Not monotone as published**: the natural and the small ladder first take colour away and then add it, and how far
    each goes depends on how colourful the image is; do not read a trend into its levels. A strength between two rungs
    interpolates. Magnitude: the strength itself, the place in the table, for want of a measure that rises along it; for
    medical images the root mean square of the change as a share of white. A grey image does not change; a grey pixel of
    a colour image, which has no hue, becomes reddish where there is an offset, as in the published code. Nothing is
    drawn at random.

    >>> import numpy as np
    >>> sea = Image(np.full((8, 8, 3), (50, 75, 100), dtype=np.uint8))
    >>> Saturate().change(sea, 3, seed=7).pixels[0, 0].tolist()
    [0, 50, 100]

    Source: one of the four further corruptions of ImageNet-C and CIFAR-10-C (Hendrycks and Dietterich, 2019,
    arXiv:1903.12261); MedMNIST-C (Di Salvo et al., 2024, arXiv:2406.17536).
    """

    kind: Literal["saturate"] = "saturate"
    strength: float | None = Field(default=None, ge=1, le=5)
    """Row of the table above, fractions between two, instead of a level."""

    uneven: ClassVar[str] = "levels 1 and 2 take colour away and levels 3 to 5 add it"
    ladder: ClassVar[Ladder | None] = STRENGTH
    ladders: ClassVar[Mapping[str, Ladder]] = {"medical": STRENGTH, "small": STRENGTH}
    rows: ClassVar[Mapping[str, Rows]] = {
        "natural": ((0.3, 0), (0.1, 0), (2, 0), (5, 0.1), (20, 0.2)),
        "medical": ((1, 0.05), (1, 0.10), (1, 0.15), (1, 0.20), (1, 0.25)),
        "small": ((0.3, 0), (0.1, 0), (1.5, 0), (2, 0.1), (2.5, 0.2)),
    }

    def magnitude(self, level: int | None) -> float | None:
        """The place in the published table; of the medical one, which is monotone, None."""
        return None if self.profile == "medical" else self.amount(level)

    def corrupted(self, image: Image, amount: float, seed: int) -> Image:
        """The image with another saturation; a grey one is returned as it is."""
        if image.is_grey:
            return image
        factor, offset = self.companions(amount)
        return image.with_unit(_saturated(image.unit(), factor, offset))


def _saturated(colours: Floats, factor: float, offset: float) -> Floats:
    """``colours`` with ``factor`` S + ``offset`` for S: each channel's distance from V times the ratio of the two."""
    import cv2

    planes = cv2.split(colours)
    value = cv2.max(cv2.max(planes[0], planes[1]), planes[2])
    spread = value - cv2.min(cv2.min(planes[0], planes[1]), planes[2])
    grey = spread == 0
    spread[grey] = 1
    ratio = np.minimum(np.float32(factor) + np.float32(offset) * value / spread, value / spread)
    changed = [value - (value - plane) * ratio for plane in planes]
    if offset > 0:
        for plane in changed[1:]:  # without a hue, HSV's red: R keeps the value
            plane[grey] = value[grey] * np.float32(1 - min(offset, 1))
    return np.asarray(cv2.merge(changed), dtype=np.float32)
