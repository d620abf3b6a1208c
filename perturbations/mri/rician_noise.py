"""Noise of a magnitude image."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from robustspec.data.picture import Volume
from robustspec.perturbation.frame import VolumeOperator
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.seeds import stream

from .kspace import signal_of, with_signal


class RicianNoise(VolumeOperator):
    """Adds noise to both channels of the receiver and shows the magnitude: sqrt((x + n1)^2 + n2^2).

    Stands for thin slices, fast protocols, low field and badly placed coils. Unlike Gaussian noise it is never negative and
    lifts dark regions: air of mean 0 gets the mean 1.25 std.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | std_fraction (std of each channel per std of the volume) | 0.05 | 0.10 | 0.20 | 0.40 | 0.80 |

    The same noise field grows from level to level. A volume of one value has no std and stays as it is; one slice is
    enough. Magnitude: root mean square of the change per white level.

    >>> import numpy as np
    >>> from robustspec.data.picture import Volume
    >>> halves = np.zeros((40, 40, 40), dtype=np.float32); halves[20:] = 2
    >>> noisy = RicianNoise().change(Volume(halves, np.eye(4)), 0.4, seed=0).voxels
    >>> [round(float(part.mean()), 2) for part in (noisy[:20], noisy[20:])]
    [0.5, 2.04]

    Source: Gudbjartsson and Patz (1995) for the distribution; ROOD-MRI (Boone et al., 2023), whose five levels are 0.16 to
    0.80, for the unit; lower rungs added, since 0.16 is already plainly visible.
    """

    kind: Literal["rician_noise"] = "rician_noise"
    std_fraction: float | None = Field(default=None, gt=0)
    """Standard deviation of the noise of each channel per that of the volume's voxels, instead of a level."""

    ladder: ClassVar[Ladder | None] = Ladder("std_fraction", (0.05, 0.10, 0.20, 0.40, 0.80))

    def change(self, volume: Volume, amount: float, seed: int) -> Volume:
        """The volume with noise of ``amount`` times its own standard deviation in each channel."""
        signal, floor = signal_of(volume)
        std = np.float32(amount * signal.std(dtype=np.float64))
        if not std:
            return volume
        real = stream(seed, "real").standard_normal(signal.shape, dtype=np.float32)
        imaginary = stream(seed, "imaginary").standard_normal(signal.shape, dtype=np.float32)
        real *= std
        real += signal
        imaginary *= std
        np.square(real, out=real)
        real += np.square(imaginary, out=imaginary)
        return with_signal(volume, np.sqrt(real, out=real), floor)
