"""Characters burnt into an image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from robustspec.data.picture import Image
from robustspec.perturbation.frame import ImageOperator
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.seeds import stream

_COUNTS = Ladder("characters", (2, 4, 8, 16, 32))
_ALPHABET = "ABCDEFGHKMNPQSTUVWXYZ23456789"
_EDGE = 0.15


class OverlayText(ImageOperator):
    """Writes single letters and figures over the image, at places drawn from the seed.

    Stands for burnt-in annotations, watermarks, time stamps and marks of a scanner. The font is OpenCV's plain
    one, whose pixels differ a little between versions 4 and 5. The letters L and R are left out, so that no wrong side
    marker appears, and so are I, J, O, 0 and 1. A higher level writes more characters besides those of the lower one.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | characters (written) | 2 | 4 | 8 | 16 | 32 |

    All profiles have this ladder. Magnitude: the number of characters.

    >>> import numpy as np
    >>> black = Image(np.zeros((64, 64), dtype=np.uint8))
    >>> [int((OverlayText().change(black, n, seed=7).pixels > 0).sum()) for n in (2, 8, 32)]
    [73, 270, 918]

    Source: characters overlay of MedMNIST-C (Di Salvo et al., 2024, arXiv:2406.17536), with counts of our own.
    """

    kind: Literal["overlay_text"] = "overlay_text"
    characters: int | None = Field(default=None, ge=1, le=500)
    """How many characters to write, instead of a level."""
    place: Literal["anywhere", "edges"] = "anywhere"
    """Where they stand: anywhere, or in the outer 15 % of the image only."""
    colour: Literal["white", "black"] = "white"
    """What they are written in."""
    height_fraction: float = Field(default=0.08, gt=0, le=0.5)
    """Height of a character as a share of the shorter side; at least 7 pixels."""

    needs: ClassVar[tuple[str, ...]] = ("cv2",)
    extra: ClassVar[str] = "image"
    ladder: ClassVar[Ladder | None] = _COUNTS
    ladders: ClassVar[Mapping[str, Ladder]] = {"medical": _COUNTS, "small": _COUNTS}

    def magnitude(self, level: int | None) -> float | None:
        """The number of characters."""
        return self.amount(level)

    def change(self, image: Image, amount: float, seed: int) -> Image:
        """The image with ``amount`` characters on it."""
        ink = self._ink(image.size, int(amount), seed)
        written = ink > 0
        pixels = image.pixels.copy()
        share = ink[written].astype(np.float32) / np.float32(255)
        share = share if image.is_grey else share[:, np.newaxis]
        tone = image.white if self.colour == "white" else 0.0
        blend = pixels[written] * (1 - share) + np.float32(tone) * share
        pixels[written] = blend if image.white == 1.0 else np.rint(blend)
        return image.with_pixels(pixels)

    def _ink(self, size: tuple[int, int], count: int, seed: int) -> NDArray[Any]:
        """How much of each pixel is covered by the first ``count`` characters, of 255."""
        import cv2

        font, ink = cv2.FONT_HERSHEY_SIMPLEX, np.zeros(size, dtype=np.uint8)
        height = max(7.0, self.height_fraction * min(size))
        scale, thickness = height / 21, max(1, round(height / 12))
        for letter, *draws in stream(seed, "characters").random((count, 4)).tolist():
            text = _ALPHABET[int(letter * len(_ALPHABET))]
            y, x = self._place(*draws)
            (wide, high), _ = cv2.getTextSize(text, font, scale, thickness)
            corner = round(x * (size[1] - wide)), round(high + y * (size[0] - high))
            cv2.putText(ink, text, corner, font, scale, 255, thickness, cv2.LINE_AA)
        return ink

    def _place(self, along: float, across: float, side: float) -> tuple[float, float]:
        """How far down and how far to the right a character stands, from 0 to 1: it is never cut."""
        if self.place == "anywhere":
            return across, along
        depth = across * _EDGE
        upright, far = divmod(int(side * 4), 2)
        near = 1 - depth if far else depth
        return (along, near) if upright else (near, along)
