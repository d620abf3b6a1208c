"""A model of images and text that answers in text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from robustspec.adapters.local.batching import Batches
from robustspec.adapters.local.chat import answer, key_of
from robustspec.adapters.local.generating import Generator
from robustspec.adapters.local.model import LocalModel, Prepared, too_long
from robustspec.adapters.local.prompting import Prompts
from robustspec.adapters.local.tokens import limit_of
from robustspec.data.picture import Image, Picture
from robustspec.data.row import Input, Message, Output
from robustspec.errors import AdapterError

if TYPE_CHECKING:
    from PIL.Image import Image as Shown


class ImageTextModel(LocalModel):
    """Answers in text what conversations with images ask; the processor of the model writes prompts and scales images."""

    modalities = frozenset({"text", "image"})

    def __init__(self, generator: Generator, processor: Any, prompts: Prompts, batches: Batches) -> None:
        super().__init__(generator.model, batches)
        self._generator, self._processor, self._prompts = generator, processor, prompts
        processor.tokenizer.padding_side = "left"
        if processor.tokenizer.pad_token_id is None:
            processor.tokenizer.pad_token_id = generator.pad
        limit = limit_of(generator.tokenizer, generator.model.config)
        self._room = None if limit is None else limit - generator.decoding.max_tokens

    def prepare(self, item: Input) -> Prepared:
        """The prompt with its images; what they cost in tokens is not known yet."""
        images = [as_shown(picture) for picture in item.images]
        if not self._prompts.is_chat:
            return Prepared(item, (self._prompts.text(item), images), len(images))
        said = [{"role": each.role, "content": _parts(each)} for each in self._prompts.messages(item)]
        return Prepared(item, (self._prompts.chat(said), images), len(images))

    def work(self, batch: Sequence[Prepared]) -> list[Any]:
        """The answers to a batch: those with images and those without go in apart, for a processor takes no mixture."""
        outputs: list[Any] = [None] * len(batch)
        for shows in (True, False):
            part = [number for number, each in enumerate(batch) if bool(each.data[1]) == shows]
            if part:
                for number, output in zip(part, self._answered([batch[number] for number in part]), strict=True):
                    outputs[number] = output
        return outputs

    def _answered(self, batch: Sequence[Prepared]) -> list[Output]:
        inputs = self._processed(batch).to(self.model.device, dtype=self.model.dtype)
        inputs.pop("token_type_ids", None)
        lengths = inputs["attention_mask"].sum(dim=-1).tolist()
        if self._room is not None and max(lengths) > self._room:
            return self._without_long(batch, lengths, self._room)
        found = self._generator.continued(dict(inputs), [key_of(each.item) for each in batch])
        timeout_s = self._generator.decoding.timeout_s
        return [answer(each, sent, timeout_s, self.counts) for each, sent in zip(found, lengths, strict=True)]

    def _without_long(self, batch: Sequence[Prepared], lengths: Sequence[int], room: int) -> list[Output]:
        """The answers to what fits; how many tokens images cost shows only when they have been processed."""
        fits = [each for each, length in zip(batch, lengths, strict=True) if length <= room]
        found = iter(self._answered(fits) if fits else ())
        return [next(found) if length <= room else Output(error=too_long(length, room)) for length in lengths]

    def _processed(self, batch: Sequence[Prepared]) -> Any:
        texts, images = [each.data[0] for each in batch], [each.data[1] for each in batch]
        shown = {"images": images} if images[0] else {}
        return self._processor(text=texts, **shown, padding=True, return_tensors="pt")


def as_shown(picture: Picture) -> Shown:
    """A picture as an 8-bit RGB image of Pillow; `AdapterError` for a volume."""
    from PIL import Image as Pillow

    value = picture.open()
    if not isinstance(value, Image):
        raise AdapterError(f"{picture.name} is a volume, and the model takes images -- show it slices")
    pixels = value.pixels if value.pixels.dtype == np.uint8 else np.rint(value.unit() * 255).astype(np.uint8)
    return Pillow.fromarray(np.repeat(pixels[:, :, None], 3, axis=2) if pixels.ndim == 2 else pixels)


def _parts(message: Message) -> list[dict[str, Any]]:
    """The content of a message as chat templates of such models read it: its images, then its words."""
    words = [{"type": "text", "text": message.content}] if message.content else []
    return [*({"type": "image"} for _ in message.images), *words]
