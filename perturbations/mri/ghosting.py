"""Ghosts of the head along the phase-encoding axis."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from robustspec.data.picture import Floats32, Volume
from robustspec.perturbation.frame import VolumeOperator
from robustspec.perturbation.ladder import Ladder

from .kspace import along, axis_of, filter_matrix, signal_of, with_signal


class Ghosting(VolumeOperator):
    """Weakens every n-th line of k-space along one axis, its centre excepted: n faint copies of the head along that axis.

    Stands for signal that changes in a rhythm while lines are measured (pulsing blood and fluid, breathing), and for
    scanners whose odd and even echoes differ.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | intensity (share of the signal that every n-th line loses) | 0.2 | 0.4 | 0.6 | 0.8 | 1.0 |

    The number of ghosts n is the rhythm of the patient and not a strength: it stays from level to level, so that levels are
    nested. (TorchIO's line pattern with n = 3, 5, 7, 9, 11 along these intensities is not monotone: on the MNI152 template at
    2 mm the change along x is 0.023, 0.041, 0.020, 0.024, 0.026 of white.) Each ghost has intensity / n of the head's signal,
    so that 3 is easily seen, and 11 barely. The axis is drawn. Voxels are magnitudes, as a scanner shows them. The axis needs
    2 n voxels, else it is a `PictureError`; slices may be few. Magnitude: root mean square of the change per white level.

    >>> import numpy as np
    >>> from robustspec.data.picture import Volume
    >>> bar = np.zeros((1, 12, 1), dtype=np.float32); bar[:, 5:7] = 1
    >>> ghosted = Ghosting(ghosts=3, axis=1).change(Volume(bar, np.eye(4)), 0.5, seed=0).voxels[0, 3:9, 0]
    >>> ghosted.astype(float).round(2).tolist()
    [0.08, 0.08, 0.92, 0.92, 0.08, 0.08]

    Source: TorchIO's Ghosting (Perez-Garcia et al., 2021), whose lines are counted from the edge of k-space, so that the
    lines next to the centre, and with them the strength, depend on the matrix size; here they are counted from the centre.
    The two agree where n divides half the matrix size. Intensities: TorchIO's range up to 1, at which the lines are gone.
    """

    kind: Literal["ghosting"] = "ghosting"
    intensity: float | None = Field(default=None, gt=0, le=1)
    """Share of the signal that every n-th line loses, instead of a level."""
    ghosts: int = Field(default=3, ge=2, le=64)
    """How many ghosts: every how many lines the signal is weaker."""
    axis: Literal[0, 1, 2] | None = None
    """Phase-encoding axis of the voxels; drawn where left out."""

    ladder: ClassVar[Ladder | None] = Ladder("intensity", (0.2, 0.4, 0.6, 0.8, 1.0))

    def change(self, volume: Volume, amount: float, seed: int) -> Volume:
        """The volume with ghosts of ``amount`` / n of its signal."""
        axis = axis_of(volume, self.axis, 2 * self.ghosts, self.kind, seed)
        signal, floor = signal_of(volume)
        ghosted = along(filter_matrix(line_gains(signal.shape[axis], self.ghosts, amount)), signal, axis)
        return with_signal(volume, np.abs(ghosted, out=ghosted), floor)


def line_gains(size: int, ghosts: int, intensity: float) -> Floats32:
    """What each of ``size`` lines of k-space keeps: 1 - ``intensity`` for every n-th one, 1 for the centre and the others."""
    from_centre = np.arange(size) - size // 2
    hit = (from_centre % ghosts == 0) & (from_centre != 0)
    return np.where(hit, 1 - intensity, 1.0).astype(np.float32)
