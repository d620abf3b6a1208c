"""Everyday words and clinical words for the same thing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from robustspec.errors import DataError
from robustspec.perturbation.base import Passage, Range
from robustspec.perturbation.edits import SiteEdits
from robustspec.perturbation.ladder import Ladder

from ..table_file import FileOperator, Stamp, our_table, records, stamp
from .mentions import after_article, article_before, editable
from .phrases import Phrases, fold, pick, with_case_of
from .synonym import Thesaurus

Style = Literal["lay", "clinical"]
_OWN = stamp(our_table("text/lay_terms.csv"), "lay_terms.csv")


class LayTerm(SiteEdits, FileOperator):
    """Says clinical words in everyday ones, or everyday words in clinical ones: "heart attack", "myocardial infarction".

    Stands for the two languages of a pharmacy: patients and carers speak the one, letters and records the other. The table
    ``tables/lay_terms.csv`` holds some 130 pairs that mean exactly the same; words that only come near ("dizziness" and
    "vertigo") are left out. Symptoms, conditions, medicines by purpose, parts of the body: no drug names, numbers,
    negation or laterality. Capitals are kept, and "a" and "an" follow.

    Such words are what this operator edits, so it works inside spans of named categories (a ``lexicon`` of conditions)
    although they are protected, but only where the word covers the whole span.

    | level | 1 | 2 | 3 |
    |---|---|---|---|
    | term_fraction (of the words and phrases that the table knows) | 0.25 | 0.50 | 1.0 |

    At least one is replaced. Magnitude: replacements per word or phrase that the table knows.

    >>> from robustspec.perturbation.scope import perturb
    >>> perturb(LayTerm(), "After a heart attack I take a blood thinner.", level=3)
    'After a myocardial infarction I take an anticoagulant.'
    >>> perturb(LayTerm(style="lay"), "Has she got hypertension?", level=1)
    'Has she got high blood pressure?'

    Source: the lay words of the vocabulary priority, number 2 of the pharmacy example in Xian et al., "Robustness tests
    for biomedical foundation models should tailor to specification", Box 2; the table is our own.
    """

    kind: Literal["lay_term"] = "lay_term"
    style: Style = "clinical"
    """Which words to write."""
    term_fraction: float | None = Field(default=None, gt=0, le=1)
    """Share of the words and phrases known to the table that are replaced, instead of a level."""
    table: str | None = None
    """CSV file with the columns lay and clinical, relative to the specification; instead of our own.

    An optional column ``direction`` says ``clinical`` or ``lay`` where a line holds for that style only, else ``both``.
    """

    ladder: ClassVar[Ladder | None] = Ladder("term_fraction", (0.25, 0.5, 1.0))

    def sites(self, passage: Passage) -> Sequence[Range]:
        """Every word or phrase of the other style, with the article before it."""
        found = editable(passage, self._terms().phrases.find(passage.text))
        return [(article_before(passage, start), end) for start, end in found]

    def replacement(self, rng: random.Random, text: str, start: int, end: int) -> str | None:
        """One of the words for it in this style."""
        terms, lead = self._terms(), _lead(text[start:end], self._terms())
        first = start + len(lead)
        choices = terms.synonyms[fold(text[first:end])]
        return after_article(lead, with_case_of(text[first:end], choices[pick(rng.random(), len(choices))]))

    def _terms(self) -> Thesaurus:
        file = _OWN if self.table is None else stamp(self.located(self.table), "lay_term.table")
        return _read(file, self.style)


def _lead(site: str, terms: Thesaurus) -> str:
    """The article and its blank that a site begins with, where they are not part of the phrase itself."""
    return "" if fold(site) in terms.synonyms else site[: len(site.split()[0]) + 1]


@lru_cache(maxsize=8)
def _read(file: Stamp, style: Style) -> Thesaurus:
    path = Path(file[0])
    words: dict[str, list[str]] = {}
    for line, record in records(path, ("lay", "clinical")):
        direction = record.get("direction") or "both"
        if direction not in ("both", "lay", "clinical"):
            raise DataError(f"{path}:{line}: '{direction}' is no direction -- write both, lay or clinical")
        if direction in ("both", style):
            old, new = (
                (record["lay"], record["clinical"]) if style == "clinical" else (record["clinical"], record["lay"])
            )
            known = words.setdefault(fold(old), [])
            if new not in known:
                known.append(new)
    return Thesaurus(Phrases(words), {word: tuple(known) for word, known in words.items()})
