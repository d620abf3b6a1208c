"""What the operators of the field's standard set share: sizes, scale, and published rows beside a ladder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from robustspec.data.picture import Image
from robustspec.errors import PictureError
from robustspec.perturbation.frame import ImageOperator
from robustspec.perturbation.ladder import Ladder

SMALLEST_SIDE = 8
"""Pixels below which a corruption has nothing to work on."""

STRENGTH = Ladder("strength", (1, 2, 3, 4, 5))
"""The ladder of corruptions whose published levels are rows of several numbers."""

Rows = tuple[tuple[float, ...], ...]
"""Published companions of a ladder: for each rung one row."""


class Corruption(ImageOperator):
    """An operator of the standard set. Subclasses implement `corrupted`; ``rows`` are the companions of their rungs.

    Lengths in pixels are those of an image whose shorter side is 224 pixels (32 with the profile ``small``), and scale
    with it: at 448 pixels a blur of 3 is one of 6.
    """

    rows: ClassVar[Mapping[str, Rows]] = {}
    """By profile, for each rung the numbers that follow from it; the profile ``natural`` stands in for one that is absent."""

    needs: ClassVar[tuple[str, ...]] = ("cv2",)
    extra: ClassVar[str] = "image"

    def change(self, image: Image, amount: float, seed: int) -> Image:
        """The corrupted image; `PictureError` for one with a side under 8 pixels."""
        if min(image.size) < SMALLEST_SIDE:
            height, width = image.size
            raise PictureError(
                f"an image of {height} x {width} pixels is too small for {self.kind} -- "
                f"give one of at least {SMALLEST_SIDE} x {SMALLEST_SIDE}"
            )
        return self.corrupted(image, amount, seed)

    def corrupted(self, image: Image, amount: float, seed: int) -> Image:
        """``image``, of at least 8 x 8 pixels, corrupted by ``amount``; as `change` else."""
        raise NotImplementedError

    def companions(self, amount: float) -> tuple[float, ...]:
        """The numbers that follow from ``amount``: the published ones at a rung, linear in between."""
        ladder = self.ladders.get(self.profile, self.ladder)
        assert ladder is not None  # only kinds with rows ask
        columns = zip(*self.rows.get(self.profile, self.rows["natural"]), strict=True)
        return tuple(float(np.interp(amount, ladder.rungs, column)) for column in columns)

    def scale(self, image: Image) -> float:
        """How many pixels of ``image`` stand for one of the size that the lengths are for."""
        return min(image.size) / (32 if self.profile == "small" else 224)

    def reference_size(self, image: Image) -> tuple[int, int]:
        """The height and width that ``image`` would have at the size that the lengths are for."""
        height, width = image.size
        return round(height / self.scale(image)), round(width / self.scale(image))
