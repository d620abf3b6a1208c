"""From the raw array of a file to an image or a volume: which types and shapes are pictures, and what is none.

Every reader of files ends here, so that each fault is told in the same words whatever the file was. Faults are
`PictureError`: the case that shows the picture is missing, and the run goes on.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robustspec.data.picture import Image, Pixels, Volume
from robustspec.errors import PictureError

MOST_PIXELS = 2**27
"""Pixels an image may have (11,585 x 11,585). A file of a few bytes can claim more than the memory holds."""

MOST_VOXELS = 2**28
"""Voxels a volume may have (645 x 645 x 645)."""

LARGEST_VOXEL = 1e18
"""Magnitude that a voxel may have: sums of its squares, as noise and energies take them, stay finite in float32."""

Facts = Mapping[str, Any]


@contextmanager
def reading(place: object, what: str) -> Iterator[None]:
    """Whatever a decoder raises on a torn file, as a `PictureError` of one sentence; ``what`` is what was expected."""
    try:
        yield
    except PictureError:
        raise
    except Exception as error:  # a decoder may raise anything, warnings turned into errors among it
        lines = str(error).strip().splitlines() or [type(error).__name__]
        said = lines[0].rstrip(" .")
        raise PictureError(
            f"{place}: cannot be read as {what}: {said} -- the file is cut short or damaged; write it again"
        ) from error


def shape_text(shape: Sequence[int]) -> str:
    """A shape as people write it: ``91 x 109 x 91``."""
    return " x ".join(f"{int(side):,}" for side in shape) or "()"


def check_size(place: object, shape: Sequence[int], most: int = MOST_PIXELS) -> None:
    """`PictureError` for more than ``most`` elements. Call it with what the header says, before anything is decoded."""
    if math.prod(int(side) for side in shape) > most:
        raise PictureError(
            f"{place}: its header claims {shape_text(shape)}, over {most:,} values -- use a smaller picture, or crop it"
        )


def image_of(place: object, array: NDArray[Any], facts: Facts | None = None) -> Image:
    """The image of an array of height x width, or with a last axis of 1 (grey), 3 (RGB) or 4 (RGB and opacity).

    uint8 and uint16 stay; bool is black and white; other integers become uint16 and must fit; floats must run from 0 to
    1 and become float32. What is transparent shows white.
    """
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        raise PictureError(
            f"{place}: has the shape {shape_text(array.shape)}, and an image is height x width, grey or RGB -- name one "
            "slice of it"
        )
    if min(array.shape[:2]) < 2:
        raise PictureError(f"{place}: has {shape_text(array.shape[:2])} pixels -- an image has at least 2 x 2")
    pixels = _pixels(place, array)
    if pixels.ndim == 3 and pixels.shape[2] == 4:
        pixels = over_white(pixels[:, :, :3], pixels[:, :, 3:])
    return Image(np.ascontiguousarray(pixels), dict(facts or {}))


def _pixels(place: object, array: NDArray[Any]) -> Pixels:
    kind = array.dtype.kind
    if kind == "b":
        return array.astype(np.uint8) * np.uint8(255)
    if kind == "f":
        return _floats(place, array)
    if kind not in "iu":
        raise PictureError(f"{place}: holds values of type {array.dtype}, no numbers -- save it as uint8 or uint16")
    if array.dtype.itemsize <= 2 and kind == "u":
        return array.astype(array.dtype.newbyteorder("="), copy=False)
    low, high = int(array.min()), int(array.max())
    if low < 0 or high > 65535:
        raise PictureError(
            f"{place}: holds values from {low} to {high}, and an image of 16 bits holds 0 to 65535 -- save it as uint16, or "
            "as float from 0 to 1"
        )
    return array.astype(np.uint16)


def _floats(place: object, array: NDArray[Any]) -> Pixels:
    low, high = float(array.min()), float(array.max())
    if not (math.isfinite(low) and math.isfinite(high)):
        raise PictureError(f"{place}: holds NaN or infinite pixels -- replace them")
    if low < 0 or high > 1:
        raise PictureError(
            f"{place}: holds values from {low:g} to {high:g}, and an image of floats runs from 0 to 1 -- divide it by its "
            "white level"
        )
    return array.astype(np.float32)


def over_white(colours: Pixels, opacity: Pixels) -> Pixels:
    """Colours as they show on a white page; ``opacity`` has one channel of the same type, 0 where nothing is drawn."""
    white = 1.0 if colours.dtype.kind == "f" else float(np.iinfo(colours.dtype).max)
    share = opacity.astype(np.float64) / white
    shown = colours * share + white * (1.0 - share)
    return (shown if colours.dtype.kind == "f" else np.rint(shown)).astype(colours.dtype)


def check_volume_shape(place: object, shape: Sequence[int]) -> None:
    """`PictureError` unless the shape is that of one volume; further axes of length 1 are fine."""
    sides = [int(side) for side in shape]
    if math.prod(sides[3:]) > 1:
        raise PictureError(
            f"{place}: holds {math.prod(sides[3:])} volumes ({shape_text(sides)}) -- split it, and name one of them"
        )
    if len(sides) < 3 or min(sides[:3]) < 2:
        raise PictureError(
            f"{place}: is two-dimensional ({shape_text(sides)}), and a volume is needed -- give the whole volume, or the "
            "slice as an image"
        )


def volume_of(place: object, array: NDArray[Any], affine: NDArray[Any], facts: Facts | None = None) -> Volume:
    """The volume of an array of x by y by z (further axes of length 1 are dropped) of any real type; bool becomes uint8.

    `PictureError` for another shape, voxels that are NaN, infinite, beyond `LARGEST_VOXEL` or all the same, and an affine
    that is no affine.
    """
    check_volume_shape(place, array.shape)
    if array.dtype.kind not in "biuf":
        raise PictureError(
            f"{place}: holds voxels of type {array.dtype}, and one real number each is needed -- convert it"
        )
    array = array.reshape(array.shape[:3])
    _check_voxels(place, array)
    native = np.dtype(np.uint8) if array.dtype.kind == "b" else array.dtype.newbyteorder("=")
    return Volume(np.array(array, dtype=native, order="C"), checked_affine(place, affine), dict(facts or {}))


def _check_voxels(place: object, array: NDArray[Any]) -> None:
    low, high = array.min(), array.max()
    if not (np.isfinite(low) and np.isfinite(high)):
        bad = int((~np.isfinite(array)).sum())
        raise PictureError(f"{place}: {bad:,} of {array.size:,} voxels are NaN or infinite -- set them to 0")
    if low == high:
        raise PictureError(f"{place}: all voxels are {low:g} -- it shows nothing; write it again, or leave it out")
    if largest := next((each for each in (high, low) if abs(float(each)) > LARGEST_VOXEL), None):
        raise PictureError(
            f"{place}: a voxel is {largest:g}, and beyond {LARGEST_VOXEL:g} none is a measurement -- set what stands for "
            "no data to 0"
        )


def checked_affine(place: object, affine: NDArray[Any]) -> NDArray[np.float64]:
    """The affine as float64, when it takes voxels to places: 4 x 4, finite, and its three axes span the space."""
    matrix = np.array(affine, dtype=np.float64)
    fault = _fault_of(matrix)
    if fault:
        raise PictureError(f"{place}: its affine {fault}, so it is not known where a voxel lies -- write the right one")
    return matrix


def _fault_of(matrix: NDArray[np.float64]) -> str:
    if matrix.shape != (4, 4):
        return f"is {shape_text(matrix.shape)}, not 4 x 4"
    if not np.isfinite(matrix).all():
        return "holds NaN or infinite numbers"
    if not np.allclose(matrix[3], (0, 0, 0, 1)):
        return "does not end in 0 0 0 1"
    spacing = np.sqrt((matrix[:3, :3] ** 2).sum(axis=0))
    # Axes that are not right angles to each other are fine; axes that lie in one plane are not.
    if spacing.min() <= 0 or abs(np.linalg.det(matrix[:3, :3] / spacing)) < 1e-3:
        return "is singular"
    return ""
