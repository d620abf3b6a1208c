"""Lesions of a head: a small network judges each voxel, others the pieces that it finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robustspec.reference.mri.features import CONTRAST, Piece, inside_of, piece_features, voxel_features
from robustspec.reference.mri.scan import Scan
from robustspec.reference.mri.weights import PATTERNS, layers, logistic, softmax

CENTRES_MM = {
    "frontal": (29, 29, 24),
    "parietal": (30, -44, 40),
    "temporal": (43, -15, -14),
    "occipital": (24, -80, 12),
    "cerebellum": (26, -64, -37),
    "deep": (21, -12, 10),
}
"""The middle of each region of the right half in the atlas: a lesion is in the region whose middle is nearest."""
REGIONS = tuple(CENTRES_MM)
VOXEL_CHANCE = 0.65
"""From which chance on a voxel is taken for one of a lesion."""
PIECE_CHANCE = 0.5
MIN_VOXELS = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """A lesion as a report states it; ``chance`` is how likely there is one at all."""

    side: str
    region: str
    size_mm: float
    signal: str
    pattern: str
    chance: float


def findings(scan: Scan, sequence: NDArray[np.float32]) -> list[Finding]:
    """The lesions of a head, the most likely first; ``sequence`` holds the shares of the four kinds of contrast."""
    found = [_finding(scan, piece) for piece in pieces(scan, sequence)]
    return sorted((each for each in found if each.chance >= PIECE_CHANCE), key=lambda each: -each.chance)


def pieces(scan: Scan, sequence: NDArray[np.float32]) -> Iterator[Piece]:
    """What looks like a lesion, by side and region."""
    from scipy import ndimage

    inside = inside_of(scan)
    if inside.sum() < 500:
        return
    chance = np.zeros(scan.values.shape, dtype=np.float32)
    chance[inside] = logistic(layers("voxel", voxel_features(scan, inside, sequence)))[:, 0]
    labels, _ = ndimage.label(chance > VOXEL_CHANCE, np.ones((3, 3, 3)))
    grouped: dict[tuple[str, str], list[NDArray[np.int64]]] = {}
    for number, box in enumerate(ndimage.find_objects(labels), 1):
        voxels = np.argwhere(labels[box] == number) + [each.start for each in box]
        if len(voxels) >= MIN_VOXELS:
            grouped.setdefault(place_of(scan, voxels), []).append(voxels)
    for parts in grouped.values():
        voxels = np.concatenate(parts)
        yield Piece(voxels, chance[tuple(voxels.T)], len(parts), max(parts, key=len))


def place_of(scan: Scan, voxels: NDArray[np.int64]) -> tuple[str, str]:
    """Side and region of the middle of some voxels."""
    x, y, z = scan.atlas_mm(voxels.mean(axis=0)).tolist()
    distance = np.linalg.norm(np.array(list(CENTRES_MM.values())) - (abs(x), y, z), axis=1)
    return ("left" if x < 0 else "right"), REGIONS[int(np.argmin(distance))]


def _finding(scan: Scan, piece: Piece) -> Finding:
    features = piece_features(scan, piece)
    side, region = place_of(scan, piece.largest)
    row = features[None]
    return Finding(
        side=side,
        region=region,
        size_mm=round(float(np.clip(layers("size", row)[0, 0] * 20, 5, 45)), 1),
        signal="hyper" if features[CONTRAST] > 0 else "hypo",
        pattern=PATTERNS[int(np.argmax(softmax(layers("pattern", row))))],
        chance=float(logistic(layers("keep", row))[0, 0]),
    )
