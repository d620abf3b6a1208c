"""Two readings of one output: the published rule, and what was meant."""

import pytest
from pydantic import ValidationError

from robustspec.answers.base import Unparsed
from robustspec.answers.choices import Benchmark, Strict
from robustspec.answers.reading import Reader
from robustspec.data.row import Answer, Case, Row
from robustspec.errors import RobustspecError
from robustspec.metrics.extractor_disagreement import ExtractorDisagreement

CHOICES = ("positive", "neutral", "negative")
STOCK = Benchmark(
    choices=("Rise", "Fall"),
    aliases={"Rise": ("yes", "positive"), "Fall": ("no", "negative", "neutral")},
    default="Fall",
)


def published(text, choices, aliases=None, default=None):
    """The published rule as a loop of its own: choices in order, first contained one wins, lower case throughout."""
    low = text.lower()
    for choice in choices:
        if choice.lower() in low or any(alias in low for alias in (aliases or {}).get(choice, ())):
            return choice
    return default


OUTPUTS = (
    "positive", "Negative.", "It is not positive, it is negative", "NEUTRAL!", "unclear", "", "Yesterday it closed at 40.",
    "Nobody knows", "neutral or positive", "positively neutral", "Final Answer: negative", "rise", "It will FALL.", "No.",
)  # fmt: skip


@pytest.mark.parametrize("text", OUTPUTS)
def test_benchmark_is_the_published_rule(text):
    """With and without aliases and a default it gives what the loop gives, and nothing where that finds nothing."""
    expected = published(text, CHOICES)
    if expected is None:
        with pytest.raises(Unparsed):
            Benchmark(choices=CHOICES).extract(text)
    else:
        assert Benchmark(choices=CHOICES).extract(text) == expected
    aliases = {"Rise": ("yes", "positive"), "Fall": ("no", "negative", "neutral")}
    assert STOCK.extract(text) == published(text, ("Rise", "Fall"), aliases, "Fall")


def test_the_traps_of_the_published_rule():
    """ "Yesterday" holds yes, a denial holds what it denies, silence is the default: parity means keeping these."""
    assert STOCK.extract("Yesterday it closed at 40.") == "Rise"
    assert Benchmark(choices=CHOICES).extract("not positive but negative") == "positive"
    assert STOCK.extract("Hard to tell.") == "Fall"


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("positive", "positive"),
        ("**Negative**.", "negative"),
        ("It may look negative, but it is positive.", "positive"),
        ("It is not positive. Neutral.", "neutral"),
        ("Positive, not negative.", "positive"),
        ("positive rather than negative", "positive"),
        ("It isn't negative: positive", "positive"),
        ("Neutral. It is neither positive nor negative.", "neutral"),
        ("neutral; not positive or negative", "neutral"),
        ("It is no longer positive but negative", "negative"),
        ("I choose between positive, neutral, or negative. Neutral", "neutral"),
        ("positive or neutral? neutral", "neutral"),
        ("positive, positive", "positive"),
        ("Could be negative.\nFinal Answer: positive\n", "positive"),
        ("Final Answer: negative\nWait.\nfinal answer: **Neutral**", "neutral"),
        ({"label": "Positive", "scores": {"positive": 0.7}}, "positive"),
    ],
)
def test_strict_reads_what_was_meant(text, choice):
    """The last stated one, not denied, not in a list, behind the marker where there is one."""
    assert Strict(choices=CHOICES).extract(text) == choice


@pytest.mark.parametrize(
    "raw",
    ["", "unclear", "not positive", "positive, neutral, or negative", "positively", "neither positive nor negative",
     "negative / positive", "positive.\nFinal Answer: none", "isn't it positive or negative", None, ["positive"], {"a": 1}],
)  # fmt: skip
def test_strict_reads_nothing_where_nothing_is_stated(raw):
    """A denial, a list, part of a word, an empty final answer, or no text at all."""
    with pytest.raises(Unparsed):
        Strict(choices=CHOICES).extract(raw)


def test_the_longer_choice_and_case():
    """ "very positive" is no "positive"; letters count in their case where that is asked."""
    assert Strict(choices=("positive", "very positive")).extract("It is Very  Positive") == "very positive"
    assert Strict(choices=("A", "B"), case_sensitive=True).extract("B is a better choice") == "B"
    assert Strict(choices=CHOICES, marker="").extract("Final Answer: positive, I said negative") == "negative"


def test_long_outputs_are_read_in_time_linear_in_them():
    """A megabyte of denials, lists or blanks is no trouble."""
    for piece in ("not ", "positive, ", "positive or ", " ", "nor the ", "Final Answer: "):
        text = piece * (1_000_000 // len(piece))
        Reader(Strict(choices=CHOICES)).read(text)
        Reader(Benchmark(choices=CHOICES)).read(text)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"choices": ("a",)}, "at least 2"),
        ({"choices": ("a", " ")}, "empty"),
        ({"choices": ("a", "a")}, "the same"),
        ({"choices": ("a", "b"), "default": "c"}, "'c' is none of the choices"),
        ({"choices": ("a", "b"), "aliases": {"d": ("x",)}}, "'d' is none of the choices"),
    ],
)
def test_bad_settings(fields, said):
    """Choices that cannot be told apart, aliases and defaults of none of them."""
    with pytest.raises(ValidationError, match=said):
        Benchmark(**fields)


@pytest.mark.parametrize(
    ("text", "disagree"),
    [("positive", 0), ("not positive, negative", 1), ("no idea", 0), ("positive or negative", 1), ("It rose.", 0)],
)
def test_disagreement_of_the_two_readings(text, disagree):
    """It is the same from either side, and finding nothing is a reading too."""
    for extractor in (Strict(choices=CHOICES), Benchmark(choices=CHOICES)):
        assert ExtractorDisagreement().score(Case(Row("1", "..."), Reader(extractor).read(text))) == disagree


def test_disagreement_needs_a_second_reading():
    """An extractor of another kind gives none, and the metric says what to write."""
    with pytest.raises(RobustspecError, match="kind: strict"):
        ExtractorDisagreement().score(Case(Row("1", "..."), Answer("positive")))
