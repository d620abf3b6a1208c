from itertools import pairwise

import pytest
from pydantic import ValidationError
from talk_samples import TALK, changed, examples_of, said, standard_spans, table, talk

from robustspec.data.row import Row
from robustspec.registry import lookup

TopicSwitch = lookup("perturbations", "topic_switch")
QUESTIONS = {row["question"]: row["topic"] for row in table("topics")}
RETURNS = [row["sentence"] for row in table("returns")]


def test_examples():
    """The examples of the documentation run."""
    assert examples_of("topic_switch") == (0, 5)


@pytest.mark.parametrize(("level", "count"), [(1, 1), (2, 2), (3, 4), (4, 6), (5, 8)])
def test_questions_of_one_topic_stand_before_the_request(level, count):
    """As many questions as the level says, all different, all of one topic; the rest of the talk stays."""
    row = changed("topic_switch", TALK, level)
    added = row.input[4 : 4 + count]
    assert (row.input[:4], len(row.input), row.magnitude) == (TALK.input[:4], 5 + count, float(count))
    assert len({message.content for message in added}) == count
    assert len({QUESTIONS[message.content] for message in added}) == 1


def test_a_sentence_returns_to_the_request():
    """The request follows whole, after a sentence of the table."""
    request = changed("topic_switch", TALK, 3).input[-1].content
    assert request.removesuffix(f" {TALK.input[-1].content}") in RETURNS


def test_levels_are_nested():
    """Each level begins with the questions of the one before and returns with the same sentence."""
    for seed in range(10):
        made = [said(changed("topic_switch", TALK, level, seed)) for level in range(1, 6)]
        for low, high in pairwise(made):
            assert (high[: len(low) - 1], high[-1]) == (low[:-1], low[-1])


def test_every_topic_is_drawn():
    """Rows differ in topic, and the question that comes first."""
    asked = [said(changed("topic_switch", TALK, 1, seed))[1] for seed in range(100)]
    assert {QUESTIONS[question] for question in asked} == {*QUESTIONS.values()}
    assert len({*asked}) > 20


def test_the_topic_can_be_set():
    """A specification may say which topic is another one for its system."""
    asked = [said(changed(TopicSwitch(topic="films"), TALK, 1, seed))[1] for seed in range(20)]
    assert {QUESTIONS[question] for question in asked} == {"films"}
    with pytest.raises(ValidationError, match="cooking"):
        TopicSwitch(topic="medicine")


def test_a_text_becomes_a_conversation():
    """The text is the last message of one with questions before it."""
    row = changed("topic_switch", Row("r", "May I?"), 1)
    assert [message.role for message in row.input] == ["user", "user"]
    assert row.input[-1].content.endswith(" May I?")


def test_nobody_asks():
    """Where the user says nothing there is no request to come back to."""
    silent = talk("s:Rules.", "d:A leaflet.")
    assert changed("topic_switch", silent, 5) is silent


def test_questions_and_returns_bear_on_nothing():
    """Forty-eight questions, eight of each topic, and twenty returns, without numbers, negation or sides."""
    assert (len(QUESTIONS), len({*RETURNS})) == (48, 20)
    assert all(list(QUESTIONS.values()).count(topic) == 8 for topic in QUESTIONS.values())
    assert standard_spans([*QUESTIONS, *RETURNS]) == []
