"""What operators share that move an image within its frame: what fills the place that becomes empty."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from robustspec.data.picture import Image
from robustspec.perturbation.frame import ImageOperator

from .albumentations_engine import geometric

Matrix = NDArray[np.float64]
"""A 3 x 3 matrix that takes the place of a pixel (x, y, 1) to its new place."""


class Warp(ImageOperator):
    """An operator that moves an image: bilinear, of the same size, its magnitude the amount of its level."""

    border: Literal["reflect", "black"] | None = None
    """What fills the place that becomes empty: the image mirrored at its edge, or black.

    Default: black under ``profile: medical``, else reflect.
    """

    needs: ClassVar[tuple[str, ...]] = ("cv2", "albumentations")
    extra: ClassVar[str] = "image"
    moves_places: ClassVar[bool] = True

    def magnitude(self, level: int | None) -> float | None:
        """The amount itself."""
        return self.amount(level)

    @property
    def border_mode(self) -> int:
        """What fills the place that becomes empty, as OpenCV has it."""
        import cv2

        border = self.border or ("black" if self.profile == "medical" else "reflect")
        return int(cv2.BORDER_CONSTANT if border == "black" else cv2.BORDER_REFLECT_101)

    def affine(self, image: Image, *, degrees: float = 0.0, factor: float = 1.0) -> Image:
        """``image`` turned anticlockwise by ``degrees`` and magnified by ``factor`` about its middle."""
        engine = geometric()
        matrix = engine.create_affine_transformation_matrix(
            {"x": 0, "y": 0}, {"x": 0, "y": 0}, {"x": factor, "y": factor}, degrees, engine.center(image.size)
        )
        return image.with_pixels(engine.warp_affine(image.pixels, matrix, _LINEAR, 0, self.border_mode, image.size))

    def projective(self, image: Image, matrix: Matrix) -> Image:
        """``image`` with its pixels moved by ``matrix``."""
        height, width = image.size
        return image.with_pixels(
            geometric().perspective(image.pixels, matrix, width, height, 0, self.border_mode, True, _LINEAR)
        )


_LINEAR = 1
"""OpenCV's INTER_LINEAR."""
