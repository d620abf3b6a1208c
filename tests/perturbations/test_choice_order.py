from itertools import permutations

import pytest
from pydantic import ValidationError
from word_samples import BLANK, changed, operator, outcomes, passage, run_examples

CHOICES = ("positive", "neutral", "negative")


def order(**fields):
    return operator("choice_order", **({"choices": CHOICES} | fields))


def test_examples():
    """The example of the documentation runs."""
    assert run_examples("choice_order") >= 2


def test_every_other_order_comes_and_the_text_around_it_stays():
    """Over the seeds each order but that of the text is drawn, in the same words around it."""
    texts = outcomes(order(), "Is it positive, neutral, or negative?")
    assert {f"Is it {a}, {b}, or {c}?" for a, b, c in permutations(CHOICES)} - {
        "Is it positive, neutral, or negative?"
    } == texts


@pytest.mark.parametrize(
    "listed",
    [
        "positive/neutral/negative",
        '"positive", "neutral" or "negative"',
        "positive | neutral | negative",
        "- positive\n- neutral\n- negative",
        "**positive**, **neutral** and **negative**",
        "POSITIVE, NEUTRAL, NEGATIVE",
        "neutral, negative, positive",
    ],
)
def test_lists_in_many_forms(listed):
    """Commas, slashes, bars, bullets, quotes and capitals: the same words stand there, in another order."""
    new = changed(order(), f"Choose {listed}. Text: it rose.")
    assert new != f"Choose {listed}. Text: it rose."
    assert sorted(new) == sorted(f"Choose {listed}. Text: it rose.")
    assert new.endswith(". Text: it rose.")


@pytest.mark.parametrize(
    "text",
    [
        "Is it positive or negative?",
        "A. positive B. neutral C. negative",
        "1) positive 2) neutral 3) negative",
        "positive if it rises, neutral otherwise, negative if it falls",
        "positive, positive, neutral, negativelike",
        *BLANK,
    ],
)
def test_what_is_no_plain_list_stays(text):
    """A part of the choices, letters, numbers and explanations give the passage itself."""
    before = passage(text)
    assert before is order().apply(before, {"seed": 1}, None)


def test_only_the_first_list_changes():
    """An answer that happens to list the choices further on is left alone."""
    new = changed(order(), "Positive, neutral, or negative? He said: positive, neutral, negative.")
    assert new.endswith("? He said: positive, neutral, negative.")


def test_two_choices_change_places_and_the_label_stays():
    """Of two choices there is one other order; protection of "no" does not matter."""
    text = "Answer yes or no."
    changed_one = order(choices=("yes", "no")).apply(passage(text), {"seed": 3}, None)
    assert (changed_one.text, changed_one.label, changed_one.magnitude) == ("Answer no or yes.", "label", 1.0)


def test_magnitude_is_the_share_that_moved():
    """Three choices of which two change places: two thirds."""
    magnitudes = {
        order().apply(passage("positive, neutral, negative"), {"seed": seed}, None).magnitude for seed in range(40)
    }
    assert {2 / 3, 1.0} == magnitudes


def test_choices_within_choices():
    """Of "very positive" the longer choice is read."""
    new = order(choices=("positive", "very positive")).apply(passage("positive or very positive"), {"seed": 0}, None)
    assert new.text == "very positive or positive"


@pytest.mark.parametrize(
    ("choices", "said"), [(("a", " "), "empty"), (("Rise", "rise"), "the same"), (("a",), "at least 2")]
)
def test_bad_choices(choices, said):
    """Empty, equal and single choices are errors that say so."""
    with pytest.raises(ValidationError, match=said):
        order(choices=choices)
