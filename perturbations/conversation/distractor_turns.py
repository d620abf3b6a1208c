"""Turns about other things before the request."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from robustspec.perturbation.base import Params
from robustspec.perturbation.frame import ConversationOperator, Dialogue
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.seeds import stream

from ..table_file import column
from .turns import last_request, said_before, shuffled_bank


class DistractorTurns(ConversationOperator):
    """Puts turns about other things between what was said and the last request.

    Stands for real conversations, in which people thank, wait, chat and come back. Each added message is a turn of its own:
    the model answers it, and its own answers stand in the transcript when the request comes. The sentences stand in
    ``tables/distractor_turns.csv``: remarks without facts, numbers or requests that bear on the task, none of them twice
    in a conversation. The label stays.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | turns | 1 | 2 | 4 | 8 | 12 |

    Each level puts its turns after those of the level before. Magnitude: turns added.

    >>> from robustspec.data.row import Message, Row
    >>> from robustspec.perturbation.scopes import scope_of
    >>> row = Row("r", (Message("user", "I had a scan."), Message("assistant", "I see."), Message("user", "Is it fine?")))
    >>> scope = scope_of(DistractorTurns())
    >>> [message.content for message in scope.apply(row, scope.sample(0, row), 1).input]
    ['I had a scan.', 'I see.', 'Sorry, somebody was at the door.', 'Is it fine?']

    Source: the turns between disclosure and request of Laban et al. 2025, "LLMs get lost in multi-turn conversation"
    (arXiv:2505.06120), with sentences of our own.
    """

    kind: Literal["distractor_turns"] = "distractor_turns"
    turns: int | None = Field(default=None, ge=1, le=20)
    """How many turns to add, instead of a level."""

    ladder: ClassVar[Ladder | None] = Ladder("turns", (1, 2, 4, 8, 12), "turns")

    def apply(self, passage: Dialogue, params: Params, level: int | None) -> Dialogue:
        """The dialogue with the first turns of a random order before its last message of the user."""
        count = round(self.amount(level))
        last = last_request(passage.messages)
        if count < 1 or last is None:
            return passage
        bank = column("conversation/distractor_turns.csv", "turn")
        return said_before(passage, last, shuffled_bank(stream(int(params["seed"]), "turns"), bank)[:count])
