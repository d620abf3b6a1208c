"""An image without its colours."""

from __future__ import annotations

from typing import ClassVar, Literal

from robustspec.data.picture import Image
from robustspec.perturbation.frame import ImageOperator


class Greyscale(ImageOperator):
    """Takes the colours out: each pixel becomes the grey of its luma, 0.299 R + 0.587 G + 0.114 B.

    Stands for a copier, a fax, a monochrome camera, and asks whether a model knows a thing by its shape or by its colour.
    It has no levels. The image keeps its three channels; a grey image is returned unchanged, and so is not counted as
    evidence. Magnitude: root mean square of the change as a share of white.

    >>> import numpy as np
    >>> red = Image(np.array([[[255, 0, 0]]], dtype=np.uint8))
    >>> Greyscale().change(red, 1, seed=7).pixels.tolist()
    [[[76, 76, 76]]]

    Source: the weights of ITU-R BT.601, as of OpenCV and of albumentations' ToGray; Geirhos et al. (2018,
    arXiv:1808.08750) test networks on greyscale images.
    """

    kind: Literal["greyscale"] = "greyscale"

    needs: ClassVar[tuple[str, ...]] = ("cv2",)
    extra: ClassVar[str] = "image"

    def change(self, image: Image, amount: float, seed: int) -> Image:
        """The image in grey."""
        import cv2

        if image.is_grey:
            return image
        return image.with_pixels(cv2.cvtColor(cv2.cvtColor(image.pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB))
