"""Lesions: where they stand, what shape they have, and how they change the tissue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from robustspec.data.phantom.canvas import Box, Floats64, Grid, Maps, Point, rotation
from robustspec.data.phantom.draws import stream
from robustspec.data.phantom.recipe import Head, Lesion
from robustspec.data.phantom.regions import PLACES, region_of
from robustspec.data.phantom.tissues import CODE, TABLE
from robustspec.data.picture import Floats32

FOCI = 3
"""How many spots a ``multiple`` lesion has."""
OPPOSITE = {"oedema": "blood", "blood": "oedema"}


@dataclass(frozen=True, slots=True)
class Focus:
    """One ellipsoid of a lesion, in mm: ``semi`` half-axes along the columns of ``axes``."""

    centre: Point
    semi: Point
    axes: Floats64

    def radius(self, grid: Grid) -> tuple[Box, Floats32]:
        """A box of fine voxels about the focus and the radius in it, 1 on its surface."""
        reach = 1.25 * max(self.semi) + 4.0
        box = grid.box(self.centre, (reach, reach, reach))
        x, y, z = (axis[part] - np.float32(at) for axis, part, at in zip(grid.axes, box, self.centre, strict=True))
        square = np.float32(0)
        for axis in (self.axes / self.semi).T.astype(np.float32):
            along = (axis[0] * x)[:, None, None] + (axis[1] * y)[None, :, None] + (axis[2] * z)[None, None, :]
            square = square + along * along
        return box, np.sqrt(square)


def foci(head: Head, index: int) -> Iterator[Focus]:
    """The ellipsoids of a lesion, the largest first. Places do not depend on its size, nor on other lesions."""
    lesion = head.lesions[index]
    draw = stream(head.scan.seed, "lesion", index)
    centre, (ratio_a, ratio_b) = _place(lesion, draw), draw.uniform(0.78, 0.94, 2)
    turned = rotation(draw.uniform(-12, 12, 3))
    long = PLACES[lesion.region][2]
    semi = np.full(3, lesion.size_mm / 2)
    semi[[(long + 1) % 3, (long + 2) % 3]] *= ratio_a, ratio_b
    yield Focus(centre, _point(semi), turned)
    if lesion.pattern == "multiple":
        for place, share in zip(_around(centre, lesion, draw), draw.uniform(0.48, 0.62, FOCI - 1), strict=True):
            yield Focus(place, _point(np.maximum(semi * share, 2.5)), turned)


def _place(lesion: Lesion, draw: np.random.Generator) -> Point:
    """A point of the region's ellipsoid of places."""
    middle, half, _ = PLACES[lesion.region]
    way = draw.standard_normal(3)
    x, y, z = np.array(middle) + np.array(half) * way / np.linalg.norm(way) * draw.uniform() ** (1 / 3)
    return float(-x if lesion.side == "left" else x), float(y), float(z)


def _around(centre: Point, lesion: Lesion, draw: np.random.Generator) -> list[Point]:
    """Places of the other spots: apart from each other, in the same side and region, and towards the region's middle."""
    found: list[Point] = []
    middle = np.array(PLACES[lesion.region][0]) * (-1 if lesion.side == "left" else 1, 1, 1)
    while len(found) < FOCI - 1:
        way = draw.standard_normal(3) * (0.6, 1.0, 0.8)
        place = middle + (np.array(centre) - middle) * 0.5 + way / np.linalg.norm(way) * draw.uniform(15.0, 20.0)
        apart = all(np.linalg.norm(place - other) > 17.0 for other in (centre, *found))
        if apart and abs(place[0]) > 9 and _depth(place) < 0.84 and region_of(place) == (lesion.side, lesion.region):
            found.append(_point(place))
    return found


def _depth(place: Floats64) -> float:
    """How far out in the cerebrum or the cerebellum a point lies, 1 on the surface."""
    x, y, z = place
    if y < -38 and z < -18:
        return float(np.hypot((abs(x) - 24) / 30, np.hypot((y + 64) / 30, (z + 38) / 21)))
    return float(np.hypot(x / 68, np.hypot((y + 17) / 86, (z - 15) / 64)))


def _point(values: Floats64) -> Point:
    return float(values[0]), float(values[1]), float(values[2])


def tissue_of(lesion: Lesion, sequence: str) -> str:
    """What shows as the lesion's signal: oedema (long T1 and T2) or blood (short ones)."""
    return "oedema" if (lesion.signal == "hyper") == (sequence != "T1w") else "blood"


def infiltrate(maps: Maps, head: Head, grid: Grid) -> None:
    """Put all lesions of a head into its maps of tissue, in place."""
    for index, lesion in enumerate(head.lesions):
        tissue = tissue_of(lesion, head.scan.sequence)
        for focus in foci(head, index):
            box, radius = focus.radius(grid)
            half, step = float(np.mean(focus.semi)), float(np.mean([axis[1] - axis[0] for axis in grid.axes]))
            _mix(maps, box, _weight(lesion, radius, half, step, head, grid, box), tissue)
            if lesion.pattern == "ring":
                rim = max(3.0, 0.27 * lesion.size_mm)
                _mix(maps, box, _edge(radius / (1 - rim / half), half - rim, step), OPPOSITE[tissue])


def _weight(lesion: Lesion, radius: Floats32, half: float, step: float, head: Head, grid: Grid, box: Box) -> Floats32:
    """The lesion's share of each voxel: sharp, or (diffuse) fading over the outer part and patchy."""
    if lesion.pattern != "diffuse":
        return _edge(radius, half, step)
    fade = np.clip((1.35 - radius) / 0.7, 0, 1)
    x, y, z = (np.sin(axis[part] * np.float32(0.75)) for axis, part in zip(grid.axes, box, strict=True))
    patches = 1 + np.float32(0.2) * x[:, None, None] * y[None, :, None] * z[None, None, :]
    return np.asarray(np.float32(0.75) * fade * patches)


def _edge(radius: Floats32, half: float, step: float) -> Floats32:
    """1 inside, 0 outside, and the share of volume in voxels that the surface cuts."""
    return np.asarray(np.clip(np.float32(0.5) + (1 - radius) * np.float32(half / step), 0, 1))


def _mix(maps: Maps, box: Box, weight: Floats32, tissue: str) -> None:
    for values, there in zip(maps, TABLE[:, CODE[tissue]], strict=True):
        part = values[box]
        part += weight * (there - part)
