"""What a question asks for: listed fields, and fields recognised by their words."""

import doctest

import pytest

from robustspec.answers import questions
from robustspec.answers.questions import FIELD_WORDS, asked_fields, texts_in
from robustspec.data.row import Answer


def asked(value, **more):
    return asked_fields(Answer(value, "asked"), **more)


def test_the_examples_run():
    """The docstring's examples give what they say."""
    ran = doctest.testmod(questions)
    assert (ran.failed, ran.attempted > 0) == (0, True)


def test_a_list_stands_as_it_is_spelled_in_the_facts():
    """Case, dashes and blanks do not matter; a name that nobody knows stays."""
    assert asked({"asks": ["AGE", "blood-type", "shoe size"]}, known=["blood_type"]) == (
        "age",
        "blood_type",
        "shoe size",
    )


def test_a_single_name_and_a_nested_field():
    """One name may stand for a list, and the field may be dotted."""
    assert asked({"asks": "weight"}) == ("weight",)
    assert asked({"next": {"wants": ["age"]}}, field="next.wants") == ("age",)


def test_a_listed_sentence_is_read_by_its_words():
    """Models list questions as well as names."""
    assert asked({"asks": ["How old are you?", "Any allergies, and are you pregnant?"]}) == (
        *("age", "allergies"),
        "pregnancy",
    )


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("How old is she?", "age"),
        ("What do you weigh?", "weight"),
        ("Could you be pregnant or breastfeeding?", "pregnancy"),
        ("Are you allergic to anything?", "allergies"),
        ("Do you take any other medication?", "medicines"),
        ("Have you been diagnosed with anything?", "conditions"),
        ("Which symptoms do you have?", "symptom"),
        ("How long have you had this?", "duration"),
    ],
)
def test_each_field_is_recognised_in_words(question, field):
    """The built-in words cover the fields of a vignette, one each."""
    assert asked(None, said=question) == (field,)
    assert asked({"action": "ask", "question": question}) == (field,)
    assert field in FIELD_WORDS


def test_words_stand_on_their_own():
    """ "age" is not in "dosage" or "agent", and a key of a structure is no question."""
    assert asked(None, said="Which dosage does your agent advise on this page?") == ()
    assert asked({"age": None, "question": "Anything else?"}) == ()


def test_fields_come_in_the_order_of_the_question():
    """The order of the text, not that of the table."""
    assert asked(None, said="Your weight? Your age?") == ("weight", "age")


def test_words_of_ones_own_stand_instead_of_the_built_in_ones():
    """A field's list replaces the built-in one; the field's own name stays a word."""
    words = {"age": ["winters"], "smoker": ["smok*"]}
    assert asked(None, said="How many winters have you seen? Do you smoke?", words=words) == ("age", "smoker")
    assert asked(None, said="How old are you?", words=words) == ()
    assert asked(None, said="Tell me your age.", words=words) == ("age",)


def test_a_known_field_is_a_word():
    """A field of the facts is recognised by its name."""
    assert asked(None, said="Is your blood pressure high?", known=["blood_pressure"]) == ("blood_pressure",)


def test_texts_of_any_depth():
    """In their order, without the keys; an answer of a model's may be nested as deep as it likes."""
    assert list(texts_in({"a": ["x", {"b": "y", "c": 3}], "d": "z"})) == ["x", "y", "z"]
    deep = "bottom"
    for _ in range(5000):
        deep = [deep]
    assert list(texts_in(deep)) == ["bottom"]
