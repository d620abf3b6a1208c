"""An image moved along one of its axes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from robustspec.data.picture import Image
from robustspec.perturbation.base import Params
from robustspec.perturbation.frame import Frame
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.seeds import stream

from .warp import Warp

_NATURAL = Ladder("shift_fraction", (0.02, 0.05, 0.10, 0.15, 0.20))


class Translate(Warp):
    """Moves the image up, down, left or right by a fixed share of its side; the seed says where to.

    Stands for a subject that is not in the middle of the frame, and for a field of view that was planned off centre. It
    moves by whole pixels, at least one, so nothing is resampled; what leaves the frame is lost, and ``border`` says what
    fills the strip that becomes empty. The direction is the same at every level.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | shift_fraction (of the side that it moves along) | 0.02 | 0.05 | 0.10 | 0.15 | 0.20 |
    | shift_fraction (medical) | 0.01 | 0.02 | 0.04 | 0.07 | 0.10 |

    ``profile: small`` has the natural ladder. Magnitude: the share of the side, of
    the whole pixels that it moved.

    >>> import numpy as np
    >>> square = Image(np.array([[10, 20, 30], [40, 50, 60], [70, 80, 90]], dtype=np.uint8))
    >>> Translate(border="black").change(square, 0.34, seed=7).pixels.tolist()
    [[20, 30, 0], [50, 60, 0], [80, 90, 0]]

    Source: one tenth of the side is the range of Engstrom et al. (2019, arXiv:1712.02779: 24 of 224 pixels), where the
    shift is searched for; here it is fixed.
    """

    kind: Literal["translate"] = "translate"
    shift_fraction: float | None = Field(default=None, gt=0, lt=1)
    """Share of the side to move by, instead of a level."""

    needs: ClassVar[tuple[str, ...]] = ("cv2",)
    ladder: ClassVar[Ladder | None] = _NATURAL
    ladders: ClassVar[Mapping[str, Ladder]] = {
        "medical": Ladder("shift_fraction", (0.01, 0.02, 0.04, 0.07, 0.10)),
        "small": _NATURAL,
    }

    def apply(self, passage: Frame, params: Params, level: int | None) -> Frame:
        """The frame with the moved image, and how far it was moved."""
        changed = super().apply(passage, params, level)
        if changed is passage:
            return passage
        assert isinstance(passage.value, Image)  # the scope hands over no other
        _, side, shift, _ = self._move(passage.value, self.amount(level), int(params["seed"]))
        return changed.with_value(changed.value, shift / side)

    def change(self, image: Image, amount: float, seed: int) -> Image:
        """The image moved by ``amount`` of its side."""
        import cv2

        axis, side, shift, forward = self._move(image, amount, seed)
        before, after = (shift, 0) if forward else (0, shift)
        edges = (before, after, 0, 0) if axis == 0 else (0, 0, before, after)
        framed = cv2.copyMakeBorder(image.pixels, *edges, self.border_mode)
        kept = slice(after, after + side)
        return image.with_pixels(framed[kept].copy() if axis == 0 else framed[:, kept].copy())

    def _move(self, image: Image, amount: float, seed: int) -> tuple[int, int, int, int]:
        """The axis, its pixels, by how many of them the image moves, and whether it does forwards."""
        axis, forward = divmod(int(stream(seed, "direction").random() * 4), 2)
        side = image.size[axis]
        return axis, side, min(side, max(1, round(amount * side))), forward
