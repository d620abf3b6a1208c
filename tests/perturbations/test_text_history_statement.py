import re

import pytest
from word_samples import BLANK, changed, operator, outcomes, passage, run_examples, table_rows

from robustspec.data.row import Message, Row, Span
from robustspec.errors import DataError
from robustspec.perturbation.base import Passage
from robustspec.perturbation.protect import Finder, find

TEXT = "May I take ibuprofen 400 mg?"
STYLES = ("negated", "family", "past", "mixed", "asserted")
ROWS = {row["condition"]: row for row in table_rows("history_conditions.csv")}


def named(added):
    """The conditions that a text names, longest names first."""
    found = set()
    for condition in sorted(ROWS, key=len, reverse=True):
        if re.search(rf"\b{re.escape(condition)}\b", added):
            found.add(condition)
            added = added.replace(condition, "")
    return found


def added(op, row, seed=0, level=3, text=TEXT):
    changed_text = op.apply(Passage(text, row, Finder()), {"seed": seed}, level).text
    assert changed_text.startswith(text)
    return changed_text[len(text) :]


def test_examples():
    """The examples of the documentation run."""
    assert run_examples("history_statement") >= 2


def test_level_0_and_blank_texts():
    """Level 0 and blank texts give the passage itself."""
    for text, level in [(TEXT, 0), *((blank, 3) for blank in BLANK)]:
        before = passage(text)
        assert before is operator("history_statement").apply(before, {"seed": 1}, level)


@pytest.mark.parametrize("style", STYLES)
def test_levels_add_1_2_and_4(style):
    """Each level keeps the statements of the one before; the magnitude counts them; the label stays."""
    results = [
        operator("history_statement", style=style).apply(passage(TEXT), {"seed": 2}, level) for level in (1, 2, 3)
    ]
    assert [result.magnitude for result in results] == [1.0, 2.0, 4.0]
    assert [len(named(result.text)) for result in results] == [1, 2, 4]
    assert TEXT in results[0].text
    assert results[0].text in results[1].text
    assert results[1].text in results[2].text
    assert {result.label for result in results} == {"label"}


@pytest.mark.parametrize("style", STYLES)
def test_conditions_fit_the_style(style):
    """Only conditions of the style are named, and over the seeds all of them."""
    found = set().union(*(named(text) for text in outcomes(operator("history_statement", style=style), TEXT, 3)))
    styles = {"negated", "family", "past"} if style == "mixed" else {style}
    assert found <= {condition for condition, row in ROWS.items() if styles & {*row["styles"].split()}}
    assert len(found) >= 12


def test_what_the_row_mentions_is_never_named():
    """Nothing of the text, another message, the facts, the label or the spans, by any word that the table lists."""
    op = operator("history_statement", style="negated")
    everything = {condition for condition, row in ROWS.items() if "negated" in row["styles"]}
    rows = {
        "diabetes": Row("r", "Is metformin safe with it?"),
        "asthma": Row("r", (Message("user", "I use an inhaler."), Message("user", TEXT))),
        "glaucoma": Row("r", TEXT, facts={"history": ["Glaucoma"]}),
        "gout": Row("r", TEXT, facts={"gout": False}),
        "epilepsy": Row("r", TEXT, label={"because": {"condition": "epileptic seizures"}}),
        "psoriasis": Row("r", TEXT, spans=(Span("psoriatic", "condition"),)),
    }
    for condition, row in rows.items():
        text = row.input if isinstance(row.input, str) else TEXT
        found = set().union(*(named(added(op, row, seed, text=text)) for seed in range(120)))
        assert found == everything - {condition}


@pytest.mark.parametrize("condition", sorted(ROWS))
def test_a_condition_is_found_by_its_stems(condition):
    """A row that names the condition itself excludes it."""
    for style in ROWS[condition]["styles"].split():
        op = operator("history_statement", style=style)
        row = Row("r", f"I wonder about {condition.upper()}.")
        assert all(condition not in named(added(op, row, seed, text=row.input)) for seed in range(15))


def test_nothing_left_to_name(tmp_path):
    """Where the row mentions every condition the passage itself comes back; fewer are added where fewer are left."""
    (tmp_path / "mine.csv").write_text("condition\na stiff neck\nmyopia\n")
    op = operator("history_statement", style="negated", table="mine.csv").bind(tmp_path)
    before = passage("My stiff neck, my myopia")
    assert before is op.apply(before, {"seed": 1}, 1)
    result = op.apply(passage("My myopia"), {"seed": 1}, 3)
    assert (result.magnitude, "a stiff neck" in result.text) == (1.0, True)


def test_where():
    """Before the text the first statement stands next to it too."""
    op = operator("history_statement", where="before")
    one, two = (changed(op, TEXT, level, 3) for level in (1, 2))
    assert one.endswith(" " + TEXT)
    assert two.endswith(one)


def test_relation():
    """Only an asserted condition moves what is right."""
    relations = {style: operator("history_statement", style=style).relation for style in STYLES}
    assert relations == {style: "changes" if style == "asserted" else "keeps" for style in STYLES}


def test_tables_hold_no_number_or_side():
    """No sentence with any condition brings a dose, number, unit or side in; only the negated ones negate."""
    for sentence in table_rows("history_statements.csv"):
        for condition in ROWS:
            spans = {span.category for span in find(sentence["sentence"].replace("{condition}", condition))}
            assert spans <= ({"negation"} if sentence["style"] == "negated" else set())
    assert {sentence["style"] for sentence in table_rows("history_statements.csv")} == {*STYLES} - {"mixed"}


def test_table_is_sorted_and_every_style_has_enough():
    """The conditions are sorted, and each style has a dozen."""
    assert [row.lower() for row in ROWS] == sorted(row.lower() for row in ROWS)
    counts = [sum(style in row["styles"].split() for row in ROWS.values()) for style in STYLES if style != "mixed"]
    assert min(counts) >= 12


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("name\na\n", r"mine\.csv:1: the table has no column 'condition'"),
        ("condition,styles\na,denied\n", r"mine\.csv:2: 'denied' is no style -- "),
        ("condition,styles\na,past\n", r"mine\.csv: no condition fits the style family -- "),
    ],
)
def test_faulty_table(tmp_path, content, message):
    """A table that cannot be used is named with line, fault and remedy."""
    (tmp_path / "mine.csv").write_text(content)
    with pytest.raises(DataError, match=message):
        changed(operator("history_statement", style="family", table="mine.csv").bind(tmp_path), TEXT, 1)
