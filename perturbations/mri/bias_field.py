"""Slow brightness changes from an uneven coil."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from robustspec.data.picture import Floats32, Volume
from robustspec.perturbation.frame import VolumeOperator
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.seeds import stream

from .kspace import signal_of, with_signal


class BiasField(VolumeOperator):
    """Multiplies the signal by exp(p), where p is a polynomial of the place: bright on one side, dark on the other.

    Stands for uneven sensitivity of receiver coils and for dielectric shading at 3 tesla and above.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | log_std (standard deviation of p over the head) | 0.13 | 0.26 | 0.39 | 0.52 | 0.65 |
    | brightest to darkest twentieth of a head, about | 1.5 | 2.3 | 3.5 | 5 | 8 |

    p is the sum over 1 <= i + j + k <= order of s_ijk x^i y^j z^k, with signs s_ijk drawn once and x, y, z from -1 to 1
    across the volume, less its mean over the head, and scaled to the level's standard deviation; both count each voxel
    by its signal. So the head as a whole keeps its brightness and every case of a level is equally strong. p ends at
    three standard deviations, which only empty corners would pass. A greater log_std moves every voxel further. Integer
    volumes saturate where the field lifts them beyond their type. One slice is enough. Magnitude: root mean square of
    the change per white level.

    >>> import numpy as np
    >>> from robustspec.data.picture import Volume
    >>> flat = Volume(np.ones((3, 1, 1), dtype=np.float32), np.eye(4))
    >>> BiasField(order=1).change(flat, 0.3, seed=0).voxels.ravel().astype(float).round(2).tolist()
    [0.69, 1.0, 1.44]

    Source: the polynomial of Van Leemput et al. (1999) as in TorchIO's BiasField. ROOD-MRI (Boone et al., 2023) draws its
    coefficients uniformly up to 0.3, 0.6, 0.9, 1.2 and 1.5; in heads without and with their skull this gives a standard
    deviation of 0.4 to 0.6 of the bound, and single draws that differ by a factor of four.
    """

    kind: Literal["bias_field"] = "bias_field"
    log_std: float | None = Field(default=None, gt=0, le=2)
    """Standard deviation of the field's logarithm over the head, instead of a level."""
    order: int = Field(default=3, ge=1, le=6)
    """Greatest sum of exponents in the polynomial."""

    ladder: ClassVar[Ladder | None] = Ladder("log_std", (0.13, 0.26, 0.39, 0.52, 0.65))

    def change(self, volume: Volume, amount: float, seed: int) -> Volume:
        """The volume times a field whose logarithm has the standard deviation ``amount`` over the head."""
        signal, floor = signal_of(volume)
        size = self.order + 1
        field = polynomial(signal.shape, stream(seed, "signs").choice([-1.0, 1.0], (size, size, size)))
        mean, std = weighted_moments(field, signal)
        if not std:
            return volume
        field -= np.float32(mean)
        field *= np.float32(amount / std)
        np.clip(field, -3 * amount, 3 * amount, out=field)
        np.exp(field, out=field)
        field *= signal
        return with_signal(volume, field, floor)


def weighted_moments(field: Floats32, weights: Floats32) -> tuple[float, float]:
    """Mean and standard deviation of ``field``, each voxel counted by its weight; 0 and 0 where there is no weight."""
    total = float(weights.sum(dtype=np.float64))
    if not total:
        return 0.0, 0.0
    mean = float(np.vdot(field, weights)) / total
    square = float(np.vdot(field, field * weights)) / total
    return mean, float(np.sqrt(max(0.0, square - mean**2)))


def polynomial(shape: tuple[int, ...], coefficients: NDArray[np.float64]) -> Floats32:
    """The sum of ``coefficients[i, j, k]`` x^i y^j z^k over i + j + k from 1 to the order, x, y and z from -1 to 1."""
    order = coefficients.shape[0] - 1
    sums = np.indices(coefficients.shape).sum(axis=0)
    used = np.where((sums >= 1) & (sums <= order), coefficients, 0.0)
    x, y, z = (_powers(size, order) for size in shape)
    plane = np.einsum("ijk,ai,bj->abk", used, x, y, optimize=True).astype(np.float32)
    return np.asarray(plane.reshape(-1, order + 1) @ z.T.astype(np.float32)).reshape(shape)


def _powers(size: int, order: int) -> NDArray[np.float64]:
    """Powers 0 to ``order`` of places from -1 to 1; of 0 where there is one place."""
    places = np.linspace(-1, 1, size) if size > 1 else np.zeros(1)
    return places[:, None] ** np.arange(order + 1)
