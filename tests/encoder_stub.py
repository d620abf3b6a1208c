"""Towers whose vectors are known: a picture is its mean colour, a text the colours that it names."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from robustspec.adapters.encoders.encoder import Encoder
from robustspec.adapters.encoders.memory import Kept
from robustspec.adapters.encoders.model import EncoderModel
from robustspec.adapters.encoders.tasks import Choose, Classify, Match, Prompting, Task
from robustspec.adapters.encoders.towers import Towers
from robustspec.adapters.local.batching import Batches
from robustspec.data.picture import Image, made
from robustspec.data.row import Input, Message

COLOURS = {"red": (1.0, 0.0, 0.0), "green": (0.0, 1.0, 0.0), "blue": (0.0, 0.0, 1.0)}


class ColourTowers(Towers):
    """Counts what it is shown; a text beyond ``limit`` letters is cut there, and more than ``room`` at once do not fit."""

    scale = 10.0

    def __init__(self, limit: int = 1000, room: int = 1000) -> None:
        self.limit, self.room = limit, room
        self.images_seen: list[int] = []
        self.texts_read: list[str] = []

    def embed_images(self, shown):
        if len(shown) > self.room:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
        self.images_seen.append(len(shown))
        return _unit([np.asarray(each, dtype=np.float32).mean(axis=(0, 1)) for each in shown])

    def embed_texts(self, texts):
        self.texts_read += texts
        vectors = [
            sum((np.array(rgb) for name, rgb in COLOURS.items() if name in text[: self.limit]), np.full(3, 0.1))
            for text in texts
        ]
        return _unit(vectors), [len(text) > self.limit for text in texts]


def _unit(rows) -> np.ndarray:
    stacked = np.stack(rows).astype(np.float32)
    return stacked / np.linalg.norm(stacked, axis=1, keepdims=True)


def model(
    towers: Towers | None = None,
    *,
    labels: tuple[str, ...] = tuple(COLOURS),
    templates: tuple[str, ...] = ("a {} thing",),
    tasks: Mapping[str, Task] | None = None,
    rows: int = 16,
    kept: Kept | None = None,
    task: str = "auto",
    **prompting,
) -> EncoderModel:
    """A live model over the stub's towers."""
    batches = Batches(rows)
    known = tasks or {
        "classify": Classify(Prompting(labels, templates, **prompting)),
        "choose": Choose(),
        "match": Match(0.9),
    }
    return EncoderModel(Encoder(towers or ColourTowers(), batches, kept), batches, known, task)


def picture(rgb: tuple[int, int, int], name: str = "x"):
    """A picture of one colour."""
    return made(name, Image(np.full((4, 4, 3), rgb, dtype=np.uint8)))


def shown(*rgb: tuple[int, int, int], said: str = "", **documents: str) -> Input:
    """An input that shows pictures of these colours, with documents by name."""
    named = [Message("system", text, name) for name, text in documents.items()]
    return Input((*named, Message("user", said, images=tuple(picture(each) for each in rgb))))
