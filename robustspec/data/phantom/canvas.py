"""The grid that a phantom is painted on, and the ellipsoids that it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robustspec.data.phantom.tissues import CODE, TABLE
from robustspec.data.picture import Floats32

Point = tuple[float, float, float]
Box = tuple[slice, slice, slice]
Maps = tuple[Floats32, Floats32, Floats32]
"""Proton density, T1 and R2 over voxels; see `tissues.TABLE`."""
Bools = NDArray[np.bool_]
Floats64 = NDArray[np.float64]

COARSEST_MM = 4.0
"""Thicker slices are the mean of thinner ones, so that what lies between their middles counts."""

REACH_MM = 8.0
"""How far a warp may move what it does not move as a whole."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Voxels of a field of view, in the order right, anterior, superior.

    ``axes`` are the middles of the fine voxels along each axis (mm); ``fold`` of them along each axis make one voxel.
    """

    axes: tuple[Floats32, Floats32, Floats32]
    fold: tuple[int, int, int]
    affine: Floats64

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of fine voxels along each axis."""
        return len(self.axes[0]), len(self.axes[1]), len(self.axes[2])

    def box(self, centre: Point, half: Point) -> Box:
        """The fine voxels within ``half`` of ``centre`` along each axis (mm)."""
        ends = [
            (axis.searchsorted(middle - reach), axis.searchsorted(middle + reach))
            for axis, middle, reach in zip(self.axes, centre, half, strict=True)
        ]
        return slice(*ends[0]), slice(*ends[1]), slice(*ends[2])


def grid_of(centre: Point, extent: Point, spacing: Point) -> Grid:
    """The grid of a field of view: ``extent`` mm about ``centre``, one voxel each ``spacing`` mm."""
    axes, folds, affine = [], [], np.diag([*spacing, 1.0])
    for index, (middle, length, step) in enumerate(zip(centre, extent, spacing, strict=True)):
        count, fold = max(1, round(length / step)), int(np.ceil(step / COARSEST_MM))
        affine[index, 3] = middle - (count - 1) / 2 * step
        fine = count * fold
        axes.append((middle + (np.arange(fine) - (fine - 1) / 2) * (step / fold)).astype(np.float32))
        folds.append(fold)
    return Grid((axes[0], axes[1], axes[2]), (folds[0], folds[1], folds[2]), affine)


def spline_basis(axis: Floats32, step: float) -> tuple[Floats32, NDArray[np.floating[Any]]]:
    """Uniform cubic B-splines along an axis: their weights (points x splines) and the places of their middles (mm)."""
    start = float(axis[0]) - step
    knots = start + step * np.arange(int(np.ceil((float(axis[-1]) - start) / step)) + 2)
    away = np.abs((axis[:, None] - knots[None, :]) / step)
    near = 2 / 3 - away**2 + away**3 / 2
    far = np.clip(2 - away, 0, None) ** 3 / 6
    return np.asarray(np.where(away < 1, near, far), dtype=np.float32), knots


def smooth_field(grid: Grid, generator: np.random.Generator, step_mm: float) -> Floats32:
    """A smooth random field over the fine voxels: cubic B-splines ``step_mm`` apart with standard normal weights."""
    (bx, _), (by, _), (bz, _) = (spline_basis(axis, step_mm) for axis in grid.axes)
    weights = generator.standard_normal((bx.shape[1], by.shape[1], bz.shape[1]), dtype=np.float32)
    return spread(weights, bx, by, bz)


def spread(weights: Floats32, bx: Floats32, by: Floats32, bz: Floats32) -> Floats32:
    """The sum of splines over all voxels, one axis after the other, in products too small for BLAS to start threads for."""
    along_z = np.matmul(weights, bz.T)
    along_y = np.matmul(by, along_z).transpose(1, 0, 2)
    return np.ascontiguousarray(np.matmul(bx, along_y).transpose(1, 0, 2))


@dataclass(frozen=True, slots=True)
class Warp:
    """How one anatomy differs from the drawn one: drawn = matrix (actual - about) + about + a smooth field."""

    matrix: Floats64
    about: Point
    bend_mm: float = 0.0
    step_mm: float = 40.0

    def coordinates(self, grid: Grid, generator: np.random.Generator) -> tuple[Floats32, Floats32, Floats32]:
        """Where each fine voxel lies in the drawn anatomy (mm)."""
        bases = [spline_basis(axis, self.step_mm) for axis in grid.axes]
        (bx, kx), (by, ky), (bz, kz) = bases
        knots = np.stack(np.meshgrid(kx, ky, kz, indexing="ij")) - np.reshape(self.about, (3, 1, 1, 1))
        drawn = np.tensordot(self.matrix, knots, 1) + np.reshape(self.about, (3, 1, 1, 1))
        drawn += self.bend_mm * np.clip(generator.standard_normal(drawn.shape), -2.0, 2.0)
        x, y, z = (spread(part, bx, by, bz) for part in drawn.astype(np.float32))
        return x, y, z


class Canvas:
    """Labels of tissue over the fine voxels of a grid, painted with ellipsoids of the drawn anatomy."""

    def __init__(self, grid: Grid, warp: Warp, generator: np.random.Generator) -> None:
        self.grid = grid
        self.warp = warp
        self.x, self.y, self.z = warp.coordinates(grid, generator)
        self._back = np.linalg.inv(warp.matrix)
        self.labels = np.zeros(grid.shape, dtype=np.uint8)

    def near(self, centre: Point, semi: Point, tilted: bool = False) -> Box:
        """The box of voxels that an ellipsoid may reach."""
        half = (max(semi),) * 3 if tilted else semi
        x, y, z = (1.12 * reach + REACH_MM for reach in half)
        actual = self._back @ np.subtract(centre, self.warp.about) + self.warp.about
        return self.grid.box((actual[0], actual[1], actual[2]), (x, y, z))

    def square_radius(self, box: Box, centre: Point, semi: Point, tilt_deg: Point = (0.0, 0.0, 0.0)) -> Floats32:
        """The squared distance from ``centre`` within a box, 1 on the ellipsoid; tilted about x, y, z in turn."""
        x, y, z = self.x[box] - np.float32(centre[0]), self.y[box] - np.float32(centre[1]), self.z[box]
        z = z - np.float32(centre[2])
        if any(tilt_deg):
            r = rotation(tilt_deg).T.astype(np.float32)
            x, y, z = (r[i, 0] * x + r[i, 1] * y + r[i, 2] * z for i in range(3))
        for part, half in zip((x, y, z), semi, strict=True):
            part *= np.float32(1 / half)
            part *= part
        x += y
        x += z
        return x

    def ellipsoid(self, tissue: str, centre: Point, semi: Point, tilt_deg: Point = (0.0, 0.0, 0.0)) -> None:
        """Paint an ellipsoid over what is there."""
        box = self.near(centre, semi, any(tilt_deg))
        self.paint(box, self.square_radius(box, centre, semi, tilt_deg) < 1, tissue)

    def shell(self, box: Box, square: Floats32, layers: list[tuple[float, str]]) -> None:
        """Paint nested layers: each (radius, tissue) where the squared radius is below, outermost first."""
        for radius, tissue in layers:
            self.paint(box, square < radius * radius, tissue)

    def paint(self, box: Box, where: Bools, tissue: str) -> None:
        """Paint voxels of a box."""
        there = self.labels[box]
        change = there ^ np.uint8(CODE[tissue])
        change *= where.view(np.uint8)  # several times faster than a masked copy
        there ^= change

    def maps(self) -> Maps:
        """What the labels stand for, with partial volume where they meet."""
        pd, t1, r2 = (soften(np.take(row, self.labels, mode="clip")) for row in TABLE)
        return pd, t1, r2

    def is_any(self, tissues: tuple[str, ...]) -> Bools:
        """Where one of these tissues is."""
        chosen = np.zeros(TABLE.shape[1], dtype=bool)
        chosen[[CODE[name] for name in tissues]] = True
        return chosen[self.labels]


def rotation(degrees: Point | Floats64) -> Floats64:
    """The matrix that turns about x, then y, then z."""
    (cx, cy, cz), (sx, sy, sz) = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    turned: Floats64 = about_z @ about_y @ about_x
    return turned


def soften(values: Floats32) -> Floats32:
    """Partial volume: each voxel mixes with its neighbours, 1-4-1 along each axis; in place."""
    for axis in range(3):
        moved = np.moveaxis(values, axis, 0)
        mixed = moved[:-2] + moved[2:]
        mixed *= np.float32(1 / 6)
        inner = moved[1:-1]
        inner *= np.float32(4 / 6)
        inner += mixed
    return values


def folded(values: NDArray[Any], fold: tuple[int, int, int]) -> NDArray[Any]:
    """The mean of the fine voxels that make one voxel."""
    if fold == (1, 1, 1):
        return values
    shape = [part for count, by in zip(values.shape, fold, strict=True) for part in (count // by, by)]
    mean: NDArray[Any] = values.reshape(shape).mean(axis=(1, 3, 5), dtype=np.float32)
    return mean
