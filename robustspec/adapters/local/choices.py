"""Choices ranked by a causal language model's log-probabilities: nothing is generated, and nothing has to be parsed."""

from __future__ import annotations

import inspect
import itertools
import math
from collections.abc import Sequence
from typing import Any, Literal

from robustspec.adapters.local.batching import Batches
from robustspec.adapters.local.model import LocalModel, Prepared, fitted
from robustspec.adapters.local.prompting import Prompts
from robustspec.adapters.local.tokens import Tokens, ends_of, limit_of, pad_of, padded
from robustspec.data.row import Input, Output
from robustspec.errors import AdapterError

Normalise = Literal["sum", "mean", "none"]
Pair = tuple[Tokens, Tokens]
"""The tokens of a prompt, and those of a choice behind it."""

DOCUMENT = "choices"
"""The name of the document of a conversation that replaces the choices, one a line; the model is not shown it."""


class ChoicesModel(LocalModel):
    """Gives ``{"label": choice, "scores": {choice: probability}}``.

    ``before`` stands between a prompt and a choice; None: a space, where a prompt without chat template ends in none.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        prompts: Prompts,
        batches: Batches,
        *,
        choices: Sequence[str],
        normalise: Normalise = "sum",
        before: str | None = None,
        truncate: bool = False,
    ) -> None:
        super().__init__(model, batches)
        self._tokenizer, self._prompts, self._truncate = tokenizer, prompts, truncate
        self._choices, self._normalise, self._before = tuple(choices), normalise, before
        self._limit = limit_of(tokenizer, model.config)
        self._pad = pad_of(tokenizer, ends_of(tokenizer, model.generation_config))
        known = inspect.signature(model.forward).parameters
        self._keeps_logits, self._takes_positions = "logits_to_keep" in known, "position_ids" in known

    def prepare(self, item: Input) -> Prepared:
        """The choices of an input, and the tokens of its prompt with each of them."""
        choices, item = _choices_of(item, self._choices)
        text = self._prompts.text(item)
        before = self._before
        if before is None:
            before = "" if self._prompts.is_chat or text[-1:].isspace() else " "
        pairs = [self._pair(text, before + choice) for choice in choices]
        return Prepared(item, (choices, pairs), max(len(prompt) + len(choice) for prompt, choice in pairs))

    def work(self, batch: Sequence[Prepared]) -> list[Output]:
        """The ranking of each input's choices."""
        pairs = [pair for each in batch for pair in each.data[1]]
        found = self._at_once(batch) if all(_is_one_token(each.data[1]) for each in batch) else self._each(pairs)
        outputs, at = [], 0
        for each in batch:
            choices, own = each.data
            lengths = [len(choice) for _, choice in own]
            raw = ranked(choices, found[at : at + len(own)], lengths, self._normalise)
            outputs.append(Output(raw, tokens=(each.length, 0)))
            at += len(own)
        return outputs

    def _pair(self, text: str, choice: str) -> Pair:
        """Prompt and choice as the tokens of both together fall apart: what the prompt alone shares is its own."""
        special = not self._prompts.is_chat
        alone = self._tokenizer(text, add_special_tokens=special, verbose=False)["input_ids"]
        both = self._tokenizer(text + choice, add_special_tokens=special, verbose=False)["input_ids"]
        both = _without_end(both, alone, self._tokenizer.eos_token_id)
        shared = next(
            (at for at, (a, b) in enumerate(zip(alone, both, strict=False)) if a != b), min(len(alone), len(both))
        )
        prompt, rest = both[:shared], both[shared:]
        if not rest or not prompt:
            raise AdapterError(f"the choice '{choice.strip()}' adds no token to the prompt -- write before_choice: ' '")
        room = None if self._limit is None else self._limit - len(rest)
        return fitted(prompt, room, truncate=self._truncate, counts=self.counts), rest

    def _at_once(self, batch: Sequence[Prepared]) -> list[float]:
        """Where each choice is one token behind the same prompt, one look at the prompt ranks them all."""
        wanted = [(row, 0, choice[0]) for row, each in enumerate(batch) for _, choice in each.data[1]]
        return self._logs([each.data[1][0][0] for each in batch], 1, wanted)

    def _each(self, pairs: Sequence[Pair]) -> list[float]:
        """The log-probability of each choice behind its prompt, as many at once as inputs may be."""
        found: list[float] = []
        for start in range(0, len(pairs), self.batches.rows):
            part = pairs[start : start + self.batches.rows]
            keep = max(len(choice) for _, choice in part) + 1
            wanted = [
                (row, keep - 1 - len(choice) + at, token)
                for row, (_, choice) in enumerate(part)
                for at, token in enumerate(choice)
            ]
            logs = iter(self._logs([prompt + choice for prompt, choice in part], keep, wanted))
            found.extend(sum(itertools.islice(logs, len(choice))) for _, choice in part)
        return found

    def _logs(self, rows: Sequence[Tokens], keep: int, wanted: Sequence[tuple[int, int, int]]) -> list[float]:
        """Log-probabilities behind the last ``keep`` places of each row; ``wanted`` are triples of row, place and token."""
        import torch

        ids, mask = padded(rows, self._pad, self.model.device, left=True)
        extra: dict[str, Any] = {"logits_to_keep": keep} if self._keeps_logits else {}
        if self._takes_positions:
            extra["position_ids"] = (mask.cumsum(dim=-1) - 1).clamp_(min=0)
        with torch.inference_mode():
            logits = self.model(input_ids=ids, attention_mask=mask, use_cache=False, **extra).logits[:, -keep:]
            row, place, token = torch.tensor(wanted, device=logits.device).T
            found: list[float] = torch.log_softmax(logits.float(), dim=-1)[row, place, token].tolist()
        return found


def ranked(
    choices: Sequence[str], logs: Sequence[float], lengths: Sequence[int], normalise: Normalise
) -> dict[str, Any]:
    """The likeliest choice (the first of equals) and the probability of each.

    ``logs`` are log-probabilities of whole choices and ``lengths`` their tokens. With ``sum`` and ``mean`` (per token)
    probabilities add up to 1 over the choices; with ``none`` they are those of the model.

    >>> ranked(["up", "down"], [-1.0, -3.0], [1, 2], "sum")["scores"]["up"]
    0.8807970779778823
    >>> ranked(["up", "down"], [-2.0, -3.0], [1, 2], "mean")["label"]
    'down'
    """
    values = [log / length for log, length in zip(logs, lengths, strict=True)] if normalise == "mean" else list(logs)
    top = max(values)
    shares = [math.exp(value if normalise == "none" else value - top) for value in values]
    whole = 1.0 if normalise == "none" else sum(shares)
    scores = {choice: share / whole for choice, share in zip(choices, shares, strict=True)}
    return {"label": choices[values.index(top)], "scores": scores}


def _choices_of(item: Input, choices: Sequence[str]) -> tuple[Sequence[str], Input]:
    """The choices of an input, and the input without the document that named them."""
    document = next((message for message in reversed(item.messages) if message.name == DOCUMENT), None)
    if document is None:
        return choices, item
    named = [line.strip() for line in document.content.splitlines() if line.strip()]
    if len(set(named)) < len(named) or len(named) < 2:
        raise AdapterError("the document 'choices' names no two choices, or one twice -- write one on each line")
    return named, Input(tuple(message for message in item.messages if message is not document), item.case_id)


def _is_one_token(pairs: Sequence[Pair]) -> bool:
    first = pairs[0][0]
    return all(len(choice) == 1 and prompt == first for prompt, choice in pairs)


def _without_end(both: Tokens, alone: Tokens, end: int | None) -> Tokens:
    """Tokens without the ending one that some tokenizers put behind every text."""
    return both[:-1] if end is not None and both[-1:] == [end] and alone[-1:] == [end] else both
