import re

import pytest
from word_samples import BLANK, changed, operator, outcomes, passage, run_examples, table_rows

from robustspec.data.row import Row
from robustspec.errors import DataError
from robustspec.perturbation.base import Passage
from robustspec.perturbation.protect import Finder, Lexicon, find

TEXT = (
    "I had a heart attack, high blood pressure and kidney stones. Now I have a headache, hives and heartburn, and I take "
    "a blood thinner and water pills every 6 hours. No fever."
)


def clinical(text, **scope):
    return changed(operator("lay_term", term_fraction=1.0), text, **scope)


def lay(text, **scope):
    return changed(operator("lay_term", style="lay", term_fraction=1.0), text, **scope)


def test_examples():
    """The examples of the documentation run."""
    assert run_examples("lay_term") >= 3


@pytest.mark.parametrize("style", ["lay", "clinical"])
def test_level_0_and_texts_without_a_term(style):
    """Level 0, blank texts and texts without a word of the table give the passage itself."""
    for text, level in [("a heart attack", 0), *((blank, 3) for blank in BLANK), ("Ibuprofen 400 mg?", 3)]:
        before = passage(text)
        assert before is operator("lay_term", style=style).apply(before, {"seed": 1}, level)


@pytest.mark.parametrize(
    ("everyday", "technical"),
    [
        ("a heart attack", "a myocardial infarction"),
        ("High blood pressure?", "Hypertension?"),
        ("HIGH BLOOD PRESSURE", "HYPERTENSION"),
        ("a blood thinner", "an anticoagulant"),
        ("Athlete's foot", "Tinea pedis"),
        ("an underactive thyroid", "hypothyroidism"),
        ("athlete’s foot itching", "tinea pedis pruritus"),
    ],
)
def test_everyday_to_clinical(everyday, technical):
    """Clinical words with the capitals of the everyday ones, and the article that goes with them."""
    assert clinical(everyday) == technical


@pytest.mark.parametrize(
    ("technical", "everyday"),
    [
        ("an anticoagulant", {"a blood thinner"}),
        ("Hypertension", {"High blood pressure"}),
        ("diarrhoea", {"loose stools"}),
        ("tachycardia", {"fast heartbeat", "fast heart rate"}),
        ("hyperthyroidism", {"an overactive thyroid"}),
    ],
)
def test_clinical_to_everyday(technical, everyday):
    """Everyday words, any of them where the table has several."""
    assert outcomes(operator("lay_term", style="lay"), technical, 3) == everyday


@pytest.mark.parametrize("text", ["headache-free", "feverish", "my kneecaps", "a heartburn-like pain", "the womb's"])
def test_only_whole_words(text):
    """A term inside a longer word is another word."""
    assert clinical(text) == text


def test_there_and_back():
    """A clinical word made everyday and clinical again is what it was."""
    for text in ("my myocardial infarction", "hypertension", "pruritus and dysuria", "renal calculi"):
        assert clinical(lay(text)) == text


def test_levels_are_nested():
    """A quarter, half, and all of the nine terms; each level keeps the changes of the one before."""
    op = operator("lay_term")
    results = [op.apply(passage(TEXT), {"seed": 4}, level) for level in (1, 2, 3)]
    assert [round(result.magnitude * 9) for result in results] == [2, 4, 9]
    edits = [set(op.edits(passage(TEXT), {"seed": 4}, level)) for level in (1, 2, 3)]
    assert edits[0] < edits[1] < edits[2]


def test_a_lexicon_of_conditions_is_what_it_edits():
    """Protected as a whole span a term is replaced; as part of a longer one, or outside ``within``, it stays."""
    lexicon = Lexicon({"condition": ["high blood pressure", "chronic kidney disease"]})
    text = "high blood pressure and chronic kidney disease"
    op = operator("lay_term")
    row = Row("r1", text)
    assert op.apply(Passage(text, row, Finder(lexicon)), {"seed": 1}, 3).text == (
        "hypertension and chronic kidney disease"
    )
    inside = op.apply(Passage(text, row, Finder(lexicon, within=["dose"])), {"seed": 1}, 3)
    assert inside.text == text


def test_standard_spans_stay():
    """Doses, negations and sides stand as they were."""
    after = clinical(TEXT)
    assert "every 6 hours" in after
    assert "No pyrexia" in after


def test_the_table_is_large_and_clean():
    """100 pairs and more, sorted, none twice, with known directions and categories."""
    rows = table_rows("lay_terms.csv")
    pairs = [(row["lay"].lower(), row["clinical"].lower()) for row in rows]
    assert len(pairs) >= 100
    assert len(pairs) == len(set(pairs))
    assert pairs == sorted(pairs)
    assert {row["direction"] for row in rows} <= {"both", "lay", "clinical"}
    assert {row["category"] for row in rows} <= {"condition", "symptom", "medicine", "anatomy", "measurement"}


def test_the_table_holds_no_protected_word():
    """No entry has a number, unit, negation or side, so no term can bring one in."""
    spans = {text: find(text) for row in table_rows("lay_terms.csv") for text in (row["lay"], row["clinical"])}
    assert {text: found for text, found in spans.items() if found} == {}
    assert not any(re.search(r"\d", text) for text in spans)


def test_each_everyday_word_has_one_meaning():
    """No everyday word stands for two clinical ones, but for spellings of one."""
    meanings = {}
    for row in table_rows("lay_terms.csv"):
        if row["direction"] != "lay":
            meanings.setdefault(row["lay"], set()).add(row["clinical"])
    assert {word: found for word, found in meanings.items() if len(found) > 1} == {}


def test_own_table(tmp_path):
    """A table of one's own, with directions or without."""
    (tmp_path / "mine.csv").write_text("lay,clinical,direction\nlazy eye,amblyopia,\nspecs,spectacles,clinical\n")
    there, back = (operator("lay_term", style=s, table="mine.csv").bind(tmp_path) for s in ("clinical", "lay"))
    assert changed(there, "a lazy eye, specs", 3) == "an amblyopia, spectacles"
    assert changed(back, "amblyopia, spectacles", 3) == "lazy eye, spectacles"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("lay,other\na,b\n", r"mine\.csv:1: the table has no column 'clinical'"),
        ("lay,clinical,direction\na,b,up\n", r"mine\.csv:2: 'up' is no direction -- "),
    ],
)
def test_faulty_table(tmp_path, content, message):
    """A table that cannot be used is named with line, fault and remedy."""
    (tmp_path / "mine.csv").write_text(content)
    with pytest.raises(DataError, match=message):
        changed(operator("lay_term", table="mine.csv").bind(tmp_path), "a", 1)
