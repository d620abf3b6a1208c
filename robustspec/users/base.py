"""What a simulated user is, and what it is asked."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from robustspec.data.row import Answer, Content, Message, Output, Row
from robustspec.described import Described


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the model's: its answer as read, its words, the row with the facts, and the conversation up to it."""

    answer: Answer
    said: str
    row: Row
    transcript: tuple[Message, ...] = ()


class SimulatedUser(Described):
    """Answers what the model under test asks, from the facts of the row.

    A kind that knows its replies implements `reply`. One that has a model reply names it in ``model`` (a key of
    ``models:``) and implements `prompt` and `read`. All are pure.
    """

    kind: str
    model: str | None = None
    """Name under ``models:`` of the model that replies; None where no model is asked."""
    max_replies: int = Field(default=6, ge=1, le=50)
    """How many questions of a conversation are answered; a model that still asks has failed the case."""

    def reply(self, question: Question) -> str | None:
        """What the user says; None where the question is passed over and the conversation goes on."""
        raise NotImplementedError

    def prompt(self, question: Question) -> Content:
        """What the user's model is given, to have its reply."""
        raise NotImplementedError

    def read(self, output: Output) -> str | None:
        """The reply in an output of the user's model; None where there is none."""
        raise NotImplementedError
