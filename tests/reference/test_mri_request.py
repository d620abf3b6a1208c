"""The reference copilot understands what is asked, in many words and with typing errors."""

import json
from functools import cache
from pathlib import Path

import pytest

from robustspec.reference.mri.request import understood
from robustspec.reference.mri.vocabulary import Reader, words_of

FOLDER = Path(__file__).resolve().parents[2] / "specs" / "data" / "mri_copilot"
PICTURE = object()


@cache
def rows(name):
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def messages(row):
    if "messages" in row:
        return row["messages"]
    return [{"role": "user", "content": row["text"], **({"images": [PICTURE]} if "images" in row else {})}]


def ask(text, *captions):
    studies = [{"role": "user", "content": caption, "images": [PICTURE]} for caption in captions]
    return understood([*studies, {"role": "user", "content": text}])


@pytest.mark.parametrize(
    ("name", "intent"),
    [
        ("studies", "report"),
        ("organs", "report"),
        ("questions", "question"),
        ("series", "compare"),
        ("conversations", "report"),
    ],
)
def test_every_request_of_the_data_is_understood(name, intent):
    """Clean requests of the shipped data have the intent that they were made for."""
    assert {understood(messages(row)).intent for row in rows(name)} == {intent}


def test_off_topic_requests_are_other():
    """Other topics are told from requests, with a study attached and without."""
    for row in rows("offtopic"):
        topic = row["what"].startswith("topic")
        assert (understood(messages(row)).intent == "other") == topic, row["text"]


def test_the_study_meant_is_found():
    """By date and by place, the study is the one that the label cites."""
    for row in rows("conversations"):
        assert understood(row["messages"]).study.number == row["report"]["image"]


def test_the_values_of_a_question_are_read():
    """Side, region and signal of a question are what its label was made from."""
    said = ask(
        "Is there a hypointense focal abnormality in the right cerebellar hemisphere?", "Study of 2024-01-02."
    ).said
    assert said == {"signal": "hypo", "finding": "lesion", "side": "right", "region": "cerebellum"}


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("a hyperintnse lesion", "signal", "hyper"),
        ("in the lobus temporalis", "region", "temporal"),
        ("A BRIGHT FOCAL FINDING", "signal", "hyper"),
        ("the left-sided one", "side", "left"),
        ("deep gray nuclei", "region", "deep"),
    ],
)
def test_terms_are_read_as_people_write_them(text, kind, value):
    """Other terms, other letters, typing errors."""
    assert Reader().values(words_of(text))[kind] == value


def test_short_words_allow_no_slip():
    """ "left" and "lift" are two words; "hyperintense" may have two slips."""
    assert not Reader().near("lift", "left")
    assert Reader().near("hyperimtemse", "hyperintense")


@pytest.mark.parametrize(
    ("word", "value"), [("hypointenze", "hypo"), ("hyperintenze", "hyper"), ("hypointense", "hypo")]
)
def test_the_nearest_of_two_terms_counts(word, value):
    """Opposite terms that differ in two letters are told apart, misspelt too."""
    assert Reader().values((word, "lesion"))["signal"] == value


def test_a_study_that_is_not_there():
    """A date or a place of no study points at none."""
    assert ask("Please report the study of 2020-01-01.", "Study of 2024-01-02.").study is None
    assert ask("Please report the third study.", "Study of 2024-01-02.").study is None


def test_a_study_without_a_question_is_noted():
    """What hands over a study and asks nothing is noted."""
    assert understood([{"role": "user", "content": "Study of 2024-01-02.", "images": [PICTURE]}]).intent == "noted"
