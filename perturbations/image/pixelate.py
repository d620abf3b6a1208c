"""Coarse pixels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from robustspec.data.picture import Image
from robustspec.perturbation.ladder import Ladder

from .corruption import Corruption


class Pixelate(Corruption):
    """Shrinks the image and enlarges it again without smoothing.

    Stands for thumbnails, screenshots of previews, and low-resolution exports that were enlarged.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | resize_factor (of each side), natural | 0.6 | 0.5 | 0.4 | 0.3 | 0.25 |
    | medical (CT of organs) | 0.7 | 0.6 | 0.5 | 0.4 | 0.35 |
    | small (32 px) | 0.95 | 0.9 | 0.85 | 0.75 | 0.65 |

    Shrinking averages the pixels whose middles fall into the new one (Pillow's box filter); enlarging repeats it.
    Nothing is drawn at random. How far values change depends on how the grid falls on edges, and is not monotone for
    every image. Magnitude: the share of each side that is lost, 1 - resize_factor.

    >>> import numpy as np
    >>> ramp = Image(np.tile(np.uint8([0, 80, 160, 240]), (8, 2)))
    >>> Pixelate().change(ramp, 0.5, seed=7).pixels[0].tolist()
    [40, 40, 200, 200, 40, 40, 200, 200]

    Source: ImageNet-C and CIFAR-10-C (Hendrycks and Dietterich, 2019, arXiv:1903.12261); MedMNIST-C (Di Salvo et al.,
    2024, arXiv:2406.17536).
    """

    kind: Literal["pixelate"] = "pixelate"
    resize_factor: float | None = Field(default=None, gt=0, lt=1)
    """Share of each side that is left, instead of a level: smaller is coarser."""

    ladder: ClassVar[Ladder | None] = Ladder("resize_factor", (0.6, 0.5, 0.4, 0.3, 0.25))
    ladders: ClassVar[Mapping[str, Ladder]] = {
        "medical": Ladder("resize_factor", (0.7, 0.6, 0.5, 0.4, 0.35)),
        "small": Ladder("resize_factor", (0.95, 0.9, 0.85, 0.75, 0.65)),
    }
    needs: ClassVar[tuple[str, ...]] = ("PIL", "cv2")

    def magnitude(self, level: int | None) -> float | None:
        """The share of each side that is lost."""
        return 1 - self.amount(level)

    def corrupted(self, image: Image, amount: float, seed: int) -> Image:
        """The image shrunk by ``amount`` and enlarged."""
        height, width = image.size
        small = max(int(height * amount), 1), max(int(width * amount), 1)
        if image.white == 255:
            return image.with_pixels(_enlarged(_shrunk(image.pixels, small), image.size))
        planes = np.atleast_3d(image.unit())
        shrunk = np.stack([_shrunk(planes[..., place], small) for place in range(planes.shape[2])], axis=-1)
        return image.with_unit(_enlarged(shrunk, image.size).reshape(image.pixels.shape))


def _shrunk(pixels: NDArray[Any], size: tuple[int, int]) -> NDArray[Any]:
    from PIL import Image as Pillow

    return np.asarray(Pillow.fromarray(pixels).resize(size[::-1], Pillow.Resampling.BOX))


def _enlarged(pixels: NDArray[Any], size: tuple[int, int]) -> NDArray[Any]:
    """``pixels`` repeated to ``size``: each new one is the old one that its middle falls into."""
    import cv2

    nearest = cv2.INTER_NEAREST_EXACT
    wide = cv2.resize(pixels, (size[1], pixels.shape[0]), interpolation=nearest)
    rows = cv2.resize(np.arange(pixels.shape[0], dtype=np.float32)[:, None], (1, size[0]), interpolation=nearest)
    repeated: NDArray[Any] = wide.take(rows.reshape(-1).astype(np.intp), axis=0)
    return repeated
