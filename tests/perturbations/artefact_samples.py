"""Small volumes that the tests of artefacts of MRI share."""

from __future__ import annotations

from typing import Any

import numpy as np

from robustspec.data.picture import Volume


def head(shape: tuple[int, int, int] = (24, 28, 25), *, kind: Any = np.float32, spacing_mm: float = 4.0) -> Volume:
    """An ellipsoid with a bright shell, a dark middle, one bright spot off the middle, and faint noise; 0 to about 600."""
    x, y, z = (np.linspace(-1, 1, n).reshape([-1 if a == b else 1 for b in range(3)]) for a, n in enumerate(shape))
    far = np.sqrt((x / 0.8) ** 2 + (y / 0.9) ** 2 + (z / 0.85) ** 2)
    values = np.select([far < 0.35, far < 0.8, far < 1.0], [150.0, 400.0, 600.0], 0.0)
    values = np.where((x - 0.3) ** 2 + (y + 0.2) ** 2 + (z - 0.3) ** 2 < 0.03, 550.0, values)
    values += np.abs(np.random.default_rng(5).normal(0, 4, shape))
    if np.dtype(kind) == np.uint8:
        values *= 0.3
    elif np.dtype(kind).kind != "f":
        values = np.rint(values)
    affine = np.diag([spacing_mm] * 3 + [1.0])
    affine[:3, 3] = [-spacing_mm * (n - 1) / 2 for n in shape]
    return Volume(values.astype(kind), affine)


def slab(shape: tuple[int, int, int] = (24, 28, 1)) -> Volume:
    """One axial slice of 4 mm, 1 mm in its plane."""
    whole = head((shape[0], shape[1], 25))
    return Volume(whole.voxels[:, :, 12:13].copy(), np.diag([1.0, 1.0, 4.0, 1.0]))
