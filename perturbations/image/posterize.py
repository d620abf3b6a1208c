"""An image in few tones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from robustspec.data.picture import Image
from robustspec.perturbation.frame import ImageOperator
from robustspec.perturbation.ladder import Ladder

_BITS = Ladder("bits", (6, 5, 4, 3, 2))


class Posterize(ImageOperator):
    """Keeps only the highest bits of each value: 2 bits leave four tones for each channel.

    Stands for cheap displays, palettes, and files that were saved with too few tones: smooth areas fall into bands.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | bits (kept, for each channel) | 6 | 5 | 4 | 3 | 2 |

    All profiles have this ladder. uint16 values keep the highest bits of 16, floats are cut as bytes are. Nothing is drawn
    at random. Lower bits fall away, so the image becomes darker, by up to 1/8 of white at 2 bits on average. Magnitude:
    root mean square of the change as a share of white.

    >>> import numpy as np
    >>> Posterize().change(Image(np.array([[37, 100, 255]], dtype=np.uint8)), 2, seed=7).pixels.tolist()
    [[0, 64, 192]]

    Source: the operation of Pillow's ImageOps.posterize and albumentations' Posterize; AutoAugment (Cubuk et al., 2019,
    arXiv:1805.09501) trains with 8 to 4 bits.
    """

    kind: Literal["posterize"] = "posterize"
    bits: int | None = Field(default=None, ge=1, le=7)
    """Bits to keep of each value, instead of a level."""

    ladder: ClassVar[Ladder | None] = _BITS
    ladders: ClassVar[Mapping[str, Ladder]] = {"medical": _BITS, "small": _BITS}

    def change(self, image: Image, amount: float, seed: int) -> Image:
        """The image with ``amount`` bits for each value."""
        bits, kind = int(amount), image.pixels.dtype
        if kind.kind == "f":
            bytes_ = np.rint(image.pixels * np.float32(255)).astype(np.uint8) & _highest(bits, 8)
            return image.with_pixels(bytes_.astype(np.float32) / np.float32(255))
        return image.with_pixels(image.pixels & kind.type(_highest(bits, kind.itemsize * 8)))


def _highest(bits: int, of: int) -> int:
    """A number of ``of`` bits of which the highest ``bits`` are set."""
    return ((1 << bits) - 1) << (of - bits)
