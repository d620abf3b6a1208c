"""Masks in answers and labels: which pixels or voxels belong to something.

A mask is JSON data in one of three forms, all of them in the order of a C array (the last axis runs fastest):

==========================================================  =====================================================
form                                                        means
==========================================================  =====================================================
``[[0, 1], [1, 1]]``                                        nested lists of 0 and 1 (or false and true)
``{"shape": [2, 2], "rle": [1, 3]}``                        runs: a start, counted from 0, and a length, and so on
``{"shape": [2, 2], "bits": "cA=="}``                       base64 of the bits, eight to a byte, the first one highest
==========================================================  =====================================================

Answers are untrusted: where the shape that a mask must have is given, nothing larger is ever made of one.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Shape = tuple[int, ...]

MOST_CELLS = 2**27
"""A mask of more pixels or voxels is not read."""
AXES = (2, 3)
"""How many axes a mask may have."""


def read_mask(value: Any, shape: Shape | None = None) -> Mask:
    """The mask that ``value`` is one form of; ValueError with the reason where it is none, or not of ``shape``."""
    if isinstance(value, Mapping):
        own = _checked(_shape_in(value), shape)
        if "rle" in value:
            return _of_runs(value["rle"], own)
        if "bits" in value:
            return _of_bits(value["bits"], own)
        raise ValueError("a mask with a shape has rle or bits too")
    if isinstance(value, (list, tuple)):
        return _of_lists(value, _checked(_shape_of_lists(value), shape))
    raise ValueError(f"{value!r:.40} is no mask")


def as_runs(mask: NDArray[Any]) -> dict[str, list[int]]:
    """A mask as shape and runs, such as a label holds it.

    >>> as_runs(np.array([[0, 1], [1, 1]]))
    {'shape': [2, 2], 'rle': [1, 3]}
    """
    flat = np.concatenate(([0], np.asarray(mask, dtype=bool).reshape(-1).astype(np.int8), [0]))
    starts, ends = (np.flatnonzero(np.diff(flat) == sign) for sign in (1, -1))
    runs = np.column_stack((starts, ends - starts)).reshape(-1)
    return {"shape": list(np.shape(mask)), "rle": [int(number) for number in runs]}


def _shape_in(value: Mapping[str, Any]) -> Shape:
    shape = value.get("shape")
    if not isinstance(shape, (list, tuple)) or not all(type(size) is int and size > 0 for size in shape):
        raise ValueError("the shape of a mask is a list of whole numbers above 0")
    return tuple(shape)


def _shape_of_lists(value: Any) -> Shape:
    """The shape by the first of each list; whether the others agree shows when the array is made."""
    sizes: list[int] = []
    while isinstance(value, (list, tuple)) and value and len(sizes) <= max(AXES):
        sizes.append(len(value))
        value = value[0]
    return tuple(sizes)


def _checked(own: Shape, wanted: Shape | None) -> Shape:
    if len(own) not in AXES:
        raise ValueError(f"a mask has two or three axes, not {len(own)}")
    if wanted is not None and own != wanted:
        raise ValueError(f"its shape is {_words(own)}, not {_words(wanted)}")
    if math.prod(own) > MOST_CELLS:
        raise ValueError(f"a mask of {_words(own)} is larger than {MOST_CELLS:,} cells")
    return own


def _of_lists(value: Any, shape: Shape) -> Mask:
    try:
        cells = np.array(value)
    except (ValueError, OverflowError):
        raise ValueError("its lists are not of one length") from None
    if cells.shape != shape:
        raise ValueError("its lists are not of one length")
    if cells.dtype.kind not in "biuf" or not ((cells == 0) | (cells == 1)).all():
        raise ValueError("its values are not 0 and 1")
    return cells.astype(bool)


def _of_runs(runs: Any, shape: Shape) -> Mask:
    size = math.prod(shape)
    if not isinstance(runs, (list, tuple)) or len(runs) % 2 or not all(type(number) is int for number in runs):
        raise ValueError("its rle is no list of whole numbers, a start and a length each time")
    if not all(
        0 <= start < size and 0 < length <= size - start for start, length in zip(*[iter(runs)] * 2, strict=True)
    ):
        raise ValueError(f"its rle leaves its {size} cells")
    bounds = np.array(runs, dtype=np.int64).reshape(-1, 2)
    steps = np.zeros(size + 1, dtype=np.int32)
    np.add.at(steps, bounds[:, 0], 1)
    np.subtract.at(steps, bounds.sum(axis=1), 1)
    return np.asarray(np.cumsum(steps[:-1]) > 0).reshape(shape)


def _of_bits(text: Any, shape: Shape) -> Mask:
    size = math.prod(shape)
    if not isinstance(text, str) or len(text) > 4 * (size // 24 + 2):
        raise ValueError("its bits are no base64 of its shape")
    try:
        packed = np.frombuffer(base64.b64decode(text, validate=True), dtype=np.uint8)
    except ValueError:
        raise ValueError("its bits are no base64") from None
    if len(packed) != -(-size // 8):
        raise ValueError(f"its bits are {len(packed)} bytes, not {-(-size // 8)}")
    return np.unpackbits(packed, count=size).astype(bool).reshape(shape)


def _words(shape: Shape) -> str:
    return " x ".join(map(str, shape))
