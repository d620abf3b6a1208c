"""An image turned about its middle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from robustspec.data.picture import Image
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.seeds import stream

from .warp import Warp

_NATURAL = Ladder("degrees", (5, 10, 15, 20, 30))


class Rotate(Warp):
    """Turns the image about its middle by a fixed angle, to the left or to the right as the seed has it.

    Stands for a camera or a patient that is not held straight, and for a page that was scanned askew. The size stays;
    corners leave the frame, and ``border`` says what fills the others. The side turned to is the same at every level.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | degrees | 5 | 10 | 15 | 20 | 30 |
    | degrees (medical) | 2 | 4 | 6 | 10 | 15 |

    ``profile: small`` has the natural ladder. Magnitude: the angle in degrees. Where the answer depends on a direction
    (which way an arrow points), set ``relation: changes``.

    >>> import numpy as np
    >>> square = Image(np.array([[10, 20, 30], [40, 50, 60], [70, 80, 90]], dtype=np.uint8))
    >>> Rotate().change(square, 90, seed=7).pixels.tolist()
    [[30, 60, 90], [20, 50, 80], [10, 40, 70]]

    Source: 30 degrees is the range of Engstrom et al. (2019, arXiv:1712.02779), who also show that small turns suffice to
    mislead models; there the angle is searched for, here it is fixed. The engine is albumentations 2.0.8.
    """

    kind: Literal["rotate"] = "rotate"
    degrees: float | None = Field(default=None, gt=0, le=180)
    """Angle to turn by, instead of a level."""

    ladder: ClassVar[Ladder | None] = _NATURAL
    ladders: ClassVar[Mapping[str, Ladder]] = {"medical": Ladder("degrees", (2, 4, 6, 10, 15)), "small": _NATURAL}

    def change(self, image: Image, amount: float, seed: int) -> Image:
        """The image turned by ``amount`` degrees."""
        return self.affine(image, degrees=amount if stream(seed, "side").random() < 0.5 else -amount)
