"""disclosure: the same words over more turns, the request first, and its two controls."""

import sys
from dataclasses import replace
from itertools import pairwise

import pytest
from pydantic import ValidationError
from talk_samples import changed, examples_of, said, talk

from robustspec.data.row import Message, Row
from robustspec.language.entries import PerturbationEntry
from robustspec.registry import lookup

Disclosure = lookup("perturbations", "disclosure")
sentences = sys.modules[Disclosure.__module__.rsplit(".", 1)[0] + ".sentences"].sentences
LETTERS = "abcdefghijklmnopq"
LONG = Row("r", " ".join(f"Here is {letter}." for letter in LETTERS) + " What now? Thanks.", "yes")
TURNS = (1, 2, 4, 6, 10, 12, 15)


def told(row, level=None, **fields):
    return said(changed(Disclosure(**fields), row, level))


def test_the_examples_run():
    """The docstring's examples give what they say."""
    assert examples_of("disclosure")[0] == 0


@pytest.mark.parametrize(("level", "turns"), [*enumerate(TURNS, 1)])
def test_as_many_turns_as_the_level_says(level, turns):
    """The request stands first, alone where there is more than one turn; every sentence is said once, in order."""
    row = changed(Disclosure(), LONG, level)
    spoken = said(row)
    assert len(spoken) == turns == row.magnitude
    assert spoken[0] == "What now?" if turns > 1 else spoken[0].startswith("What now? Here is a.")
    assert " ".join(spoken) == "What now? " + " ".join(f"Here is {letter}." for letter in LETTERS) + " Thanks."
    assert {message.role for message in row.input} == {"user"}
    assert row.label == "yes"


def test_a_level_parts_turns_of_the_level_before():
    """Each turn of a level is whole in one turn of the level below."""
    for fewer, more in pairwise(told(LONG, level) for level in range(1, 8)):
        assert all(sum(turn in before for before in fewer) == 1 for turn in more)


def test_turns_are_of_like_length():
    """Of the turns after the request none has more than twice the sentences of another one, but for single ones."""
    for level in range(2, 8):
        sizes = [turn.count(".") for turn in told(LONG, level)[1:]]
        assert max(sizes) <= 2 * min(sizes) + 1


def test_fewer_sentences_than_turns():
    """As many turns as there are sentences, and the magnitude says so."""
    row = changed(Disclosure(), Row("r", "I am 34. What now?"), 5)
    assert (said(row), row.magnitude) == (["What now?", "I am 34."], 2.0)


def test_nothing_to_take_apart():
    """One sentence, or no words of the user, stay as they are."""
    for row in (Row("r", "What now?"), talk("s:You are a pharmacist."), talk("u:What now?")):
        assert changed(Disclosure(), row, 3) is row


@pytest.mark.parametrize(
    ("text", "facts", "request_"),
    [
        ("I am 34. What helps? I take warfarin. Is it safe? Thanks.", {}, "Is it safe?"),
        ("I need something for my head. I am 34.", {}, "I am 34."),
        ("I need something for my head. I am 34.", {"age": "I am 34."}, "I need something for my head."),
        ("Am I 34? I need something.", {"age": "Am I 34?"}, "I need something."),
        ("I am 34.  I weigh 60 kg.", {"age": "I am 34.", "weight": "I weigh 60 kg."}, "I weigh 60 kg."),
    ],
)
def test_what_the_request_is(text, facts, request_):
    """The last question that is no fact; else the last sentence that is none; else the last one."""
    assert told(Row("r", text, facts={"told": facts}), 2)[0] == request_


def test_a_stated_fact_is_not_cut():
    """The sentence of a fact may hold several, and stays one piece."""
    row = Row("r", "I take two things. Warfarin. Aspirin. What now?", facts={"told": {"m": "Warfarin. Aspirin."}})
    assert told(row, 4) == ["What now?", "I take two things.", "Warfarin. Aspirin."]


def test_what_stays_of_a_conversation():
    """All up to the assistant's last answer stays, and documents; the user's later messages are dealt anew."""
    row = talk(
        "s:You are a pharmacist.", "u:Hello. Hi.", "a:Yes?", "u:I am 34. I cough.", "d:Leaflet. Text.", "u:What helps?"
    )
    dealt = changed(Disclosure(), row, 3)
    assert dealt.input[:3] == row.input[:3]
    assert dealt.input[3] == row.input[4]
    assert [message.content for message in dealt.input[4:]] == ["What helps?", "I am 34.", "I cough."]


def test_expectations_of_earlier_turns_go_with_their_turns():
    """What was right after a message holds for that message alone."""
    row = Row("r", (Message("user", "I am 34. I cough.", expect="x"), Message("user", "What helps?")))
    assert [message.expect for message in changed(Disclosure(), row, 2).input] == [None, None]


def test_concat_is_a_list_in_one_message():
    """All sentences, the request first."""
    row = talk("u:I am 34. I cough.", "u:What helps?")
    assert told(row, control="concat") == ["- What helps?\n- I am 34.\n- I cough."]


def test_full_is_one_message_in_the_words_of_the_data():
    """Messages joined in their order; a text, or one message, is that already."""
    row = talk("u:I am 34. I cough.", "u:What helps?")
    assert told(row, control="full") == ["I am 34. I cough. What helps?"]
    alone = Row("r", "I am 34. What helps?")
    assert changed(Disclosure(control="full"), alone) is alone


def test_pictures_are_shown_first():
    """No picture is lost."""
    pictures = (object(), object())
    row = Row(
        "r", (Message("user", "I cough. I am 34.", images=pictures[:1]), Message("user", "Why?", images=pictures[1:]))
    )
    assert [message.images for message in changed(Disclosure(), row, 2).input] == [pictures, ()]


def test_a_control_needs_no_level_and_takes_no_turns():
    """In a specification it stands alone."""
    assert PerturbationEntry.model_validate({"kind": "disclosure", "control": "concat"}).operator.turns == 1
    with pytest.raises(ValidationError, match="in one turn -- leave out turns"):
        Disclosure(control="full", turns=4)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("I take 2.5 mg. It helps.", ["I take 2.5 mg.", "It helps."]),
        ("Any painkiller, e.g. ibuprofen? Yes!", ["Any painkiller, e.g. ibuprofen?", "Yes!"]),
        ("Dr. Smith said so. Right?", ["Dr. Smith said so.", "Right?"]),
        ('She said "Stop." Then left.', ['She said "Stop."', "Then left."]),
        ("First line\nsecond line\n\nthird", ["First line", "second line", "third"]),
        ("Really?! Yes... maybe. No", ["Really?!", "Yes... maybe.", "No"]),
        ("I take vitamin C. It helps, i.e. a bit.", ["I take vitamin C.", "It helps, i.e. a bit."]),
        ("Take it p.o. Daily.", ["Take it p.o. Daily."]),
        ("  ", []),
        ("400 mg", ["400 mg"]),
    ],
)
def test_sentences(text, parts):
    """Where a sentence ends, and where a full stop does not end one."""
    assert sentences(text) == parts


def test_the_label_and_the_facts_stay():
    """Nothing but the messages and the magnitude changes."""
    row = replace(LONG, facts={"told": {"a": "Here is a."}})
    dealt = changed(Disclosure(), row, 4)
    assert replace(dealt, input=row.input, magnitude=row.magnitude) == row
