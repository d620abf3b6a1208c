"""What the copilot computes from a scan: of each voxel, of the whole picture, and of a piece that may be a lesion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robustspec.reference.mri.scan import GRID_MM, Floats, Mask, Scan, box_of

BLOCKS = 6
"""Blocks along each axis into which the box around what is not air is cut for `picture_features`."""
BINS = 12
NOISE = 0
"""Which of `quality_features` is the level of the air, which noise raises."""
ASYMMETRY = 9
"""Which of `voxel_features` is the difference from the other side at the finest scale."""
CONTRAST = 7
"""Which of `piece_features` is the difference of the rim from what is around."""


def inside_of(scan: Scan) -> Mask:
    """The voxels well inside the head: 15 mm and more from the air, where the brain is."""
    from scipy import ndimage

    coarse = ndimage.binary_fill_holes(scan.head[::2, ::2, ::2])  # every second voxel: an edge of 15 mm needs no more
    deep = ndimage.uniform_filter(coarse.astype(np.float32), 5) > 0.999
    return _fine(deep, scan)


def _fine(coarse: Mask, scan: Scan) -> Mask:
    """A mask of every second voxel as one of all."""
    x, y, z = scan.head.shape
    return np.asarray(coarse.repeat(2, 0).repeat(2, 1).repeat(2, 2)[:x, :y, :z])


def voxel_features(scan: Scan, inside: Mask, sequence: NDArray[np.float32]) -> Floats:
    """Of each inside voxel (n x 19): intensity at five scales, texture, the other side, place, kind of sequence.

    Intensities are differences from the median of the inside, over its spread.
    """
    from scipy import ndimage

    values = scan.values
    own = values[inside]
    middle = float(np.median(own))
    spread = float(np.mean(np.abs(own - middle))) + 1e-6
    scaled = ((values - middle) / spread).astype(np.float32)
    smooth = [ndimage.uniform_filter(scaled, size) for size in (3, 5, 9, 15)]
    texture = np.sqrt(np.maximum(ndimage.uniform_filter(scaled * scaled, 5) - smooth[1] ** 2, 0))
    sides = [_other_side(smooth[k], scan.middle) for k in (0, 1, 2)]
    at = np.argwhere(inside)
    x, y, z = (scan.atlas_mm(at) / 80).T.astype(np.float32)
    columns = [scaled[inside], *(each[inside] for each in smooth), texture[inside]]
    columns += [columns[1] - columns[3], columns[2] - columns[3], columns[3] - columns[4]]
    columns += [columns[1 + k] - side[inside] for k, side in enumerate(sides)]
    columns += [np.abs(x), y, z]
    kinds = np.broadcast_to(sequence, (len(at), len(sequence)))
    return np.column_stack([*columns, kinds]).astype(np.float32)


def _other_side(values: Floats, middle: float) -> Floats:
    """The values mirrored about the plane between left and right."""
    size = values.shape[0]
    source = np.clip(np.rint(2 * middle - np.arange(size)).astype(int), 0, size - 1)
    return np.asarray(values[source])


def picture_features(scan: Scan) -> Floats:
    """Of the whole picture (228): mean intensity by block of the box around what is not air, and a histogram."""
    box = box_of(scan.head)
    if box is None:
        return np.zeros(BLOCKS**3 + BINS, dtype=np.float32)
    part = scan.values[tuple(slice(first, last + 1) for first, last in box)]
    means = _blocks(part)
    shares = np.histogram(scan.values[scan.head], BINS, (0.0, 1.2))[0] / scan.head.sum()
    return np.concatenate([means.reshape(-1), 4 * shares]).astype(np.float32)


def _blocks(part: Floats) -> Floats:
    """The mean of each of `BLOCKS` cubed blocks; a part with fewer voxels repeats them."""
    for axis in range(3):
        edges = np.linspace(0, part.shape[axis], BLOCKS + 1)
        first = np.minimum(edges[:-1].astype(int), part.shape[axis] - 1)
        sums: Floats = np.add.reduceat(part, first, axis=axis)
        counts = np.maximum(np.diff([*first, part.shape[axis]]), 1)
        part = (sums / counts.reshape([-1 if k == axis else 1 for k in range(3)])).astype(np.float32)
    return part


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Connected voxels that look like a lesion, all on one side and in one region."""

    voxels: NDArray[np.int64]
    """n x 3 indices."""
    chance: Floats
    """How likely each voxel is one of a lesion."""
    parts: int
    """How many connected pieces there are."""
    largest: NDArray[np.int64]
    """The indices of the largest of them."""


def piece_features(scan: Scan, piece: Piece) -> Floats:
    """Of a piece (13): diameter and size of its largest part, how far all parts reach, contrast, rim, edge, chance."""
    from scipy import ndimage

    largest = piece.largest.astype(np.float64)
    diameter, whole = _diameter_mm(largest), _diameter_mm(piece.voxels.astype(np.float64))
    size = 2 * (3 * len(largest) / (4 * np.pi)) ** (1 / 3) * GRID_MM
    mask, first = _local_mask(scan, piece.largest)
    part = scan.values[tuple(slice(f, f + n) for f, n in zip(first, mask.shape, strict=True))]
    core = ndimage.binary_erosion(mask)
    around = ndimage.binary_dilation(mask, iterations=2) & ~ndimage.binary_dilation(mask)
    outside = float(np.median(part[around])) if around.any() else 0.0
    rim = part[mask & ~core]
    centre = part[tuple(np.clip(np.rint(largest.mean(axis=0) - first).astype(int), 0, np.array(mask.shape) - 1))]
    contrast = float(rim.mean()) - outside
    return np.array(
        [
            diameter / 20,
            size / 20,
            len(piece.largest) / 60,
            min(piece.parts, 5) / 3,
            whole / 40,
            whole / diameter - 1,
            4 * len(piece.largest) / len(piece.voxels) - 3,
            contrast * 4,
            abs(contrast) * 4,
            (float(centre) - outside) * 4,
            (float(centre) - float(rim.mean())) * 4 * np.sign(contrast),
            float(piece.chance.mean()),
            float(part[core].mean() - rim.mean()) * 4 * np.sign(contrast) if core.any() else 0.0,
        ],
        dtype=np.float32,
    )


def _diameter_mm(voxels: NDArray[np.float64]) -> float:
    """The longest diameter of the ellipsoid with the same spread."""
    spread = np.cov(voxels.T) if len(voxels) > 3 else np.eye(3) * 0.3
    return float(2 * np.sqrt(5 * max(float(np.linalg.eigvalsh(spread).max()), 0.05)) * GRID_MM)


def _local_mask(scan: Scan, voxels: NDArray[np.int64]) -> tuple[Mask, NDArray[np.int64]]:
    first = np.maximum(voxels.min(axis=0) - 3, 0)
    last = np.minimum(voxels.max(axis=0) + 3, np.array(scan.values.shape) - 1)
    mask = np.zeros(tuple(last - first + 1), dtype=bool)
    mask[tuple((voxels - first).T)] = True
    return mask, first


def quality_features(scan: Scan) -> Floats:
    """Of the whole picture (14): noise, what stands in the air, sharpness along each axis, evenness, edges, spikes."""
    from scipy import ndimage

    values = scan.values
    inside = inside_of(scan)
    if inside.sum() < 500:
        return np.zeros(14, dtype=np.float32)
    level = float(np.median(values[inside])) + 1e-6
    around = _fine(ndimage.uniform_filter(scan.head[::2, ::2, ::2].astype(np.float32), 3) > 0.01, scan)
    outside = values[~around][::3]
    outside = outside if outside.size > 200 else np.zeros(200, dtype=np.float32)
    rough = values - ndimage.uniform_filter(values, 3)
    steps = [np.abs(np.diff(values, axis=axis)) for axis in range(3)]
    sharp = [float(each[_both(inside, axis)].mean()) / level for axis, each in enumerate(steps)]
    blocks = [part[mask].mean() for part, mask in _eighths(values, inside) if mask.sum() > 50]
    faces = [scan.head.take(end, axis).mean() for axis in (0, 1) for end in (0, -1)]
    return np.array(
        [
            10 * float(np.median(outside)) / level,
            5 * float(np.percentile(outside, 95)) / level,
            10 * float(outside.std()) / level,
            10 * float(np.median(np.abs(rough[inside]))) / level,
            *(10 * each for each in sharp),
            10 * (max(sharp) - min(sharp)),
            float(np.std(blocks)) / level * 5 if blocks else 0.0,
            10 * float((values[inside] < 0.15 * level).mean()),
            4 * float(max(faces)),
            float(np.sum(faces)),
            _spikes(values),
            level,
        ],
        dtype=np.float32,
    )


def _both(mask: Mask, axis: int) -> Mask:
    """Where a voxel and the next one along an axis are both inside."""
    first = [slice(None)] * 3
    second = [slice(None)] * 3
    first[axis], second[axis] = slice(None, -1), slice(1, None)
    return np.asarray(mask[tuple(first)] & mask[tuple(second)])


def _eighths(values: Floats, inside: Mask) -> list[tuple[Floats, Mask]]:
    """The eight parts of the box around the inside."""
    box = box_of(inside)
    assert box is not None  # the caller has counted its voxels
    cuts = [(slice(a, (a + b) // 2), slice((a + b) // 2, b + 1)) for a, b in box.tolist()]
    places = [(x, y, z) for x in cuts[0] for y in cuts[1] for z in cuts[2]]
    return [(values[place], inside[place]) for place in places]


def _spikes(values: Floats) -> float:
    """How far the brightest point of k-space away from its middle stands out, over the middle planes; log scale."""
    found = []
    for axis in range(3):
        plane = values.take(values.shape[axis] // 2, axis)
        power = np.abs(np.fft.rfft2(plane))
        power[:6, :6] = power[-6:, :6] = 0
        found.append(np.log10(power.max() / (np.median(power) + 1e-6)))
    return float(max(found))
