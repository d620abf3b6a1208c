"""missing_fact: exactly the sentence of a field goes, and the facts say so."""

from dataclasses import replace

import pytest
from talk_samples import changed, examples_of, said, table, talk

from robustspec.data.row import Message, Row
from robustspec.language.entries import PerturbationEntry
from robustspec.registry import lookup

MissingFact = lookup("perturbations", "missing_fact")
TOLD = {
    "age": "I am 34.",
    "weight": "I weigh 60 kg.",
    "allergies": ["I cannot take aspirin.", "Nor penicillin."],
    "hobby": "I like cats.",
    "unsaid": "I never said this.",
}
FACTS = {
    "told": TOLD,
    "values": {"age": "34"},
    "critical": ["age", "weight", "allergies", "unsaid"],
    "optional": ["hobby"],
}
TEXT = "I am 34. I weigh 60 kg. I like cats. I cannot take aspirin. Nor penicillin. What helps?"
ROW = Row("r", TEXT, {"dose": 1}, facts=FACTS)


def left(row=ROW, level=None, seed=0, **fields):
    return changed(MissingFact(**fields), row, level, seed)


def test_the_examples_run():
    """The docstring's examples give what they say."""
    assert examples_of("missing_fact")[0] == 0


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("age", "I weigh 60 kg. I like cats. I cannot take aspirin. Nor penicillin. What helps?"),
        ("weight", "I am 34. I like cats. I cannot take aspirin. Nor penicillin. What helps?"),
        ("allergies", "I am 34. I weigh 60 kg. I like cats. What helps?"),
    ],
)
def test_exactly_the_sentence_goes(field, text):
    """Nothing else of the text changes, not even a blank; the facts list the field, and keep what the user knows."""
    row = left(fields=(field,))
    assert (said(row), row.magnitude) == ([text], 1.0)
    assert row.facts == {**FACTS, "missing": [field]}
    assert replace(row, input=ROW.input, facts=ROW.facts, magnitude=ROW.magnitude) == ROW


def test_two_fields_are_one_more_than_one():
    """Level 2 leaves out the field of level 1 and another one, whatever the seed."""
    for seed in range(20):
        (one, _), (two, _) = ((row.facts["missing"], row) for row in (left(level=level, seed=seed) for level in (1, 2)))
        assert two[:1] == one
        assert len(set(two)) == 2


def test_every_critical_field_has_its_turn():
    """Seeds choose among the critical fields that are stated; one that the text does not hold is never chosen."""
    assert {left(level=1, seed=seed).facts["missing"][0] for seed in range(60)} == {"age", "weight", "allergies"}


def test_among_optional_and_any():
    """The lists of the facts; `any` is all that is told."""
    assert left(level=1, among="optional").facts["missing"] == ["hobby"]
    assert {left(level=1, seed=seed, among="any").facts["missing"][0] for seed in range(80)} == {
        *("age", "weight", "allergies", "hobby")
    }


def test_the_relation_follows_the_fields():
    """Without an optional fact the answer stays right."""
    relations = {among: MissingFact(among=among).relation for among in ("critical", "optional", "any")}
    assert relations == {"critical": "changes", "optional": "keeps", "any": "changes"}


def test_named_fields_in_their_order():
    """All of them, without a level; only those that are among the chosen list."""
    assert left(fields=("weight", "age")).facts["missing"] == ["weight", "age"]
    assert left(fields=("hobby", "age")).facts["missing"] == ["age"]
    assert left(fields=("weight", "age"), count=1).facts["missing"] == ["weight"]
    assert PerturbationEntry.model_validate({"kind": "missing_fact", "fields": ["age"]}).operator.count == 1


def test_a_user_who_will_not_say_it():
    """A sentence of the table stands where the fact stood, and the simulated user will not tell it either."""
    row = left(fields=("weight",), style="unwilling")
    sentences = {line["sentence"] for line in table("declined") if line["field"] == "weight"}
    before, after = "I am 34. ", " I like cats. I cannot take aspirin. Nor penicillin. What helps?"
    (text,) = said(row)
    assert (text.startswith(before), text.endswith(after)) == (True, True)
    assert text[len(before) : -len(after)] in sentences
    assert (row.facts["missing"], row.facts["withheld"]) == (["weight"], ["weight"])


def test_a_fact_of_two_sentences_is_declined_once():
    """One refusal for one field."""
    (text,) = said(left(fields=("allergies",), style="unwilling"))
    assert [part for part in text.split(".") if "allerg" in part.lower()] == [
        part for part in text.split(".") if "myself" in part or "talk about" in part
    ]
    assert text.count(".") == TEXT.count(".") - 1


def test_a_field_without_a_sentence_of_its_own():
    """Any other field is named."""
    facts = {"told": {"shoe_size": "I wear 42."}, "critical": ["shoe_size"]}
    (text,) = said(left(Row("r", "I wear 42. What helps?", facts=facts), 1, style="unwilling"))
    assert "shoe size" in text


def test_a_turn_that_said_nothing_else_goes():
    """In a conversation the whole message; other roles and documents are never touched."""
    row = talk("s:I am 34.", "u:I am 34.", "d:I am 34.", "u:What helps?", facts=FACTS)
    kept = left(row, fields=("age",))
    assert [message.content for message in kept.input] == ["I am 34.", "I am 34.", "What helps?"]
    assert [message.role for message in kept.input] == ["system", "user", "user"]


def test_wherever_it_is_said():
    """Said twice, it goes twice."""
    row = talk("u:Hello. I am 34.", "a:Yes?", "u:As I said: I am 34. What helps?", facts=FACTS)
    assert said(left(row, fields=("age",))) == ["Hello.", "As I said: What helps?"]


@pytest.mark.parametrize(
    "row",
    [
        Row("r", TEXT),
        Row("r", TEXT, facts={"told": TOLD}),
        Row("r", TEXT, facts={**FACTS, "told": "I am 34."}),
        Row("r", "What helps?", facts=FACTS),
        Row("r", "I am 34.", facts=FACTS),
        Row("r", (Message("user", "Hi."), Message("assistant", "Yes?"), Message("user", "I am 34.")), facts=FACTS),
    ],
)
def test_what_stays_as_it_is(row):
    """No facts, none that is critical, none in the text, or no request left without it."""
    assert left(row, 1) is row


def test_what_was_missing_before_stays_missing():
    """The lists grow."""
    row = replace(ROW, facts={**FACTS, "missing": ["sex"], "withheld": ["sex"]})
    changed_facts = left(row, fields=("age",), style="unwilling").facts
    assert (changed_facts["missing"], changed_facts["withheld"]) == (["sex", "age"], ["sex", "age"])


def test_a_short_row_loses_what_it_has():
    """Two are asked for, one is there: the magnitude tells."""
    row = left(Row("r", "I am 34. What helps?", facts=FACTS), 2)
    assert (row.facts["missing"], row.magnitude) == (["age"], 1.0)


def test_the_table_of_refusals():
    """Two sentences for each field of a vignette and for any other one, each a whole sentence."""
    lines = table("declined")
    fields = [line["field"] for line in lines]
    assert {field: fields.count(field) for field in fields} == dict.fromkeys(fields, 2)
    assert {"age", "weight", "pregnancy", "allergies", "medicines", "conditions", "symptom", "duration", "*"} == set(
        fields
    )
    assert all(line["sentence"].endswith(".") for line in lines)
    assert all(("{field}" in line["sentence"]) == (line["field"] == "*") for line in lines)
