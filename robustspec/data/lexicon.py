"""Lists of terms of one category (drug names, findings): a source of protected spans beside the standard ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from robustspec.data.csv import CsvFile
from robustspec.data.files import Lines, existing
from robustspec.errors import DataError

TERM_COLUMN = "term"


def load_lexicon(path: Path) -> tuple[str, ...]:
    """The terms of a lexicon file, each once, in file order, white space around them dropped.

    A ``.csv`` file has a header; its column ``term`` counts, else its first one. A ``.txt`` file has one term a line.
    Raises `DataError` for a missing, empty or torn file, another kind of file, and a file without terms.
    """
    if path.suffix.lower() not in (".csv", ".txt"):
        raise DataError(f"{path}: a lexicon is a .csv or a .txt file")
    read = _csv_terms if path.suffix.lower() == ".csv" else _txt_terms
    terms = tuple(dict.fromkeys(term for line in read(existing(path)) if (term := line.strip())))
    if not terms:
        raise DataError(f"{path}: the lexicon holds no terms")
    return terms


def _csv_terms(path: Path) -> Iterator[str]:
    file = CsvFile(path)
    known = file.columns()
    column = TERM_COLUMN if TERM_COLUMN in known else known[0]
    for _, record in file.scan():
        yield record[column]


def _txt_terms(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        yield from Lines(file, path)
