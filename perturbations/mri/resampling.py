"""Grids of volumes: which axis is which, laying voxels out anew, and values between voxels.

Positions along an axis are voxel indices: 0 is the centre of the first voxel, n - 1 that of the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from robustspec.data.picture import Floats32, Volume
from robustspec.perturbation.frame import Frame
from robustspec.perturbation.seeds import stream

Plane = Literal["axial", "coronal", "sagittal"]
"""How slices lie; they are stacked along the inferior-superior, posterior-anterior or left-right axis."""

PLANES: tuple[Plane, ...] = ("sagittal", "coronal", "axial")
"""The planes by the anatomical axis along which their slices are stacked: R, A, S."""


def axes_of(affine: NDArray[np.float64]) -> tuple[tuple[int, ...], tuple[bool, ...]]:
    """For R, A and S: the voxel axis that lies nearest, each used once, and whether it runs the other way.

    Unlike `Volume.orientation` it has an answer for grids at 45 degrees too.
    """
    directions = affine[:3, :3] / np.sqrt((affine[:3, :3] ** 2).sum(axis=0))
    near = np.abs(directions)
    order = max(permutations(range(3)), key=lambda axes: float(near[range(3), axes].prod()))
    return order, tuple(bool(directions[row, axis] < 0) for row, axis in enumerate(order))


def stack_axis(volume: Volume, plane: Plane) -> int:
    """The voxel axis along which slices of ``plane`` are stacked."""
    return axes_of(volume.affine)[0][PLANES.index(plane)]


def chosen_axis(volume: Volume, plane: Plane | Literal["drawn"], seed: int) -> int:
    """The voxel axis of ``plane``, or one of the three, drawn."""
    return int(stream(seed, "axis").integers(3)) if plane == "drawn" else stack_axis(volume, plane)


def relaid(volume: Volume, order: Sequence[int], flipped: Sequence[bool]) -> Volume:
    """The volume with its axes in another ``order``, some ``flipped``; the affine follows: the same anatomy in space."""
    size, taken = volume.voxels.shape, np.zeros((4, 4))
    taken[3, 3] = 1.0
    for axis, (source, flip) in enumerate(zip(order, flipped, strict=True)):
        taken[source, axis] = -1.0 if flip else 1.0
        taken[source, 3] = size[source] - 1.0 if flip else 0.0
    tissue = volume.tissue
    return replace(
        volume,
        voxels=laid(volume.voxels, order, flipped),
        affine=volume.affine @ taken,
        tissue=tissue and (lambda: {name: laid(values, order, flipped) for name, values in tissue().items()}),
    )


def laid(values: NDArray[Any], order: Sequence[int], flipped: Sequence[bool]) -> NDArray[Any]:
    """The array with its axes in another ``order``, some ``flipped``, in memory of its own."""
    turned = np.transpose(values, order)[tuple(slice(None, None, -1 if flip else 1) for flip in flipped)]
    return np.ascontiguousarray(turned)


def without_tissue(volume: Volume, values: NDArray[Any]) -> Volume:
    """The volume with other intensities after its anatomy has moved: maps of the tissue no longer fit."""
    return replace(volume.with_floats(values), tissue=None)


def sized(before: Frame, after: Frame) -> Frame:
    """``after``, where it has fewer voxels with the share that is gone as its magnitude: no difference can be measured."""
    assert isinstance(before.value, Volume)  # the scope hands over no other
    assert isinstance(after.value, Volume)
    old, new = before.value.voxels.size, after.value.voxels.size
    return after if old == new else after.with_value(after.value, 1 - new / old)


def darkest(volume: Volume) -> float:
    """The value of a voxel without signal: 0, or the least value where there are values below 0."""
    return min(0.0, float(volume.voxels.min()))


def head_of(volume: Volume) -> NDArray[np.bool_]:
    """Where there is signal: above a tenth of the white level."""
    return np.asarray(volume.voxels > 0.1 * volume.white)


def extent(there: NDArray[np.bool_], axis: int) -> tuple[int, int]:
    """First and last index along ``axis`` at which ``there`` holds; the whole axis where it never does."""
    others = tuple(other for other in range(3) if other != axis)
    found = np.flatnonzero(there.any(axis=others))
    return (int(found[0]), int(found[-1])) if found.size else (0, there.shape[axis] - 1)


def coarse(size: int, factor: float) -> NDArray[np.float64]:
    """Positions of the voxels of a grid that is ``factor`` times coarser and lies in the middle of the axis.

    They are those of TorchIO's ``Resample``: as many as fit.
    """
    count = max(1, int(size / factor + 1e-9))
    return np.asarray((size - 1) / 2 + (np.arange(count) - (count - 1) / 2) * factor, np.float64)


def interpolated(values: Floats32, axis: int, positions: NDArray[np.float64]) -> Floats32:
    """Values at ``positions`` along ``axis``, linearly between voxels; beyond the ends the last ones hold."""
    last = values.shape[axis] - 1
    inside = np.clip(positions, 0, last)
    lower = inside.astype(np.intp)
    below = np.take(values, lower, axis)
    change = np.take(values, np.minimum(lower + 1, last), axis)
    change -= below
    change *= _along(inside - lower, axis)
    below += change
    return below


def averaged(values: Floats32, axis: int, positions: NDArray[np.float64], width: float) -> Floats32:
    """Means over ``width`` voxels around each of ``positions`` along ``axis``: what a thicker voxel measures."""
    low, high = positions - width / 2, positions + width / 2
    first = np.floor(low + 0.5).astype(np.intp)
    total: Floats32 | None = None
    for step in range(int(np.ceil(width)) + 1):
        index = first + step
        share = np.clip(np.minimum(index + 0.5, high) - np.maximum(index - 0.5, low), 0, None) / width
        if share.max() > 1e-9:
            part = np.take(values, np.clip(index, 0, values.shape[axis] - 1), axis)
            part *= _along(share, axis)
            total = part if total is None else np.add(total, part, out=total)
    assert total is not None  # a window wider than nothing covers some voxel
    return total


def regridded(values: Floats32, axis: int, positions: NDArray[np.float64], size: int) -> Floats32:
    """Values that stand at the rising ``positions`` of an axis of ``size`` voxels, back at its voxels."""
    return interpolated(values, axis, np.interp(np.arange(size), positions, np.arange(len(positions))))


def _along(weights: NDArray[np.float64], axis: int) -> Floats32:
    return weights.astype(np.float32).reshape([-1 if other == axis else 1 for other in range(3)])
