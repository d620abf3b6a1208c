"""Lines of radio-frequency interference."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from robustspec.data.picture import Floats32, Volume
from robustspec.perturbation.frame import VolumeOperator
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.seeds import stream

from .kspace import signal_of, slice_axis, with_signal

_PROFILE = {-1: 0.35, 0: 1.0, 1: 0.35}
"""Amplitude beside the line, by voxels along the frequency-encoding axis."""


class Zipper(VolumeOperator):
    """Draws dashed lines across every slice, at drawn places of the frequency-encoding axis.

    Stands for radio waves that enter the room at one frequency: an open door, a monitor, a pump, a torn cage.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | intensity (amplitude of a line per white level) | 0.1 | 0.2 | 0.4 | 0.7 | 1.0 |
    | lines | 1 | 2 | 3 | 4 | 5 |

    The interference has no phase in common with the scanner: along a line, and from slice to slice, it is complex noise of
    that standard deviation, which the magnitude shows as bright and dark dashes. Lines are three voxels wide. A level keeps
    the lines of lower ones. Slices lie across the axis of the coarsest spacing (the last one among equals); one slice is
    enough. Magnitude: root mean square of the change per white level.

    >>> import numpy as np
    >>> from robustspec.data.picture import Volume
    >>> flat = Volume(np.ones((32, 32, 4), dtype=np.float32), np.eye(4))
    >>> changed = Zipper(frequency_axis=0).change(flat, 0.1, seed=0).voxels != 1
    >>> np.flatnonzero(changed.all(axis=(1, 2))).tolist()
    [18, 19, 20]

    Source: the artefact as radiology textbooks describe it; a model and a ladder of our own.
    """

    kind: Literal["zipper"] = "zipper"
    intensity: float | None = Field(default=None, gt=0)
    """Amplitude of a line as a share of the white level, instead of a level."""
    lines: int | None = Field(default=None, ge=1, le=32)
    """How many lines; as many as the intensity reaches rungs of the ladder where left out, and at least one."""
    frequency_axis: Literal[0, 1, 2] | None = None
    """Frequency-encoding axis of the voxels, which the lines are perpendicular to; drawn within slices where left out."""

    ladder: ClassVar[Ladder] = Ladder("intensity", (0.1, 0.2, 0.4, 0.7, 1.0))

    def change(self, volume: Volume, amount: float, seed: int) -> Volume:
        """The volume with lines of ``amount`` times its white level."""
        signal, floor = signal_of(volume)
        count = self.lines or max(1, sum(amount >= rung for rung in self.ladder.rungs))
        within = [axis for axis in range(3) if axis != slice_axis(volume)]
        axis = int(stream(seed, "axis").choice(within)) if self.frequency_axis is None else self.frequency_axis
        height = amount * (volume.white - floor)
        zipped = signal.copy()
        planes = np.moveaxis(zipped, axis, 0)
        for number, place in enumerate(stream(seed, "places").uniform(0.1, 0.9, count).tolist()):
            _draw_line(planes, int(place * len(planes)), height, stream(seed, f"line {number}"))
        return with_signal(volume, zipped, floor)


def _draw_line(planes: Floats32, place: int, height: float, rng: np.random.Generator) -> None:
    """Add complex noise to the plane at ``place`` and its neighbours, in place, and leave the magnitude."""
    real, imaginary = height * rng.standard_normal((2, *planes.shape[1:]), dtype=np.float32)
    for beside, share in _PROFILE.items():
        if 0 <= place + beside < len(planes):
            plane = planes[place + beside]
            plane[...] = np.hypot(plane + share * real, share * imaginary)
