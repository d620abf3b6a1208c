"""A volume as the copilot looks at it: one grid, one orientation, one scale, the patient's left on the left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

GRID_MM = 3.0
"""Spacing of the grid on which everything is computed."""
CROWN_MM, MIDDLE_MM = 95.0, -17.0
"""Where the crown of a usual head lies in the atlas (z), and the middle of its depth (y)."""
_OFF_MM = 12.0
"""A head that stands further from where the affine says is taken to be where it is seen."""


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """A volume in right-anterior-superior order on a grid of `GRID_MM`.

    ``values`` are intensities as a share of the bright end (99.5th percentile); ``head`` is what is not air;
    ``origin_mm`` is where the middle of voxel (0, 0, 0) lies in the atlas; ``plane`` is that of the slices.
    """

    values: Floats
    head: Mask
    origin_mm: NDArray[np.float64]
    plane: str

    def atlas_mm(self, voxel: NDArray[Any]) -> NDArray[np.float64]:
        """Where voxel indices lie in the atlas, in mm."""
        return np.asarray(voxel) * GRID_MM + self.origin_mm

    @property
    def middle(self) -> float:
        """The index along x of the plane between left and right."""
        return float(-self.origin_mm[0] / GRID_MM)


def scan_of(volume: Any, *, trusts_affine: bool = True) -> Scan:
    """The scan of an opened volume (``voxels``, ``affine``); without trust the array is taken to be in RAS order."""
    affine = np.asarray(volume.affine, dtype=np.float64)
    voxels = np.asarray(volume.voxels, dtype=np.float32)
    if not trusts_affine:
        affine = np.diag([*np.abs(_spacing(affine)), 1.0])
        affine[:3, 3] = -np.array(voxels.shape) * np.diag(affine)[:3] / 2
    plane = _plane(affine)
    voxels, affine = _in_ras_order(voxels, affine)
    voxels, affine = _on_grid(voxels, affine)
    voxels = voxels / max(_bright_end(voxels), 1e-6)
    head = _head(voxels)
    return Scan(voxels, head, _origin(affine, head), plane)


def _spacing(affine: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.sqrt((affine[:3, :3] ** 2).sum(axis=0)))


def _plane(affine: NDArray[np.float64]) -> str:
    """The plane of the slices: across the axis of the widest spacing, the last one where all are alike."""
    spacing = _spacing(affine)
    along = 2 if spacing.max() < 1.2 * spacing.min() else int(np.argmax(spacing))
    return ("sagittal", "coronal", "axial")[int(np.argmax(np.abs(affine[:3, along])))]


def _in_ras_order(voxels: Floats, affine: NDArray[np.float64]) -> tuple[Floats, NDArray[np.float64]]:
    """The array with its axes along right, anterior and superior, as nearly as they go."""
    strength = np.abs(affine[:3, :3]) / _spacing(affine)
    order = [0, 0, 0]
    free = {0, 1, 2}
    for world in np.argsort(-strength.max(axis=1)).tolist():
        order[world] = max(free, key=lambda axis: strength[world, axis])
        free.discard(order[world])
    moved = affine[:, [*order, 3]]
    voxels = voxels.transpose(order)
    for axis in range(3):
        if moved[axis, axis] < 0:
            voxels = np.flip(voxels, axis)
            moved[:3, 3] += moved[:3, axis] * (voxels.shape[axis] - 1)
            moved[:3, axis] *= -1
    return voxels, moved


def _on_grid(voxels: Floats, affine: NDArray[np.float64]) -> tuple[Floats, NDArray[np.float64]]:
    spacing = _spacing(affine)
    factors = spacing / GRID_MM
    origin = affine[:3, 3]
    if np.any(np.abs(factors - 1) > 0.02):
        from scipy import ndimage

        sizes = [max(2, round(size * factor)) for size, factor in zip(voxels.shape, factors, strict=True)]
        centre = origin + (np.array(voxels.shape) - 1) / 2 * spacing
        voxels = ndimage.zoom(
            voxels, [n / o for n, o in zip(sizes, voxels.shape, strict=True)], order=1, grid_mode=True, mode="nearest"
        )
        origin = centre - (np.array(voxels.shape) - 1) / 2 * GRID_MM
    grid = np.diag([GRID_MM, GRID_MM, GRID_MM, 1.0])
    grid[:3, 3] = origin
    return np.ascontiguousarray(voxels, dtype=np.float32), grid


def _bright_end(voxels: Floats) -> float:
    some = voxels.reshape(-1)[::5]
    some = some[some > 0]
    return float(np.partition(some, int(0.995 * (some.size - 1)))[int(0.995 * (some.size - 1))]) if some.size else 1.0


def _head(values: Floats) -> Mask:
    """What is not air: the largest piece above a level between the noise of the corners and the tissue."""
    from scipy import ndimage

    smooth = ndimage.uniform_filter(values, 3)
    corner = np.concatenate(
        [smooth[:4, :4].ravel(), smooth[-4:, :4].ravel(), smooth[:4, -4:].ravel(), smooth[-4:, -4:].ravel()]
    )
    level = max(0.08, min(0.3, 2.5 * float(np.mean(corner))))
    labels, count = ndimage.label(smooth > level)
    if not count:
        return np.zeros(values.shape, dtype=bool)
    sizes = np.bincount(labels.reshape(-1))
    sizes[0] = 0
    return np.asarray(labels == int(np.argmax(sizes)))


def box_of(mask: Mask) -> NDArray[np.int64] | None:
    """First and last index of a mask along each axis (3 x 2); None for an empty one."""
    if not mask.any():
        return None
    ends = []
    for axis in range(3):
        found = np.flatnonzero(mask.any(axis=tuple(other for other in range(3) if other != axis)))
        ends.append((found[0], found[-1]))
    return np.array(ends)


def _origin(affine: NDArray[np.float64], head: Mask) -> NDArray[np.float64]:
    """Where voxel 0 lies in the atlas: as the affine says, unless the head is seen elsewhere."""
    said = affine[:3, 3].copy()
    box = box_of(head)
    if box is None:
        return said
    middle = box.mean(axis=1) * GRID_MM
    seen = np.array([-middle[0], MIDDLE_MM - middle[1], CROWN_MM - box[2, 1] * GRID_MM])
    return np.where(np.abs(seen - said) > _OFF_MM, seen, said)
