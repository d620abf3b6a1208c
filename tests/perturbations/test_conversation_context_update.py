import pytest
from talk_samples import TALK, changed, examples_of, talk

from robustspec.data.row import Message, Row
from robustspec.errors import DataError
from robustspec.registry import lookup

OPERATOR = lookup("perturbations", "context_update")
UPDATE = {"content": "PAR-500 is out of stock.", "name": "stock", "role": "tool", "label": "PAR-250"}


def told(**update):
    return talk("u:Hello.", "a:Hi.", "u:Which paracetamol?", label="PAR-500", facts={"update": {**update}})


def test_examples():
    """The examples of the documentation run."""
    assert examples_of("context_update")[0] == 0
    assert examples_of("context_update")[1] >= 5


def test_before_the_request():
    """The message comes just before the last request, the label is the update's."""
    row = changed(OPERATOR(), told(**UPDATE))
    assert row.input[2] == Message("tool", "PAR-500 is out of stock.", "stock")
    assert (*row.input[:2], row.input[3]) == told().input
    assert (row.label, row.magnitude) == ("PAR-250", 1.0)


def test_after_the_request():
    """The same message at the end."""
    row = changed(OPERATOR(at="after_request"), told(**UPDATE))
    assert row.input[:3] == told().input
    assert row.input[3].content == "PAR-500 is out of stock."


def test_a_turn_of_the_user():
    """Without name and role the user says it."""
    row = changed(OPERATOR(), told(content="My wife took the last one."))
    assert row.input[2] == Message("user", "My wife took the last one.")


def test_without_a_label_the_label_stays():
    """A change that does not matter: the control."""
    assert changed(OPERATOR(), told(content="We open at nine.")).label == "PAR-500"


def test_documents_after_the_request_do_not_count_as_requests():
    """The place is found by what the user says, not by a document."""
    row = talk("u:Which one?", "d:A leaflet.", facts={"update": UPDATE})
    assert [message.role for message in changed(OPERATOR(), row).input] == ["tool", "user", "user"]


def test_what_turns_expect_is_kept():
    """The messages that were there are the same objects."""
    messages = (Message("user", "One?", expect="A"), Message("user", "Two?"))
    row = Row("r", messages, "B", facts={"update": UPDATE})
    after = changed(OPERATOR(), row)
    assert after.input[0] is messages[0]
    assert after.input[2] is messages[1]


def test_a_plain_text_becomes_a_conversation():
    """With the update before it."""
    row = changed(OPERATOR(), Row("r", "Which one?", "A", facts={"update": UPDATE}))
    assert [message.content for message in row.input] == ["PAR-500 is out of stock.", "Which one?"]


def test_no_update_no_change():
    """A row without one, one in which the user says nothing, and level 0 are the row itself."""
    silent = talk("s:You are a pharmacist.", facts={"update": UPDATE})
    assert changed(OPERATOR(), TALK) is TALK
    assert changed(OPERATOR(), silent) is silent
    row = told(**UPDATE)
    assert changed(OPERATOR(), row, 0) is row


def test_the_right_answer_may_change():
    """The relation says so."""
    assert OPERATOR.relation == "changes"


@pytest.mark.parametrize(
    ("update", "fault"),
    [
        ("out of stock", "facts.update is no message"),
        ({"text": "x"}, "facts.update is no message"),
        ({"content": " "}, "facts.update is no message"),
        ({"content": 3}, "facts.update is no message"),
        ({"content": "x", "role": "assistant"}, "has the role 'assistant'"),
        ({"content": "x", "name": 3}, "has the name 3"),
    ],
)
def test_a_bad_update_is_a_fault_of_the_data(update, fault):
    """One sentence that names the row."""
    row = talk("u:Which one?", facts={"update": update})
    with pytest.raises(DataError, match=fault):
        changed(OPERATOR(), row)
