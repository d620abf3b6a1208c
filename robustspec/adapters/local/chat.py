"""A causal language model that answers: chats by its own template, or continues a prompt."""

from __future__ import annotations

from collections.abc import Sequence

from robustspec.adapters.local.batching import Batches
from robustspec.adapters.local.generating import Continued, Generator
from robustspec.adapters.local.model import Counts, LocalModel, Prepared, fitted
from robustspec.adapters.local.prompting import Prompts
from robustspec.adapters.local.tokens import limit_of, padded
from robustspec.adapters.recorded import input_sha
from robustspec.data.row import Input, Output


class ChatModel(LocalModel):
    """Answers in text; made by `robustspec.adapters.transformers.TransformersAdapter`."""

    def __init__(self, generator: Generator, prompts: Prompts, batches: Batches, *, truncate: bool = False) -> None:
        super().__init__(generator.model, batches)
        self._generator, self._prompts, self._truncate = generator, prompts, truncate
        limit = limit_of(generator.tokenizer, generator.model.config)
        self._room = None if limit is None else limit - generator.decoding.max_tokens

    def prepare(self, item: Input) -> Prepared:
        """The tokens of the prompt."""
        text = self._prompts.text(item)
        special = not self._prompts.is_chat
        tokens = self._generator.tokenizer(text, add_special_tokens=special, verbose=False)["input_ids"]
        tokens = fitted(tokens, self._room, truncate=self._truncate, counts=self.counts)
        return Prepared(item, tokens, len(tokens))

    def work(self, batch: Sequence[Prepared]) -> list[Output]:
        """The answers to a batch of prompts, padded on the left."""
        ids, mask = padded([each.data for each in batch], self._generator.pad, self.model.device, left=True)
        keys = [key_of(each.item) for each in batch]
        found = self._generator.continued({"input_ids": ids, "attention_mask": mask}, keys)
        timeout_s = self._generator.decoding.timeout_s
        return [
            answer(each, prepared.length, timeout_s, self.counts) for each, prepared in zip(found, batch, strict=True)
        ]


def key_of(item: Input) -> str:
    """What a case's random numbers are drawn from: its id, which holds the repeat, and what it shows."""
    return f"{item.case_id}:{input_sha(item.content)}"


def answer(found: Continued, sent: int, timeout_s: float, counts: Counts) -> Output:
    """A generated text as an output, with the tokens that it took; one that was stopped by the clock is none."""
    tokens = (sent, found.tokens)
    if found.end == "late":
        return Output(error=f"no answer within {timeout_s:g} s -- raise timeout_s, or lower max_tokens", tokens=tokens)
    counts.cut += found.end == "cut"
    return Output(found.text, tokens=tokens)
