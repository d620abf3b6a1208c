"""A tone curve that is not the usual one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from robustspec.data.picture import Image
from robustspec.perturbation.ladder import Ladder

from .corruption import Corruption
from .filters import by_value


class Gamma(Corruption):
    """Raises every value, from 0 to 1, to the power ``gamma``: above 1 the middle tones become darker, below 1 brighter.

    Stands for another film, detector or display curve. Black and white stay.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | gamma, natural (X-ray of the chest), up | 1.1 | 1.2 | 1.3 | 1.4 | 1.6 |
    | medical (CT of organs), up | 1.3 | 1.4 | 1.6 | 1.8 | 2.0 |
    | either, down | 0.9 | 0.8 | 0.7 | 0.6 | 0.4 |

    ImageNet-C has no such corruption: both ladders are MedMNIST-C's, the milder one of X-ray images stands as natural.
    Nothing is drawn at random. Magnitude: root mean square of the change as a share of white.

    >>> import numpy as np
    >>> greys = Image(np.tile(np.uint8([0, 64, 128, 255]), (8, 2)))
    >>> Gamma().change(greys, 2.0, seed=7).pixels[0, :4].tolist()
    [0, 16, 64, 255]

    Source: MedMNIST-C (Di Salvo et al., 2024, arXiv:2406.17536).
    """

    kind: Literal["gamma"] = "gamma"
    gamma: float | None = Field(default=None, gt=0, le=10)
    """The exponent, instead of a level."""
    direction: Literal["up", "down"] = "up"
    """Which of the ladders: exponents above 1 (darker) or below (brighter)."""

    ladder: ClassVar[Ladder | None] = Ladder("gamma", (1.1, 1.2, 1.3, 1.4, 1.6))
    ladders: ClassVar[Mapping[str, Ladder]] = {"medical": Ladder("gamma", (1.3, 1.4, 1.6, 1.8, 2.0))}
    down: ClassVar[Ladder] = Ladder("gamma", (0.9, 0.8, 0.7, 0.6, 0.4))

    def amount(self, level: int | None) -> float:
        """The exponent at ``level`` of the direction's ladder."""
        return super().amount(level) if level is None or self.direction == "up" else self.down.amount(level)

    def corrupted(self, image: Image, amount: float, seed: int) -> Image:
        """The image to the power ``amount``."""
        return by_value(image, lambda values: np.power(values, np.float32(amount)))
