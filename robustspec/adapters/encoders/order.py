"""The order head: the probability that two steps are in order, from the embeddings of their texts and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from robustspec.errors import AdapterError

Features = Literal["V+T", "V", "T"]
"""What a head looks at: pictures and text, pictures, text."""
FEATURES: tuple[Features, ...] = get_args(Features)
HEAD = "order_head.npz"
"""The file of heads in a model's folder."""

Floats = NDArray[np.float64]
_PARTS = ("mean", "spread", "w1", "b1", "w2", "b2")


@dataclass(frozen=True, slots=True)
class OrderHead:
    """One hidden layer over standardised features: p = sigmoid(tanh(((x - mean) / spread) w1 + b1) w2 + b2)."""

    mean: Floats
    spread: Floats
    w1: Floats
    b1: Floats
    w2: Floats
    b2: Floats

    def probability(self, rows: NDArray[Any]) -> Floats:
        """The probability that each pair is in order; ``rows`` is pairs x features."""
        hidden = np.tanh((rows - self.mean) / self.spread @ self.w1 + self.b1)
        return np.asarray(1 / (1 + np.exp(-np.clip(hidden @ self.w2 + self.b2, -500, 500))))


def features_of(texts: NDArray[Any] | None, images: NDArray[Any] | None) -> NDArray[Any]:
    """The features of pairs: first and second text, first and second picture, side by side; None leaves a part out.

    Both are pairs x 2 x width. Each step is embedded by itself, with the title before its headline: a head over frozen
    encoders cannot read an order out of one embedding of both, as one whose encoders are trained with it can.
    """
    parts = [part.reshape(len(part), -1) for part in (texts, images) if part is not None]
    return np.concatenate(parts, axis=1)


def fit_order_head(
    rows: NDArray[Any],
    in_order: NDArray[Any],
    *,
    hidden: int = 32,
    steps: int = 400,
    decay: float = 1e-3,
    seed: int = 0,
) -> OrderHead:
    """A head for features (pairs x features) and whether each pair is in order (0 or 1), by Adam on the log-loss.

    The same arguments give the same head. ``decay`` pulls the weights towards 0.
    """
    rng = np.random.default_rng(seed)
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    inputs, labels = ((rows - mean) / spread).astype(np.float64), np.asarray(in_order, dtype=np.float64)
    weights = [
        rng.normal(0, inputs.shape[1] ** -0.5, (inputs.shape[1], hidden)),
        np.zeros(hidden),
        rng.normal(0, hidden**-0.5, hidden),
        np.zeros(()),
    ]
    first, second = [np.zeros_like(each) for each in weights], [np.zeros_like(each) for each in weights]
    for step in range(1, steps + 1):
        slopes = _slopes(inputs, labels, weights, decay)
        rate = 0.01 * (1 - step / (steps + 1))
        for at, slope in enumerate(slopes):
            first[at] = 0.9 * first[at] + 0.1 * slope
            second[at] = 0.999 * second[at] + 0.001 * slope**2
            moved = (first[at] / (1 - 0.9**step)) / (np.sqrt(second[at] / (1 - 0.999**step)) + 1e-8)
            weights[at] = weights[at] - rate * moved
    return OrderHead(mean, spread, *weights)


def _slopes(inputs: Floats, labels: Floats, weights: list[Any], decay: float) -> tuple[Any, ...]:
    """Gradients of the mean log-loss and of half ``decay`` times the squared weights."""
    w1, b1, w2, b2 = weights
    hidden = np.tanh(inputs @ w1 + b1)
    off = (1 / (1 + np.exp(-(hidden @ w2 + b2))) - labels) / len(labels)
    back = np.outer(off, w2) * (1 - hidden**2)
    return inputs.T @ back + decay * w1, back.sum(axis=0), hidden.T @ off + decay * w2, off.sum()


def save_heads(heads: Mapping[Features, OrderHead], path: Path) -> None:
    """Write heads to one NPZ file, each under what it looks at."""
    arrays = {f"{name}/{part}": getattr(head, part) for name, head in heads.items() for part in _PARTS}
    with path.open("wb") as file:
        np.savez(file, **arrays)


def load_head(path: Path, features: Features) -> OrderHead:
    """The head of an NPZ file for ``features``; nothing is unpickled. `AdapterError` where there is none."""
    try:
        # Opened here: numpy leaves a file open that begins like a zip and is none.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            known = {name.partition("/")[0] for name in archive.files}
            if features not in known:
                raise AdapterError(
                    f"model.features: {path} has no head for {features} -- it has one for {' and '.join(sorted(known))}"
                )
            return OrderHead(*(archive[f"{features}/{part}"] for part in _PARTS))
    except FileNotFoundError:
        raise AdapterError(
            f"model.head: {path}: no such file -- train a head with fit_order_head and save_heads "
            "(robustspec.adapters.encoders.order), or choose another task"
        ) from None
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise AdapterError(
            f"model.head: {path} is no file of order heads ({error}) -- write it with save_heads"
        ) from None
