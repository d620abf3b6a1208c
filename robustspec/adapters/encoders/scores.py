"""From cosines to answers: zero-shot classification, with prompts that deny a class too, and choosing a caption."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


def class_weights(vectors: Floats, templates: int) -> Floats:
    """The vector of each class: the mean over its templates of unit vectors, of unit length again.

    ``vectors`` is (classes x templates) x width, the templates of one class side by side. Source: the prompt ensembles of
    Radford et al. (2021), section 3.1.4.
    """
    means = vectors.reshape(-1, templates, vectors.shape[1]).mean(axis=1)
    weights: Floats = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
    return weights


def class_logits(image: Floats, present: Floats, absent: Floats | None, scale: float, weight: float) -> Floats:
    """Logits of the classes for one picture: scale * cosine.

    With prompts that deny each class (``absent``): scale * ((1 - weight) * cos(present) + weight * (1 - cos(absent))),
    the text part of SimNL (Zhang et al., 2024), whose share of the negative is 0.25.
    """
    cosines = present @ image
    if absent is None:
        return np.asarray(scale * cosines)
    return np.asarray(scale * ((1 - weight) * cosines + weight * (1 - absent @ image)))


def present_probability(image: Floats, present: Floats, absent: Floats, scale: float) -> Floats:
    """Of each class, the probability that it is there rather than denied: softmax over its two prompts."""
    margin = scale * (present @ image - absent @ image)
    return np.asarray(1 / (1 + np.exp(-np.clip(margin, -500, 500))))


def softmax(logits: Floats) -> Floats:
    """Probabilities, in double precision."""
    powers = np.exp(logits.astype(np.float64) - float(np.max(logits)))
    return np.asarray(powers / powers.sum())


def scored(labels: Sequence[str], values: Floats, top: int) -> dict[str, float]:
    """The ``top`` largest values by label, largest first, ties in the order of the labels."""
    order = np.argsort(-values, kind="stable")[:top]
    return {labels[int(at)]: round(float(values[at]), 6) for at in order}
