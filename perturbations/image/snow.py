"""Snow that falls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from robustspec.data.picture import Image
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.seeds import stream

from .corruption import STRENGTH, Corruption, Rows
from .fields import Floats, normal
from .filters import fitted, luma, magnified, trail, widened


class Snow(Corruption):
    """Lets white streaks fall over the image, in two layers, and pales what is behind them.

    Stands for falling snow, and for sleet and dust in the light of a lamp.

    | strength, level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | mean, std; natural | 0.1, 0.3 | 0.2, 0.3 | 0.55, 0.3 | 0.55, 0.3 | 0.55, 0.3 |
    | zoom, threshold | 3, 0.5 | 2, 0.5 | 4, 0.9 | 4.5, 0.85 | 2.5, 0.85 |
    | radius_px, sigma_px | 10, 4 | 12, 4 | 12, 8 | 12, 8 | 12, 12 |
    | kept | 0.8 | 0.7 | 0.7 | 0.65 | 0.55 |
    | mean, std; small (32 px) | 0.1, 0.2 | 0.1, 0.2 | 0.15, 0.3 | 0.25, 0.3 | 0.3, 0.3 |
    | zoom, threshold | 1, 0.6 | 1, 0.5 | 1.75, 0.55 | 2.25, 0.6 | 1.25, 0.65 |
    | radius_px, sigma_px | 8, 3 | 10, 4 | 10, 4 | 12, 6 | 14, 12 |
    | kept | 0.95 | 0.9 | 0.9 | 0.85 | 0.8 |

    Flakes are a normal field (mean, std), magnified ``zoom`` times, set to 0 below the threshold, and dragged along a
    line (radius, sigma) that falls at 45 to 135 degrees; a second layer is the first one turned about. Behind them the
    image keeps the share ``kept``, the rest is paled. Field and direction are drawn once for an image, the same at all
    levels. The layers are made for a shorter side of 224 pixels (small: 32) and resized with the image. **Not monotone
    in every measure as published**: flakes grow and shrink along the levels; the structural similarity of one
    photograph was 0.68 0.56 0.57 0.52 0.49, and the change of some images falls from level 2 to 3. Weather has no
    medical ladder. Magnitude: the share of the image that is paled, 1 - kept: 0.20 0.30 0.30 0.35 0.45.

    >>> import numpy as np
    >>> night = Image(np.zeros((224, 224), dtype=np.uint8))
    >>> snow = Snow().change(night, 3, seed=7).pixels
    >>> bool(snow.min() == 38), bool(0.02 < (snow > 100).mean() < 0.4)  # 0.3 of 0.5, and flakes
    (True, True)

    Source: ImageNet-C and CIFAR-10-C (Hendrycks and Dietterich, 2019, arXiv:1903.12261), which call ImageMagick for the
    motion; its kernel is that of imagecorruptions (Michaelis et al., 2019, arXiv:1907.07484).
    """

    kind: Literal["snow"] = "snow"
    strength: float | None = Field(default=None, ge=1, le=5)
    """Row of the table above, fractions between two, instead of a level."""

    uneven: ClassVar[str] = "flakes grow and shrink along the levels"
    ladder: ClassVar[Ladder | None] = STRENGTH
    ladders: ClassVar[Mapping[str, Ladder]] = {"small": STRENGTH}
    rows: ClassVar[Mapping[str, Rows]] = {
        "natural": (
            (0.1, 0.3, 3, 0.5, 10, 4, 0.8),
            (0.2, 0.3, 2, 0.5, 12, 4, 0.7),
            (0.55, 0.3, 4, 0.9, 12, 8, 0.7),
            (0.55, 0.3, 4.5, 0.85, 12, 8, 0.65),
            (0.55, 0.3, 2.5, 0.85, 12, 12, 0.55),
        ),
        "small": (
            (0.1, 0.2, 1, 0.6, 8, 3, 0.95),
            (0.1, 0.2, 1, 0.5, 10, 4, 0.9),
            (0.15, 0.3, 1.75, 0.55, 10, 4, 0.9),
            (0.25, 0.3, 2.25, 0.6, 12, 6, 0.85),
            (0.3, 0.3, 1.25, 0.65, 14, 12, 0.8),
        ),
    }

    def magnitude(self, level: int | None) -> float | None:
        """The share of the image that is paled."""
        *_, kept = self.companions(self.amount(level))
        return 1 - kept

    def corrupted(self, image: Image, amount: float, seed: int) -> Image:
        """The image, paler, with two layers of flakes."""
        *_, kept = self.companions(amount)
        values = image.unit()
        flakes = fitted(self._flakes(self.reference_size(image), amount, seed), image.size)
        pale = np.maximum(values, widened(luma(values) * np.float32(1.5) + np.float32(0.5), values))
        pale *= np.float32(1 - kept)
        values *= np.float32(kept)
        values += pale
        values += widened(flakes + flakes[::-1, ::-1], values)
        return image.with_unit(values)

    def _flakes(self, size: tuple[int, int], amount: float, seed: int) -> Floats:
        """One layer of ``size``: from 0 to 1, in steps of 1/255 as published."""
        import cv2

        mean, std, zoom, threshold, radius, sigma, _ = self.companions(amount)
        field = magnified(normal(seed, "flakes", size) * np.float32(std) + np.float32(mean), zoom)
        field[field < threshold] = 0
        np.clip(field, 0, 1, out=field)
        kernel = trail(round(radius), sigma, stream(seed, "direction").uniform(-135, -45))
        fallen = cv2.filter2D(field, -1, kernel, borderType=cv2.BORDER_REPLICATE)
        return np.asarray(np.rint(fallen * 255) / 255, dtype=np.float32)
