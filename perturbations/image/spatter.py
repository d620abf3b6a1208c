"""Drops and mud on the lens."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import NormalDist
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from robustspec.data.picture import Image
from robustspec.perturbation.ladder import Ladder

from .corruption import STRENGTH, Corruption, Rows
from .fields import Floats, normal
from .filters import blurred, fitted, gaussian_weights, widened

WATER = (175 / 255, 238 / 255, 238 / 255)
"""Pale turquoise."""

MUD = (63 / 255, 42 / 255, 20 / 255)
"""Brown."""


class Spatter(Corruption):
    """Puts water (levels 1 to 3) or mud (4 and 5) on the lens: irregular drops, clear in between.

    Stands for rain and dirt on a camera outdoors, and for fluids on an endoscope.

    | strength, level | 1 water | 2 water | 3 water | 4 mud | 5 mud |
    |---|---|---|---|---|---|
    | mean, std; natural | 0.65, 0.3 | 0.65, 0.3 | 0.65, 0.3 | 0.65, 0.3 | 0.67, 0.4 |
    | sigma_px, threshold | 4, 0.69 | 3, 0.68 | 2, 0.68 | 1, 0.65 | 1, 0.65 |
    | intensity | 0.6 | 0.6 | 0.5 | 1.5 | 1.5 |
    | mean, std; small (32 px) | 0.62, 0.1 | 0.65, 0.1 | 0.65, 0.3 | 0.65, 0.1 | 0.65, 0.1 |
    | sigma_px, threshold | 0.7, 0.7 | 0.8, 0.7 | 1, 0.69 | 0.7, 0.69 | 0.5, 0.68 |
    | intensity | 0.5 | 0.5 | 0.5 | 0.6 | 0.6 |

    Drops stand where a normal field (mean, std), smoothed by ``sigma``, exceeds the threshold. Water adds light of pale
    turquoise, brightest at the rims, up to ``intensity``; mud covers with brown, its edges softened by a Gaussian of
    ``intensity`` pixels. A strength between two rungs interpolates, from 3.5 on as mud. One field is drawn for an
    image, the same at all levels. The layer is made for a shorter side of 224 pixels (small: 32) and resized with the
    image. **Not monotone in every measure as published**: water adds light and mud takes it away, so that on a dark
    image level 4 changes less than 3. Weather has no medical ladder. Magnitude: the share of the image behind drops, as
    it is to be expected, for water times its intensity: 0.02 0.09 0.12 0.50 0.57.

    >>> import numpy as np
    >>> wall = Image(np.full((224, 224), 200, dtype=np.uint8))
    >>> muddy = Spatter().change(wall, 5, seed=7).pixels
    >>> bool(0.1 < (muddy < 100).mean() < 0.7), bool((muddy == 200).mean() > 0.2)
    (True, True)

    Source: one of the four further corruptions of ImageNet-C and CIFAR-10-C (Hendrycks and Dietterich, 2019,
    arXiv:1903.12261).
    """

    kind: Literal["spatter"] = "spatter"
    strength: float | None = Field(default=None, ge=1, le=5)
    """Row of the table above, fractions between two, instead of a level."""

    uneven: ClassVar[str] = "water adds light and mud takes it away"
    ladder: ClassVar[Ladder | None] = STRENGTH
    ladders: ClassVar[Mapping[str, Ladder]] = {"small": STRENGTH}
    rows: ClassVar[Mapping[str, Rows]] = {
        "natural": (
            (0.65, 0.3, 4, 0.69, 0.6, 0),
            (0.65, 0.3, 3, 0.68, 0.6, 0),
            (0.65, 0.3, 2, 0.68, 0.5, 0),
            (0.65, 0.3, 1, 0.65, 1.5, 1),
            (0.67, 0.4, 1, 0.65, 1.5, 1),
        ),
        "small": (
            (0.62, 0.1, 0.7, 0.7, 0.5, 0),
            (0.65, 0.1, 0.8, 0.7, 0.5, 0),
            (0.65, 0.3, 1, 0.69, 0.5, 0),
            (0.65, 0.1, 0.7, 0.69, 0.6, 1),
            (0.65, 0.1, 0.5, 0.68, 0.6, 1),
        ),
    }

    def magnitude(self, level: int | None) -> float | None:
        """The share of the image behind drops that is to be expected, for water times its intensity."""
        mean, std, sigma, threshold, intensity, mud = self.companions(self.amount(level))
        spread = std * float(np.square(gaussian_weights(sigma)).sum())
        covered = NormalDist().cdf((mean - threshold) / spread)
        return covered if mud >= 0.5 else covered * intensity

    def corrupted(self, image: Image, amount: float, seed: int) -> Image:
        """The image behind drops of water or mud."""
        mean, std, sigma, threshold, intensity, mud = self.companions(amount)
        drops = normal(seed, "drops", self.reference_size(image)) * np.float32(std) + np.float32(mean)
        drops, values = blurred(drops, sigma), image.unit()
        if mud >= 0.5:
            cover = blurred((drops > threshold).astype(np.float32), intensity)
            cover[cover < 0.8] = 0
            cover = fitted(cover, image.size)
            return image.with_unit(values * (1 - widened(cover, values)) + _tinted(cover, MUD, values))
        light = fitted(_rims(np.where(drops < threshold, 0, drops)), image.size) * np.float32(intensity)
        return image.with_unit(values + _tinted(light, WATER, values))


def _rims(drops: Floats) -> Floats:
    """How bright water is, up to 1: the drop's own thickness, times a relief of the distance from its rim."""
    import cv2

    thickness = (drops * 255).astype(np.uint8)
    inside = cv2.distanceTransform(255 - cv2.Canny(thickness, 50, 150), cv2.DIST_L2, 5)
    distance = cv2.blur(np.minimum(inside, 20), (3, 3)).astype(np.uint8)
    slopes = np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]], dtype=np.float32)
    relief = cv2.blur(cv2.filter2D(cv2.equalizeHist(distance), cv2.CV_8U, slopes), (3, 3))
    light: Floats = np.multiply(thickness, relief, dtype=np.float32)
    return light / max(float(light.max()), 1.0)


def _tinted(layer: Floats, colour: tuple[float, float, float], values: Floats) -> Floats:
    """``layer`` in ``colour``, or for grey ``values`` in its grey."""
    tint = np.array(colour, dtype=np.float32)
    return layer[..., None] * tint if values.ndim == 3 else layer * np.float32(tint @ (0.299, 0.587, 0.114))
