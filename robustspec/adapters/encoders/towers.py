"""The towers of CLIP, BLIP and ViT with RoBERTa: pictures and texts to vectors of unit length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from robustspec.adapters.local.tokens import limit_of

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image as Shown

Vectors = NDArray[np.float32]
Read = tuple[Vectors, list[bool]]
"""One vector for each text, and whether it was cut to the tower's length."""


class Reader:
    """Texts to tokens: cut at the length that the model takes, and told so, since a model would raise."""

    def __init__(self, tokenizer: Any, config: Any, device: torch.device) -> None:
        self._tokenizer, self._device = tokenizer, device
        self.limit = limit_of(tokenizer, config)

    def read(self, texts: Sequence[str]) -> tuple[dict[str, torch.Tensor], list[bool]]:
        """Tokens and attention mask, padded to the longest, and which texts were cut."""
        whole = self._tokenizer(list(texts), verbose=False)["input_ids"]
        cut = [self.limit is not None and len(ids) > self.limit for ids in whole]
        tokens = self._tokenizer(
            list(texts),
            truncation=self.limit is not None,
            max_length=self.limit,
            padding=True,
            return_tensors="pt",
        )
        return {name: tokens[name].to(self._device) for name in ("input_ids", "attention_mask")}, cut


class Towers:
    """A picture tower and a text tower. ``scale`` turns cosines into logits; ``matches`` says that there is a head for it."""

    scale: float = 100.0
    matches: bool = False
    shared: bool = True
    """Whether pictures and texts are in one space, so that their cosine means something."""

    def embed_images(self, shown: Sequence[Shown]) -> Vectors:
        """One vector of unit length for each picture, n x width."""
        raise NotImplementedError

    def embed_texts(self, texts: Sequence[str]) -> Read:
        """One vector of unit length for each text, n x width, and whether it was cut."""
        raise NotImplementedError

    def match(self, shown: Sequence[Shown], texts: Sequence[str]) -> tuple[NDArray[np.float64], list[bool]]:
        """The probability that each picture and its text belong together."""
        raise NotImplementedError


class ClipTowers(Towers):
    """CLIP (Radford et al., 2021): two towers into one space, and a learned scale."""

    def __init__(self, model: Any, processor: Any) -> None:
        self._model, self._processor = model, processor
        self._reader = Reader(processor.tokenizer, model.config, model.device)
        self.scale = float(model.logit_scale.exp())

    def embed_images(self, shown: Sequence[Shown]) -> Vectors:
        """The projected picture embeddings, normalised."""
        found = self._model.get_image_features(pixel_values=pixels(self._processor, shown, self._model))
        return unit(found)

    def embed_texts(self, texts: Sequence[str]) -> Read:
        """The projected text embeddings, normalised."""
        tokens, cut = self._reader.read(texts)
        return unit(self._model.get_text_features(**tokens)), cut


class BlipTowers(Towers):
    """BLIP (Li et al., 2022) for retrieval: two towers into one space, and a head that reads a text with its picture."""

    scale = 1 / 0.07  # the temperature that BLIP starts from; the one it learned is not among the published weights
    matches = True

    def __init__(self, model: Any, processor: Any) -> None:
        self._model, self._processor = model, processor
        self._reader = Reader(processor.tokenizer, model.config, model.device)

    def _seen(self, shown: Sequence[Shown]) -> torch.Tensor:
        found: torch.Tensor = self._model.vision_model(
            pixel_values=pixels(self._processor, shown, self._model)
        ).last_hidden_state
        return found

    def embed_images(self, shown: Sequence[Shown]) -> Vectors:
        """The projected picture embeddings, normalised."""
        return unit(self._model.vision_proj(self._seen(shown)[:, 0]))

    def embed_texts(self, texts: Sequence[str]) -> Read:
        """The projected text embeddings, normalised."""
        tokens, cut = self._reader.read(texts)
        return unit(self._model.text_proj(self._model.text_encoder(**tokens).last_hidden_state[:, 0])), cut

    def match(self, shown: Sequence[Shown], texts: Sequence[str]) -> tuple[NDArray[np.float64], list[bool]]:
        """The head's probability that they belong together; its mask is made on the model's device."""
        import torch

        seen = self._seen(shown)
        tokens, cut = self._reader.read(texts)
        every = torch.ones(seen.shape[:-1], dtype=torch.long, device=seen.device)
        fused = self._model.text_encoder(**tokens, encoder_hidden_states=seen, encoder_attention_mask=every)
        logits = self._model.itm_head(fused.last_hidden_state[:, 0])
        return logits.float().softmax(dim=-1)[:, 1].double().cpu().numpy(), cut


class SeparateTowers(Towers):
    """A picture tower and a text tower that never met, such as ViT and RoBERTa: the first token of each."""

    shared = False

    def __init__(self, vision: Any, processor: Any, text: Any, tokenizer: Any) -> None:
        self._vision, self._processor, self._text = vision, processor, text
        self._reader = Reader(tokenizer, text.config, text.device)

    def embed_images(self, shown: Sequence[Shown]) -> Vectors:
        """The picture tower's first token, normalised."""
        return unit(self._vision(pixel_values=pixels(self._processor, shown, self._vision)).last_hidden_state[:, 0])

    def embed_texts(self, texts: Sequence[str]) -> Read:
        """The text tower's first token, normalised."""
        tokens, cut = self._reader.read(texts)
        return unit(self._text(**tokens).last_hidden_state[:, 0]), cut


def pixels(processor: Any, shown: Sequence[Shown], model: Any) -> torch.Tensor:
    """Pictures as the model takes them, by its own image processor."""
    own = getattr(processor, "image_processor", processor)
    found: torch.Tensor = own(images=list(shown), return_tensors="pt")["pixel_values"]
    return found.to(device=model.device, dtype=model.dtype)


def unit(found: Any) -> Vectors:
    """Rows of unit length, float32, on the CPU; what transformers 5 wraps in an output is taken out of it."""
    rows: Vectors = getattr(found, "pooler_output", found).float().cpu().numpy()
    lengths = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return np.asarray(rows / lengths, dtype=np.float32)
