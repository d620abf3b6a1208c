"""Batched generation: greedy, or sampled so that a case draws the same whatever shares its batch."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from robustspec.adapters.local.loading import quiet
from robustspec.adapters.local.tokens import Tokens, ends_of, pad_of
from robustspec.perturbation.seeds import stream

if TYPE_CHECKING:
    import torch

End = Literal["ended", "cut", "late"]
"""By the model itself or a stop text; at the most tokens; by the clock."""


class Continued(NamedTuple):
    """What was generated behind a prompt: the text, how it ended, and how many tokens it took."""

    text: str
    end: End
    tokens: int


@dataclass(frozen=True, slots=True)
class Decoding:
    """How answers are generated: at most ``max_tokens`` each, in ``timeout_s`` seconds each; greedy at temperature 0."""

    max_tokens: int
    temperature: float = 0.0
    seed: int = 0
    stop: tuple[str, ...] = ()
    timeout_s: float = 60.0


class Generator:
    """Continues prompts with one causal model and its tokenizer.

    The model's own generation settings hold (its ending tokens, a penalty of repetition) but for those of sampling and of
    length. A sampled token is the one at which the cumulated distribution passes a number drawn for this case and place, so
    that batches, their order and other random numbers of the process change nothing.
    """

    def __init__(self, model: Any, tokenizer: Any, decoding: Decoding) -> None:
        self.model, self.tokenizer, self.decoding = model, tokenizer, decoding
        self.ends = ends_of(tokenizer, model.generation_config)
        self.pad = pad_of(tokenizer, self.ends)
        self._settings = _settings(model.generation_config, decoding, self.ends, self.pad)

    def continued(self, inputs: Mapping[str, torch.Tensor], keys: Sequence[str]) -> list[Continued]:
        """What comes behind each left-padded prompt of ``inputs``; ``keys`` name the cases."""
        import torch

        settings = copy.copy(self._settings)
        settings.max_time = self.decoding.timeout_s * len(keys)
        extra: dict[str, Any] = {}
        if self.decoding.temperature > 0:
            extra["logits_processor"] = [self._draws(inputs["input_ids"], keys)]
        if self.decoding.stop:
            extra["tokenizer"] = self.tokenizer
        with torch.inference_mode():
            found = self.model.generate(**inputs, generation_config=settings, **extra)
        return [self._read(row) for row in found[:, inputs["input_ids"].shape[1] :].tolist()]

    def _draws(self, ids: torch.Tensor, keys: Sequence[str]) -> Draws:
        import torch

        numbers = [stream(self.decoding.seed, key).random(self.decoding.max_tokens) for key in keys]
        return Draws(torch.from_numpy(np.stack(numbers)).to(ids.device), ids.shape[1], self.decoding.temperature)

    def _read(self, row: Tokens) -> Continued:
        at = next((at for at, token in enumerate(row) if token in self.ends), None)
        said = row if at is None else row[:at]
        text = self.tokenizer.decode(said, skip_special_tokens=True)
        stops = [text.index(stop) for stop in self.decoding.stop if stop in text]
        if stops:
            return Continued(text[: min(stops)].strip(), "ended", len(said))
        end: End = "cut" if len(row) >= self.decoding.max_tokens else "late"
        return Continued(text.strip(), end if at is None else "ended", len(said))


class Draws:
    """Leaves one token possible in each row: where the cumulated distribution passes the row's number for this place.

    ``numbers`` (rows x places, 0 to 1); ``width`` is how many tokens the prompts have.
    """

    def __init__(self, numbers: torch.Tensor, width: int, temperature: float) -> None:
        self._numbers, self._width, self._temperature = numbers, width, temperature

    def __call__(self, ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """``scores`` (rows x vocabulary) with all but the drawn token at minus infinity."""
        import torch

        share = torch.softmax(scores.double() / self._temperature, dim=-1).cumsum(dim=-1)
        number = self._numbers[:, ids.shape[1] - self._width, None] * share[:, -1:]
        drawn = torch.searchsorted(share, number, right=True).clamp_(max=scores.shape[-1] - 1)
        return torch.full_like(scores, -torch.inf).scatter_(-1, drawn, 0.0)


def _settings(own: Any, decoding: Decoding, ends: Tokens, pad: int) -> Any:
    settings = copy.deepcopy(own)
    with quiet():
        settings.update(
            max_new_tokens=decoding.max_tokens,
            max_length=None,
            min_length=0,
            do_sample=False,
            num_beams=1,
            temperature=None,
            top_p=None,
            top_k=None,
            min_p=None,
            typical_p=None,
            stop_strings=list(decoding.stop) or None,
            eos_token_id=ends or None,
            pad_token_id=pad,
            return_dict_in_generate=False,
        )
    return settings
