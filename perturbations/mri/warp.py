"""A smooth deformation of the anatomy."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from robustspec.data.picture import Floats32, Volume
from robustspec.perturbation.base import Params
from robustspec.perturbation.frame import Frame, VolumeOperator
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.seeds import stream

from .resampling import without_tissue

POINTS = 7
"""Control points along each axis: five in the volume, at its ends and between, and one outside at either side."""
_CELLS = POINTS - 3
_SAFE = 0.4
"""No cubic B-spline folds while its points move by less than this share of their distance (Choi and Lee, 2000: 0.403)."""

_RIM = 0.125
"""SimpleITK, and with it TorchIO, makes the grid this many voxels larger than the volume at each end."""


class Warp(VolumeOperator):
    """Deforms the volume smoothly: points of a coarse grid move, and everything between follows a cubic B-spline.

    Stands for anatomy that differs and for residual distortion by the gradients. Shape and affine stay; the borders
    hardly move. Nothing folds or tears, so sides, regions and the number of findings stay, and sizes change by up to a fifth.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | displacement_mm (of the grid point that moves farthest) | 3 | 6 | 9 | 12 | 15 |

    Of the 7 x 7 x 7 points the 27 inside the volume move. The spline smooths: voxels move by about half of what points do.
    A grid folds when its points move by more than 0.4 of their distance, which is a quarter of the volume's side;
    where a level asks for more, the deformation is made of small steps, one after the other. Magnitude: the largest
    displacement of a voxel in mm.

    >>> from robustspec.data.picture import Volume
    >>> import numpy as np
    >>> ramp = np.broadcast_to(np.arange(9.0), (9, 9, 9))
    >>> warped = Warp().change(Volume(ramp, np.diag([20, 20, 20, 1.0])), 15.0, seed=1).voxels
    >>> bool((np.diff(warped, axis=2) > 0).all()), bool((warped == ramp).all())
    (True, False)

    Source: elastic deformation of ROOD-MRI (Boone et al., 2023), 6 to 30 mm, of which the upper half can fold; the field of
    ``ElasticDeformation`` of TorchIO with all borders locked and the largest point scaled to the amount.
    """

    kind: Literal["warp"] = "warp"
    displacement_mm: float | None = Field(default=None, gt=0)
    """Displacement of the grid point that moves farthest, instead of a level."""

    ladder: ClassVar[Ladder | None] = Ladder("displacement_mm", (3.0, 6.0, 9.0, 12.0, 15.0), "mm")
    needs: ClassVar[tuple[str, ...]] = ("scipy",)
    extra: ClassVar[str] = "mri"
    moves_places: ClassVar[bool] = True

    def apply(self, passage: Frame, params: Params, level: int | None) -> Frame:
        """The frame with the deformed volume; the magnitude is the largest displacement of a voxel in mm."""
        if level == 0:
            return passage
        assert isinstance(passage.value, Volume)  # the scope hands over no other
        return passage.with_value(*_warped(passage.value, self.amount(level), int(params["seed"])))

    def change(self, volume: Volume, amount: float, seed: int) -> Volume:
        """The deformed volume."""
        return _warped(volume, amount, seed)[0]


def _warped(volume: Volume, amount: float, seed: int) -> tuple[Volume, float]:
    """The deformed volume, and how far the voxel that moves farthest is moved, in mm."""
    from scipy.ndimage import map_coordinates

    step_mm = np.array(volume.spacing_mm, np.float32)
    cell_mm = step_mm * volume.voxels.shape / _CELLS
    points = _points(seed) * np.float32(amount)
    moves = _composed(
        _field(points, volume.voxels.shape) / step_mm[:, None, None, None], amount / (_SAFE * cell_mm.min())
    )
    farthest = float(np.sqrt(np.einsum("cxyz,c->xyz", moves**2, step_mm**2).max()))
    places = np.add(moves, np.indices(volume.voxels.shape, dtype=np.float32), out=moves)
    moved = map_coordinates(volume.floats(), places, order=1, mode="nearest")
    return without_tissue(volume, moved), farthest


def _points(seed: int) -> Floats32:
    """Displacements of the 3 x 3 x 3 points that move, as shares of the largest; components along the voxel axes."""
    moves = stream(seed, "points").uniform(-1, 1, (3, POINTS - 4, POINTS - 4, POINTS - 4))
    return np.asarray(moves / np.sqrt((moves**2).sum(axis=0)).max(), np.float32)


def _field(points: Floats32, shape: tuple[int, ...]) -> Floats32:
    """The displacement of every voxel: the cubic B-spline that ``points`` (3 x 3 x 3 x 3, of the inner points) span."""
    field = points
    for size in shape:  # each pass takes the first axis of points and puts its voxels last
        field = np.asarray(np.einsum("cijk,xi->cjkx", field, _basis(size)), np.float32)
    return field


def _basis(size: int) -> Floats32:
    """What each inner point weighs at each of ``size`` voxels: the cubic B-spline of their distance in cells."""
    places = (np.arange(size) + 0.5 + _RIM) / (size + 2 * _RIM) * _CELLS
    far = np.abs(places[:, None] - np.arange(1, _CELLS))
    near = 2 / 3 - far**2 + far**3 / 2
    return np.asarray(np.where(far < 1, near, np.clip(2 - far, 0, None) ** 3 / 6), np.float32)


def _composed(field: Floats32, share: float) -> Floats32:
    """The displacement after all of ``field``, in as many equal steps one after the other as keep each from folding."""
    from scipy.ndimage import map_coordinates

    count = int(np.ceil(share))
    if count <= 1:
        return field
    step, grid = field / np.float32(count), np.indices(field.shape[1:], dtype=np.float32)
    moves = step.copy()
    for _ in range(count - 1):
        places = grid + moves
        moves += np.stack([map_coordinates(part, places, order=1, mode="nearest") for part in step])
    return moves
