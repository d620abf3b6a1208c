"""The user who answers from the facts of the row."""

import doctest

import pytest

from robustspec.data.row import Answer, Row
from robustspec.users import scripted
from robustspec.users.base import Question
from robustspec.users.scripted import PUZZLED, UNKNOWN, UNWILLING, ScriptedUser

FACTS = {
    "told": {"age": "I am 34.", "allergies": ["I cannot take aspirin.", "Nor penicillin."]},
    "values": {"age": "34", "weight": "60 kg"},
    "withheld": ["pregnancy", "hobby"],
    "smoker": True,
    "critical": ["age"],
    "avoid": ["aspirin"],
}


def reply(value, facts=FACTS, said="", **fields):
    value = {"asks": value} if isinstance(value, list) else value
    return ScriptedUser(**fields).reply(Question(Answer(value, "asked"), said, Row("r", "...", facts=facts)))


def test_the_example_runs():
    """The docstring's example gives what it says."""
    assert doctest.testmod(scripted).failed == 0


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("age", "I am 34."),
        ("allergies", "I cannot take aspirin. Nor penicillin."),
        ("weight", "60 kg."),
        ("smoker", "True."),
        ("pregnancy", UNWILLING),
        ("hobby", UNWILLING),
        ("duration", UNKNOWN),
        ("critical", UNKNOWN),
        ("avoid", UNKNOWN),
    ],
)
def test_what_is_told_of_a_field(field, told):
    """The sentence, else the value, else a plain key; bookkeeping is no fact, and what is withheld is not told."""
    assert reply([field]) == told


def test_one_message_answers_all():
    """Replies stand in the order of the question, and the same one stands once."""
    assert reply(["weight", "age", "duration", "symptom"]) == "60 kg. I am 34. I do not know."


def test_a_question_in_words():
    """Without a list, the words of the question count."""
    assert reply(None, said="How old are you?") == "I am 34."
    assert reply("How old are you, and what do you weigh?") == "I am 34. 60 kg."


def test_a_question_for_nothing_known():
    """No field is recognised."""
    assert reply(None, said="Shall we?") == PUZZLED
    assert reply([]) == PUZZLED


def test_a_template_replaces_the_sentence():
    """`says` tells the short value; where there is none, the sentence."""
    assert reply(["age"], says={"age": "My age is {value}."}) == "My age is 34."
    assert reply(["allergies"], says={"allergies": "Well: {value}"}) == "Well: I cannot take aspirin. Nor penicillin."


def test_a_template_takes_no_other_field():
    """Braces in it are no code."""
    assert reply(["age"], says={"age": "{value.__class__} {0}"}) == "{value.__class__} {0}"


def test_the_list_may_have_another_name():
    """`asks` names the field of the answer."""
    assert reply({"wanted": ["weight"]}, asks="wanted") == "60 kg."


def test_facts_of_another_form_break_nothing():
    """Data may hold anything under these keys."""
    assert reply(["age"], facts={"told": "I am 34.", "values": ["x"], "withheld": None}) == UNKNOWN
    assert reply(["age"], facts={"withheld": "age"}) == UNWILLING
