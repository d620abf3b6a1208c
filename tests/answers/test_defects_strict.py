"""Defects of the extractor ``strict`` that use has shown; each test says what should hold."""

import pytest

from robustspec.answers.base import Unparsed
from robustspec.answers.choices import Strict

STRICT = Strict(choices=("positive", "neutral", "negative"))


@pytest.mark.parametrize("text", ["__neutral__", "_neutral_", "___Neutral___", "The answer is __neutral__."])
def test_emphasis_is_no_part_of_a_word(text):
    """As "**neutral**" is read."""
    assert STRICT.extract(text) == "neutral"


@pytest.mark.parametrize(
    "text",
    [
        "It is non-negative.",
        "non negative",
        "I don't think it's neutral.",
        "I don\u2019t believe that it\u2019s neutral or positive",
        "I can't say it's positive.",
        "I cannot say that it would be considered positive",
        "Anything but positive.",
        "It is **not** positive.",
        "not at all positive",
    ],
)
def test_what_is_denied_is_not_stated(text):
    """No choice is stated here."""
    with pytest.raises(Unparsed):
        STRICT.extract(text)


@pytest.mark.parametrize("text", ["is_positive", "positive_share", "not_positive_at_all"])
def test_an_underscore_inside_a_name_is_no_emphasis(text):
    """Names of variables state nothing."""
    with pytest.raises(Unparsed):
        STRICT.extract(text)


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("not at all positive, negative", "negative"),
        ("I don't think it's neutral, it's negative", "negative"),
        ("No, it's positive", "positive"),
        ("No it's positive", "positive"),
        ("I don't think so. Positive.", "positive"),
        ("Nothing but positive", "positive"),
        ("It is neither _positive_ nor __negative__ but neutral", "neutral"),
    ],
)
def test_what_stands_after_a_denial_is_stated(text, choice):
    """A denial reaches to the first choice, and no further than its own clause."""
    assert STRICT.extract(text) == choice


def test_a_choice_that_is_itself_a_denial():
    """The longer choice is read first, and is not taken for a denial of the other."""
    strict = Strict(choices=("compliant", "non-compliant"))
    assert strict.extract("The report is non-compliant.") == "non-compliant"
    assert strict.extract("The report is compliant.") == "compliant"
