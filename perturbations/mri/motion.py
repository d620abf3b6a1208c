"""A head that moves while it is scanned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from robustspec.data.picture import Floats32, Volume
from robustspec.perturbation.frame import VolumeOperator
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.seeds import stream

from .kspace import along, axis_of, dft_rows, need_depth, signal_of, with_signal


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the head is from a moment on: turned about one axis of the voxels, and shifted.

    ``time`` runs from 0 to 1 over the scan, whose middle, 0.5, is the centre of k-space. ``shift_mm`` is along the axes.
    """

    time: float
    axis: int
    turn_deg: float
    shift_mm: NDArray[np.float64]


class Motion(VolumeOperator):
    """Measures k-space of a head that moves: lines before and after the centre see it turned and shifted.

    Stands for restless, ill, old and very young patients, tremor and swallowing: double contours, ripples and blur.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | degrees (turn of each move about one axis) | 1 | 2 | 3 | 4 | 5 |
    | mm (length of each shift) | 2 | 4 | 6 | 8 | 10 |
    | moves | 2 | 4 | 6 | 8 | 10 |

    Every move turns the head about one of the volume's axes (a nod, a shake or a tilt) and shifts it in any direction.
    Axis, sign, direction and moment of a move are drawn; its size is fixed. The head is at its own place while the
    centre of k-space is measured, so that the picture as a whole does not move; a move before the centre counts for the
    lines up to its moment, a move after it for the lines from there on. Moves come in pairs, one on each side of the
    centre: the first 42 % of k-space away from it, each further one at 0.78 times that distance, give or take a tenth.
    So level k + 1 sees every line that level k damages in the same pose, only further from home, and damages two more
    bands. Turns are interpolated linearly, in their plane, as is each shift; what comes in from outside is no signal.
    Voxels are magnitudes, as a scanner shows them. Volumes need 8 voxels along each axis, else a `PictureError`.
    Magnitude: root mean square of the change per white level.

    >>> import numpy as np
    >>> from robustspec.data.picture import Volume
    >>> cube = np.zeros((16, 16, 16), dtype=np.float32); cube[4:12, 4:12, 4:12] = 1
    >>> still = Volume(cube, np.eye(4))
    >>> [round(float(np.abs(Motion().change(still, k, seed=0).voxels - cube).mean()), 2) for k in (1, 2, 3)]
    [0.02, 0.06, 0.14]

    Source: Shaw et al. (2019) by way of TorchIO's Motion (Perez-Garcia et al., 2021), which spreads moves evenly, turns
    about all three axes at once and the frame's origin, and shows the real part; ladder of ROOD-MRI (Boone et al.,
    2023), where it is an upper bound.
    """

    kind: Literal["motion"] = "motion"
    needs: ClassVar[tuple[str, ...]] = ("scipy",)
    extra: ClassVar[str] = "mri"
    degrees: float | None = Field(default=None, gt=0, le=45)
    """Angle of every turn, instead of a level."""
    mm: float | None = Field(default=None, ge=0)
    """Length of every shift; twice the number of degrees where left out."""
    moves: int | None = Field(default=None, ge=1, le=64)
    """How many moves; twice the number of degrees where left out."""
    axis: Literal[0, 1, 2] | None = None
    """Slow phase-encoding axis of the voxels, along which k-space is filled; drawn where left out."""

    ladder: ClassVar[Ladder | None] = Ladder("degrees", (1, 2, 3, 4, 5), "degrees")

    def change(self, volume: Volume, amount: float, seed: int) -> Volume:
        """The volume of a head that turned by ``amount`` degrees a move."""
        need_depth(volume, 8, self.kind)
        signal, floor = signal_of(volume)
        moves = self.moves or max(1, round(2 * amount))
        shift_mm = 2 * amount if self.mm is None else self.mm
        axis = axis_of(volume, self.axis, 8, self.kind, seed)
        poses = _drawn(seed, moves, amount, shift_mm)
        return with_signal(volume, scanned(signal, volume.spacing_mm, poses, axis), floor)


def scanned(signal: Floats32, spacing_mm: Sequence[float], poses: Sequence[Pose], axis: int) -> Floats32:
    """The magnitude image of ``signal``, whose k-space is filled along ``axis`` while the head takes ``poses``."""
    import scipy.fft

    lines = measured(signal, spacing_mm, poses, axis)
    image = scipy.fft.ifft(lines, axis=0, overwrite_x=True, workers=1)
    return np.ascontiguousarray(np.moveaxis(np.abs(image), 0, axis))


def measured(signal: Floats32, spacing_mm: Sequence[float], poses: Sequence[Pose], axis: int) -> NDArray[np.complex64]:
    """The lines of k-space along ``axis``, as that first axis, in the order of a transform; still images along the others.

    Only whole lines are exchanged, so a transform along ``axis`` is all it takes, of each pose just the lines in which it
    is seen.
    """
    size = signal.shape[axis]
    others = [length for place, length in enumerate(signal.shape) if place != axis]
    stacks = {turned: np.ascontiguousarray(np.moveaxis(signal, turned, 2)) for turned in {pose.axis for pose in poses}}
    spectrum = np.empty((size, *others), dtype=np.complex64)
    for pose, start, end in _segments(size, poses):
        lines = np.arange(start, end) - size // 2
        rows = dft_rows(lines, size)
        if pose is None:
            seen = np.moveaxis(along(rows, signal, axis), axis, 0)
        else:
            seen = _seen(stacks[pose.axis], rows, spacing_mm, pose, axis)
        spectrum.real[lines], spectrum.imag[lines] = seen[: lines.size], seen[lines.size :]
    return spectrum


def _seen(stack: Floats32, rows: Floats32, spacing_mm: Sequence[float], pose: Pose, axis: int) -> Floats32:
    """The lines of k-space along ``axis`` that ``rows`` transform to, while the head is in ``pose``.

    ``stack`` is the signal with the axis of the turn at its end. Turn, shift along that axis and transform along another one
    commute, so whatever can works on the few lines of the result.
    """
    plane = [other for other in range(3) if other != pose.axis]
    order = [*plane, pose.axis]
    shift = _shift(stack.shape[2], pose.shift_mm[pose.axis] / spacing_mm[pose.axis])
    turn = _turn(stack.shape[:2], np.take(spacing_mm, plane), pose.turn_deg, pose.shift_mm[plane])
    if axis == pose.axis:
        seen = _turned(turn, along(rows @ shift, stack, 2))
    else:
        seen = along(shift, along(rows, _turned(turn, stack), order.index(axis)), 2)
    return seen.transpose([order.index(axis), *(order.index(other) for other in range(3) if other != axis)])


def _turned(turn: Any, stack: Floats32) -> Floats32:
    return np.asarray(turn @ stack.reshape(-1, stack.shape[2])).reshape(stack.shape)


def _segments(size: int, poses: Sequence[Pose]) -> list[tuple[Pose | None, int, int]]:
    """Which pose is seen in which lines: (pose, first line, line after the last); None is the head at its own place."""
    centre = size // 2
    before = sorted((pose for pose in poses if pose.time < 0.5), key=lambda pose: pose.time)
    after = sorted((pose for pose in poses if pose.time >= 0.5), key=lambda pose: pose.time)
    ends = [min(int(size * pose.time), centre) for pose in before]
    starts = [max(int(size * pose.time), centre + 1) for pose in after]
    early = zip(before, [0, *ends][:-1], ends, strict=True)
    late = zip(after, starts, [*starts, size][1:], strict=True)
    still = (None, ends[-1] if ends else 0, starts[0] if starts else size)
    return [part for part in (*early, still, *late) if part[1] < part[2]]


def _turn(plane: tuple[int, ...], spacing_mm: NDArray[np.float64], degrees: float, mm: NDArray[np.float64]) -> Any:
    """The sparse matrix that turns and shifts a flattened plane: each row holds the four voxels around the source."""
    import scipy.sparse

    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    u, v = ((np.arange(n) - (n - 1) / 2) * step - move for n, step, move in zip(plane, spacing_mm, mm, strict=True))
    u, v = cos * u[:, None] + sin * v, -sin * u[:, None] + cos * v
    u, v = (at / step + (n - 1) / 2 for at, n, step in zip((u, v), plane, spacing_mm, strict=True))
    columns = np.zeros((*plane, 4), dtype=np.int32)
    weights = np.zeros((*plane, 4), dtype=np.float32)
    for corner in range(4):
        i, j = np.floor(u) + corner // 2, np.floor(v) + corner % 2
        inside = (i >= 0) & (i < plane[0]) & (j >= 0) & (j < plane[1])
        columns[..., corner] = np.where(inside, i * plane[1] + j, 0)
        weights[..., corner] = np.where(inside, (1 - np.abs(u - i)) * (1 - np.abs(v - j)), 0)
    size = plane[0] * plane[1]
    starts = np.arange(0, 4 * size + 1, 4, dtype=np.int32)
    return scipy.sparse.csr_array((weights.ravel(), columns.ravel(), starts), shape=(size, size))


def _shift(size: int, voxels: float) -> Floats32:
    """The matrix that shifts a line by ``voxels``, interpolating linearly."""
    away = np.arange(size)[:, None] - voxels - np.arange(size)[None, :]
    return np.asarray(np.clip(1 - np.abs(away), 0, None), dtype=np.float32)


def _drawn(seed: int, moves: int, degrees: float, mm: float) -> list[Pose]:
    """The moves of a case; more moves keep the first ones."""
    draws = stream(seed, "moves").random((moves, 3))
    directions = stream(seed, "directions").standard_normal((moves, 3))
    directions *= mm / np.linalg.norm(directions, axis=1, keepdims=True)
    sides = np.repeat(stream(seed, "sides").random((moves + 1) // 2), 2)[:moves] < 0.5
    poses = []
    for number, (jitter, which, sign) in enumerate(draws.tolist()):
        away = 0.42 * 0.78**number * (0.9 + 0.2 * jitter)
        time = 0.5 + (away if sides[number] ^ (number % 2 == 0) else -away)
        poses.append(Pose(time, int(3 * which), degrees if sign < 0.5 else -degrees, directions[number]))
    return poses
