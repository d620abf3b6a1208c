"""The values that flow through a run: rows, inputs, outputs, answers, cases.

They are slotted dataclasses, not pydantic models: a run builds hundreds of thousands of them. Treat them as
immutable; ``dataclasses.replace`` or the methods below make changed copies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

from robustspec.data.picture import Picture

Act = Literal["answered", "refused", "asked", "unparsed"]
PolicyWord = Literal["answer", "may_refuse", "must_refuse", "ask"]
Policy = tuple[PolicyWord, ...]
"""The acts that are right for a case: one word, or two (scored by the better of them)."""


class Expected(Enum):
    """What may stand for a turn's right answer instead of the answer itself."""

    AS_ROW = "as row"
    """The row's own label and policy hold for this turn too."""


@dataclass(slots=True)
class Message:
    """One turn of a conversation, with the pictures that are shown in it.

    ``name`` names a document handed over as context (``on: context.NAME``). ``expect`` and ``policy`` say what is right as
    the answer to this message, where it is not the last one; the model never sees them. Without either the answer there is
    judged by no metric.
    """

    role: str
    content: str
    name: str | None = None
    images: tuple[Picture, ...] = ()
    expect: Any = None
    policy: Policy | None = None


Content = str | tuple[Message, ...]
"""What a model is given: plain text, or a conversation. A picture alone is one message of the user without words."""


@dataclass(slots=True)
class Span:
    """A stretch of text that has a meaning of its own: every occurrence of ``text`` is of ``category``."""

    text: str
    category: str


@dataclass(slots=True)
class Row:
    """One record of data.

    ``label`` is whatever the metric compares with (string, number, mapping, list). ``policy`` is the row's own policy or
    None. ``groups`` maps each group name of the data block to this row's value, bins and maps already applied.
    ``magnitude`` is set on perturbed rows: the realised size of the change, in the operator's own unit, 0 for clean.
    """

    id: str
    input: Content
    label: Any = None
    policy: Policy | None = None
    spans: tuple[Span, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    magnitude: float | None = 0.0


@dataclass(slots=True)
class Input:
    """What an adapter is called with: the content, and the case it first came from."""

    content: Content
    case_id: str = ""

    @property
    def text(self) -> str:
        """The content as plain text; of a conversation, the last user message."""
        if isinstance(self.content, str):
            return self.content
        return next((m.content for m in reversed(self.content) if m.role == "user"), "")

    @property
    def messages(self) -> tuple[Message, ...]:
        """The content as a conversation; plain text is one user message."""
        return (Message("user", self.content),) if isinstance(self.content, str) else self.content

    @property
    def images(self) -> tuple[Picture, ...]:
        """The pictures of all messages, in their order."""
        return images_of(self.content)


def images_of(content: Content) -> tuple[Picture, ...]:
    """The pictures of an input, in the order of its messages."""
    if isinstance(content, str):
        return ()
    return tuple(picture for message in content for picture in message.images)


@dataclass(slots=True)
class Output:
    """What came back from one call.

    ``raw`` is text, or JSON-able data from a model that answers in structures. ``error`` is set when there is no
    answer (an exception, a time limit): the case is then missing. ``turns`` and ``replies`` are set where a whole
    conversation comes back at once, as from a recording: the model's earlier answers, and what its simulated user said.
    ``tokens`` are those sent and received, where an endpoint tells them.
    """

    raw: Any = None
    error: str | None = None
    seconds: float = 0.0
    turns: tuple[Any, ...] = ()
    replies: tuple[Any, ...] = ()
    tokens: tuple[int, int] | None = None


@dataclass(slots=True)
class Answer:
    """A raw output after ``output:`` has read it: what was said, and which act it was.

    ``beside`` is what a second rule of the extractor reads in the same output: one value or nothing, None without one.
    """

    value: Any = None
    act: Act = "answered"
    beside: tuple[Any, ...] | None = None


@dataclass(slots=True)
class Turn:
    """One answer of the model in a conversation, and what was right there.

    ``judged`` says whether the data tell what is right: ``label`` and ``policy`` are then those of this turn.
    """

    answer: Answer
    label: Any = None
    policy: Policy = ("answer",)
    judged: bool = False


@dataclass(slots=True)
class Case:
    """One row in one cell with its answer: all that a metric may look at.

    ``row`` is the perturbed row, its label already moved by the cell's relation; ``policy`` is the case's own;
    ``seconds`` is how long the model took for the output. ``turns`` are the model's answers in the order of a
    conversation, the last of them ``answer``; empty where there was one turn. ``opinions`` holds what other models said
    of the answer, by the key of the metric that asked them. ``call`` numbers the draws and repeats of a row in a cell.
    ``cut``: it is of a recording that holds no earlier turns of its conversation.
    """

    row: Row
    answer: Answer
    policy: Policy = ("answer",)
    cell: str = "clean"
    level: int | None = None
    seconds: float = 0.0
    turns: tuple[Turn, ...] = ()
    opinions: Mapping[str, Any] = field(default_factory=dict)
    cut: bool = False
    call: int = 0

    @property
    def held(self) -> tuple[Turn, ...]:
        """The conversation's turns; of a single answer, that one turn."""
        return self.turns or (Turn(self.answer, self.row.label, self.policy, judged=True),)
