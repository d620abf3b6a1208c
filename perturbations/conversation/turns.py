"""The turns of a conversation: where the user makes the last request, and what is said before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from robustspec.data.row import Message
from robustspec.perturbation.frame import Dialogue

T = TypeVar("T")


def of_user(message: Message) -> bool:
    """Whether the user says this; a message with a name is a document, and no turn."""
    return message.role == "user" and message.name is None


def last_request(messages: Sequence[Message]) -> int | None:
    """Where the last message of the user stands, None where the user says nothing."""
    return max((place for place, each in enumerate(messages) if of_user(each)), default=None)


def said_before(passage: Dialogue, place: int, turns: Sequence[str]) -> Dialogue:
    """The dialogue with ``turns`` of the user before the message at ``place``. Magnitude: turns added."""
    added = tuple(Message("user", turn) for turn in turns)
    return passage.with_messages((*passage.messages[:place], *added, *passage.messages[place:]), float(len(turns)))


def shuffled_bank(draws: np.random.Generator, bank: Sequence[str]) -> list[str]:
    """The sentences of ``bank`` in a random order: take the first k for level k."""
    return [bank[place] for place in draws.permutation(len(bank)).tolist()]


def one_of(draws: np.random.Generator, bank: Sequence[T]) -> T:
    """One sentence, or whatever else it holds, of ``bank``."""
    return bank[int(draws.integers(len(bank)))]
