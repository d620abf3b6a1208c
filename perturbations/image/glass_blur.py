"""A view through rippled glass."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, sqrt
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from robustspec.data.picture import Image
from robustspec.perturbation.ladder import Ladder

from .corruption import STRENGTH, Corruption, Rows
from .fields import words
from .filters import blurred


class GlassBlur(Corruption):
    """Blurs the image, lets every pixel take the value of one nearby, some times over, and blurs it again.

    Stands for frosted or rippled glass in front of the camera, and for heat haze.

    | strength, level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | sigma_px, reach_px, rounds, natural | 0.7, 1, 2 | 0.9, 2, 1 | 1, 2, 3 | 1.1, 3, 2 | 1.5, 4, 2 |
    | small (32 px) | 0.05, 1, 1 | 0.25, 1, 1 | 0.4, 1, 1 | 0.25, 1, 2 | 0.4, 1, 2 |

    A round goes over the pixels from the bottom right to the top left; each takes the value that now stands up to
    ``reach`` pixels above or below and left or right of it, so that a value may travel on within a round. (The
    published code means to swap the two; on colour images its assignment copies, which is what the published images
    show and what is done here.) Between rungs sigma and reach are interpolated and rounds are rounded; lengths are for
    a shorter side of 224 pixels (small: 32) and scale with it. One field of choices is drawn for each round of an
    image, the same at all levels. Beyond the edge stands the nearest pixel. There is no medical ladder: MedMNIST-C has
    none. **Not monotone in every measure as published**: level 2 shuffles once where level 1 does twice, level 4 twice
    where level 3 does three times, and the change of most images falls there. Magnitude: how far values are spread
    along an axis, in pixels at that size: the root of 2 sigma^2 + rounds (4 reach^2 - 1) / 12 + rounds^2 / 4, which is
    1.6 1.8 2.8 3.0 4.0.

    >>> import numpy as np
    >>> edge = Image(np.repeat(np.uint8([[0] * 112 + [255] * 112]), 224, axis=0))
    >>> rough = GlassBlur().change(edge, 5, seed=7).pixels
    >>> bool(rough[:, 112].std() > 5), int(rough[:, :90].max())
    (True, 0)

    Source: ImageNet-C and CIFAR-10-C (Hendrycks and Dietterich, 2019, arXiv:1903.12261). albumentations' GlassBlur
    moves pixels at once rather than one after another.
    """

    kind: Literal["glass_blur"] = "glass_blur"
    strength: float | None = Field(default=None, ge=1, le=5)
    """Row of the table above, fractions between two, instead of a level."""

    uneven: ClassVar[str] = (
        "level 2 shuffles once where level 1 does twice, and level 4 twice where level 3 does three times"
    )
    ladder: ClassVar[Ladder | None] = STRENGTH
    ladders: ClassVar[Mapping[str, Ladder]] = {"small": STRENGTH}
    rows: ClassVar[Mapping[str, Rows]] = {
        "natural": ((0.7, 1, 2), (0.9, 2, 1), (1, 2, 3), (1.1, 3, 2), (1.5, 4, 2)),
        "small": ((0.05, 1, 1), (0.25, 1, 1), (0.4, 1, 1), (0.25, 1, 2), (0.4, 1, 2)),
    }

    def magnitude(self, level: int | None) -> float | None:
        """Root mean square distance in pixels over which the two blurs and the rounds move a value along an axis."""
        sigma, reach, rounds = self.companions(self.amount(level))
        return sqrt(2 * sigma**2 + rounds * (4 * reach**2 - 1) / 12 + rounds**2 / 4)

    def corrupted(self, image: Image, amount: float, seed: int) -> Image:
        """The image blurred, shuffled and blurred."""
        sigma, reach, rounds = self.companions(amount)
        scale, (height, width) = self.scale(image), image.size
        values = blurred(image.unit(), sigma, scale)
        source = np.arange(height * width, dtype=np.int32)
        for number in range(round(rounds)):
            source = np.take(source, taken(seed, number, image.size, reach * scale))
        shuffled = np.take(values.reshape(height * width, -1), source, axis=0).reshape(values.shape)
        return image.with_unit(blurred(shuffled, sigma, scale))


def taken(seed: int, number: int, size: tuple[int, int], reach: float) -> NDArray[np.int32]:
    """Where each pixel's value stood before round ``number``: flat indices, for an image of ``size``.

    A pixel takes the value of its neighbour. Where the neighbour comes earlier in the round it has itself taken another's
    by then: such chains are followed in steps that double, all pixels at once.
    """
    (height, width), margin = size, ceil(reach)
    rows, columns = slice(margin + 1, height - margin + 1), slice(margin + 1, width - margin + 1)
    choice = words(seed, f"round {number}", (2, height, width))[:, rows, columns]
    place = np.arange(height * width, dtype=np.int32).reshape(size)
    visited = np.zeros(size, dtype=np.bool_)
    visited[rows, columns] = True
    near = place.copy()
    near[rows, columns] += _steps(choice[0], reach) * np.int32(width) + _steps(choice[1], reach)
    earlier = (near > place) & np.take(visited, near)
    last: NDArray[np.int32] = np.where(earlier, near, place).reshape(-1)
    while True:
        further = np.take(last, last)
        if np.array_equal(further, last):
            return near.reshape(-1)[last]
        last = further


def _steps(choice: NDArray[np.uint16], reach: float) -> NDArray[np.int32]:
    """Whole pixels from ``-reach`` to under ``reach``, equally likely; of a reach under 1, -1 as often as fits, else 0."""
    share = choice.astype(np.float32)
    share *= np.float32(2 * reach / 65536)
    if reach < 1:
        back: NDArray[np.bool_] = share < reach * reach
        return -back.astype(np.int32)
    steps: NDArray[np.float32] = np.floor(share - np.float32(reach))
    return steps.astype(np.int32)
