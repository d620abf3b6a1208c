"""Embeddings that were made once: kept by what they are of, in this process and, if wanted, in a file between runs."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Generic, TypeVar
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
Key = TypeVar("Key")
Item = TypeVar("Item")

FOLDER = Path(".robustspec_cache") / "embeddings"
"""Where embeddings lie between runs, below the current folder; one file for each set of weights."""
KEPT_BYTES = 256 * 2**20
"""How much of embeddings is kept; beyond it the least recently used go."""


class Memory(Generic[Key, Item]):
    """The least recently used go when there are more than ``most``; safe to use from several threads."""

    def __init__(self, most: int) -> None:
        self.most = max(1, most)
        self._held: OrderedDict[Key, Item] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._held)

    def items(self) -> list[tuple[Key, Item]]:
        """All that is held, the least recently used first."""
        with self._lock:
            return list(self._held.items())

    def put(self, key: Key, item: Item) -> None:
        """Keep an item."""
        with self._lock:
            self._held[key] = item
            self._held.move_to_end(key)
            while len(self._held) > self.most:
                self._held.popitem(last=False)

    def get_all(self, keys: Sequence[Key], make: Callable[[list[Key]], Iterable[Item]]) -> list[Item]:
        """The items of all keys; those that are not held are made together, each once."""
        with self._lock:
            found = {key: self._held[key] for key in dict.fromkeys(keys) if key in self._held}
            for key in found:
                self._held.move_to_end(key)
        missing = [key for key in dict.fromkeys(keys) if key not in found]
        if missing:
            for key, item in zip(missing, make(missing), strict=True):
                found[key] = item
                self.put(key, item)
        return [found[key] for key in keys]


class Kept:
    """Embeddings of pictures in a file: the digest of each picture's content, and its vector.

    ``weights`` is what identifies the weights and how they are computed: other weights have another file. A file that
    cannot be read, or whose vectors have another width, counts as empty.
    """

    def __init__(self, weights: str, folder: Path = FOLDER) -> None:
        self.path = folder / f"{weights}.npz"
        self._before = 0

    def load(self, into: Memory[bytes, Vector]) -> None:
        """Put what the file holds into ``into``."""
        keys, vectors = self._read()
        self._before = len(keys)
        for key, vector in zip(keys, vectors, strict=True):
            into.put(key.tobytes(), vector)

    def save(self, held: Memory[bytes, Vector]) -> None:
        """Write what is held, beside what another run has put there; nothing is written where nothing is new."""
        items = dict(held.items())
        if len(items) <= self._before:
            return
        keys, vectors = self._read()
        items = {key.tobytes(): vector for key, vector in zip(keys, vectors, strict=True)} | items
        items = dict(list(items.items())[-held.most :])
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(f".{os.getpid()}.part")
        with part.open("wb") as file:
            digests = np.frombuffer(b"".join(items), dtype=np.uint8).reshape(len(items), -1)
            np.savez(file, digests=digests, vectors=np.stack(list(items.values())))
        part.replace(self.path)

    def _read(self) -> tuple[NDArray[np.uint8], Vector]:
        nothing = np.zeros((0, 16), dtype=np.uint8), np.zeros((0, 0), dtype=np.float32)
        try:
            # Opened here: numpy leaves a file open that begins like a zip and is none.
            with self.path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                digests, vectors = archive["digests"], archive["vectors"]
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            return nothing
        fits = digests.ndim == vectors.ndim == 2 and len(digests) == len(vectors) and digests.shape[1] == 16
        return (digests.astype(np.uint8), vectors.astype(np.float32)) if fits else nothing
