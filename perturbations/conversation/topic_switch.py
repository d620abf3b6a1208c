"""Questions about another topic before the request."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import Field

from robustspec.perturbation.base import Params
from robustspec.perturbation.frame import ConversationOperator, Dialogue
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.seeds import stream

from ..table_file import column
from .turns import last_request, one_of, said_before, shuffled_bank

Topic = Literal["cooking", "gardening", "films", "travel", "pets", "household"]
"""An everyday topic of the table, with eight questions."""

TOPICS: tuple[Topic, ...] = ("cooking", "gardening", "films", "travel", "pets", "household")


class TopicSwitch(ConversationOperator):
    """Asks about something else, and then comes back to the last request.

    Stands for people who use an assistant for everything: between what they said and what they ask stand exchanges about
    rice, tulips or a weekend in Lisbon. Each question is a turn of its own, of one topic, which the model answers or
    declines; the last request follows with a sentence before it that returns to it. What was said earlier still holds, so
    the label stays. Unlike ``distractor_turns``, which are remarks, these turns want an answer of their own. Questions and
    returns stand in ``tables/topics.csv`` and ``tables/returns.csv``, free of numbers, doses, negation and sides.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | turns | 1 | 2 | 4 | 6 | 8 |

    Each level asks its questions after those of the level before. Magnitude: turns added.

    >>> from robustspec.data.row import Message, Row
    >>> from robustspec.perturbation.scopes import scope_of
    >>> row = Row("r", (Message("user", "I had a scan."), Message("assistant", "I see."), Message("user", "Is it fine?")))
    >>> scope = scope_of(TopicSwitch(topic="pets"))
    >>> for message in scope.apply(row, scope.sample(0, row), 1).input[2:]:
    ...     print(message.content)
    What can I do so that my dog pulls less on the lead?
    Let me come back to what this is about. Is it fine?

    Source: topic switch in the twelve-turn scenario of Xian et al., robustness specifications, Box 2 (pharmacy, 1), with
    sentences of our own.
    """

    kind: Literal["topic_switch"] = "topic_switch"
    turns: int | None = Field(default=None, ge=1, le=8)
    """How many questions to ask, instead of a level."""
    topic: Topic | None = None
    """What they are about, so that a system whose own topic it is can leave it out; by default drawn for each row."""

    ladder: ClassVar[Ladder | None] = Ladder("turns", (1, 2, 4, 6, 8), "turns")

    def apply(self, passage: Dialogue, params: Params, level: int | None) -> Dialogue:
        """The dialogue with the first questions of a random order before its last request, and a return to that."""
        count, last = round(self.amount(level)), last_request(passage.messages)
        if count < 1 or last is None:
            return passage
        draws = stream(int(params["seed"]), "turns")
        topic = self.topic or one_of(draws, TOPICS)
        questions = shuffled_bank(draws, column("conversation/topics.csv", "question", ("topic", topic)))
        back = one_of(draws, column("conversation/returns.csv", "sentence"))
        request = passage.messages[last]
        returning = replace(request, content=f"{back} {request.content}".rstrip())
        messages = (*passage.messages[:last], returning, *passage.messages[last + 1 :])
        return said_before(passage.with_messages(messages), last, questions[:count])
