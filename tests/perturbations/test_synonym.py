import re

import pytest
from word_samples import (
    CLINICAL,
    FINANCE,
    assert_contract,
    assert_nested,
    changed,
    operator,
    outcomes,
    passage,
    run_examples,
    table_rows,
)

from robustspec.errors import DataError
from robustspec.perturbation.protect import find


@pytest.mark.parametrize("level", [1, 5])
def test_contract(level):
    """Level 0, determinism, protection and blank texts."""
    assert_contract(operator("synonym"), level)


def test_examples():
    """The examples of the documentation run."""
    assert run_examples("synonym") >= 2


def test_levels_are_nested():
    """A level makes the replacements of the level below and more."""
    assert_nested(operator("synonym"), CLINICAL + FINANCE)


def test_full_share_replaces_every_known_word():
    """At 1.0 each word of the table is replaced, and nothing else is."""
    assert {"Hi, a physician is good."} <= outcomes(operator("synonym", word_fraction=1.0), "Hello, a doctor is good.")
    assert {"Hi, a physician is good.", "Hey, a physician is good."} == outcomes(
        operator("synonym", word_fraction=1.0), "Hello, a doctor is good."
    )


def test_article_decides():
    """After "an" comes a synonym that begins with a vowel, after "a" one that does not."""
    assert {"a costly car", "a costly vehicle"} >= outcomes(operator("synonym", word_fraction=1.0), "a costly vehicle")
    assert {"an error"} == outcomes(operator("synonym", word_fraction=1.0), "an error")


def test_no_known_word_is_unchanged():
    """A text without a word of the table comes back as it is, not as a copy."""
    before = passage("Ibuprofen 400 mg?")
    assert before is operator("synonym").apply(before, {"seed": 1}, 5)


def test_own_table(tmp_path):
    """A table of one's own is read relative to the specification, and read again when it changes."""
    table = tmp_path / "mine.csv"
    table.write_text("word,synonym\nknee,leg joint\n", encoding="utf-8")
    op = operator("synonym", table="mine.csv", word_fraction=1.0).bind(tmp_path)
    assert changed(op, "My knee hurts") == "My leg joint hurts"
    table.write_text("word,synonym\nknee,patella region\n", encoding="utf-8")
    assert changed(op, "My knee hurts") == "My patella region hurts"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"synonym\.table: there is no file .*mine\.csv -- "),
        ("word,other\na,b\n", r"mine\.csv:1: the table has no column 'synonym' \(columns: word, other\) -- "),
        ("word,synonym\na,b\nc\n", r"mine\.csv:3: 1 cells under 2 columns -- "),
        ("word,synonym\n\nc,\n", r"mine\.csv:3: the cell of column 'synonym' is empty -- "),
    ],
)
def test_faulty_table(tmp_path, content, message):
    """A table that cannot be used is named with line, fault and remedy."""
    if content is not None:
        (tmp_path / "mine.csv").write_text(content, encoding="utf-8")
    op = operator("synonym", table="mine.csv", word_fraction=1.0).bind(tmp_path)
    with pytest.raises(DataError, match=message):
        changed(op, "knee")


def test_table_that_is_not_text(tmp_path):
    """A table in another encoding than UTF-8 is an error that says so."""
    (tmp_path / "mine.csv").write_bytes(b"word,synonym\ncaf\xe9,bar\n")
    with pytest.raises(DataError, match="save it as UTF-8"):
        changed(operator("synonym", table="mine.csv", word_fraction=1.0).bind(tmp_path), "knee")


def test_binding_leaves_the_fields_alone(tmp_path):
    """Where a specification lies is no part of the operator's own parameters: draws do not depend on it."""
    op = operator("synonym", table="mine.csv", word_fraction=0.1)
    assert op.model_dump() == op.bind(tmp_path).model_dump()


def test_table_is_large_and_clean():
    """The table that comes along has 150 pairs and more, sorted, none twice, none of a word with itself."""
    pairs = [(row["word"], row["synonym"]) for row in table_rows("synonyms.csv")]
    assert len(pairs) >= 150
    assert len(pairs) == len(set(pairs))
    assert pairs == sorted(pairs)
    assert all(word.lower() != synonym.lower() for word, synonym in pairs)


def test_table_holds_no_protected_word():
    """No entry has a number, unit, negation or laterality, so no synonym can bring one in."""
    spans = {text: find(text) for row in table_rows("synonyms.csv") for text in (row["word"], row["synonym"])}
    assert {text: found for text, found in spans.items() if found} == {}
    assert not any(re.search(r"\d", text) for text in spans)
