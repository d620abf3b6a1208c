import pytest
from talk_samples import TALK, changed, examples_of, said, table

from robustspec.data.row import Row
from robustspec.registry import lookup

SENTENCES = [row["sentence"] for row in table("contradictions")]


def test_examples():
    """The examples of the documentation run."""
    assert examples_of("contradiction") == (0, 4)


@pytest.mark.parametrize("seed", range(20))
def test_one_turn_denies_what_the_request_states(seed):
    """It names the request's value and another one; all else is as it was."""
    row = changed("contradiction", TALK, seed=seed)
    denial = row.input[4].content
    assert (row.input[:4], row.input[5:]) == (TALK.input[:4], TALK.input[4:])
    assert row.magnitude == 1.0
    numbers = {word.strip(".,:") for word in denial.split()} & {str(number) for number in range(1000)}
    assert len(numbers) == 2
    assert numbers & {"400", "6"}


def test_a_side_is_denied():
    """The other side is what the user says first."""
    denial = said(changed("contradiction", Row("r", "My left knee hurts.")))[0]
    assert "left" in denial.lower()
    assert "right" in denial.lower()


def test_the_right_act_changes():
    """The label cannot say it, so the operator declares that it does not keep the answer."""
    assert lookup("perturbations", "contradiction").relation == "changes"
    assert changed("contradiction", TALK).label == TALK.label


def test_no_fact_no_change():
    """Such a row is no evidence."""
    row = Row("r", "How are you?")
    assert changed("contradiction", row) is row


def test_the_sentences():
    """At least twenty, all different, each with both values and a denial of the request's."""
    assert len({*SENTENCES}) == len(SENTENCES) >= 20
    assert all("{value}" in sentence and "{other}" in sentence for sentence in SENTENCES)
    denials = (" not ", "never", "by no means", "rather than", "cannot", "not {value}", "is not", "not,")
    assert [s for s in SENTENCES if not any(denial in s for denial in denials)] == []
