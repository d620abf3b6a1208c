"""A hole around metal or air, with bent surroundings."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from robustspec.data.picture import Floats32, Volume
from robustspec.perturbation.frame import VolumeOperator
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.seeds import stream

from .kspace import signal_of, slice_axis, with_signal

REACH = 3.0
"""How many radii the bent surroundings reach."""

EDGE = 0.2
"""Over how many radii the signal comes back outside of the hole."""

BRIGHTEST = 3.0
"""How bright piled-up signal may get, as a multiple of what it was."""


class SusceptibilityVoid(VolumeOperator):
    """Takes the signal away around a drawn place and bends what surrounds it: a black hole with a bright rim.

    Stands for dental braces, clips, shunts, staples, and air beside the skull base: what magnetises differently from tissue
    disturbs the field around it, so that its signal decays, and that of its surroundings is read at the wrong place.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | radius_mm (of the hole) | 4 | 8 | 12 | 18 | 25 |

    The place is drawn among bright voxels near the base (the lowest third of the head towards the feet) or anywhere in the
    head. Around a sphere the field falls with the cube of the distance r and depends on the angle t to the axis of the
    magnet (feet to head): voxels are displaced along the readout axis by radius / 2 * (radius / r)^3 * (3 cos^2 t - 1), up
    to three radii away. Where they crowd signal piles up, to three times its brightness at most; where they spread it thins
    out. Inside the radius the signal is gone, and it is back a fifth of the
    radius further out. All lengths are in mm, whatever the spacing. The place
    stays from level to level. A volume without signal stays as it is; one slice is enough. Magnitude: root mean square of
    the change per white level.

    >>> import numpy as np
    >>> from robustspec.data.picture import Volume
    >>> flat = Volume(np.ones((25, 25, 25), dtype=np.float32), np.diag([2.0, 2.0, 2.0, 1.0]))
    >>> holed = SusceptibilityVoid().change(flat, 8, seed=0).voxels
    >>> int((holed < 0.1).sum()), round(float(holed.max()), 1)
    (277, 1.8)

    Source: the field of a magnetised sphere (Schenck, 1996); displacement and pile-up as in spin-echo images; a simplified
    model and a ladder of our own.
    """

    kind: Literal["susceptibility_void"] = "susceptibility_void"
    radius_mm: float | None = Field(default=None, gt=0, le=100)
    """Radius of the hole, instead of a level."""
    place: Literal["base", "anywhere"] = "base"
    """Where the hole may be: near the base of the head, or in all of it."""

    ladder: ClassVar[Ladder | None] = Ladder("radius_mm", (4, 8, 12, 18, 25))

    def change(self, volume: Volume, amount: float, seed: int) -> Volume:
        """The volume with a hole of radius ``amount`` mm."""
        signal, floor = signal_of(volume)
        centre = _drawn(signal, volume, volume.white - floor, self.place, stream(seed, "place"))
        if centre is None:
            return volume
        upwards = _upwards(volume)
        within = [axis for axis in range(3) if axis != slice_axis(volume) and signal.shape[axis] > 1]
        readout = int(stream(seed, "readout").choice(within)) if within else 0
        holed = signal.copy()
        box, offsets = _box(signal.shape, volume.spacing_mm, centre, REACH * amount)
        holed[box] = disturbed(signal[box], offsets, amount, upwards, readout, volume.spacing_mm[readout])
        return with_signal(volume, holed, floor)


def disturbed(
    signal: Floats32, offsets_mm: list[Floats32], radius_mm: float, upwards: int, readout: int, spacing_mm: float
) -> Floats32:
    """``signal`` around a sphere at offset 0: displaced along ``readout``, piled up and thinned out, and gone inside."""
    far = np.sqrt(sum(offset**2 for offset in offsets_mm), dtype=np.float32)
    reach = np.maximum(far, np.float32(radius_mm))
    bent: NDArray[Any] = (radius_mm / reach) ** 3 * (3 * (offsets_mm[upwards] / reach) ** 2 - 1)
    bent *= np.float32(0.5 * radius_mm / spacing_mm) * np.clip(REACH - far / radius_mm, 0, 1)
    displaced = _displaced(signal, bent, readout)
    if signal.shape[readout] > 1:
        displaced *= np.clip(1 - np.gradient(bent, axis=readout), 0, BRIGHTEST)
    displaced *= np.clip((far / radius_mm - 1) / EDGE, 0, 1)
    return displaced


def _displaced(signal: Floats32, voxels: NDArray[Any], axis: int) -> Floats32:
    """``signal`` moved by ``voxels`` along ``axis``, by linear interpolation; the edges go on."""
    size = signal.shape[axis]
    places = np.arange(size, dtype=np.float32).reshape([-1 if other == axis else 1 for other in range(3)])
    source = np.clip(places - voxels, 0, size - 1)
    first = np.minimum(source.astype(np.intp), max(size - 2, 0))
    share = source - first
    lower = np.take_along_axis(signal, first, axis)
    upper = np.take_along_axis(signal, np.minimum(first + 1, size - 1), axis)
    return np.asarray(lower + share * (upper - lower), dtype=np.float32)


def _drawn(
    signal: Floats32, volume: Volume, white: float, place: str, rng: np.random.Generator
) -> NDArray[np.int64] | None:
    """A bright voxel in the part of the head that ``place`` names; None where nothing is bright."""
    bright = np.argwhere(signal > np.float32(0.4 * white))
    if not len(bright):
        return None
    if place == "base":
        upwards = _upwards(volume)
        heights = bright[:, upwards] if volume.orientation[upwards] == "S" else -bright[:, upwards]
        low, high = int(heights.min()), int(heights.max())
        bright = bright[heights <= low + (high - low) / 3]
    return np.asarray(bright[int(rng.integers(len(bright)))])


def _upwards(volume: Volume) -> int:
    """The axis of the voxels that runs between feet and head."""
    return next((axis for axis, letter in enumerate(volume.orientation) if letter in "SI"), 2)


def _box(
    shape: tuple[int, ...], spacing_mm: tuple[float, ...], centre: NDArray[np.int64], reach_mm: float
) -> tuple[tuple[slice, ...], list[Floats32]]:
    """The voxels within ``reach_mm`` of ``centre`` along each axis, and their distances along each axis, to broadcast."""
    box, offsets = [], []
    for axis, (size, spacing, middle) in enumerate(zip(shape, spacing_mm, centre.tolist(), strict=True)):
        voxels = int(np.ceil(reach_mm / spacing))
        part = slice(max(0, middle - voxels), min(size, middle + voxels + 1))
        box.append(part)
        line = (np.arange(part.start, part.stop, dtype=np.float32) - middle) * np.float32(spacing)
        offsets.append(line.reshape([-1 if other == axis else 1 for other in range(3)]))
    return tuple(box), offsets
