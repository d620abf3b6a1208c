"""A request with a wrong value, corrected at once."""

from __future__ import annotations

from typing import Literal

from robustspec.perturbation.base import Params
from robustspec.perturbation.frame import ConversationOperator, Dialogue
from robustspec.perturbation.seeds import stream

from ..table_file import column
from .facts import where_told
from .turns import one_of, said_before


class Correction(ConversationOperator):
    """Lets the user say a message with a wrong value first, and correct it: "I meant 400 mg."

    Stands for slips of the tongue and of the thumb. A number or a side in the last message that has one is said wrongly, in
    the same message otherwise; the next turn corrects it; then the message follows as it is in the data. The model answers
    the slip and the correction, and its own answers stand in the transcript. The right value stands last, so the label
    stays: who goes on with the first value, or mixes the two, is wrong.

    A wrong number is of the same form and near: the last digit one up or down, or twice or half the amount (400 mg: 300,
    500, 800, 200). A side becomes the other. What is written as a range, date, time, year or code is no fact, nor is
    anything inside the row's or the lexicon's own spans, nor a caption of pictures. A conversation without facts stays as
    it is. The sentences stand in ``tables/corrections.csv``.

    There is no ladder. Magnitude: turns added, 2.

    >>> from robustspec.data.row import Row
    >>> from robustspec.perturbation.scopes import scope_of
    >>> row, scope = Row("r", "May I take 400 mg of ibuprofen?"), scope_of(Correction())
    >>> for message in scope.apply(row, scope.sample(0, row), None).input:
    ...     print(message.content)
    May I take 800 mg of ibuprofen?
    Ah no, I got that wrong. It is 400 mg.
    May I take 400 mg of ibuprofen?

    Source: the correction ("I meant 400") in the twelve-turn scenario of Xian et al., robustness specifications, Box 2
    (pharmacy, 1).
    """

    kind: Literal["correction"] = "correction"

    def apply(self, passage: Dialogue, params: Params, level: int | None) -> Dialogue:
        """The dialogue with a slip and its correction before the message that holds the fact."""
        found = None if level == 0 else where_told(passage)
        if found is None:
            return passage
        (place, facts), draws = found, stream(int(params["seed"]), "slip")
        fact = one_of(draws, facts)
        other = one_of(draws, fact.others)
        sentence = one_of(draws, column("conversation/corrections.csv", "sentence"))
        slip = fact.told(passage.messages[place].content, other)
        return said_before(passage, place, [slip, filled(sentence, fact.named(fact.value), fact.named(other))])


def filled(sentence: str, value: str, other: str) -> str:
    """The sentence with the right value and the other one in it, its first letter a capital."""
    text = sentence.replace("{value}", value).replace("{other}", other)
    return text[:1].upper() + text[1:]
