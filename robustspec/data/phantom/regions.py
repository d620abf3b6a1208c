"""Where the regions of a head are, in millimetres, and where lesions stand in them.

The frame is that of the phantoms: right, anterior, superior (RAS+), with the origin about where the anterior commissure is,
so that the MNI152 template has the same regions. One rule decides, the first that fits:

| region | rule (mm) |
|---|---|
| cerebellum | y < -38 and z < -18 |
| deep | (x/34)^2 + ((y+12)/42)^2 + ((z-10)/24)^2 < 1 |
| temporal | z < 0 and -62 < y < 14 |
| occipital | y < -66 |
| parietal | y < -20 |
| frontal | all else |

The side is ``left`` where x < 0 and ``right`` elsewhere: the patient's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

Side = Literal["left", "right"]
Region = Literal["frontal", "parietal", "temporal", "occipital", "cerebellum", "deep"]

SIDES: tuple[Side, ...] = get_args(Side)
REGIONS: tuple[Region, ...] = get_args(Region)

PLACES: dict[Region, tuple[tuple[float, float, float], tuple[float, float, float], int]] = {
    "frontal": ((29, 29, 24), (5, 6, 6), 1),
    "parietal": ((30, -44, 40), (4, 6, 5), 1),
    "temporal": ((43, -15, -14), (2, 7, 2), 1),
    "occipital": ((24, -80, 12), (3, 2, 5), 2),
    "cerebellum": ((26, -64, -37), (3, 3, 2), 0),
    "deep": ((21, -12, 10), (2, 8, 4), 1),
}
"""Where lesions of the right side have their centre: the middle and half-axes of an ellipsoid (mm), and the axis (0, 1, 2)
along which they are longest. Lesions of the left side have theirs in its mirror image."""


def region_of(point_mm: Sequence[float] | NDArray[np.float64]) -> tuple[Side, Region]:
    """The side and region of a point (x, y, z) in mm, RAS+, by the rule above; every point has one."""
    x, y, z = (float(part) for part in point_mm)
    return ("left" if x < 0 else "right"), _region(x, y, z)


def _region(x: float, y: float, z: float) -> Region:
    if y < -38 and z < -18:
        return "cerebellum"
    if (x / 34) ** 2 + ((y + 12) / 42) ** 2 + ((z - 10) / 24) ** 2 < 1:
        return "deep"
    if z < 0 and -62 < y < 14:
        return "temporal"
    if y < -66:
        return "occipital"
    return "parietal" if y < -20 else "frontal"
