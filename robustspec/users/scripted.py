"""A user who answers from the facts of the row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import Field

from robustspec.answers.questions import asked_fields
from robustspec.answers.values import text_of
from robustspec.data.row import Row
from robustspec.users.base import Question, SimulatedUser

BOOKKEEPING = ("told", "values", "critical", "optional", "missing", "withheld", "avoid")
"""Keys of a row's facts that are about facts, and none themselves."""

UNKNOWN = "I do not know."
UNWILLING = "I would rather not say."
PUZZLED = "I am not sure what you mean."


class ScriptedUser(SimulatedUser):
    """Answers each question from the facts of the row, always in the same words.

    Which fields a question asks for is read from the model's structured answer (the list under ``asks``), and where
    that lists none, from its words: those of ``words``, and for age, weight, pregnancy, allergies, medicines,
    conditions, symptom and duration a list that is built in. One message answers all of them.

    Facts are ``{told: {FIELD: sentence}, values: {FIELD: short}}``: the sentence is said, or else the value; a plain
    key ``FIELD: ...`` counts as a value. A field that ``withheld`` lists is not told: "I would rather not say." One
    that the facts do not hold: "I do not know." A question that asks for nothing known: "I am not sure what you
    mean."

    >>> from robustspec.data.row import Answer, Row
    >>> row = Row("r", "...", facts={"values": {"age": "34"}, "withheld": ["weight"]})
    >>> ScriptedUser(says={"age": "I am {value}."}).reply(Question(Answer({"asks": ["age", "weight"]}, "asked"), "", row))
    'I am 34. I would rather not say.'

    Source: the simulated patients of MediQ (Li et al. 2024), who answer from the facts of a record and from nothing
    else.
    """

    kind: Literal["scripted"] = "scripted"
    model: None = None
    """No model is asked."""
    asks: str = "asks"
    """Field of the model's structured answer that lists what is asked for, dotted where nested."""
    words: dict[str, tuple[str, ...]] = Field(default={})
    """By field, the words by which a question asks for it (``age: [age, how old]``); ``*`` stands for any ending."""
    says: dict[str, str] = Field(default={})
    """By field, how it is told, with ``{value}`` in it, instead of the row's own sentence."""

    def reply(self, question: Question) -> str | None:
        """All replies in one message."""
        facts, withheld = facts_of(question.row), withheld_of(question.row)
        known = (*facts, *withheld)
        asked = asked_fields(question.answer, question.said, field=self.asks, words=self.words, known=known)
        return " ".join(dict.fromkeys(self._told(question.row, facts, field) for field in asked)) or PUZZLED

    def _told(self, row: Row, facts: Mapping[str, str], field: str) -> str:
        if field in withheld_of(row):
            return UNWILLING
        if field not in facts:
            return UNKNOWN
        template = self.says.get(field)
        return facts[field] if template is None else template.replace("{value}", value_of(row, field))


def facts_of(row: Row) -> dict[str, str]:
    """What the user knows, by field: the sentence of ``told``, else the value, as a sentence."""
    told, values = row.facts.get("told"), row.facts.get("values")
    plain = {key: fact for key, fact in row.facts.items() if key not in BOOKKEEPING}
    short = {key: text_of(fact) for key, fact in {**plain, **(values if isinstance(values, dict) else {})}.items()}
    return {key: _sentence(text) for key, text in {**short, **_texts(told)}.items() if text.strip()}


def value_of(row: Row, field: str) -> str:
    """The short value of a fact; its sentence where the facts have none."""
    values = row.facts.get("values")
    short = values.get(field) if isinstance(values, dict) else row.facts.get(field)
    return facts_of(row)[field] if short is None else text_of(short)


def withheld_of(row: Row) -> tuple[str, ...]:
    """The fields that the user will not tell."""
    withheld = row.facts.get("withheld") or ()
    return (withheld,) if isinstance(withheld, str) else tuple(map(str, withheld))


def _texts(told: Any) -> dict[str, str]:
    return dict(_pairs(told)) if isinstance(told, dict) else {}


def _pairs(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, sentence in told.items():
        yield key, " ".join(map(text_of, sentence)) if isinstance(sentence, list) else text_of(sentence)


def _sentence(text: str) -> str:
    text = text.strip()
    return text if not text or text[-1] in ".!?" else f"{text}."
