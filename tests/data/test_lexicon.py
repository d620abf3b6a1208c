"""Lists of terms."""

from __future__ import annotations

import pytest

from robustspec.data.lexicon import load_lexicon
from robustspec.errors import DataError


def test_a_text_file_has_one_term_a_line(tmp_path):
    """Blank lines and repetitions drop out, order stays."""
    path = tmp_path / "drugs.txt"
    path.write_text("\ufeffibuprofen\n\n  aspirin \r\nibuprofen\nparacétamol", encoding="utf-8")
    assert load_lexicon(path) == ("ibuprofen", "aspirin", "paracétamol")


def test_a_csv_file_has_a_column_term(tmp_path):
    """Wherever the column stands."""
    path = tmp_path / "drugs.csv"
    path.write_text("class,term\nNSAID,ibuprofen\nNSAID,aspirin\n")
    assert load_lexicon(path) == ("ibuprofen", "aspirin")


def test_else_the_first_column_counts(tmp_path):
    """A table whose first column is called otherwise."""
    path = tmp_path / "drugs.csv"
    path.write_text("ingredient,class\nibuprofen,NSAID\n,none\n")
    assert load_lexicon(path) == ("ibuprofen",)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("drugs.json", "[]", "is a .csv or a .txt file"),
        ("drugs.txt", "\n \n", "holds no terms"),
        ("drugs.txt", "", "the file is empty"),
        ("drugs.csv", "term\n", "holds no terms"),
    ],
)
def test_unusable_lexicons_are_errors(tmp_path, name, content, message):
    """Another kind of file, and files without terms."""
    (tmp_path / name).write_text(content)
    with pytest.raises(DataError, match=message):
        load_lexicon(tmp_path / name)


def test_a_missing_lexicon_is_an_error(tmp_path):
    """As any missing file."""
    with pytest.raises(DataError, match="no such file"):
        load_lexicon(tmp_path / "drugs.txt")
