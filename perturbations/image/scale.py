"""An image magnified or made smaller within its frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from robustspec.data.picture import Image
from robustspec.perturbation.ladder import Ladder

from .warp import Warp

_NATURAL = Ladder("factor", (1.05, 1.10, 1.20, 1.35, 1.50))


class Scale(Warp):
    """Magnifies what is shown about the middle of the frame (``zoom: in``) or makes it smaller (``zoom: out``).

    Stands for a camera that is nearer or farther than in training, and for another field of view. The size of the image
    stays: zoomed in, its rim is lost; zoomed out, ``border`` says what fills the new rim. Nothing is drawn at random.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | factor (by which lengths grow or, zoomed out, shrink) | 1.05 | 1.10 | 1.20 | 1.35 | 1.50 |
    | factor (medical) | 1.02 | 1.05 | 1.10 | 1.15 | 1.20 |

    ``profile: small`` has the natural ladder. Magnitude: the factor less 1. Sizes in pixels or mm that an answer states
    are no longer true.

    >>> import numpy as np
    >>> square = Image(np.array([[0, 0, 0], [0, 80, 0], [0, 0, 0]], dtype=np.uint8))
    >>> Scale().change(square, 2, seed=7).pixels.tolist()
    [[20, 40, 20], [40, 80, 40], [20, 40, 20]]

    Source: random affine transforms of training reach 1.1 (TorchIO 1.x RandomAffine); twice that is the medical
    ladder's end, and 1.5 is our choice for photographs. The engine is albumentations 2.0.8.
    """

    kind: Literal["scale"] = "scale"
    factor: float | None = Field(default=None, gt=1, le=4)
    """Factor of lengths, instead of a level."""
    zoom: Literal["in", "out"] = "in"
    """Whether what is shown becomes larger or smaller."""

    ladder: ClassVar[Ladder | None] = _NATURAL
    ladders: ClassVar[Mapping[str, Ladder]] = {
        "medical": Ladder("factor", (1.02, 1.05, 1.10, 1.15, 1.20)),
        "small": _NATURAL,
    }

    def magnitude(self, level: int | None) -> float | None:
        """How much more than 1 the factor is."""
        return self.amount(level) - 1

    def change(self, image: Image, amount: float, seed: int) -> Image:
        """The image magnified ``amount`` times, or made as many times smaller."""
        return self.affine(image, factor=amount if self.zoom == "in" else 1 / amount)
