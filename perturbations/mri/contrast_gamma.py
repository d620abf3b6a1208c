"""A power of the intensities: flatter or steeper contrast."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from robustspec.data.picture import Floats32, Volume
from robustspec.perturbation.frame import VolumeOperator
from robustspec.perturbation.ladder import Ladder

_EXPANDING = Ladder("gamma", (1.4, 1.8, 2.2, 2.6, 3.0))


class ContrastGamma(VolumeOperator):
    """Raises intensities, as shares of the white level, to a power: below 1 dark tissue brightens, above 1 it darkens.

    Stands for other intensity scales: receiver gain, display curves, post-processing of a vendor. The order of
    intensities, and with it every edge and every finding, stays; black, white and what lies beyond them stay too.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | gamma (direction: compress) | 0.86 | 0.72 | 0.58 | 0.44 | 0.30 |
    | gamma (direction: expand) | 1.4 | 1.8 | 2.2 | 2.6 | 3.0 |

    The white level is the 99.5th percentile of the voxels above 0, so that one bright vessel does not set the scale.
    Magnitude: root mean square of the change as a share of the white level.

    >>> from robustspec.data.picture import Volume
    >>> import numpy as np
    >>> volume = Volume(np.full((2, 2, 2), 25.0), np.eye(4))
    >>> volume.voxels[0] = 100
    >>> ContrastGamma(gamma=0.5).change(volume, 0.5, seed=0).voxels[1, 0, 0]
    np.float64(50.0)

    Source: contrast compression and expansion of ROOD-MRI (Boone et al., 2023).
    """

    kind: Literal["contrast_gamma"] = "contrast_gamma"
    gamma: float | None = Field(default=None, gt=0)
    """The exponent, instead of a level: below 1 compresses, above 1 expands, whatever ``direction`` says."""
    direction: Literal["compress", "expand"] = "compress"
    """Whose ladder counts."""

    ladder: ClassVar[Ladder | None] = Ladder("gamma", (0.86, 0.72, 0.58, 0.44, 0.30))

    def amount(self, level: int | None) -> float:
        """The exponent at ``level`` of the direction's ladder, or the explicit one where ``level`` is None."""
        return _EXPANDING.amount(level) if level and self.direction == "expand" else super().amount(level)

    def change(self, volume: Volume, amount: float, seed: int) -> Volume:
        """The volume with the curve applied."""
        return volume.with_floats(with_gamma(volume.floats(), volume.white, amount))


def with_gamma(values: Floats32, white: float, gamma: float) -> Floats32:
    """``values`` (changed in place) with intensities from 0 to ``white`` raised to ``gamma`` as shares of it."""
    share = np.clip(values, 0, white)
    share /= np.float32(white)
    share = share ** np.float32(gamma) - share
    share *= np.float32(white)
    values += share
    return values
