"""Stripes through the whole volume from a spike in k-space."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from robustspec.data.picture import Floats32, Volume
from robustspec.perturbation.frame import VolumeOperator
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.seeds import stream

from .kspace import need_depth, signal_of, with_signal


class Spike(VolumeOperator):
    """Adds one spike to k-space at a drawn place: stripes of one direction and width through the whole volume.

    Stands for sparks at loose coils, static electricity of dry air and bad cables (herringbone or corduroy artefact).

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | intensity (height of the spike per maximum of k-space) | 0.25 | 0.5 | 1 | 2 | 3 |

    The maximum of k-space is its centre, the sum of the signal: intensity 1 is a wave whose amplitude is the mean signal of
    the whole volume. A spike is a plane wave, so no transform is needed. Places nearer to the centre than a sixteenth of
    k-space would shade rather than stripe and are not drawn; what falls below no signal is cut off there.
    Volumes need 4 voxels along each axis, else a `PictureError`. Magnitude: root mean square of the change per white level.

    >>> import numpy as np
    >>> from robustspec.data.picture import Volume
    >>> flat = Volume(np.ones((4, 4, 4), dtype=np.float32), np.eye(4))
    >>> sorted(set(Spike(place=(0, 0, 0.25)).change(flat, 0.5, seed=0).voxels.ravel().round(2).tolist()))
    [0.5, 1.0, 1.5]

    Source: TorchIO's Spike (Perez-Garcia et al., 2021), whose default intensities are 1 to 3; MONAI's KSpaceSpikeNoise.
    """

    kind: Literal["spike"] = "spike"
    intensity: float | None = Field(default=None, gt=0)
    """Height of the spike as a share of the maximum of k-space, instead of a level."""
    place: tuple[float, float, float] | None = None
    """Where the spike is along each axis, from -0.5 to 0.5 (the edges) with the centre at 0; drawn where left out."""

    ladder: ClassVar[Ladder | None] = Ladder("intensity", (0.25, 0.5, 1.0, 2.0, 3.0))

    def change(self, volume: Volume, amount: float, seed: int) -> Volume:
        """The volume with a wave of amplitude ``amount`` times its mean signal."""
        need_depth(volume, 4, self.kind)
        signal, floor = signal_of(volume)
        place = _drawn(stream(seed, "place")) if self.place is None else np.array(self.place)
        lines = np.clip(np.rint(place * signal.shape), -(np.array(signal.shape) // 2), np.array(signal.shape) // 2)
        height = amount * float(signal.mean(dtype=np.float64))
        return with_signal(volume, signal + plane_wave(signal.shape, lines, height), floor)


def plane_wave(shape: tuple[int, ...], lines: NDArray[np.float64], height: float) -> Floats32:
    """The real part of a wave of ``height`` with ``lines`` periods along each axis; at voxel 0 it is at its top."""
    x, y, z = (2 * np.pi * k / n * np.arange(n) for k, n in zip(lines, shape, strict=True))
    xy = (x[:, None] + y[None, :]).ravel()
    left = np.stack([np.cos(xy), -np.sin(xy)], axis=1).astype(np.float32)
    right = (height * np.stack([np.cos(z), np.sin(z)])).astype(np.float32)
    return (left @ right).reshape(shape)


def _drawn(rng: np.random.Generator) -> NDArray[np.float64]:
    """A place in k-space, from -0.5 to 0.5 along each axis, outside of its centre."""
    while True:
        place = rng.uniform(-0.5, 0.5, 3)
        if np.abs(place).max() > 1 / 16:
            return place
