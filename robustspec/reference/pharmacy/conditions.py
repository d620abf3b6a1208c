"""Names of conditions, medicines, allergens and states of patients, in lay words and in brands.

The table is a test fixture, not medical advice.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

KINDS = {"condition": "condition", "medicine-class": "medicine", "allergy": "allergen", "state": "state"}
"""The kinds of the table, and what an item of each is called."""
_ARTICLES = ("a ", "an ", "the ")
_ALSO = (
    ("problems", "issues"),
    ("problems", "troubles"),
    ("big ", "large "),
    ("pills", "tablets"),
    ("medicine", "medication"),
    ("blood pressure", "bp"),
    ("alcohol", "etoh"),
    ("kidney ", "renal "),
    ("kidney stones", "renal calculi"),
    ("kidney stone", "renal calculus"),
    ("irregular heartbeat", "arrhythmia"),
    ("high cholesterol", "hypercholesterolemia"),
    ("hearing loss", "hypoacusis"),
    ("heart attack", "myocardial infarction"),
    ("painkillers", "analgesics"),
)
"""Words of names that others stand for."""


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that may be said of a patient. ``kind`` is condition, medicine, allergen or state."""

    name: str
    kind: str
    names: tuple[str, ...]


def _bare(name: str) -> str:
    for article in _ARTICLES:
        name = name.removeprefix(article)
    return name


@cache
def load_terms() -> tuple[Term, ...]:
    """Every row of the shipped table, in file order; articles before names are left out."""
    lines = (files(__package__) / "conditions.csv").read_text(encoding="utf-8").splitlines()
    return tuple(
        Term(record["name"], KINDS[record["kind"]], tuple(_variants(record["names"].split("|"))))
        for record in csv.DictReader(lines)
    )


def _variants(names: Iterable[str]) -> Iterator[str]:
    for name in map(_bare, names):
        yield name
        yield from (name.replace(word, other) for word, other in _ALSO if word in name)
