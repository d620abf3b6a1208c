"""Words as people commonly misspell them."""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from robustspec.perturbation.base import Passage, Range
from robustspec.perturbation.edits import SiteEdits, words
from robustspec.perturbation.ladder import Ladder

_TABLE = Path(__file__).parent / "tables" / "misspellings.csv"
_LEAST_LETTERS = 3


@cache
def misspellings() -> Mapping[str, tuple[str, ...]]:
    """English words, in small letters, with the ways in which they are misspelled."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return {record["word"]: tuple(record["misspellings"].split()) for record in csv.DictReader(file)}


class Misspelling(SiteEdits):
    """Misspells a share of the words that people often get wrong: "recieve", "diarhoea", "perscription".

    Stands for writers who spell by ear. The table holds some eight hundred English words, everyday and medical;
    words beyond it stay, and so do protected spans. Misspellings that are other English words (quiet, quite) are left
    out, so the sense stays. Capitals are kept.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | word_fraction (of the words that are in the table) | 0.05 | 0.10 | 0.20 | 0.35 | 0.50 |

    The share counts words of the table, not all words, or the upper levels would be out of reach. Magnitude: words
    misspelled per word of the table.

    >>> from robustspec.perturbation.scope import perturb
    >>> perturb(Misspelling(), "Which medicine can I recommend for severe diarrhoea?", level=5)
    'Which medicine can I reccommend for severe diarrohea?'

    Source: the ladder is that of HELM's misspelling perturbation (Liang et al., 2022, arXiv:2211.09110), 0.05 to 0.5 of
    the words of a list; the list is our own.
    """

    kind: Literal["misspelling"] = "misspelling"
    word_fraction: float | None = Field(default=None, gt=0, le=1)
    """Share of the words of the table to misspell, instead of a level."""

    ladder: ClassVar[Ladder | None] = Ladder("word_fraction", (0.05, 0.10, 0.20, 0.35, 0.50))

    def sites(self, passage: Passage) -> Sequence[Range]:
        """Every free word of the table."""
        text, table = passage.text, misspellings()
        return [(start, end) for start, end in words(passage, _LEAST_LETTERS) if text[start:end].lower() in table]

    def replacement(self, rng: random.Random, text: str, start: int, end: int) -> str | None:
        """One of the word's misspellings, capitals as in the text."""
        word = text[start:end]
        choices = misspellings()[word.lower()]
        wrong = choices[int(rng.random() * len(choices))]
        if word.isupper():
            return wrong.upper()
        return wrong[0].upper() + wrong[1:] if word[0].isupper() else wrong
