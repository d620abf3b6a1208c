"""Other words for the same thing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from robustspec.perturbation.base import Passage, Range
from robustspec.perturbation.edits import SiteEdits
from robustspec.perturbation.ladder import Ladder

from ..table_file import FileOperator, Stamp, our_table, records, stamp
from .phrases import Phrases, fold, inside, pick, with_case_of


@dataclass(frozen=True, slots=True)
class Thesaurus:
    """What a table says: the words to look for, and for each, in lower case, what may stand in its place."""

    phrases: Phrases
    synonyms: dict[str, tuple[str, ...]]


@lru_cache(maxsize=8)
def _read(file: Stamp) -> Thesaurus:
    synonyms: dict[str, list[str]] = {}
    for _, record in records(Path(file[0]), ("word", "synonym")):
        known = synonyms.setdefault(fold(record["word"]), [])
        if record["synonym"] not in known:
            known.append(record["synonym"])
    return Thesaurus(Phrases(synonyms), {word: tuple(known) for word, known in synonyms.items()})


_OWN = stamp(our_table("text/synonyms.csv"), "synonyms.csv")


class Synonym(SiteEdits, FileOperator):
    """Replaces everyday words and phrases by synonyms from a table.

    Stands for people who say the same thing in other words. The table ``tables/synonyms.csv`` holds common words of
    patients' and customers' requests with a synonym that keeps the meaning; it has no drug names, numbers, negation or
    laterality, and leaves out words with a second meaning ("cold", "charge", "balance"), so it can be read and signed.
    Capitals are kept; after "a" or "an" only a synonym that goes with the article is taken.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | word_fraction (of the words and phrases that the table knows) | 0.05 | 0.10 | 0.20 | 0.30 | 0.50 |

    At least one is replaced. Magnitude: replacements per word or phrase that the table knows.

    >>> from robustspec.perturbation.scope import perturb
    >>> perturb(Synonym(), "Which medicine would my doctor choose for a mild headache?", level=2)
    'Which medicine would my doctor select for a mild headache?'

    Source: the synonym perturbations of HELM (Liang et al., 2022, arXiv:2211.09110) draw from WordNet, where most
    replacements of a word in context change what is said; hence a short table, read by people.
    """

    kind: Literal["synonym"] = "synonym"
    word_fraction: float | None = Field(default=None, gt=0, le=1)
    """Share of the words and phrases known to the table that are replaced, instead of a level."""
    table: str | None = None
    """CSV file with the columns word and synonym, relative to the specification; instead of our own."""

    ladder: ClassVar[Ladder | None] = Ladder("word_fraction", (0.05, 0.10, 0.20, 0.30, 0.50))

    def sites(self, passage: Passage) -> Sequence[Range]:
        """Every free word or phrase of the table that has a fitting synonym."""
        known, text, free = self._thesaurus(), passage.text, passage.free
        found = known.phrases.find(text)
        return [(a, z) for a, z in found if inside(free, a, z) and _fitting(known, text, a, z)]

    def replacement(self, rng: random.Random, text: str, start: int, end: int) -> str | None:
        """One of the fitting synonyms."""
        fitting = _fitting(self._thesaurus(), text, start, end)
        return with_case_of(text[start:end], fitting[pick(rng.random(), len(fitting))])

    def _thesaurus(self) -> Thesaurus:
        return _read(_OWN if self.table is None else stamp(self.located(self.table), "synonym.table"))


def _fitting(known: Thesaurus, text: str, start: int, end: int) -> Sequence[str]:
    synonyms = known.synonyms[fold(text[start:end])]
    before = text[:start][-4:].lower().split()
    article = before[-1] if before and text[start - 1].isspace() else ""
    if article not in ("a", "an"):
        return synonyms
    return [synonym for synonym in synonyms if (synonym[0].lower() in "aeiou") == (article == "an")]
