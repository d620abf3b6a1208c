"""A model in this process: inputs prepared one by one, answered in batches, faults kept to the inputs that have them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from robustspec.adapters.base import Model
from robustspec.adapters.local.batching import Batches, release
from robustspec.data.row import Input, Output
from robustspec.errors import AdapterError


@dataclass(slots=True)
class Prepared:
    """An input as the model takes it: what ``data`` is, is the task's; ``length`` sorts it among others."""

    item: Input
    data: Any
    length: int = 0


@dataclass(slots=True)
class Counts:
    """What the notes of a run count."""

    cut: int = 0
    truncated: int = 0


class LocalModel(Model):
    """The base of models in this process. Tasks write `prepare` and `work`.

    Inputs of one `predict` are sorted by length, longest first, so that little is padded and what does not fit in memory
    shows at once.
    """

    def __init__(self, model: Any, batches: Batches) -> None:
        self.model, self.batches, self.counts = model, batches, Counts()
        self.batch_size = batches.rows

    def prepare(self, item: Input) -> Prepared:
        """An input as the model takes it; an `AdapterError` is the error of this input alone."""
        raise NotImplementedError

    def work(self, batch: Sequence[Prepared]) -> Sequence[Any]:
        """The answers to a batch, one for each."""
        raise NotImplementedError

    def predict(self, inputs: Sequence[Input]) -> list[Any]:
        """One output for each input, in their order."""
        outputs: list[Any] = [None] * len(inputs)
        ready: list[tuple[int, Prepared]] = []
        for number, item in enumerate(inputs):
            try:
                ready.append((number, self.prepare(item)))
            except AdapterError as error:
                outputs[number] = Output(error=str(error))
        ready.sort(key=lambda each: -each[1].length)
        found = self.batches.run(self.work, [prepared for _, prepared in ready])
        for (number, _), output in zip(ready, found, strict=True):
            outputs[number] = output
        self.batch_size = self.batches.rows
        return outputs

    def broken(self) -> str | None:
        """Why no further call can succeed: a single input did not fit in memory. None while one may."""
        return self.batches.broken

    def notes(self) -> Iterator[str]:
        """How many inputs and answers were cut, and whether batches were."""
        if count := self.counts.truncated:
            yield f"{count} input{_s(count)} cut to what the model takes, which may hide what was changed in {_it(count)}"
        if count := self.counts.cut:
            yield f"{count} answer{_s(count)} cut at max_tokens and judged as {_is(count)} -- raise max_tokens"
        if note := self.batches.note():
            yield note

    def close(self) -> None:
        """Release the model's memory."""
        self.model = None
        release()


def fitted(tokens: list[int], room: int | None, *, truncate: bool, counts: Counts) -> list[int]:
    """Tokens that fit in ``room``: as they are, or with ``truncate`` without their beginning, for the question ends them.

    Raises `AdapterError` where they do not fit and may not be cut.
    """
    if room is None or len(tokens) <= room:
        return tokens
    if not truncate or room < 1:
        raise AdapterError(f"{too_long(len(tokens), room)}, or write truncate: true")
    counts.truncated += 1
    return tokens[len(tokens) - room :]


def too_long(tokens: int, room: int) -> str:
    """What is said of an input of more ``tokens`` than there is ``room`` for."""
    beside = f"the model takes {max(room, 0)} beside its answer"
    return f"the input has {tokens} tokens, and {beside} -- shorten it, or lower max_tokens"


def _s(count: int) -> str:
    return " was" if count == 1 else "s were"


def _it(count: int) -> str:
    return "it" if count == 1 else "them"


def _is(count: int) -> str:
    return "it is" if count == 1 else "they are"
