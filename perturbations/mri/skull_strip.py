"""The brain alone."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from robustspec.data.picture import Floats32, Volume
from robustspec.perturbation.frame import VolumeOperator
from robustspec.perturbation.ladder import Ladder

from .resampling import averaged, axes_of, coarse, darkest, head_of, regridded

_WORKING_MM = 4.0
_CUT_MM = 9.0
_SULCUS_MM = 6.0
_HEIGHT_MM = 150.0
_FAR_MM = 1e4

Mask3 = NDArray[np.bool_]


class SkullStrip(VolumeOperator):
    """Blanks everything outside the brain, at higher levels with a rim of the brain too.

    Stands for data that went through brain extraction, which models trained on whole heads may not know, and for
    extraction that takes too much. Shape and affine stay. From level 2 on, findings at the surface of the brain lose a rim.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | erosion_mm (rim of the brain that is taken off) | 0 | 2 | 4 | 6 | 8 |

    The brain is found by threshold and morphology on voxels of about 4 mm: what is brighter than half the median of the
    head, down to 150 mm below its top, cut free of scalp and neck by 9 mm of erosion (the skull is dark in all usual
    sequences), the largest piece of that, grown back, and its furrows closed. The fluid around the brain stays where it is
    bright. It is meant for ordinary heads, and is no brain extraction for clinical use. A volume in which nothing is
    found stays as it is. Magnitude: root mean square of the change as a share of the white level.

    >>> from robustspec.data.picture import Volume
    >>> import numpy as np
    >>> r = np.sqrt(sum((axis - 20.0) ** 2 for axis in np.indices((41, 41, 41))))
    >>> head = np.where(r < 12, 80.0, 0) + np.where((r > 15) & (r < 18), 100.0, 0)
    >>> brain = SkullStrip().change(Volume(head, np.diag([4, 4, 4, 1.0])), 0.0, seed=0)
    >>> float(brain.voxels[r > 15].max()), bool((brain.voxels[r < 11] == 80).all())
    (0.0, True)

    Source: none published; thickness of the skull and of furrows as usual in adults.
    """

    kind: Literal["skull_strip"] = "skull_strip"
    erosion_mm: float | None = Field(default=None, ge=0)
    """Rim of the brain that is taken off, instead of a level."""

    ladder: ClassVar[Ladder | None] = Ladder("erosion_mm", (0.0, 2.0, 4.0, 6.0, 8.0), "mm")
    needs: ClassVar[tuple[str, ...]] = ("scipy",)
    extra: ClassVar[str] = "mri"

    def change(self, volume: Volume, amount: float, seed: int) -> Volume:
        """The volume with the brain alone."""
        depth = _depth(volume)
        if depth is None:
            return volume
        voxels = volume.voxels.copy()
        voxels[depth <= amount] = darkest(volume)
        return volume.with_voxels(voxels)


def _depth(volume: Volume) -> Floats32 | None:
    """How far each voxel lies inside the brain, in mm, below 0 outside; None where there is no brain."""
    values, spacing, places = volume.floats(), list(volume.spacing_mm), []
    for axis, size in enumerate(volume.voxels.shape):
        factor = min(size, max(1.0, _WORKING_MM / spacing[axis]))
        places.append(coarse(size, factor))
        if factor > 1:
            values = averaged(values, axis, places[axis], factor)
            spacing[axis] *= factor
    brain = _brain(values, head_of(volume), volume, spacing)
    if brain is None:
        return None
    inside, outside, half = _inside(brain, spacing), _inside(~brain, spacing), min(spacing) / 2
    depth = np.asarray(np.where(brain, inside - half, half - outside), np.float32)
    for axis, size in enumerate(volume.voxels.shape):
        if depth.shape[axis] != size:
            depth = regridded(depth, axis, places[axis], size)
    return depth


def _brain(values: Floats32, head: Mask3, volume: Volume, spacing: list[float]) -> Mask3 | None:
    """Where the brain is, on the working grid."""
    from scipy.ndimage import binary_fill_holes, label

    if not head.any():
        return None
    tissue = values > 0.5 * float(np.median(volume.voxels[head][::3]))
    _without_neck(tissue, volume, spacing)
    pieces, count = label(_inside(tissue, spacing) > _CUT_MM)
    if not count:
        return None
    largest = pieces == 1 + int(np.argmax(np.bincount(pieces.ravel())[1:]))
    grown = tissue & (_inside(~largest, spacing) <= _CUT_MM + max(spacing))
    closed = _inside(_inside(~grown, spacing) <= _SULCUS_MM, spacing) > _SULCUS_MM
    filled: Mask3 = binary_fill_holes(closed | grown)
    return filled


def _without_neck(tissue: Mask3, volume: Volume, spacing: list[float]) -> None:
    """Take out of ``tissue`` what lies too far below its top to be brain."""
    order, reversed_ = axes_of(volume.affine)
    axis = order[2]
    stack = np.moveaxis(tissue, axis, 0)[:: -1 if reversed_[2] else 1]  # a view, from below
    top = np.flatnonzero(stack.any(axis=(1, 2)))
    if top.size:
        stack[: max(0, int(top[-1] - _HEIGHT_MM / spacing[axis]))] = False


def _inside(there: Mask3, spacing: list[float]) -> NDArray[Any]:
    """Distance in mm of each voxel of ``there`` to the nearest one outside; the field of view has no edge."""
    from scipy.ndimage import distance_transform_edt

    if there.all():
        return np.full(there.shape, _FAR_MM)
    distance: NDArray[Any] = distance_transform_edt(there, sampling=spacing)
    return distance
