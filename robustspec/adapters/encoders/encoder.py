"""Pictures and texts to vectors, each made once: the towers of a model with their memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from robustspec.adapters.encoders.memory import KEPT_BYTES, Kept, Memory
from robustspec.adapters.encoders.towers import Towers, Vectors
from robustspec.adapters.local.batching import Batches
from robustspec.adapters.local.image_text import as_shown
from robustspec.data.picture import Picture

Item = TypeVar("Item")

_WIDTH = 512  # of a vector, to reckon how many are kept
_TEXTS_A_PICTURE = 4  # a text costs about so much less than a picture
_KEPT = KEPT_BYTES // (4 * _WIDTH)


class Encoder:
    """Embeds pictures and texts by the towers of one model; what has been embedded before is taken from memory.

    A picture is known by its content, a text by its letters. ``kept`` is the file of pictures' vectors between runs.
    """

    def __init__(self, towers: Towers, batches: Batches, kept: Kept | None = None) -> None:
        self.towers, self._batches, self._kept = towers, batches, kept
        self._pictures: Memory[bytes, Vectors] = Memory(_KEPT)
        self._texts: Memory[str, tuple[Vectors, bool]] = Memory(_KEPT)
        if kept is not None:
            kept.load(self._pictures)

    def images(self, pictures: Sequence[Picture]) -> Vectors:
        """One vector of unit length for each picture, n x width."""
        of = {picture.digest: picture for picture in pictures}
        made = self._pictures.get_all([picture.digest for picture in pictures], lambda new: self._seen(of, new))
        return np.stack(made)

    def _seen(self, of: dict[bytes, Picture], digests: Sequence[bytes]) -> Iterator[Vectors]:
        for part in _parts(digests, self._batches.rows):
            yield from self._quietly(self.towers.embed_images, [as_shown(of[digest]) for digest in part])

    def texts(self, texts: Sequence[str]) -> tuple[Vectors, bool]:
        """One vector of unit length for each text, n x width, and whether any was cut to the model's length."""
        made = self._texts.get_all(texts, self._read)
        return np.stack([vector for vector, _ in made]), any(cut for _, cut in made)

    def _read(self, texts: Sequence[str]) -> list[tuple[Vectors, bool]]:
        """Texts of like length together, so that little is padded."""
        made: dict[str, tuple[Vectors, bool]] = {}
        for part in _parts(sorted(texts, key=len), self._batches.rows * _TEXTS_A_PICTURE):
            vectors, cut = self._quietly(self.towers.embed_texts, part)
            made |= zip(part, zip(vectors, cut, strict=True), strict=True)
        return [made[text] for text in texts]

    def match(self, pictures: Sequence[Picture], texts: Sequence[str]) -> tuple[NDArray[np.float64], list[bool]]:
        """The probability that each picture and its text belong together, by the model's head for it."""
        found: tuple[NDArray[np.float64], list[bool]] = self._quietly(
            self.towers.match, [as_shown(each) for each in pictures], texts
        )
        return found

    def _quietly(self, work: Any, *arguments: Any) -> Any:
        """What the towers give, no gradients kept."""
        import torch

        with torch.inference_mode():
            return work(*arguments)

    def close(self) -> None:
        """Write the vectors of pictures to their file, where they are kept between runs."""
        if self._kept is not None:
            self._kept.save(self._pictures)


def _parts(items: Sequence[Item], size: int) -> Iterable[Sequence[Item]]:
    return (items[start : start + size] for start in range(0, len(items), max(1, size)))
