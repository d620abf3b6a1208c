"""A box without signal."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from robustspec.data.picture import Volume
from robustspec.perturbation.frame import VolumeOperator
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.seeds import stream

from .resampling import darkest, extent, head_of


class Mask(VolumeOperator):
    """Blanks a box around a drawn point of the head.

    Stands for parts of a scan that were masked (an anonymised face, a lost block). Shape and affine stay. A finding under
    the box is gone: give the policy ``may_refuse``, or read lesion recall by level.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | side_share (each edge of the box as a share of the head's extent) | 0.10 | 0.15 | 0.20 | 0.25 | 0.30 |

    The boxes of one case have the same middle, so that each lies in the next; near the border a part falls outside.
    Magnitude: root mean square of the change as a share of the white level.

    >>> from robustspec.data.picture import Volume
    >>> import numpy as np
    >>> int((Mask().change(Volume(np.ones((10, 10, 10)), np.eye(4)), 0.3, seed=2).voxels == 0).sum())
    27

    Source: none published; the box is at most 2.7 % of the head's bounding box.
    """

    kind: Literal["mask"] = "mask"
    side_share: float | None = Field(default=None, gt=0, lt=1)
    """Edge of the box as a share of the head's extent along each axis, instead of a level."""

    ladder: ClassVar[Ladder | None] = Ladder("side_share", (0.10, 0.15, 0.20, 0.25, 0.30))

    def change(self, volume: Volume, amount: float, seed: int) -> Volume:
        """The volume with the box."""
        head, draws = head_of(volume), stream(seed, "middle").random(3)
        voxels = volume.voxels.copy()
        box = []
        for axis, draw in enumerate(draws):
            first, last = extent(head, axis)
            size = last + 1 - first
            edge = amount * size
            middle = first + (0.15 + 0.7 * draw) * size
            box.append(
                slice(max(0, round(middle - edge / 2)), max(round(middle + edge / 2), round(middle - edge / 2) + 1))
            )
        voxels[tuple(box)] = darkest(volume)
        return volume.with_voxels(voxels)
