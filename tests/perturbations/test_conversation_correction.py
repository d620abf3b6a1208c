import sys

import numpy as np
import pytest
from talk_samples import TALK, changed, examples_of, said, table, talk

from robustspec.data.picture import Image, made
from robustspec.data.row import Message, Row, Span
from robustspec.perturbation.protect import Lexicon
from robustspec.registry import load_operators, lookup

lookup("perturbations", "correction")
facts = sys.modules[f"{load_operators().__name__}.conversation.facts"]
SENTENCES = [row["sentence"] for row in table("corrections")]


def found(text):
    return [fact.named(fact.value) for fact in facts.facts_in(text)]


def test_examples():
    """The examples of the documentation run."""
    assert examples_of("correction") == (0, 4)


@pytest.mark.parametrize("seed", range(20))
def test_slip_correction_request(seed):
    """The request with one value wrong, a sentence with the right value, then the request as it is; nothing else moves."""
    row = changed("correction", TALK, seed=seed)
    slip, sentence = row.input[4:6]
    request = TALK.input[-1].content
    assert (row.input[:4], row.input[6:]) == (TALK.input[:4], TALK.input[4:])
    assert (row.magnitude, row.label) == (2.0, TALK.label)
    assert slip.content != request
    right = {"400 mg": ("300", "500", "200", "800"), "6 hours": ("5", "7", "3", "12")}
    value = next(value for value in right if value in sentence.content)
    assert slip.content in [request.replace(value, f"{other} {value.split()[1]}") for other in right[value]]


def test_every_fact_and_every_wrong_value_is_drawn():
    """Over seeds all eight slips of the two facts come up."""
    slips = {changed("correction", TALK, seed=seed).input[4].content for seed in range(150)}
    assert len(slips) == 8


def test_a_fact_told_earlier():
    """Where the request has no fact, the last message with one is said wrongly before it, and corrected there."""
    row = changed("correction", talk("u:My Left knee hurts.", "a:I see.", "u:Which gel may I use?"))
    assert said(row)[0] == "My Right knee hurts."
    assert "left" in said(row)[1].lower()
    assert said(row)[2:] == ["My Left knee hurts.", "Which gel may I use?"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Take 400 mg every 6 hours", ["400 mg", "6 hours"]),
        ("two tablets, 4x a day", ["two tablets", "4x"]),
        ("3 times a day", ["3 times"]),
        ("She weighs 62.5 kg and is 34", ["62.5 kg", "34"]),
        ("my 4-year-old daughter", ["4"]),
        ("at 38.5 °C", ["38.5 °C"]),
        ("Advil 200, please", ["200"]),
        ("I owe $1,200", ["1,200"]),
        ("75% of it", ["75%"]),
        ("the right lower lobe", ["right"]),
        ("left-sided weakness", ["left"]),
        ("it hurts on the left, not on the right", ["left", "right"]),
    ],
)
def test_what_is_a_fact(text, expected):
    """Plain numbers with their units, and sides of the body."""
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    ["I left home", "Is that right?", "in the right order", "All right then", "on 2020-03-10", "in 2014", "at 10:30",
     "120/80 mmHg", "2-3 pills", "2 to 3 pills", "vitamin B12", "q6h", "type 2 diabetes", "5-FU", "half a tablet",
     "often", "a tablet", "1 tablet", "the 1st", "twenty-five mg", "two thousand", "order 4711", "page 12", "", "0 mg"],
)  # fmt: skip
def test_what_is_no_fact(text):
    """Ranges, dates, times, years, codes, named things, one and none, and other senses of left and right."""
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("400 mg", {"300", "500", "200", "800"}),
        ("1,200 mg", {"1,100", "1,300", "600", "2,400"}),
        ("0.5 mg", {"0.4", "0.6"}),
        ("2 tablets", {"3", "4"}),
        ("two tablets", {"three"}),
        ("38.5 °C", {"38.4", "38.6"}),
        ("50%", {"40", "60"}),
    ],
)
def test_wrong_values_are_near_and_of_the_same_form(text, others):
    """One more or less at the last digit, twice, half; never one, never none."""
    (fact,) = facts.facts_in(text)
    assert {*fact.others} == others


def test_a_value_is_said_wrongly_wherever_it_stands():
    """A message does not contradict itself."""
    row = changed("correction", Row("r", "Is 50 mg fine? I have 50 mg here."))
    slip = said(row)[0]
    assert "50 mg" not in slip
    assert len({word for word in slip.split() if word.isdigit()}) == 1


@pytest.mark.parametrize("seed", range(5))
def test_names_are_no_facts(seed):
    """A number inside a span of the row, or of a lexicon, stays."""
    text = "May I take Relief 24 with Extra 500 mg, 30 ml of it?"
    row = Row("r", text, spans=(Span("Relief 24", "drug"),))
    new = changed("correction", row, seed=seed, lexicon=Lexicon({"drug": ["extra 500"]}))
    assert "Relief 24 with Extra 500 mg" in said(new)[0]
    assert "30 ml" not in said(new)[0]


def test_captions_are_no_facts():
    """A message with pictures is not said again, but for the request; then without the pictures."""
    picture = made("p", Image(np.zeros((8, 8), np.uint8)))
    study = Message("user", "Slice of 5 mm.", images=(picture,))
    assert changed("correction", Row("r", (study, Message("user", "What is it?")))) == Row(
        "r", (study, Message("user", "What is it?"))
    )
    request = changed("correction", Row("r", (Message("user", "Is it 5 mm wide?", images=(picture,)),)))
    assert [len(message.images) for message in request.input] == [0, 0, 1]


@pytest.mark.parametrize("text", ["How are you?", ""])
def test_no_fact_no_change(text):
    """Such a row is no evidence."""
    row = Row("r", text)
    assert changed("correction", row) is row


def test_the_sentences():
    """At least twenty, all different; each names the right value, and none names a number of its own."""
    assert len({*SENTENCES}) == len(SENTENCES) >= 20
    assert all("{value}" in sentence for sentence in SENTENCES)
    assert found(" ".join(SENTENCES)) == []
