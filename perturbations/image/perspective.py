"""An image seen from the side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from robustspec.data.picture import Image
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.seeds import stream

from .warp import Warp

_NATURAL = Ladder("corner_fraction", (0.03, 0.06, 0.10, 0.15, 0.20))


class Perspective(Warp):
    """Moves each corner of the image by a fixed share of its sides, in a direction of its own, and the rest with them.

    Stands for a screen, a page or a film that is photographed at an angle. The four directions are drawn once, so that the
    corners go on along their lines from level to level; ``border`` says what fills what becomes empty.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | corner_fraction (of the sides) | 0.03 | 0.06 | 0.10 | 0.15 | 0.20 |
    | corner_fraction (medical) | 0.02 | 0.04 | 0.06 | 0.08 | 0.10 |

    ``profile: small`` has the natural ladder. Magnitude: the share of the sides.

    >>> import numpy as np
    >>> square = Image(np.zeros((8, 8), dtype=np.uint8))
    >>> square.pixels[0, 0] = 200
    >>> moved = Perspective(border="black").change(square, 0.2, seed=3)
    >>> [int(at) for at in np.unravel_index(moved.pixels.argmax(), (8, 8))]
    [1, 0]

    Source: training with albumentations draws corners 0.05 to 0.10 inwards (its Perspective); the ladder goes from below
    that to twice as far, in any direction. The engine is albumentations 2.0.8.
    """

    kind: Literal["perspective"] = "perspective"
    corner_fraction: float | None = Field(default=None, gt=0, le=0.3)
    """Share of the sides by which each corner moves, instead of a level."""

    ladder: ClassVar[Ladder | None] = _NATURAL
    ladders: ClassVar[Mapping[str, Ladder]] = {
        "medical": Ladder("corner_fraction", (0.02, 0.04, 0.06, 0.08, 0.10)),
        "small": _NATURAL,
    }

    def change(self, image: Image, amount: float, seed: int) -> Image:
        """The image with its corners moved by ``amount`` of its sides."""
        import cv2

        height, width = image.size
        corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
        angle = stream(seed, "directions").random(4) * (2 * np.pi)
        moved = corners + amount * np.column_stack([np.cos(angle), np.sin(angle)])
        sides = np.array([max(width - 1, 1), max(height - 1, 1)])
        matrix = cv2.getPerspectiveTransform((corners * sides).astype(np.float32), (moved * sides).astype(np.float32))
        return self.projective(image, np.asarray(matrix))
