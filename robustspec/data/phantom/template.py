"""Heads whose brain is the ICBM152 template: its maps of grey and white matter, as the package nilearn carries them.

They are loaded from the installed package when they are used and are not part of this one. The template is a mean of 152
brains and symmetric; what differs between sides is the warp of the head that it is put in, and lesions.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from robustspec.data.phantom.canvas import Bools, Canvas, Floats64, Maps
from robustspec.data.phantom.tissues import CODE, TABLE
from robustspec.data.picture import Floats32
from robustspec.errors import PictureError

FIT = 0.96
"""The template is larger than people are; this makes it fit into the phantom's skull."""
MIDDLE = (0.0, -17.0, 8.0)
STRIDE = 2


def cover(maps: Maps, canvas: Canvas) -> None:
    """Put the template's brain in the place of the painted one, in place: each voxel a mixture of its tissues."""
    grey, white = shares(canvas)
    emptied = canvas.is_any(("grey", "white", "nuclei", "csf"))
    rest = 1 - grey - white
    for values, row in zip(maps, TABLE, strict=True):
        values[emptied] = row[CODE["csf"]]
        values *= rest
        values += grey * row[CODE["grey"]] + white * row[CODE["white"]]


def brain(canvas: Canvas) -> Bools:
    """Where the template has more brain than fluid."""
    grey, white = shares(canvas)
    inside: Bools = grey + white > 0.5
    return inside


def shares(canvas: Canvas) -> tuple[Floats32, Floats32]:
    """The template's shares of grey and of white matter over the fine voxels, warped as the head is."""
    from scipy.ndimage import map_coordinates

    maps, affine = _loaded()
    drawn = (canvas.x, canvas.y, canvas.z)
    to_voxels = np.linalg.inv(affine)
    places = [
        ((part - middle) / FIT + middle) * to_voxels[axis, axis] + to_voxels[axis, 3]
        for axis, (part, middle) in enumerate(zip(drawn, MIDDLE, strict=True))
    ]
    grey, white = (map_coordinates(map_, places, order=1, output=np.float32) for map_ in maps)
    over = np.maximum(grey + white, np.float32(1))
    return grey / over, white / over


@lru_cache(maxsize=1)
def _loaded() -> tuple[tuple[Floats32, Floats32], Floats64]:
    """The maps and their affine (diagonal, RAS+)."""
    try:
        from nilearn.datasets import (  # type: ignore[import-untyped]  # nilearn has no type hints
            load_mni152_gm_template,
            load_mni152_wm_template,
        )
    except ImportError:
        raise PictureError(
            "a head of base mni152 needs the package nilearn -- install robustspec[mri], or use base phantom"
        ) from None
    grey, white = load_mni152_gm_template(resolution=1), load_mni152_wm_template(resolution=1)
    affine = np.asarray(grey.affine, dtype=np.float64) @ np.diag([STRIDE, STRIDE, STRIDE, 1.0])
    return (_thinned(grey.dataobj), _thinned(white.dataobj)), affine


def _thinned(values: Any) -> Floats32:
    """Every second voxel of 1 mm: nilearn's own resampling to 2 mm takes seconds."""
    return np.array(values[::STRIDE, ::STRIDE, ::STRIDE], dtype=np.float32, order="C")
