"""A field of view that cuts into the head."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from robustspec.data.picture import Volume
from robustspec.perturbation.base import Params
from robustspec.perturbation.frame import Frame, VolumeOperator
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.seeds import stream

from .resampling import darkest, extent, head_of, sized


class FieldOfView(VolumeOperator):
    """Narrows the field of view until it cuts a share of the head off, from one or more sides that are drawn.

    Stands for a field of view that is set too small or beside the head. By default what is cut off is blanked and shape
    and affine stay; with ``grid: cropped`` it is gone, and the affine has moved so that what is left stays where it is in
    space. A finding in the part cut off is gone, and with it the label's truth: give the policy ``may_refuse``, or read
    lesion recall by level.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | share (of the head's extent along each side's axis) | 0.05 | 0.10 | 0.15 | 0.20 | 0.30 |

    The sides are the same at all levels. The air beside the head goes first and is not counted. Magnitude: root mean square
    of the change as a share of the white level; with ``grid: cropped`` the share of voxels that are gone.

    >>> from robustspec.data.picture import Volume
    >>> import numpy as np
    >>> whole = Volume(np.arange(1000.0).reshape(10, 10, 10), np.eye(4))
    >>> left = FieldOfView(sides=3, grid="cropped").change(whole, 0.3, seed=1)
    >>> left.voxels.shape, left.affine[:3, 3].tolist()
    ((6, 7, 7), [4.0, 0.0, 0.0])

    Source: crops of 5 to 30 % of Box 2 of Xian et al. (robustness specifications for biomedical models, 2025).
    """

    kind: Literal["field_of_view"] = "field_of_view"
    share: float | None = Field(default=None, gt=0, lt=1)
    """Share of the head's extent to cut off, instead of a level."""
    sides: int = Field(default=1, ge=1, le=3)
    """From how many sides, each of another axis."""
    grid: Literal["same", "cropped"] = "same"
    """Blanked on the volume's own grid, or truly cropped."""

    ladder: ClassVar[Ladder | None] = Ladder("share", (0.05, 0.10, 0.15, 0.20, 0.30))

    @property
    def moves_places(self) -> bool:  # type: ignore[override]  # a field decides
        """Whether the grid is cropped: then voxels count from another corner."""
        return self.grid == "cropped"

    @property
    def keeps_shape(self) -> bool:
        """Whether the volume's own grid stays."""
        return self.grid == "same"

    def apply(self, passage: Frame, params: Params, level: int | None) -> Frame:
        """The frame with the smaller field of view."""
        return sized(passage, super().apply(passage, params, level))

    def change(self, volume: Volume, amount: float, seed: int) -> Volume:
        """The volume with the smaller field of view."""
        left, first = self._left(volume, amount, seed)
        if self.grid == "same":
            voxels = np.full_like(volume.voxels, darkest(volume))
            voxels[left] = volume.voxels[left]
            return volume.with_voxels(voxels)
        affine = volume.affine.copy()
        affine[:3, 3] += affine[:3, :3] @ first
        return volume.with_voxels(volume.voxels[left].copy(), affine)

    def _left(self, volume: Volume, amount: float, seed: int) -> tuple[tuple[slice, ...], list[int]]:
        """The part that is left, and its first voxel."""
        rng = stream(seed, "sides")
        head, size = head_of(volume), volume.voxels.shape
        first, end = [0, 0, 0], list(size)
        for axis in rng.permutation(3)[: self.sides].tolist():
            low, high = extent(head, axis)
            cut = min(max(1, round(amount * (high + 1 - low))), high - low)
            if rng.random() < 0.5:
                first[axis] = low + cut
            else:
                end[axis] = high + 1 - cut
        return tuple(map(slice, first, end)), first
