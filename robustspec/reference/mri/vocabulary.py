"""The words of radiology that the copilot knows, as people write them: other terms, typing errors, look-alike letters."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rapidfuzz.distance import OSA

from robustspec.reference.normalise import normalise, tokenise

TERMS = Path(__file__).parent / "terms.csv"
_TOO_MANY = 99


@dataclass(frozen=True, slots=True)
class Term:
    """A way to write a value: ``Term("signal", "hyper", ("high", "signal"))``."""

    kind: str
    value: str
    words: tuple[str, ...]


@cache
def terms() -> tuple[Term, ...]:
    """Every term, the longest first, so that "left-sided" is not read as "left"."""
    with TERMS.open(encoding="utf-8", newline="") as file:
        found = [Term(row["kind"], row["value"], words_of(row["alias"])) for row in csv.DictReader(file)]
    short = [
        Term(term.kind, term.value, term.words[:1]) for term in found if term.words[1:] in (("lobe",), ("region",))
    ]
    return tuple(sorted({*found, *short}, key=lambda term: (-len(term.words), term.words)))


def words_of(text: str) -> tuple[str, ...]:
    """The words and numbers of a text, normalised."""
    return tuple(token.text for token in tokenise(normalise(text)))


@dataclass(frozen=True, slots=True)
class Reader:
    """How words are read: ``synonyms`` beside the first term of each value, and words that are not spelt right."""

    synonyms: bool = True
    forgiving: bool = True

    def near(self, word: str, known: str) -> bool:
        """Whether ``word`` is ``known``, or a likely misspelling of it."""
        return word == known or (self.forgiving and slips_between(word, known) < _TOO_MANY)

    def says(self, words: Sequence[str], *known: str) -> bool:
        """Whether any of ``known`` is among the words."""
        return any(self.near(word, each) for each in known for word in words)

    def values(self, words: Sequence[str]) -> dict[str, str]:
        """The value of each kind that the words name."""
        known = terms() if self.synonyms else first_terms()
        return values(words, known, 0 if not self.forgiving else _TOO_MANY - 1)


@cache
def first_terms() -> tuple[Term, ...]:
    """The first term of each value in the table, and every side."""
    with TERMS.open(encoding="utf-8", newline="") as file:
        found: dict[tuple[str, str], Term] = {}
        for row in csv.DictReader(file):
            found.setdefault((row["kind"], row["value"]), Term(row["kind"], row["value"], words_of(row["alias"])))
    return tuple(found.values())


def values(
    words: Sequence[str], known: Sequence[Term] | None = None, most_slips: int = _TOO_MANY - 1
) -> dict[str, str]:
    """The value of each kind that ``words`` name: that of the term with the fewest slips, the longest of equals."""
    best: dict[str, tuple[int, str]] = {}
    for term in terms() if known is None else known:
        slips = min((_slips(term.words, window) for window in _windows(words, len(term.words))), default=None)
        if slips is not None and slips <= most_slips and slips < best.get(term.kind, (_TOO_MANY, ""))[0]:
            best[term.kind] = (slips, term.value)
    return {kind: value for kind, (_, value) in best.items()}


def slips_between(word: str, known: str) -> int:
    """How many slips make ``word`` of ``known``: at most one from five letters on, two from eight; else `_TOO_MANY`."""
    if word == known:
        return 0
    allowed = (len(known) >= 5) + (len(known) >= 8)
    found = OSA.distance(word, known, score_cutoff=allowed) if allowed else _TOO_MANY
    return int(found) if found <= allowed else _TOO_MANY


def _slips(term: Sequence[str], window: Sequence[str]) -> int:
    return min(_TOO_MANY, sum(slips_between(word, known) for word, known in zip(window, term, strict=True)))


def _windows(words: Sequence[str], length: int) -> Iterator[Sequence[str]]:
    return (words[start : start + length] for start in range(len(words) - length + 1))
