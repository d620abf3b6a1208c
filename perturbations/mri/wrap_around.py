"""Parts of the head beyond the field of view that appear on its other side."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from robustspec.data.picture import Floats32, Volume
from robustspec.perturbation.frame import VolumeOperator
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.seeds import stream

from .kspace import axis_of, signal_of, with_signal


class WrapAround(VolumeOperator):
    """Cuts the field of view short at one end of the head; what lies beyond folds over and covers the other end.

    Stands for a field of view chosen too small along the phase-encoding axis, without oversampling (aliasing): the nose
    appears in the back of the head, over the brain.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | folded_fraction (of the head's extent along the axis) | 0.05 | 0.10 | 0.20 | 0.30 | 0.40 |

    The head's extent runs from the first to the last plane in which at least 1 % of the voxels are brighter than a tenth of
    the white level; it is the share of the head and not of the matrix that counts, since folded air shows nothing. The
    shape and the place of the head stay; outside of the smaller field of view there is no signal, as in a padded rectangular
    field of view. Axis and end are drawn; a level folds what lower ones fold and more, at least one plane. A volume without
    signal stays as it is; an axis has 4 voxels or more, else it is a `PictureError`.
    Magnitude: root mean square of the change per white level.

    >>> import numpy as np
    >>> from robustspec.data.picture import Volume
    >>> ramp = np.array([0, 1, 2, 3, 4, 5, 0], dtype=np.float32).reshape(7, 1, 1)
    >>> WrapAround(axis=0, end="low").change(Volume(ramp, np.eye(4)), 0.4, seed=0).voxels.ravel().tolist()
    [0.0, 0.0, 0.0, 3.0, 5.0, 7.0, 0.0]

    Source: sampling at too coarse steps of k-space, by its definition; a ladder of our own.
    """

    kind: Literal["wrap_around"] = "wrap_around"
    folded_fraction: float | None = Field(default=None, gt=0, le=0.5)
    """Share of the head's extent beyond the field of view, instead of a level."""
    axis: Literal[0, 1, 2] | None = None
    """Phase-encoding axis of the voxels; drawn where left out."""
    end: Literal["low", "high"] | None = None
    """The end of the axis at which the head is cut off: that of voxel 0, or the other; drawn where left out."""

    ladder: ClassVar[Ladder | None] = Ladder("folded_fraction", (0.05, 0.10, 0.20, 0.30, 0.40))

    def change(self, volume: Volume, amount: float, seed: int) -> Volume:
        """The volume with ``amount`` of the head's extent folded over."""
        axis = axis_of(volume, self.axis, 4, self.kind, seed)
        end = self.end or ("low", "high")[int(stream(seed, "end").integers(2))]
        signal, floor = signal_of(volume)
        planes = head_planes(np.moveaxis(signal, axis, 0), volume.white - floor)
        if planes.size < 2:
            return volume
        folded = signal.copy()
        view = np.moveaxis(folded, axis, 0)
        _fold(view if end == "low" else view[::-1], planes if end == "low" else len(view) - 1 - planes[::-1], amount)
        return with_signal(volume, folded, floor)


def head_planes(planes: Floats32, white: float) -> NDArray[np.int64]:
    """The numbers of the planes that show the head: 1 % of their voxels are brighter than a tenth of white."""
    bright = planes > np.float32(0.1 * white)
    shares = bright.reshape(len(planes), -1).mean(axis=1)
    return np.flatnonzero(shares >= 0.01)


def _fold(planes: Floats32, head: NDArray[np.int64], share: float) -> None:
    """Fold the first ``share`` of the head over its end, in place."""
    first, end = int(head[0]), int(head[-1]) + 1
    width = min(max(1, round(share * (end - first))), (end - first) // 2)
    planes[end - width : end] += planes[first : first + width]
    planes[: first + width] = 0
    planes[end:] = 0
