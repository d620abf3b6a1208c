"""The learned numbers of the copilot: a small file beside the code, made by ``python -m robustspec.reference.mri.train``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FILE = Path(__file__).parent / "weights.npz"
SEQUENCES = ("T1w", "T2w", "PD", "FLAIR")
ORGANS = ("brain", "knee", "spine", "abdomen", "heart", "breast", "other")
PATTERNS = ("single", "multiple", "ring", "diffuse")

Array = NDArray[np.float32]


@cache
def weights() -> Mapping[str, Array]:
    """Every array by name, as float32."""
    with np.load(FILE, allow_pickle=False) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files}


def layers(name: str, inputs: Array) -> Array:
    """The network ``name`` on rows of inputs: scaled, then linear layers with rectifiers between them."""
    stored = weights()
    values = (inputs - stored[f"{name}.mean"]) * stored[f"{name}.scale"]
    last = max(int(key.rpartition(".")[2]) for key in stored if key.startswith(f"{name}.w."))
    for number in range(last + 1):
        values = values @ stored[f"{name}.w.{number}"] + stored[f"{name}.b.{number}"]
        if number < last:
            np.maximum(values, 0, out=values)
    return values


def softmax(scores: Array) -> Array:
    """Shares that sum to 1 along the last axis."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def logistic(scores: Array) -> Array:
    """From scores to chances."""
    return np.asarray(1 / (1 + np.exp(-np.clip(scores, -30, 30))))
