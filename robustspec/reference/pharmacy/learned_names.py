"""Which medicine a misspelt word means, learned: likeness of character n-grams, and a threshold fitted to slips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from robustspec.reference.pharmacy.intents import Array, cells

SIZE = 1024
"""How many cells the n-grams of names are hashed into."""
SHORTEST = 4
"""Shorter words mean themselves."""


def vectors(words: Sequence[str], idf: Array) -> Array:
    """Rows of unit length: the cells of each word, those that few names have counting more. Shape (words, cells)."""
    found = np.zeros((len(words), SIZE), dtype=np.float32)
    for row, word in enumerate(words):
        found[row, cells(word, SIZE)] = 1
    found *= idf
    norms = np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(found / np.where(norms == 0, 1, norms), dtype=np.float32)


def evidence(best: float, second: float, everyday: float, word: str, name: str) -> list[float]:
    """What speaks for a word being a name: likeness to it, lead over the next name and over everyday words, form."""
    return [best, best - second, best - everyday, abs(len(word) - len(name)) / len(name), float(word[:1] == name[:1])]


class LikestName:
    """The name that a word is likest to, where the learned chance that it is meant is more than one half.

    ``owners`` says what each name stands for: names of one thing are no rivals. ``learned`` holds ``idf`` (cells) and
    ``names`` (a weight for each piece of evidence, and the bias).
    """

    def __init__(
        self, names: Sequence[str], owners: Sequence[object], everyday: Sequence[str], learned: Mapping[str, Array]
    ) -> None:
        self._names = list(names)
        self._idf = learned["idf"]
        # One row for each cell: a word has few cells, and their rows lie together.
        self._known = np.ascontiguousarray(vectors(self._names, self._idf).T)
        self._everyday = np.ascontiguousarray(vectors(list(everyday), self._idf).T)
        self._rivals = [np.array([other != owner for other in owners]) for owner in owners]
        self._weights, self._bias = learned["names"][:-1], float(learned["names"][-1])

    def evidence(self, word: str) -> tuple[int, list[float]]:
        """The place of the likest name, and the evidence for it."""
        (vector,) = vectors([word], self._idf)
        used = np.flatnonzero(vector)
        likeness = vector[used] @ self._known[used]
        best = int(likeness.argmax())
        second = float(likeness[self._rivals[best]].max())
        everyday = float((vector[used] @ self._everyday[used]).max())
        return best, evidence(float(likeness[best]), second, everyday, word, self._names[best])

    def find(self, word: str) -> str:
        """The name that is meant; empty where none is."""
        if len(word) < SHORTEST:
            return ""
        best, found = self.evidence(word)
        return self._names[best] if float(np.dot(self._weights, found)) + self._bias > 0 else ""
