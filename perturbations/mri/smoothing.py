"""Gaussian blur of a volume."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from robustspec.data.picture import Floats32, Volume
from robustspec.perturbation.frame import VolumeOperator
from robustspec.perturbation.ladder import Ladder

_NARROW = 0.6
"""Below this many voxels the samples of a Gaussian have less than its variance."""


class Smoothing(VolumeOperator):
    """Blurs the volume with a Gaussian whose width is given in millimetres, the same along all directions.

    Stands for a scanner with a wider point spread function, for smoothing by a reconstruction filter, and for
    pre-processing that smooths. Sides, regions and large findings hold; what is smaller than the blur fades.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | std_mm (standard deviation; full width at half maximum is 2.35 times it) | 0.5 | 1 | 1.5 | 2.4 | 4 |

    A blur much narrower than a voxel hardly shows. Below 0.6 voxels it is made of three weights with the variance of the
    Gaussian: its samples, which are what is used above, would all but vanish. Magnitude: root mean square of
    the change as a share of the white level.

    >>> from robustspec.data.picture import Volume
    >>> import numpy as np
    >>> voxels = np.zeros((5, 5, 5), np.float32); voxels[2, 2, 2] = 100
    >>> round(float(Smoothing().change(Volume(voxels, np.eye(4)), 1.0, seed=0).voxels[2, 2, 2]), 1)
    6.3

    Source: smoothing of ROOD-MRI (Boone et al., 2023), which starts at 0.8 mm; from 0.6 voxels on the same as
    ``Blur`` of TorchIO.
    """

    kind: Literal["smoothing"] = "smoothing"
    std_mm: float | None = Field(default=None, gt=0)
    """Standard deviation of the blur, instead of a level."""

    ladder: ClassVar[Ladder | None] = Ladder("std_mm", (0.5, 1.0, 1.5, 2.4, 4.0), "mm")
    needs: ClassVar[tuple[str, ...]] = ("scipy",)
    extra: ClassVar[str] = "mri"

    def change(self, volume: Volume, amount: float, seed: int) -> Volume:
        """The blurred volume."""
        return volume.with_floats(blurred(volume, volume.floats(), amount))


def blurred(volume: Volume, values: Floats32, std_mm: float) -> Floats32:
    """``values`` on the grid of ``volume`` after a Gaussian blur of ``std_mm``."""
    from scipy.ndimage import convolve1d, gaussian_filter1d

    for axis, step in enumerate(volume.spacing_mm):
        std = std_mm / step
        if std < _NARROW:
            values = convolve1d(values, [std**2 / 2, 1 - std**2, std**2 / 2], axis)
        else:
            values = gaussian_filter1d(values, std, axis)
    return values
