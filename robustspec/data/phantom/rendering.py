"""From a recipe to a picture."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robustspec.data.phantom import head as heads
from robustspec.data.phantom import not_mri, organs
from robustspec.data.phantom.canvas import Bools, Floats64, Grid, Maps, folded
from robustspec.data.phantom.draws import stream
from robustspec.data.phantom.recipe import Head, Organ, Other, Scan, canonical, read
from robustspec.data.phantom.tissues import GAIN, TISSUES, signal
from robustspec.data.picture import Floats32, Image, Picture, Volume
from robustspec.errors import DataError

VERSION = 1
"""Goes into the keys of pictures: raise it when the same recipe gives another picture."""


def render(recipe: Mapping[str, Any]) -> Image | Volume:
    """The picture of a recipe: the same values for the same recipe. `DataError` for a recipe that is not one."""
    return _rendered(read(recipe))


def picture(recipe: Mapping[str, Any]) -> Picture:
    """A handle on the picture of a recipe, which is checked now and rendered when it is opened."""
    asked = read(recipe)
    key = blake2b(canonical(recipe), digest_size=16, person=f"phantom-{VERSION}".encode()).digest()
    flat = isinstance(asked, Other) and not asked.volume
    return Picture(key, name_of(asked), "image" if flat else "volume", partial(_rendered, asked))


def name_of(asked: Head | Organ | Other) -> str:
    """What people call the picture."""
    if isinstance(asked, Other):
        return f"{asked.what}-{asked.seed}"
    return f"{asked.organ if isinstance(asked, Organ) else 'head'}-{asked.scan.seed}"


def lesion_mask(recipe: Mapping[str, Any]) -> Bools:
    """Which voxels of a head lie in a lesion, in the shape and order of its volume."""
    asked = _head(recipe)
    return _mask(asked, heads.lesion(asked, heads.grid(asked)))


def brain_mask(recipe: Mapping[str, Any]) -> Bools:
    """Which voxels of a head are brain (grey and white matter, nuclei and lesions), in the order of its volume."""
    asked = _head(recipe)
    return _mask(asked, heads.brain(asked, heads.grid(asked)))


def _head(recipe: Mapping[str, Any]) -> Head:
    asked = read(recipe)
    if not isinstance(asked, Head):
        raise DataError(f"masks are of recipes of kind head, but this is of kind {recipe['kind']}")
    return asked


def _mask(asked: Head, fine: Bools) -> Bools:
    fold = heads.grid(asked).fold
    coarse: Bools = fine if fold == (1, 1, 1) else folded(fine, fold) >= 0.5
    return _oriented(coarse, asked.scan)


def _rendered(asked: Head | Organ | Other) -> Image | Volume:
    if isinstance(asked, Other):
        return not_mri.draw(asked)
    grid, (pd, t1, t2) = _tissue(asked)
    voxels = _noisy(signal(pd, t1, t2, asked.scan.timing), asked.scan)
    affine = _affine(grid, voxels.shape, asked.scan)
    return Volume(_oriented(voxels, asked.scan), affine, _facts(asked.scan), partial(_tissue_maps, asked))


def _tissue(asked: Head | Organ) -> tuple[Grid, Maps]:
    """The grid and the maps over its voxels, texture in them."""
    if isinstance(asked, Organ):
        grid = organs.grid(asked)
        (pd, t1, r2), texture = organs.maps(asked, grid), heads.texture(asked.scan.seed, grid)
    else:
        grid = heads.grid(asked)
        (pd, t1, r2), texture = heads.maps(asked, grid), heads.texture(asked.scan.seed, grid)
    pd *= texture
    pd, t1, r2 = (folded(part, grid.fold) for part in (pd, t1, r2))
    return grid, (pd, t1, np.divide(np.float32(1), r2, out=r2))


def _tissue_maps(asked: Head | Organ) -> Mapping[str, Floats32]:
    """The maps from which the signal without noise follows, in the order of the volume."""
    pd, t1, t2 = (_oriented(part, asked.scan) for part in _tissue(asked)[1])
    return {"pd": pd, "t1_ms": t1, "t2_ms": t2}


def _noisy(clean: Floats32, scan: Scan) -> Floats32:
    """The magnitude of a complex signal with Gaussian noise in both parts, in voxels' own scale."""
    clean *= np.float32(GAIN)
    if not scan.noise:
        return clean
    pd, t1, t2 = (np.full(1, part, dtype=np.float32) for part in TISSUES["white"])
    sigma = np.float32(scan.noise * GAIN) * signal(pd, t1, t2, scan.timing)
    draw = stream(scan.seed, "noise", scan.sequence, scan.number)
    real, imaginary = draw.standard_normal((2, *clean.shape), dtype=np.float32)
    real *= sigma
    real += clean
    imaginary *= sigma
    real *= real
    imaginary *= imaginary
    real += imaginary
    noisy: Floats32 = np.sqrt(real, out=real)
    return noisy


def _oriented(values: NDArray[Any], scan: Scan) -> NDArray[Any]:
    """Values in the order right, anterior, superior, turned into the order of the volume."""
    axes, backwards = _order(scan.orientation)
    turned = np.transpose(values, axes)
    flips = tuple(slice(None, None, -1 if back else 1) for back in backwards)
    return np.ascontiguousarray(turned[flips])


def _order(code: str) -> tuple[tuple[int, int, int], tuple[bool, bool, bool]]:
    """For each axis of an orientation: the axis of RAS that it is, and whether it runs backwards."""
    axes = tuple(next(i for i, pair in enumerate(("RL", "AP", "SI")) if letter in pair) for letter in code)
    return axes, tuple(letter in "LPI" for letter in code)  # type: ignore[return-value]  # three letters


def _affine(grid: Grid, shape: tuple[int, ...], scan: Scan) -> Floats64:
    """The affine of the volume in its own order."""
    axes, backwards = _order(scan.orientation)
    affine = grid.affine[:, [*axes, 3]].copy()
    for column, (axis, back) in enumerate(zip(axes, backwards, strict=True)):
        if back:
            affine[:3, 3] += affine[:3, column] * (shape[axis] - 1)
            affine[:, column] *= -1
    return affine


def _facts(scan: Scan) -> dict[str, Any]:
    """What a sidecar would say; the name of the sequence is not among it."""
    facts: dict[str, Any] = {"simulated": True, "tr_ms": scan.timing.tr, "te_ms": scan.timing.te}
    if scan.timing.ti is not None:
        facts["ti_ms"] = scan.timing.ti
    maker = f"simulated {scan.scanner}" if scan.scanner else "simulated scanner"
    return {**facts, "MagneticFieldStrength": 1.5, "Manufacturer": maker}
