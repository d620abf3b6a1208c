"""Another pose of the head in the scanner."""

from __future__ import annotations

import importlib
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from robustspec.data.picture import Floats32, Volume
from robustspec.perturbation.frame import VolumeOperator
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.seeds import stream

from .resampling import darkest, head_of, without_tissue

_MM_PER_DEGREE = 4 / 3


class Pose(VolumeOperator):
    """Turns the head by a fixed angle about an axis that is drawn, and shifts it by a fixed distance in a drawn direction.

    Stands for patients who lie askew: the scan is acquired in another pose. Shape and affine stay. Anatomy stays what it
    is, so a report's sides, regions and sizes hold; a reader that goes by scanner coordinates instead of by the head
    gets them wrong. The shift ends, per axis, where the head would leave the field of view.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | degrees | 6 | 12 | 18 | 24 | 30 |
    | shift (mm, unless ``shift_mm`` is given: 4/3 per degree) | 8 | 16 | 24 | 32 | 40 |

    Values between voxels are linear, and what comes in from outside has no signal. Where the head fills
    its field of view, the far end of a 30 degree turn can be cut off. Magnitude: degrees.

    >>> from robustspec.data.picture import Volume
    >>> import numpy as np
    >>> head = np.zeros((9, 9, 9)); head[3:6, 3:6, 3:6] = 100
    >>> turned = Pose().change(Volume(head, np.diag([20, 20, 20, 1.0])), 30.0, seed=1)
    >>> bool(turned.voxels[4, 4, 4] < 100), turned.voxels.shape
    (True, (9, 9, 9))

    Source: the affine transform of ROOD-MRI (Boone et al., 2023) at its upper ends; there each of the angles and shifts is
    drawn from zero up to them. The same as ``Affine`` of TorchIO with scale 1.
    """

    kind: Literal["pose"] = "pose"
    degrees: float | None = Field(default=None, gt=0, le=45)
    """Angle of the turn, instead of a level."""
    shift_mm: float | None = Field(default=None, ge=0)
    """Length of the shift; by default 4/3 mm per degree."""

    ladder: ClassVar[Ladder | None] = Ladder("degrees", (6.0, 12.0, 18.0, 24.0, 30.0), "degrees")
    needs: ClassVar[tuple[str, ...]] = ("SimpleITK",)
    extra: ClassVar[str] = "mri"
    moves_places: ClassVar[bool] = True

    def change(self, volume: Volume, amount: float, seed: int) -> Volume:
        """The head in its other pose."""
        turn = rotation(_direction(seed, "axis"), amount)
        length = amount * _MM_PER_DEGREE if self.shift_mm is None else self.shift_mm
        grid = volume.affine[:3, :3]
        turned = np.asarray(np.linalg.solve(grid, turn @ grid), np.float64)
        shift = np.asarray(np.linalg.solve(grid, length * _direction(seed, "shift")), np.float64)
        return without_tissue(volume, _resampled(volume, turned, _within(volume, turned, shift)))

    def magnitude(self, level: int | None) -> float | None:
        """The angle in degrees."""
        return self.amount(level)


def rotation(axis: NDArray[np.float64], degrees: float) -> NDArray[np.float64]:
    """The matrix of a turn by ``degrees`` about the unit vector ``axis`` (Rodrigues' formula)."""
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = np.radians(degrees)
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)


def _direction(seed: int, name: str) -> NDArray[np.float64]:
    """A unit vector, every direction equally likely."""
    vector = stream(seed, name).standard_normal(3)
    return np.asarray(vector / np.linalg.norm(vector))


def _within(volume: Volume, turned: NDArray[np.float64], shift: NDArray[np.float64]) -> NDArray[np.float64]:
    """The shift (in voxels), cut per axis to the room that the turned head has."""
    size = np.array(volume.voxels.shape)
    head = np.argwhere(head_of(volume)[::3, ::3, ::3]) * 3.0
    if not len(head):
        return shift
    places = (head - (size - 1) / 2) @ turned.T
    room = (size - 1) / 2 - np.where(shift > 0, places.max(axis=0), -places.min(axis=0))
    return np.asarray(np.sign(shift) * np.minimum(np.abs(shift), np.maximum(room, 0)))


def _resampled(volume: Volume, turned: NDArray[np.float64], shift: NDArray[np.float64]) -> Floats32:
    """Intensities after the voxel positions x have gone to ``turned`` (x - middle) + middle + ``shift``."""
    sitk: Any = importlib.import_module("SimpleITK")
    image = sitk.GetImageFromArray(volume.floats())  # its axes are z, y, x: all vectors and matrices are reversed
    back = np.linalg.inv(turned)
    move = sitk.AffineTransform(3)
    move.SetMatrix(back[::-1, ::-1].ravel().tolist())
    move.SetCenter(((np.array(volume.voxels.shape) - 1) / 2)[::-1].tolist())
    move.SetTranslation((-back @ shift)[::-1].tolist())
    moved: Floats32 = sitk.GetArrayFromImage(sitk.Resample(image, image, move, sitk.sitkLinear, darkest(volume)))
    return moved
