"""The live model of CLIP, BLIP and ViT with RoBERTa."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from robustspec.adapters.encoders.encoder import Encoder
from robustspec.adapters.encoders.prompts import document
from robustspec.adapters.encoders.tasks import Task
from robustspec.adapters.encoders.towers import Vectors
from robustspec.adapters.local.batching import Batches
from robustspec.adapters.local.model import LocalModel, Prepared
from robustspec.data.picture import Picture
from robustspec.data.row import Input, Output
from robustspec.errors import AdapterError, DataError

_BY_DOCUMENT = {"captions": "choose", "caption": "match", "headlines": "order"}
"""Under ``task: auto``, the task of an input that holds such a document; ``classify`` where it holds none of them."""


class EncoderModel(LocalModel):
    """Answers questions about pictures by the embeddings of a model's towers.

    ``tasks`` are those that it can be asked, by name; ``task`` is one of them, or ``auto``.
    """

    modalities = frozenset({"text", "image"})

    def __init__(self, encoder: Encoder, batches: Batches, tasks: Mapping[str, Task], task: str) -> None:
        super().__init__(encoder, batches)
        self._encoder: Encoder = encoder
        self._tasks, self._task = tasks, task

    def embed_image(self, pictures: Sequence[Picture]) -> Vectors:
        """One vector of unit length for each picture, n x width, float32."""
        return self._embedded(self._encoder.images, pictures)

    def embed_text(self, texts: Sequence[str]) -> Vectors:
        """One vector of unit length for each text, n x width, float32; texts beyond the model's length are cut."""
        return self._embedded(lambda part: self._encoder.texts(part)[0], texts)

    def _embedded(self, embed: Any, items: Sequence[Any]) -> Vectors:
        import numpy as np

        found = self.batches.run(embed, items)
        if any(isinstance(each, Output) for each in found):
            raise AdapterError(self.batches.broken or "the model runs out of memory")
        return np.stack(found)

    def prepare(self, item: Input) -> Prepared:
        """The task of an input and its question; a picture that cannot be opened is the error of this input alone."""
        name = self._task
        if name == "auto":
            name = next((each for kept, each in _BY_DOCUMENT.items() if document(item, kept) is not None), "classify")
        if name not in self._tasks:
            raise AdapterError(f"the input asks to {name}, and {self.name} has no head for it -- name one under head")
        task = self._tasks[name]
        try:
            return Prepared(item, (task, task.ask(item)))
        except DataError as error:
            raise AdapterError(str(error)) from error

    def work(self, batch: Sequence[Prepared]) -> list[Any]:
        """The answers to a batch, those of one task together."""
        outputs: list[Any] = [None] * len(batch)
        for task in dict.fromkeys(each.data[0] for each in batch):
            places = [place for place, each in enumerate(batch) if each.data[0] is task]
            found = task.answers([batch[place].data[1] for place in places], self._encoder)
            for place, (answer, cut) in zip(places, found, strict=True):
                outputs[place] = answer | {"truncated": True} if cut else answer
                self.counts.truncated += cut
        return outputs

    def close(self) -> None:
        """Write the embeddings that are kept between runs, and release the model's memory."""
        if self.model is not None:
            self._encoder.close()
        super().close()
