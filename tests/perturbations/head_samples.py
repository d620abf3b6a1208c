"""A small lopsided head, and how tests apply operators to it."""

import doctest
import sys

import numpy as np

from robustspec.data.picture import Volume, made
from robustspec.data.row import Message, Row
from robustspec.perturbation.scopes import scope_of
from robustspec.registry import lookup

OBLIQUE = np.array([[2.9, -0.6, 0.2, -31.0], [0.7, 2.4, 0.5, -30.0], [-0.2, -0.7, 3.9, -44.0], [0, 0, 0, 1]])
"""Turned by about 14 degrees, with voxels of 3.0 x 2.6 x 3.9 mm, nearly at right angles."""
RAS = np.diag([3.0, 3.0, 3.0, 1.0])


def head(shape=(24, 28, 22), affine=RAS, kind=np.float32, white=800.0):
    """An ellipsoid of brain in a dark skull in a bright scalp, with a bright lesion on the left and a little texture."""
    x, y, z = (
        np.linspace(-1, 1, n).reshape([-1 if a == axis else 1 for a in range(3)]) for axis, n in enumerate(shape)
    )
    r = np.sqrt((x / 0.85) ** 2 + (y / 0.9) ** 2 + (z / 0.85) ** 2)
    values = np.where(r < 1.0, 0.9, 0.0) * (r > 0.9) + np.where(r < 0.75, 0.6 + 0.1 * np.sin(7 * x + 5 * y * z), 0.0)
    values = np.where((x + 0.35) ** 2 + (y - 0.2) ** 2 + (z - 0.1) ** 2 < 0.03, 1.0, values)
    return Volume((values * white).astype(kind), affine, {"tr_ms": 500.0, "te_ms": 12.0}, lambda: tissue(values))


def tissue(values):
    """Maps in which the signal rises with ``values``."""
    pd = np.clip(values, 0, 1).astype(np.float32)
    return {"pd": pd, "t1_ms": np.full(pd.shape, 700, np.float32), "t2_ms": np.full(pd.shape, 80, np.float32)}


def row_of(*volumes, label=None):
    return Row("r", (Message("user", "Report.", images=tuple(made(f"v{k}", v) for k, v in enumerate(volumes))),), label)


def operator(kind, **fields):
    return lookup("perturbations", kind)(**fields)


def perturbed(op, volume, level=None, seed=0, label=None):
    """The row after the operator: its volume, its magnitude and its label."""
    row, scope = row_of(volume, label=label), scope_of(op)
    changed = scope.apply(row, scope.sample(seed, row), level)
    return changed.input[0].images[0].open(), changed.magnitude, changed.label


def run_examples(kind):
    """How many lines of the operator's documented example ran; every one must give what it says."""
    result = doctest.testmod(sys.modules[lookup("perturbations", kind).__module__])
    assert result.failed == 0
    return result.attempted


def centre_mm(volume, chosen):
    """The middle of the voxels where ``chosen`` holds, in mm."""
    return volume.affine[:3, :3] @ np.argwhere(chosen).mean(axis=0) + volume.affine[:3, 3]
