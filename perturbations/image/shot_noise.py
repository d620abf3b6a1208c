"""Too few photons."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from robustspec.data.picture import Image
from robustspec.perturbation.ladder import Ladder

from .corruption import Corruption
from .fields import words

_BITS = 12
"""Images of 8 bits use so many bits of a field's words: 4,096 equally likely quantiles of each Poisson distribution."""


class ShotNoise(Corruption):
    """Replaces every value of every channel by a count of photons: Poisson, with the value as its mean.

    Stands for dim light, short exposure and low dose, where light and X-rays come as single quanta. Unlike
    gaussian_noise it leaves black black and grows with brightness.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | photons (mean count at white), natural | 60 | 25 | 12 | 5 | 3 |
    | medical (CT of organs) | 200 | 100 | 50 | 25 | 15 |
    | small (32 px) | 500 | 250 | 100 | 75 | 50 |

    One uniform field is drawn for an image; a level is the inverse of its Poisson distribution at this field, so that a
    value that is too bright at one level is too bright at the next. For X-ray of the chest MedMNIST-C has 60 25 18 10
    5. Magnitude: root mean square of the change as a share of white.

    >>> import numpy as np
    >>> white = Image(np.full((64, 64), 128, dtype=np.uint8))
    >>> np.unique(ShotNoise().change(white, 3, seed=7).pixels).tolist()
    [0, 85, 170, 255]

    Source: ImageNet-C and CIFAR-10-C (Hendrycks and Dietterich, 2019, arXiv:1903.12261); MedMNIST-C (Di Salvo et al.,
    2024, arXiv:2406.17536).
    """

    kind: Literal["shot_noise"] = "shot_noise"
    photons: float | None = Field(default=None, gt=0, le=500)
    """Mean count of photons at white, instead of a level: fewer are noisier."""

    ladder: ClassVar[Ladder | None] = Ladder("photons", (60, 25, 12, 5, 3))
    ladders: ClassVar[Mapping[str, Ladder]] = {
        "medical": Ladder("photons", (200, 100, 50, 25, 15)),
        "small": Ladder("photons", (500, 250, 100, 75, 50)),
    }
    needs: ClassVar[tuple[str, ...]] = ()

    def corrupted(self, image: Image, amount: float, seed: int) -> Image:
        """The image as counts of photons, ``amount`` at white."""
        field = words(seed, "photons", image.pixels.shape)
        if image.white == 255:
            places = image.pixels.astype(np.int32)
            places <<= _BITS
            places |= field >> (16 - _BITS)
            return image.with_pixels(np.take(_table(amount), places))
        counts = poisson_quantile((field + 0.5) / 65536, image.unit().astype(np.float64) * amount)
        return image.with_unit(counts / amount)


@lru_cache(maxsize=32)
def _table(photons: float) -> NDArray[np.uint8]:
    """The new value of each pair of an old value and a quantile, for ``photons`` at white; 1 MB."""
    shares = (np.arange(2**_BITS) + 0.5) / 2**_BITS
    means = np.arange(256) / 255 * photons
    most = int(photons + 10 * np.sqrt(photons) + 20)
    counts = np.arange(most + 1)
    log_factorials = np.concatenate(([0.0], np.cumsum(np.log(counts[1:]))))
    logs = np.log(np.maximum(means, 1e-300))[:, None] * counts - log_factorials - means[:, None]
    chances = np.cumsum(np.exp(logs), axis=1)
    found = np.stack([np.searchsorted(row, shares) for row in chances])
    table: NDArray[np.uint8] = np.rint(np.minimum(found / photons, 1) * 255).astype(np.uint8).reshape(-1)
    return table


def poisson_quantile(share: NDArray[Any], mean: NDArray[Any]) -> NDArray[Any]:
    """The smallest count whose cumulative probability reaches ``share``, for means up to 700; by adding probabilities up."""
    shape, counts = mean.shape, np.zeros(mean.size)
    left, share, mean = np.arange(mean.size), share.reshape(-1), mean.reshape(-1)
    chance = np.exp(-mean)
    total, count = chance.copy(), 0
    while left.size:
        go_on = (share > total) & (count < mean + 60 + 10 * np.sqrt(mean))
        left, share, mean, chance, total = (each[go_on] for each in (left, share, mean, chance, total))
        count += 1
        counts[left] = count
        chance = chance * mean / count
        total = total + chance
    return counts.reshape(shape)
