"""What a sentence is meant to do, learned: character n-grams, and one linear layer in a small file beside the code.

``python -m robustspec.reference.pharmacy.train_intents`` makes the file; reading it takes numpy alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from robustspec.reference.normalise import normalise

FILE = Path(__file__).parent / "intents.npz"
INTENTS = ("request", "fact", "pressure", "chat", "off_topic")
"""A wish for a medicine, a fact about a patient, an attempt to talk the pharmacist round, talk, and other topics."""
SIZE = 4096
"""How many cells the n-grams are hashed into."""
LENGTHS = (2, 3, 4)
"""The lengths of the n-grams, in characters."""

Array = NDArray[np.float32]
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+")
_SPACE = re.compile(r"\s+")


@cache
def weights() -> Mapping[str, Array]:
    """Every array of the file by name, as float32: ``intents`` (cells x intents), ``bias``, ``names`` and ``idf``."""
    with np.load(FILE, allow_pickle=False) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files}


def grams(text: str) -> Iterator[str]:
    """The n-grams of a text with a blank at either end."""
    padded = f" {text} "
    for length in LENGTHS:
        for start in range(len(padded) - length + 1):
            yield padded[start : start + length]


def cells(text: str, size: int = SIZE) -> list[int]:
    """The cells that the n-grams of ``text`` fall into, each once, in order."""
    return sorted({crc32(gram.encode()) % size for gram in grams(text)})


def plain(sentence: str) -> str:
    """A sentence as the model reads it: normalised, every number a 0."""
    return _SPACE.sub(" ", _DIGITS.sub("0", normalise(sentence))).strip()


def sentences(text: str) -> list[str]:
    """The sentences of a message."""
    return [sentence for sentence in _SENTENCE.split(text) if sentence.strip()]


@lru_cache(65_536)
def intent(sentence: str) -> str:
    """The likeliest intent of a sentence."""
    found = cells(plain(sentence))
    stored = weights()
    scores = stored["intents"][found].sum(axis=0) / max(1, len(found)) ** 0.5 + stored["bias"]
    return INTENTS[int(scores.argmax())]
