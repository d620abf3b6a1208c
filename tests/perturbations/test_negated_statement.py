import pytest
from word_samples import BLANK, operator, passage, run_examples

from robustspec.data.row import Row, Span
from robustspec.perturbation.base import Passage
from robustspec.perturbation.scope import Scope


def denied(text, label="positive", **fields):
    return operator("negated_statement", **fields).apply(Passage(text, Row("r", text, label)), {"seed": 1}, None)


def test_examples():
    """The example of the documentation runs."""
    assert run_examples("negated_statement") >= 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Net profit rose in 2019.", "Net profit did not rise in 2019."),
        ("Sales went up.", "Sales did not go up."),
        ("In May, the loss shrank.", "In May, the loss did not shrink."),
        ("SALES FELL", "SALES DID NOT FALL"),
        ("The share price falls in summer.", "The share price does not fall in summer."),
        ("Sales did not rise in 2019.", "Sales rose in 2019."),
        ("Sales didn't go up.", "Sales went up."),
        ("The price does not fall.", "The price falls."),
        ("The firm expects its costs to rise in 2020.", "The firm does not expect its costs to rise in 2020."),
        ("They expected sales to fall.", "They did not expect sales to fall."),
    ],
)
def test_a_movement_is_denied_and_a_denial_withdrawn(text, expected):
    """The verb becomes its plain form behind "not", or the other way round, and the label its opposite."""
    new = denied(text)
    assert (new.text, new.label, new.magnitude) == (expected, "negative", 1.0)


@pytest.mark.parametrize(
    "text",
    [
        "Net profit rose by 5% in 2019.",
        "Net profit rose 5 percent.",
        "Net profit rose to $10m.",
        "Net profit rose 12 to 30.",
        "Net profit rose slightly.",
        "Net profit rose, but sales fell.",
        "Net profit rose and the firm hired.",
        "Sales rose. Costs fell.",
        "The firm reported a rise in sales.",
        "An increased dividend was paid.",
        "Sales have increased.",
        "Costs, increased or not, matter.",
        "The company moved to Paris.",
        "A well-rose garden.",
        *BLANK,
    ],
)
def test_what_cannot_be_turned_round_stays(text):
    """An amount, a degree, a second clause or movement, a noun, a participle: the passage itself."""
    before = Passage(text, Row("r", text, "positive"))
    assert before is operator("negated_statement").apply(before, {"seed": 1}, None)


def test_neutral_has_no_opposite():
    """A label without an opposite keeps the text too."""
    assert denied("Net profit rose.", "neutral").text == "Net profit rose."
    assert denied("Net profit rose.", None).text == "Net profit rose."


def test_labels_of_your_own():
    """A table of the entry says what a denial means; labels may stand in a field."""
    new = denied("Sales rose.", {"tone": "Positive"}, labels={"positive": "neutral"}, field="tone")
    assert (new.text, new.label) == ("Sales did not rise.", {"tone": "neutral"})


def test_the_instruction_is_no_statement():
    """Protected text (the row's own span) neither moves nor counts; the statement behind it is denied."""
    instruction = "Did the price rise or fall?"
    row = Row(
        "r", f"{instruction}\nText: The price fell in May.\nAnswer:", "fall", spans=(Span(instruction, "instruction"),)
    )
    new = Scope(operator("negated_statement")).apply(row, {"seed": 1}, None)
    assert (new.input, new.label) == (f"{instruction}\nText: The price did not fall in May.\nAnswer:", "rise")


def test_level_0_and_its_relation():
    """Level 0 is no change; the right answer moves."""
    before = passage("Sales rose.")
    assert before is operator("negated_statement").apply(before, {"seed": 1}, 0)
    assert operator("negated_statement").relation == "changes"
