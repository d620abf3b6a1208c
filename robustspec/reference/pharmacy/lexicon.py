"""Which word is which: exact lookups first, then the nearest name within a distance that grows with its length."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from robustspec.reference.normalise import Token, normalise, tokenise
from robustspec.reference.pharmacy.formulary import Drug
from robustspec.reference.pharmacy.vocabulary import Meaning, common_words, keywords

LONGEST_NAME_WORDS = 3
_SHORTEST_RUN_ON = 6
_CACHED_WORDS = 65_536
_DIGITS_FOR_LETTERS = (
    str.maketrans("01234568", "olzeasbb"),
    str.maketrans("01234569", "oizeasgg"),
    str.maketrans("01245689", "dlzasobg"),
)
_LOOKS_LIKE = {"rn": "m", "nn": "m", "cl": "d", "vv": "w", "ii": "u", "ri": "n", "li": "h"}
_MERGED = re.compile("|".join(_LOOKS_LIKE))
_RUNS = re.compile(r"\d+|[a-z]+")


@dataclass(frozen=True, slots=True)
class Match:
    """The medicine that a stretch of text names, how far off it was spelt, and the words of the name it was taken for."""

    ingredient: str
    distance: int
    words: tuple[str, ...]

    @property
    def name_words(self) -> int:
        """Of how many words the name consists."""
        return len(self.words)


def tolerance(length: int) -> int:
    """How many edits a name of ``length`` letters may be away: none up to 3 letters, 1 up to 7, then 2."""
    return 0 if length <= 3 else 1 if length <= 7 else 2


def outline(word: str) -> str:
    """The word with letters that look like one merged into it: rn and nn as m, cl as d, ri as n, li as h."""
    merged = _MERGED.sub(lambda match: _LOOKS_LIKE[match.group()], word)
    return merged if merged == word else outline(merged)


class _Nearest:
    """The nearest of a fixed set of words; only words of about the same length are compared."""

    def __init__(self, words: Iterable[str], shortest: int = 4) -> None:
        self._by_length: dict[int, list[str]] = {}
        for word in sorted(set(words)):
            if len(word) >= shortest:
                self._by_length.setdefault(len(word), []).append(word)

    def find(self, word: str) -> list[tuple[str, int]]:
        """The words at the smallest distance within the tolerance of their own length, with that distance."""
        best: list[tuple[str, int]] = []
        for length in range(len(word) - 2, len(word) + 3):
            limit = max(1, tolerance(length))
            if abs(length - len(word)) > limit or length not in self._by_length:
                continue
            if best:
                limit = min(limit, best[0][1])
            hits = process.extract(
                word, self._by_length[length], scorer=OSA.distance, processor=None, score_cutoff=limit, limit=4
            )
            best.extend((name, int(distance)) for name, distance, _ in hits)
            smallest = min((distance for _, distance in best), default=0)
            best = [hit for hit in best if hit[1] == smallest]
        return best


class Lexicon:
    """Names of medicines and words of everyday language, as one bot reads them.

    ``forgiving`` False reads exact spellings only. Answers of the fuzzy look-ups are cached per word.
    """

    def __init__(self, formulary: Mapping[str, Drug], forgiving: bool = True) -> None:
        self.forgiving = forgiving
        self._names: dict[str, Match] = {}
        self.first_words: set[str] = set()
        name_words: set[str] = set()
        for drug in formulary.values():
            for alias in drug.aliases:
                words = [token.text for token in tokenise(normalise(alias.name))]
                self._names["".join(words)] = Match(drug.ingredient, 0, tuple(words))
                self.first_words.add(words[0])
                name_words.update(words)

        short = {normalise(a.name) for d in formulary.values() for a in d.aliases if a.category == "abbreviation"}
        self._near_names = _Nearest(name for name in self._names if name not in short)
        self._by_outline: dict[str, list[str]] = {}
        for name in sorted(self._names):
            self._by_outline.setdefault(outline(name), []).append(name)
        self._near_keywords = _Nearest(keywords())
        self._name_words = frozenset(name_words)
        self._near_name_words = _Nearest(name_words, shortest=_SHORTEST_RUN_ON)
        self._near_common = _Nearest(common_words(), shortest=3)
        self.is_odd = lru_cache(_CACHED_WORDS)(self._is_odd)
        self.meaning = lru_cache(_CACHED_WORDS)(self._meaning)
        self.nearest_name = lru_cache(_CACHED_WORDS)(self._nearest_name)
        self.resembles_common = lru_cache(_CACHED_WORDS)(self._resembles_common)
        self.split_mixed = lru_cache(_CACHED_WORDS)(self._split_mixed)
        self.split_run_on = lru_cache(_CACHED_WORDS)(self._split_run_on)

    def name(self, joined: str) -> Match | None:
        """The medicine with exactly this name, written without blanks."""
        return self._names.get(joined)

    def is_common(self, word: str) -> bool:
        """Whether the word is everyday English, spelt right."""
        return word in common_words()

    def _is_odd(self, word: str) -> bool:
        """Whether the word is neither a number nor everyday English: perhaps a medicine, perhaps a slip."""
        return word.isalpha() and word not in common_words()

    def _meaning(self, word: str) -> Meaning | None:
        """What the word stands for; the nearest keyword of one meaning counts where the word is no English word."""
        exact = keywords().get(word)
        if exact is not None or not self.forgiving or word in common_words():
            return exact
        near = {keywords()[found] for found, _ in self._near_keywords.find(word)}
        return near.pop() if len(near) == 1 else None

    def _resembles_common(self, word: str) -> bool:
        """Whether the word is, or is a misspelling of, everyday English."""
        return word in common_words() or bool(self._near_common.find(word))

    def _nearest_name(self, joined: str) -> Match | None:
        """The one medicine that is nearest, unless an everyday word is as near or two medicines are."""
        if not self.forgiving:
            return None
        hits = self._near_names.find(joined) or self._misread_name(joined)
        found = {self._names[name].ingredient for name, _ in hits}
        if len(found) != 1:
            return None
        distance = hits[0][1]
        everyday = self._near_common.find(joined)
        if everyday and everyday[0][1] <= distance:
            return None
        match = self._names[hits[0][0]]
        return Match(match.ingredient, distance, match.words)

    @staticmethod
    def spells(match: Match, words: Sequence[str]) -> bool:
        """Whether each of ``words`` is near its own word of a name of several words."""
        pairs = zip(words, match.words, strict=True)
        return all(
            OSA.distance(word, wanted) <= max(len(wanted) > 1, tolerance(len(wanted)))
            or outline(word) == outline(wanted)
            for word, wanted in pairs
        )

    def _misread_name(self, joined: str) -> list[tuple[str, int]]:
        """Names of the same outline: ``zaritac`` and ``zantac`` look alike in print."""
        return [(name, 1) for name in self._by_outline.get(outline(joined), ())]

    def _recognises(self, word: str) -> bool:
        return word in self._name_words or word in common_words() or self.nearest_name(word) is not None

    def _is_slip(self, word: str) -> bool:
        return self.resembles_common(word) or bool(self._near_name_words.find(word))

    def _split_mixed(self, word: str) -> tuple[str, ...]:
        """The parts of a word with digits in it: ``l0ratadine`` is one word, ``q6h`` and ``every6hours`` are three."""
        if self.forgiving:
            for table in _DIGITS_FOR_LETTERS:
                candidate = word.translate(table)
                if candidate.isalpha() and (
                    candidate in common_words() or (len(candidate) > 3 and self._recognises(candidate))
                ):
                    return (candidate,)
        return tuple(_RUNS.findall(word))

    def _split_run_on(self, word: str) -> tuple[str, ...]:
        """``needibuprofen`` and ``backagain`` as their two words: everyday English, one of them perhaps a medicine."""
        if self.forgiving and len(word) >= _SHORTEST_RUN_ON and not self._recognises(word) and not self._is_slip(word):
            for cut in range(1, len(word)):
                parts = (word[:cut], word[cut:])
                known = [part in common_words() or (len(part) > 4 and part in self._names) for part in parts]
                if all(known) and any(map(self.is_common, parts)):
                    return parts
        return (word,)

    def words(self, tokens: Iterable[Token]) -> list[str]:
        """The words and numbers of a text, with digits misread for letters and lost or added blanks repaired."""
        found: list[str] = []
        for token in tokens:
            text = token.text
            if token.glued and found and found[-1].isdigit() and self._joins(found[-1], text):
                found[-1] = self.split_mixed(found[-1] + text)[0]
            elif token.is_number or text in self._names or text in common_words():
                found.append(text)
            else:
                parts = (text,) if text.isalpha() else self.split_mixed(text)
                found.extend(word for part in parts for word in self.split_run_on(part))
        return found

    def _joins(self, number: str, word: str) -> bool:
        """Whether a number glued to a word is a misread letter of it, as in ``1buprofen`` and ``0f``."""
        return word not in keywords() and len(self.split_mixed(number + word)) == 1
