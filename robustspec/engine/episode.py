"""One case as a conversation with the model, of one turn or many.

An episode is asked for its next step with what has been said so far, and ends when it has none. A single text is an
episode of one. In a conversation, each message of the user that the row does not answer itself is one turn: the model's own
answer to it stands in the transcript when the next one is said. Where the scenario has a simulated user, the questions of the
model are answered before the conversation goes on. The last output is the case's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from robustspec.answers.withheld import is_withheld
from robustspec.data.row import Answer, Content, Message, Output, Row
from robustspec.users.base import Question, SimulatedUser

Read = Callable[[Any], Answer]
"""From a raw output to an answer."""


@dataclass(frozen=True, slots=True)
class ToUser:
    """What a simulated user that is a model itself is asked, to have its reply."""

    content: Content


Step = Content | ToUser
"""What comes next: an input for the model under test, or one for the simulated user."""


@dataclass(slots=True)
class Course:
    """How far a conversation has come.

    ``step`` is what comes next, None at its end. ``heard`` gives for each output the message that it settles: None where it
    is a question that was answered, so that the message is settled later. ``exhausted``: the model went on asking when the
    simulated user had replied as often as it may. ``lost`` says why the simulated user's model gave no reply: then the
    conversation has no end. ``transcript`` is all that has been said.
    """

    step: Step | None = None
    heard: list[Message | None] = field(default_factory=list)
    exhausted: bool = False
    lost: str = ""
    transcript: list[Message] = field(default_factory=list)


class Episode(Protocol):
    """A conversation that is still to be held."""

    def course(self, outputs: Sequence[Output], replies: Sequence[Output] = ()) -> Course:
        """The state after ``outputs`` and the simulated user's ``replies``. Pure: the same ones give the same course."""
        ...


class OneTurn:
    """The content as it is, once."""

    def __init__(self, content: Content) -> None:
        self.content = content

    def course(self, outputs: Sequence[Output], replies: Sequence[Output] = ()) -> Course:
        """The content first, then nothing."""
        said_so_far = [Message("user", self.content)] if isinstance(self.content, str) else [*self.content]
        said_so_far += [Message("assistant", said(output)) for output in outputs if output.error is None]
        return Course(None if outputs else self.content, [None] * len(outputs), transcript=said_so_far)


class Script:
    """The messages of a row, with the model's own answers between the turns.

    Ends early where there is no answer: what would follow has nothing to follow on. With a ``user``, each answer that is a
    question is replied to; ``read`` tells a question from an answer, and ``row`` is what the user knows.
    """

    def __init__(
        self,
        messages: Sequence[Message],
        user: SimulatedUser | None = None,
        row: Row | None = None,
        read: Read | None = None,
    ) -> None:
        self.messages = tuple(messages)
        self.stops = turns(self.messages)
        self._user, self._row, self._read = user, row, read

    def course(self, outputs: Sequence[Output], replies: Sequence[Output] = ()) -> Course:
        """Walks through the script with what has been said."""
        walk = _Walk(self, outputs, replies)
        start = 0
        for stop in self.stops:
            walk.course.transcript += self.messages[start:stop]
            if not walk.turn(self._last_of_user(start, stop)):
                break
            start = stop
        return walk.course

    def _last_of_user(self, start: int, stop: int) -> Message | None:
        said = [each for each in self.messages[start:stop] if each.role == "user" and each.name is None]
        return said[-1] if said else None

    def question_in(self, output: Output, transcript: Sequence[Message]) -> Question | None:
        """The question that an output asks the simulated user; None where it asks none, or there is nobody to ask."""
        if self._user is None or self._read is None or self._row is None:
            return None
        answer = self._read(output.raw)
        return Question(answer, said(output), self._row, tuple(transcript)) if answer.act == "asked" else None

    @property
    def user(self) -> SimulatedUser | None:
        """Who replies to questions."""
        return self._user


class _Walk:
    """One walk through a script: what is taken of the outputs and replies, and the transcript so far."""

    def __init__(self, script: Script, outputs: Sequence[Output], replies: Sequence[Output]) -> None:
        self.script, self.outputs, self.replies = script, outputs, replies
        self.course = Course()
        self._taken = self._questions = self._asked_model = 0

    def turn(self, message: Message | None) -> bool:
        """Let the model answer, questions and replies included; whether the script goes on after it."""
        while True:
            if self._taken == len(self.outputs):
                self.course.step = tuple(self.course.transcript)
                return False
            output = self.outputs[self._taken]
            self._taken += 1
            self.course.heard.append(message)
            if output.error is not None:
                return False
            self.course.transcript.append(Message("assistant", said(output)))
            question = self.script.question_in(output, self.course.transcript)
            if question is None:
                return True
            settled = self._reply(question)
            if settled is not None:
                return settled
            self.course.heard[-1] = None

    def _reply(self, question: Question) -> bool | None:
        """Put the user's reply into the transcript and give None; else whether the script goes on without one."""
        user = self.script.user
        assert user is not None
        if self._questions == user.max_replies:
            self.course.exhausted = True
            return False
        self._questions += 1
        if user.model is None:
            reply = user.reply(question)
        elif self._asked_model == len(self.replies):
            self.course.step = ToUser(user.prompt(question))
            return False
        else:
            output = self.replies[self._asked_model]
            if output.error is not None:
                self.course.lost = output.error
                return False
            reply = user.read(output)
            self._asked_model += 1
            if reply is None:  # a model that says nothing is no patient who passes a question over
                self.course.lost = "its model said nothing that can be read"
                return False
        if reply is None:
            return True
        self.course.transcript.append(Message("user", reply))
        return None


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


def episode_of(row: Row, *, user: SimulatedUser | None = None, read: Read | None = None) -> Episode:
    """The episode of a row's input, with the simulated user that answers questions in it."""
    content = row.input
    if user is None and (isinstance(content, str) or len(turns(content)) == 1):
        return OneTurn(content)
    return Script((Message("user", content),) if isinstance(content, str) else content, user, row, read)


@dataclass(slots=True)
class Talk:
    """A conversation under way: what the model and the simulated user have said so far."""

    episode: Episode
    outputs: list[Output] = field(default_factory=list)
    replies: list[Output] = field(default_factory=list)
    was_recorded: bool = False
    """Whether it comes from a recording that holds its turns."""

    def course(self) -> Course:
        """How far it has come."""
        return self.episode.course(self.outputs, self.replies)

    @property
    def transcript(self) -> tuple[Message, ...]:
        """What was said before the last answer, where the model has spoken more than once; empty otherwise."""
        said_so_far = self.course().transcript if len(self.outputs) > 1 else []
        return tuple(said_so_far[:-1] if said_so_far and said_so_far[-1].role == "assistant" else said_so_far)

    @property
    def last(self) -> Output:
        """The output of the case: the last one, or the error of a simulated user without whom there is no end."""
        if not self.replies and not self.was_recorded:
            return self.outputs[-1]
        course = self.course()
        if course.lost:
            return Output(error=f"the simulated user gave no reply: {course.lost}")
        if self.was_recorded and (course.step is not None or len(course.heard) != len(self.outputs)):
            return Output(error="the recording has another number of turns than the conversation -- record it again")
        return self.outputs[-1]

    def start(self) -> Content:
        """The first input."""
        content = self.episode.course(()).step
        assert content is not None
        assert not isinstance(content, ToUser)
        return content

    @property
    def lacks_turns(self) -> bool:
        """Whether fewer answers are known than the conversation has turns."""
        return isinstance(self.episode, Script) and len(self.outputs) < len(self.episode.stops)

    def recorded(self, output: Output) -> None:
        """Take a conversation that was held before, as a recording gives it."""
        self.was_recorded = bool(output.turns)
        self.outputs += [*(Output(raw) for raw in output.turns), output]
        self.replies += [Output(raw) for raw in output.replies]

    def go_on(self, output: Output, *, by_user: bool = False) -> Step | None:
        """The next step after an output of the model or, ``by_user``, of the simulated user; None at the end."""
        (self.replies if by_user else self.outputs).append(output)
        return self.course().step
