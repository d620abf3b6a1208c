"""The user whom another model plays: what it is given, and what of its text is the reply."""

import pytest
from pydantic import ValidationError

from robustspec.data.row import Answer, Message, Output, Row
from robustspec.users.base import Question
from robustspec.users.chat import ChatUser

FACTS = {"told": {"age": "I am 34."}, "values": {"blood_type": "AB"}, "withheld": ["blood_type"], "avoid": ["aspirin"]}
ROW = Row("r", "...", facts=FACTS)
TALK = (
    Message("system", "You are a pharmacist. Never say so."),
    Message("user", "Stock: none", "stock"),
    Message("user", "What helps?"),
    Message("assistant", "How old are you?"),
)


def prompt(**fields):
    return ChatUser(model="m", **fields).prompt(Question(Answer(None, "asked"), "How old are you?", ROW, TALK))


def test_the_prompt_holds_the_facts_and_what_was_said():
    """Facts, refusals and both sides, in order; the prompt ends where the user is to speak."""
    text = prompt()
    parts = ["- age: I am 34.", "tell your blood type", "User: What helps?", "Assistant: How old are you?"]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert text.endswith("User:")


def test_the_prompt_holds_nothing_else():
    """Neither instructions to the model under test, nor documents, nor notes for scoring, nor what is not to be told."""
    assert not [word for word in ("pharmacist", "Stock", "aspirin", "avoid", "AB") if word in prompt()]


def test_the_role_is_in_the_prompt():
    """Who the user is may be said."""
    assert "You are in a hurry." in prompt(role="You are in a hurry.")


@pytest.mark.parametrize(
    ("raw", "reply"),
    [
        ("I am 34.", "I am 34."),
        ("  User: I am 34. ", "I am 34."),
        ('"I am 34."', "I am 34."),
        ("Patient: \u201cI am 34.\u201d", "I am 34."),
        ("It says: \u201cmaximum\u201d", "It says: \u201cmaximum\u201d"),
        ("", None),
        (" \n", None),
        ("User:", None),
        ({"text": "I am 34."}, None),
        (None, None),
    ],
)
def test_what_of_an_output_is_the_reply(raw, reply):
    """The text without name and quotation marks; nothing where there is none."""
    assert ChatUser(model="m").read(Output(raw)) == reply


def test_an_error_is_no_reply():
    """A call that failed says nothing."""
    assert ChatUser(model="m").read(Output("text", error="timed out")) is None


def test_it_needs_a_model():
    """Somebody must speak."""
    with pytest.raises(ValidationError, match="model"):
        ChatUser()
