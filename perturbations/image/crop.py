"""An image of which a part is cut out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from robustspec.data.picture import Image
from robustspec.perturbation.base import Params
from robustspec.perturbation.frame import Frame, ImageOperator
from robustspec.perturbation.ladder import Ladder

from .window import nested_box

_NATURAL = Ladder("removed_fraction", (0.10, 0.20, 0.30, 0.45, 0.60))


class Crop(ImageOperator):
    """Cuts out a window of the image's own proportions and, with ``resize: true``, brings it back to the image's size.

    Stands for a picture that somebody cut, for a screenshot of a viewer, and for a field of view that was planned too
    small. The window's place is drawn once; the window of a higher level lies inside that of a lower one.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | removed_fraction (of the image's area) | 0.10 | 0.20 | 0.30 | 0.45 | 0.60 |
    | removed_fraction (medical) | 0.05 | 0.10 | 0.15 | 0.20 | 0.30 |

    ``profile: small`` has the natural ladder. Magnitude: the share of the area that is removed, in whole pixels. What
    the answer is about may lie outside of the window: use it where the subject fills the image, or write
    ``relation: monotone``.

    >>> import numpy as np
    >>> ramp = Image(np.arange(16, dtype=np.uint8).reshape(4, 4))
    >>> Crop(resize=False).change(ramp, 0.75, seed=7).pixels.tolist()
    [[5, 6], [9, 10]]

    Source: the centre crop of ImageNet models (224 of 256 pixels, He et al., 2016, arXiv:1512.03385) removes 0.23 of the
    area; training crops (Szegedy et al., 2015, arXiv:1409.4842) remove up to 0.92. The ladder covers the usual half.
    """

    kind: Literal["crop"] = "crop"
    removed_fraction: float | None = Field(default=None, gt=0, lt=1)
    """Share of the area to remove, instead of a level."""
    resize: bool = True
    """Whether the window is brought back to the image's size, bilinear; else the image becomes smaller."""

    needs: ClassVar[tuple[str, ...]] = ("cv2",)
    extra: ClassVar[str] = "image"
    moves_places: ClassVar[bool] = True
    ladder: ClassVar[Ladder | None] = _NATURAL
    ladders: ClassVar[Mapping[str, Ladder]] = {
        "medical": Ladder("removed_fraction", (0.05, 0.10, 0.15, 0.20, 0.30)),
        "small": _NATURAL,
    }

    @property
    def keeps_shape(self) -> bool:
        """Whether the window is brought back to the image's size."""
        return self.resize

    def apply(self, passage: Frame, params: Params, level: int | None) -> Frame:
        """The frame with the window, and the share of the area that it leaves out."""
        changed = super().apply(passage, params, level)
        if changed is passage:
            return passage
        assert isinstance(passage.value, Image)  # the scope hands over no other
        pixels = passage.value.pixels
        left = pixels[nested_box(passage.value.size, 1 - self.amount(level), int(params["seed"]))]
        return changed.with_value(changed.value, 1 - left.size / pixels.size)

    def change(self, image: Image, amount: float, seed: int) -> Image:
        """The window that is left when ``amount`` of the area is removed."""
        import cv2

        window = image.pixels[nested_box(image.size, 1 - amount, seed)]
        if not self.resize:
            return image.with_pixels(window.copy())
        height, width = image.size
        return image.with_pixels(cv2.resize(window, (width, height), interpolation=cv2.INTER_LINEAR))
