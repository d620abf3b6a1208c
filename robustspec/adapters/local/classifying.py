"""A sequence classifier: one probability for each class of its configuration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from robustspec.adapters.local.batching import Batches
from robustspec.adapters.local.model import LocalModel, Prepared, fitted
from robustspec.adapters.local.prompting import plain_text
from robustspec.adapters.local.tokens import limit_of, pad_of, padded
from robustspec.data.row import Input, Output
from robustspec.errors import AdapterError


class ClassifyModel(LocalModel):
    """Gives ``{"label": class, "scores": {class: probability}}``; classes are named by the model's ``id2label``.

    Probabilities add up to 1, but for a model of several labels at once: there each stands for itself.
    """

    def __init__(self, model: Any, tokenizer: Any, batches: Batches, *, truncate: bool = False) -> None:
        super().__init__(model, batches)
        self._tokenizer, self._truncate = tokenizer, truncate
        self._labels = [str(model.config.id2label[number]) for number in range(model.config.num_labels)]
        self._several = model.config.problem_type == "multi_label_classification"
        if len(self._labels) < 2:
            raise AdapterError("the model has one output and no classes -- name a classifier of two classes or more")
        self._limit, self._pad = limit_of(tokenizer, model.config), pad_of(tokenizer)
        if model.config.pad_token_id is None:
            model.config.pad_token_id = self._pad  # causal classifiers look for the last token before it

    def prepare(self, item: Input) -> Prepared:
        """The tokens of a text; of a conversation, of all that was said."""
        text = plain_text(item.messages)
        tokens = self._tokenizer(text, verbose=False)["input_ids"]
        if tokens is not fitted(tokens, self._limit, truncate=self._truncate, counts=self.counts):
            tokens = self._tokenizer(text, truncation=True, max_length=self._limit)[
                "input_ids"
            ]  # with its ending token
        return Prepared(item, tokens, len(tokens))

    def work(self, batch: Sequence[Prepared]) -> list[Output]:
        """The classes of a batch, padded behind the tokens."""
        import torch

        ids, mask = padded([each.data for each in batch], self._pad, self.model.device, left=False)
        with torch.inference_mode():
            logits = self.model(input_ids=ids, attention_mask=mask).logits.double()
        shares = torch.sigmoid(logits) if self._several else torch.softmax(logits, dim=-1)
        return [
            Output(self._of(row), tokens=(each.length, 0)) for row, each in zip(shares.tolist(), batch, strict=True)
        ]

    def _of(self, shares: list[float]) -> dict[str, Any]:
        scores = dict(zip(self._labels, shares, strict=True))
        return {"label": self._labels[shares.index(max(shares))], "scores": scores}
