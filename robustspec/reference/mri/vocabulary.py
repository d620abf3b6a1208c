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
def table() -> tuple[tuple[str, str, str], ...]:
    """Kind, value and alias of every line of the table, in its order."""
    with TERMS.open(encoding="utf-8", newline="") as file:
        return tuple((row["kind"], row["value"], row["alias"]) for row in csv.DictReader(file))


@cache
def first_aliases() -> dict[tuple[str, str], str]:
    """By kind and value, the alias that stands first."""
    return {(kind, value): alias for kind, value, alias in reversed(table())}


@cache
def terms(synonyms: bool = True) -> tuple[Term, ...]:
    """Every term, or the first of each value; the longest first, so that "left-sided" is not read as "left"."""
    if not synonyms:
        return tuple(Term(kind, value, words_of(alias)) for (kind, value), alias in first_aliases().items())
    found = [Term(kind, value, words_of(alias)) for kind, value, alias in table()]
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
        """The value of each kind that ``words`` name: that of the term with the fewest slips, the longest of equals."""
        best: dict[str, tuple[int, str]] = {}
        for term in terms(self.synonyms):
            slips = min((_slips(term.words, window) for window in _windows(words, len(term.words))), default=_TOO_MANY)
            if slips < best.get(term.kind, (_TOO_MANY, ""))[0] and (self.forgiving or not slips):
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
