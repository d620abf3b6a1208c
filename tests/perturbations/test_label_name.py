import pytest
from pydantic import ValidationError
from word_samples import BLANK, operator, passage, run_examples

from robustspec.data.row import Row
from robustspec.perturbation.base import Passage

NAMES = {"positive": "favourable", "neutral": "even", "negative": "unfavourable"}
ASKED = "Is it positive, neutral, or negative?\nText: The cash flow was negative.\nAnswer:"


def renamed(text, label, **fields):
    return operator("label_name", **({"names": NAMES} | fields)).apply(
        Passage(text, Row("r", text, label)), {"seed": 1}, None
    )


def test_examples():
    """The example of the documentation runs."""
    assert run_examples("label_name") >= 2


def test_instruction_and_label_change_and_the_statement_stays():
    """The new names stand in the line that lists them, and are the right answer."""
    new = renamed(ASKED, "negative")
    assert new.text == "Is it favourable, even, or unfavourable?\nText: The cash flow was negative.\nAnswer:"
    assert (new.label, new.magnitude) == ("unfavourable", 3.0)


def test_explained_labels_are_renamed_wherever_their_line_names_them():
    """A line that names all of them may do so more than once, and in capitals."""
    names = {"hawkish": "tight", "dovish": "loose"}
    new = renamed("HAWKISH if rates rise, DOVISH if not. Hawkish or dovish?", "hawkish", names=names)
    assert new.text == "TIGHT if rates rise, LOOSE if not. Tight or loose?"
    assert new.label == "tight"


def test_a_label_inside_a_mapping_and_one_without_a_name():
    """With ``field`` the label's field moves and the rest stays; what has no new name stays."""
    new = renamed(ASKED, {"tone": "Positive", "id": 3}, field="tone")
    assert new.label == {"tone": "favourable", "id": 3}
    assert renamed(ASKED, "mixed").label == "mixed"
    assert renamed(ASKED, 3).label == 3


@pytest.mark.parametrize("text", ["Is it positive?", "positive\nneutral\nnegative", *BLANK])
def test_no_line_that_names_all(text):
    """A text without such a line is the passage itself."""
    before = passage(text)
    assert before is operator("label_name", names=NAMES).apply(before, {"seed": 1}, None)


def test_level_0():
    """Level 0 gives the passage itself."""
    before = passage(ASKED)
    assert before is operator("label_name", names=NAMES).apply(before, {"seed": 1}, 0)


def test_names_may_change_places():
    """Labels that take each other's name are exchanged at once, not one after the other."""
    new = renamed("good or bad?", "good", names={"good": "bad", "bad": "good"})
    assert (new.text, new.label) == ("bad or good?", "bad")


def test_two_labels_of_one_name():
    """Two classes with one name could not be told apart."""
    with pytest.raises(ValidationError, match="the same"):
        operator("label_name", names={"positive": "fine", "neutral": "Fine"})


def test_its_relation():
    """The right answer moves."""
    assert operator("label_name", names=NAMES).relation == "changes"
