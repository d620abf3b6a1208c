"""The same scan stored in another order of its axes."""

from __future__ import annotations

from itertools import permutations, product
from typing import ClassVar, Literal

from pydantic import field_validator

from robustspec.data.picture import Volume
from robustspec.perturbation.frame import VolumeOperator

from .resampling import axes_of, relaid

CODES = tuple("".join(letters) for order in permutations(("RL", "AP", "SI")) for letters in product(*order))
"""The 48 orders of axes: where each voxel axis points."""


class Reorientation(VolumeOperator):
    """Stores the voxels in another order of axes; the affine follows, so that every point of the body stays where it is.

    Stands for scanners and converters that write radiological or neurological, axial or sagittal order. Nothing about the
    anatomy changes and neither does the answer; a model that reads the array without its orientation tag takes left for
    right. Shape and spacing change places with the axes. Back again gives the same voxels.

    There is no ladder. A volume that is stored in that order already counts as unchanged. Magnitude: 1.

    >>> from robustspec.data.picture import Volume
    >>> import numpy as np
    >>> stored = Reorientation(to="LAS").change(Volume(np.arange(3.0).reshape(3, 1, 1), np.eye(4)), 1.0, seed=0)
    >>> stored.voxels.ravel().tolist(), stored.orientation, stored.affine[0].tolist()
    ([2.0, 1.0, 0.0], 'LAS', [-1.0, 0.0, 0.0, 2.0])

    Source: the 48 orders of NIfTI and DICOM files; ``ToOrientation`` of TorchIO.
    """

    kind: Literal["reorientation"] = "reorientation"
    to: str = "LPS"
    """Where the voxel axes point in the end, one letter of each pair R/L, A/P, S/I: LPS is the order of DICOM."""

    moves_places: ClassVar[bool] = True

    @field_validator("to")
    @classmethod
    def _known(cls, to: str) -> str:
        if to not in CODES:
            raise ValueError(
                f"'{to}' is no order of axes -- write one letter of each pair R/L, A/P, S/I, such as LPS or PIR"
            )
        return to

    @property
    def keeps_shape(self) -> bool:
        """False: the sizes change places with the axes."""
        return False

    def change(self, volume: Volume, amount: float, seed: int) -> Volume:
        """The volume in the other order."""
        axes, reversed_ = axes_of(volume.affine)
        rows = [next(row for row, pair in enumerate(("RL", "AP", "SI")) if letter in pair) for letter in self.to]
        order = [axes[row] for row in rows]
        flipped = [reversed_[row] != (letter in "LPI") for row, letter in zip(rows, self.to, strict=True)]
        return volume if order == [0, 1, 2] and not any(flipped) else relaid(volume, order, flipped)

    def magnitude(self, level: int | None) -> float | None:
        """1: the difference of arrays in another order says nothing."""
        return 1.0
