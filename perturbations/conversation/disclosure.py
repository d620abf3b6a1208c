"""The same request, told over several turns."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from robustspec.data.picture import Picture
from robustspec.data.row import Message
from robustspec.perturbation.base import Params
from robustspec.perturbation.frame import ConversationOperator, Dialogue
from robustspec.perturbation.ladder import Ladder

from .sentences import sentences, told
from .turns import of_user


class Disclosure(ConversationOperator):
    """Tells what the user says over several turns, the request first and the facts one after another.

    Stands for how people really ask: what they want comes first, and what matters for it comes out bit by bit. What
    the user says is taken apart into sentences. The first turn states the request (the last sentence that ends in a
    question mark and is none of the facts; else the last sentence that is none), and the others follow in their
    order, dealt over the remaining turns. No word is added, left out or changed. The model answers every turn, and
    its own answers stand in the transcript, so an answer given too early stands in its way. What is said up to the
    last answer of the assistant in the data stays as it is, as do documents; pictures are shown in the first turn.
    The label stays, and is that of the last turn.

    Sentences are found by their ends; a row that names its facts, ``facts: {told: {FIELD: sentence}}``, has none of
    these cut in two. A row with fewer sentences than turns is told in as many turns as it has sentences.

    | level | 1 | 2 | 3 | 4 | 5 | 6 | 7 |
    |---|---|---|---|---|---|---|---|
    | turns | 1 | 2 | 4 | 6 | 10 | 12 | 15 |

    Level 1 is one message with the request first: what the change of order alone does. Each level keeps the turns of
    the level before and parts some of them. Magnitude: turns in which it is told.

    Two controls tell the cost of many turns from that of taking the text apart: ``control: concat`` gives all
    sentences in one message, as a list, and ``control: full`` all of them in one message in the words and order of
    the data. Of a row that is one text, the clean cell is that already, so use ``full`` on data with conversations.

    >>> from robustspec.data.row import Row
    >>> from robustspec.perturbation.scopes import scope_of
    >>> row = Row("r", "I am 34. My head hurts. Which tablet may I take?")
    >>> scope = scope_of(Disclosure())
    >>> [message.content for message in scope.apply(row, scope.sample(0, row), 2).input]
    ['Which tablet may I take?', 'I am 34. My head hurts.']
    >>> scope = scope_of(Disclosure(control="concat"))
    >>> print(scope.apply(row, scope.sample(0, row), None).input[0].content)
    - Which tablet may I take?
    - I am 34.
    - My head hurts.

    Source: the sharded simulation of Laban et al. 2025, "LLMs get lost in multi-turn conversation"
    (arXiv:2505.06120), with its controls FULL and CONCAT; turns up to 15 as in Xian et al., robustness
    specifications, Box 2.
    """

    kind: Literal["disclosure"] = "disclosure"
    turns: int | None = Field(default=None, ge=1, le=30)
    """Over how many turns it is told, instead of a level."""
    control: Literal["full", "concat"] | None = None
    """Everything in one message: in the data's own words and order, or as a list of the sentences."""

    ladder: ClassVar[Ladder | None] = Ladder("turns", (1, 2, 4, 6, 10, 12, 15), "turns")

    @model_validator(mode="before")
    @classmethod
    def _one_turn(cls, value: Any) -> Any:
        """A control is one turn, and needs no level."""
        if isinstance(value, Mapping) and value.get("control") is not None:
            return {"turns": 1, **value}
        return value

    @model_validator(mode="after")
    def _control_is_one_turn(self) -> Disclosure:
        if self.control is not None and self.turns != 1:
            raise ValueError(f"control: {self.control} tells everything in one turn -- leave out turns")
        return self

    def apply(self, passage: Dialogue, params: Params, level: int | None) -> Dialogue:
        """The dialogue with the user's words dealt over turns."""
        count = round(self.amount(level))
        settled = _settled(passage.messages)
        kept = [each for each in passage.messages[settled:] if not of_user(each)]
        said = [each for each in passage.messages[settled:] if of_user(each)]
        pieces = self._pieces(said, passage)
        if count < 1 or not pieces:
            return passage
        pictures = tuple(picture for each in said for picture in each.images)
        turns = [_turn(texts, () if number else pictures) for number, texts in enumerate(self._dealt(pieces, count))]
        if [(each.content, each.images) for each in turns] == [(each.content, each.images) for each in said]:
            return passage
        return passage.with_messages((*passage.messages[:settled], *kept, *turns), float(len(turns)))

    def _pieces(self, said: list[Message], passage: Dialogue) -> list[str]:
        """What is dealt: sentences, the request first; under ``control: full`` the messages as they are."""
        if self.control == "full":
            return [each.content for each in said if each.content.strip()]
        facts = [sentence for several in told(passage.row.facts).values() for sentence in several]
        pieces = [sentence for each in said for sentence in sentences(each.content, facts)]
        if not pieces:
            return []
        request = pieces.pop(_request(pieces, facts))
        return [request, *pieces]

    def _dealt(self, pieces: list[str], count: int) -> list[list[str]]:
        if self.control == "concat":
            return [["\n".join(f"- {piece}" for piece in pieces)]]
        cuts = [0, *_cuts(len(pieces), count), len(pieces)]
        return [pieces[start:end] for start, end in pairwise(cuts)]


def _settled(messages: tuple[Message, ...]) -> int:
    """How many messages stay: all up to the last answer of the assistant."""
    return max((place for place, each in enumerate(messages, 1) if each.role == "assistant"), default=0)


def _request(pieces: list[str], facts: list[str]) -> int:
    """Which sentence says what the user wants."""
    free = [place for place, piece in enumerate(pieces) if not any(piece in fact or fact in piece for fact in facts)]
    asking = [place for place in free if pieces[place].rstrip("\"'”’)").endswith("?")]
    return (asking or free or [len(pieces) - 1])[-1]


def _cuts(pieces: int, turns: int) -> list[int]:
    """Where ``turns`` turns begin among the pieces: after the request first, then amid the longest turn, again and
    again."""
    cuts = [1] if min(pieces, turns) > 1 else []
    while len(cuts) < min(pieces, turns) - 1:
        ends = [*cuts, pieces]
        widest = max(range(len(ends) - 1), key=lambda at: ends[at + 1] - ends[at])
        cuts.insert(widest + 1, (ends[widest] + ends[widest + 1]) // 2)
    return cuts


def _turn(texts: list[str], pictures: tuple[Picture, ...]) -> Message:
    return Message("user", " ".join(texts), images=pictures)
