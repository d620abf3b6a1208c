"""Texts and short ways to perturb them, shared by the tests of the word- and sentence-level operators."""

from __future__ import annotations

import csv
import doctest
import sys
from pathlib import Path
from typing import Any

from robustspec.data.row import Row
from robustspec.perturbation.base import Passage, Perturbation
from robustspec.perturbation.protect import Finder, Lexicon, find
from robustspec.registry import load_operators, lookup

CLINICAL = (
    "Hello, my doctor said I should take ibuprofen 400 mg every 6 hours, but I do not have any medicine left. "
    "I am worried because my left knee is painful and I'm allergic to aspirin. Can you help?"
)
FINANCE = (
    "I want to transfer $1,200 from my savings account to my son. The bank said there is no fee, but it will take "
    "2 days. Because I bought stocks recently, I am looking for advice. Can I also open an account for my children?"
)
UNICODE = (
    "Grüß Gott, ich nehme 5 µg Vitamin D₃ – c’est parfait? 薬を二錠飲みました。 "
    "İstanbul'da my doctor 👩‍⚕️ said “take it”."
)
TEXTS = (CLINICAL, FINANCE, UNICODE)
BLANK = ("", " ", "\n\t ")
LEXICON = Lexicon({"drug": ["ibuprofen", "aspirin", "Advil PM", "5-FU"]})
SEEDS = range(40)


def operator(kind: str, /, **fields: Any) -> Perturbation:
    """The operator ``kind`` with ``fields``."""
    return lookup("perturbations", kind)(**fields)


def passage(text: str, *, protect: list[str] | None = None, within: list[str] | None = None, id: str = "r1") -> Passage:
    """``text`` with the standard spans and those of `LEXICON`."""
    return Passage(text, Row(id, text, label="label"), Finder(LEXICON, protect=protect, within=within))


def changed(op: Perturbation, text: str, level: int | None = None, seed: int = 0, **scope: Any) -> str:
    """``text`` after ``op``."""
    return op.apply(passage(text, **scope), {"seed": seed}, level).text


def outcomes(op: Perturbation, text: str, level: int | None = None, **scope: Any) -> set[str]:
    """Everything that ``op`` makes of ``text`` over `SEEDS`."""
    return {changed(op, text, level, seed, **scope) for seed in SEEDS}


def protected(text: str) -> list[str]:
    """The protected stretches of ``text``, in order."""
    return [text[span.start : span.end] for span in find(text, LEXICON)]


def holds_in_order(parts: list[str], text: str) -> bool:
    """Whether all ``parts`` stand in ``text`` one after another (they may overlap)."""
    position = 0
    for part in parts:
        position = text.find(part, position)
        if position < 0:
            return False
    return True


def assert_contract(op: Perturbation, level: int | None = None) -> None:
    """What every operator promises, on all sample texts: level 0, determinism, purity, protection, blank texts."""
    for text in TEXTS:
        before = passage(text)
        assert op.apply(before, {"seed": 1}, 0) is before
        once, again = (op.apply(passage(text), {"seed": 1}, level) for _ in range(2))
        assert (once.text, once.magnitude, once.label) == (again.text, again.magnitude, again.label)
        assert before.text == text
        assert once.label == "label"
        assert holds_in_order(protected(text), once.text), once.text
    for text in BLANK:
        before = passage(text)
        assert op.apply(before, {"seed": 1}, level) is before


def assert_nested(op: Perturbation, text: str) -> None:
    """Magnitude rises with the level, and level k + 1 changes at least the words that level k does."""
    assert op.ladder is not None
    results = [op.apply(passage(text), {"seed": 5}, level) for level in op.ladder.levels]
    magnitudes = [result.magnitude for result in results]
    assert magnitudes == sorted(magnitudes)
    assert len(set(magnitudes)) > 2


def table_rows(name: str) -> list[dict[str, str]]:
    """The lines of a table that comes along."""
    path = Path(next(iter(load_operators().__path__)), "text", "tables", name)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def run_examples(kind: str) -> int:
    """Run the examples in the docstrings of the module of ``kind``; how many there were."""
    module = sys.modules[lookup("perturbations", kind).__module__]
    failed, attempted = doctest.testmod(module)
    assert failed == 0
    return attempted
