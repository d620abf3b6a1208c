"""Slices that are missing."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from robustspec.data.picture import Volume
from robustspec.perturbation.base import Params
from robustspec.perturbation.frame import Frame, VolumeOperator
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.seeds import stream

from .resampling import Plane, darkest, extent, head_of, stack_axis


class DroppedSlices(VolumeOperator):
    """Blanks slices of the stack, or repeats the slice before in their place.

    Stands for transfers and exports that lose slices, and for readers that fill the gap with what they have. Shape and
    affine stay. Only slices that show the head are dropped; a small finding can be lost with them.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | slice_share (slices of the stack; of 100: 1, 2, 4, 8, 16; at least one) | 0.01 | 0.02 | 0.04 | 0.08 | 0.16 |

    Level k + 1 drops the slices of level k and more. A stack of fewer than 50 slices has the same loss at two or more
    levels. Magnitude: slices dropped as a share of the stack.

    >>> from robustspec.data.picture import Volume
    >>> import numpy as np
    >>> stack = np.broadcast_to(np.arange(1.0, 9.0), (2, 2, 8))
    >>> DroppedSlices(fill="repeat").change(Volume(stack, np.eye(4)), 0.25, seed=0).voxels[0, 0].tolist()
    [1.0, 2.0, 3.0, 4.0, 5.0, 5.0, 7.0, 7.0]

    Source: none published; the ladder is 1, 2, 4, 8 and 16 slices of a stack of 100.
    """

    kind: Literal["dropped_slices"] = "dropped_slices"
    slice_share: float | None = Field(default=None, gt=0, lt=1)
    """Slices to drop as a share of the stack, instead of a level."""
    plane: Plane = "axial"
    """Plane of the slices."""
    fill: Literal["blank", "repeat"] = "blank"
    """What stands in their place: the darkest value, or the last slice before that was kept."""

    ladder: ClassVar[Ladder | None] = Ladder("slice_share", (0.01, 0.02, 0.04, 0.08, 0.16))

    def apply(self, passage: Frame, params: Params, level: int | None) -> Frame:
        """The frame without the slices."""
        if level == 0:
            return passage
        assert isinstance(passage.value, Volume)  # the scope hands over no other
        axis, gone = self._gone(passage.value, self.amount(level), int(params["seed"]))
        share = len(gone) / passage.value.voxels.shape[axis]
        return passage.with_value(self._without(passage.value, axis, gone), share)

    def change(self, volume: Volume, amount: float, seed: int) -> Volume:
        """The volume without the slices."""
        return self._without(volume, *self._gone(volume, amount, seed))

    def _gone(self, volume: Volume, amount: float, seed: int) -> tuple[int, list[int]]:
        """The axis of the stack and the slices that are dropped; the first one shown stays, so that it can be repeated."""
        axis = stack_axis(volume, self.plane)
        first, last = extent(head_of(volume), axis)
        order = (first + 1 + stream(seed, "slices").permutation(last - first)).tolist()
        return axis, order[: max(1, round(amount * volume.voxels.shape[axis]))]

    def _without(self, volume: Volume, axis: int, gone: list[int]) -> Volume:
        voxels, blank = volume.voxels.copy(), darkest(volume)
        stack = np.moveaxis(voxels, axis, 0)
        for place in sorted(gone):
            stack[place] = blank if self.fill == "blank" else stack[place - 1]
        return volume.with_voxels(voxels)
