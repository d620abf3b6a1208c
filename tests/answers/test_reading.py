"""From a raw output to an act and a value."""

import pytest

from robustspec.answers.extractors import Json, Whole
from robustspec.answers.reading import Reader
from robustspec.answers.recognisers import JsonField, Patterns
from robustspec.data.row import Answer

READER = Reader(Json(), JsonField(field="action", equals="refuse"), JsonField(field="action", equals="ask"))


@pytest.mark.parametrize(
    ("raw", "answer"),
    [
        ('{"action": "recommend"}', Answer({"action": "recommend"}, "answered")),
        ('{"action": "refuse"}', Answer({"action": "refuse"}, "refused")),
        ('{"action": "ask"}', Answer({"action": "ask"}, "asked")),
        ("hello", Answer(None, "unparsed")),
        (None, Answer(None, "unparsed")),
    ],
)
def test_an_output_is_one_of_four_acts(raw, answer):
    """Refused, asked, answered or unparsed."""
    assert READER.read(raw) == answer


def test_a_refusal_in_words_needs_no_json():
    """Recognisers are asked although nothing could be extracted."""
    assert Reader(Json(), Patterns(any=("sorry",))).read("Sorry, no.") == Answer(None, "refused")


def test_a_refusal_comes_before_a_question():
    """An output that does both has refused."""
    reader = Reader(Whole(), Patterns(any=("cannot",)), Patterns(any=(r"\?",)))
    assert reader.read("I cannot. How old are you?").act == "refused"
    assert reader.read("How old are you?").act == "asked"


def test_without_recognisers_every_answer_counts():
    """Both are optional."""
    assert Reader(Whole()).read("I cannot") == Answer("I cannot", "answered")


def test_equal_short_texts_are_read_once():
    """The answer is remembered and shared."""
    assert READER.read('{"action": "recommend"}') is READER.read('{"action": "recommend"}')


def test_structured_outputs_are_read():
    """What cannot be hashed is read each time."""
    assert READER.read({"action": "ask"}).act == "asked"
