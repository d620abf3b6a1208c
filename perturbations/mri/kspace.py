"""What the operators on the signal of a scanner share: intensities that start at no signal, and transforms along one axis.

A scanner measures the spatial frequencies of the image, its k-space, line by line. Most artefacts treat whole lines alike,
so that a transform along one axis is all they need; and a linear filter along one axis is a small matrix.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robustspec.data.picture import Floats32, Volume
from robustspec.errors import PictureError
from robustspec.perturbation.seeds import stream


def signal_of(volume: Volume) -> tuple[Floats32, float]:
    """The voxels as signal, and the intensity that stands for no signal. Do not change the signal in place.

    No signal is intensity 0, or the smallest intensity where some are negative (standardised volumes, and CT numbers).
    Raises `PictureError` where a voxel is not a finite number.
    """
    values = np.ascontiguousarray(volume.voxels, dtype=np.float32)
    low, high = float(values.min()), float(values.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        raise PictureError("the volume holds voxels that are no finite number -- replace them before it is perturbed")
    floor = min(low, 0.0)
    return (values - np.float32(floor) if floor else values), floor


def with_signal(volume: Volume, signal: Floats32, floor: float) -> Volume:
    """``volume`` with another signal, which may be used up; what is below no signal becomes no signal."""
    np.maximum(signal, 0, out=signal)
    if floor:
        signal += np.float32(floor)
    return volume.with_floats(signal)


def axis_of(volume: Volume, given: int | None, least: int, kind: str, seed: int) -> int:
    """The axis ``given``, or one drawn from those with ``least`` voxels or more; a `PictureError` where there is none."""
    wanted = range(3) if given is None else (given,)
    axes = [axis for axis in wanted if volume.voxels.shape[axis] >= least]
    if not axes:
        raise PictureError(f"{kind} needs {least} voxels along {_axis(given)}, and the volume is {_size(volume)}")
    return axes[int(stream(seed, "axis").integers(len(axes)))]


def need_depth(volume: Volume, least: int, kind: str) -> None:
    """Raise `PictureError` where some axis has fewer than ``least`` voxels."""
    if min(volume.voxels.shape) < least:
        raise PictureError(
            f"{kind} needs {least} voxels along each axis, and the volume is {_size(volume)} -- use an operator on images"
        )


def slice_axis(volume: Volume) -> int:
    """The axis across the slices: that of the coarsest spacing, the last one among equals."""
    spacing = np.round(volume.spacing_mm, 3)
    return 2 - int(np.argmax(spacing[::-1]))


def along(matrix: Floats32, values: Floats32, axis: int) -> Floats32:
    """``matrix`` times every line of ``values`` along ``axis``."""
    shape = values.shape
    if axis == 0:
        return (matrix @ values.reshape(shape[0], -1)).reshape(-1, *shape[1:])
    if axis == 2:
        return (values.reshape(-1, shape[2]) @ matrix.T).reshape(*shape[:2], -1)
    return np.asarray(np.matmul(matrix, values))


def filter_matrix(gains: Sequence[float] | NDArray[Any]) -> Floats32:
    """The real N x N matrix that multiplies line k of k-space by ``gains[k + N // 2]``, for k from -(N // 2) upwards."""
    kernel = np.fft.ifft(np.fft.ifftshift(gains)).real.astype(np.float32)
    places = np.arange(kernel.size)
    return np.asarray(kernel[places[:, None] - places[None, :]])


def dft_rows(lines: NDArray[np.int64], size: int) -> Floats32:
    """Cosine rows, then sine rows, of the Fourier transform for ``lines`` of k-space, counted from the centre."""
    angles = 2 * np.pi / size * np.outer(lines, np.arange(size))
    return np.concatenate([np.cos(angles), -np.sin(angles)]).astype(np.float32)


def _axis(given: int | None) -> str:
    return "an axis" if given is None else f"axis {given}"


def _size(volume: Volume) -> str:
    return " x ".join(map(str, volume.voxels.shape))
