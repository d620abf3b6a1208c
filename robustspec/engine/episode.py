"""One case as a conversation with the model, of one turn or many.

An episode is asked for its next input with the outputs it has had so far, and ends when it has none. A single text is an
episode of one. In a conversation, each message of the user that the row does not answer itself is one turn: the model's own
answer to it stands in the transcript when the next one is said. The last output is the case's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Protocol

from robustspec.answers.withheld import is_withheld
from robustspec.data.row import Content, Message, Output


class Episode(Protocol):
    """A conversation that is still to be held."""

    def next(self, outputs: Sequence[Output]) -> Content | None:
        """The input after ``outputs``, or None at the end. Pure: the same outputs give the same input."""
        ...


class OneTurn:
    """The content as it is, once."""

    def __init__(self, content: Content) -> None:
        self.content = content

    def next(self, outputs: Sequence[Output]) -> Content | None:
        """The content first, then nothing."""
        return None if outputs else self.content


class Script:
    """The messages of a row, with the model's own answers between the turns.

    Ends early where there is no answer: what would follow has nothing to follow on.
    """

    def __init__(self, messages: Sequence[Message]) -> None:
        self.messages = tuple(messages)
        self.stops = turns(self.messages)

    def next(self, outputs: Sequence[Output]) -> Content | None:
        """The transcript up to the next message of the user that is not answered."""
        if len(outputs) == len(self.stops) or any(output.error is not None for output in outputs):
            return None
        transcript: list[Message] = []
        start = 0
        for stop, output in zip(self.stops, outputs, strict=False):
            transcript += [*self.messages[start:stop], Message("assistant", said(output))]
            start = stop
        return (*transcript, *self.messages[start : self.stops[len(outputs)]])


def turns(messages: Sequence[Message]) -> list[int]:
    """Where the model is to speak: after how many messages. Always at the end; before it, wherever a message of the user is
    followed by another one of theirs before any answer."""
    stops = []
    unanswered = 0
    for place, message in enumerate(messages):
        if message.role == "user" and message.name is None:
            if unanswered:
                stops.append(place)
            unanswered = place + 1
        elif message.role == "assistant":
            unanswered = 0
    return [*stops, len(messages)]


def said(output: Output) -> str:
    """An output as a message of the transcript; structures as JSON, what the service withheld as words."""
    if is_withheld(output.raw):
        return output.raw["text"] or "(no answer)"
    return output.raw if isinstance(output.raw, str) else json.dumps(output.raw, ensure_ascii=False, default=str)


def episode_of(content: Content, *, whole: bool = False) -> Episode:
    """The episode of a case's input; ``whole`` hands a conversation over at once, as to recorded outputs."""
    if isinstance(content, str) or whole or len(turns(content)) == 1:
        return OneTurn(content)
    return Script(content)
