"""Which word is which: exact lookups first, then the nearest name within a distance that grows with its length."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz.distance import OSA

from robustspec.reference.normalise import Token, normalise, tokenise
from robustspec.reference.pharmacy.conditions import Term
from robustspec.reference.pharmacy.formulary import Drug
from robustspec.reference.pharmacy.spelling import Nearest, meant, outline, tolerance
from robustspec.reference.pharmacy.vocabulary import Meaning, common_words, keywords

LONGEST_NAME_WORDS = 3
_SHORTEST_RUN_ON = 6
_CACHED_WORDS = 65_536
_DIGITS_FOR_LETTERS = (
    str.maketrans("01234568", "olzeasbb"),
    str.maketrans("01234569", "oizeasgg"),
    str.maketrans("01245689", "dlzasobg"),
)
_RUNS = re.compile(r"\d+|[a-z]+")


@dataclass(frozen=True, slots=True)
class Match:
    """What a stretch of text names, how far off it was spelt, and the words of the name it was taken for.

    A medicine of the formulary has kind ``drug``; for names of another ``kind``, ``ingredient`` is the canonical name.
    """

    ingredient: str
    distance: int
    words: tuple[str, ...]
    kind: str = "drug"

    @property
    def name_words(self) -> int:
        """Of how many words the name consists."""
        return len(self.words)


class Lexicon:
    """Names of medicines and words of everyday language, as one bot reads them.

    ``forgiving`` False reads exact spellings only. Answers of the fuzzy look-ups are cached per word. ``terms`` are names of
    other things than the formulary's medicines; a name that the formulary has is the formulary's.
    """

    def __init__(self, formulary: Mapping[str, Drug], forgiving: bool = True, terms: Iterable[Term] = ()) -> None:
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
        for term in terms:
            for name in term.names:
                words = [token.text for token in tokenise(normalise(name))]
                if "".join(words) not in self._names:
                    self._names["".join(words)] = Match(term.name, 0, tuple(words), term.kind)
                    self.first_words.add(words[0])

        short = {normalise(a.name) for d in formulary.values() for a in d.aliases if a.category == "abbreviation"}
        self._near_names = Nearest(name for name in self._names if name not in short)
        self._by_outline: dict[str, list[str]] = {}
        for name in sorted(self._names):
            self._by_outline.setdefault(outline(name), []).append(name)
        self._near_keywords = Nearest(keywords())
        self._name_words = frozenset(name_words)
        self._near_name_words = Nearest(name_words, shortest=_SHORTEST_RUN_ON)
        self._near_common = Nearest(common_words(), shortest=3)
        self.is_odd = lru_cache(_CACHED_WORDS)(self._is_odd)
        self.meaning = lru_cache(_CACHED_WORDS)(self._meaning)
        self.nearest_name = lru_cache(_CACHED_WORDS)(self._nearest_name)
        self.resembles_common = lru_cache(_CACHED_WORDS)(self._resembles_common)
        self.split_mixed = lru_cache(_CACHED_WORDS)(self._split_mixed)
        self.split_run_on = lru_cache(_CACHED_WORDS)(self._split_run_on)
        self.plain = lru_cache(_CACHED_WORDS)(self._plain)

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

    def _plain(self, word: str) -> str:
        """The everyday word that is meant: itself, or the one nearest to a misspelt one."""
        if word in common_words() or not self.forgiving:
            return word
        return meant(word, [found for found, _ in self._near_common.find(word)])

    def _nearest_name(self, joined: str) -> Match | None:
        """The one medicine that is nearest, unless an everyday word is as near or two medicines are."""
        if not self.forgiving:
            return None
        hits = self._near_names.find(joined) or self._misread_name(joined)
        found = {(self._names[name].kind, self._names[name].ingredient) for name, _ in hits}
        if len(found) != 1:
            return None
        distance = hits[0][1]
        everyday = self._near_common.find(joined)
        if any(near <= distance and word not in self._names for word, near in everyday):
            return None
        match = self._names[hits[0][0]]
        return replace(match, distance=distance)

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

    def words(self, tokens: Iterable[Token]) -> tuple[list[str], list[int]]:
        """The words and numbers of a text, digits misread for letters and lost or added blanks repaired, and their stops."""
        found: list[str] = []
        stops: list[int] = []
        for token in tokens:
            text = token.text
            if token.glued and found and found[-1].isdigit() and self._joins(found[-1], text):
                found[-1] = self.split_mixed(found[-1] + text)[0]
                continue
            if token.is_number or text in self._names or text in common_words():
                found.append(text)
            else:
                parts = (text,) if text.isalpha() else self.split_mixed(text)
                found.extend(word for part in parts for word in self.split_run_on(part))
            stops.append(token.stop)
            stops.extend([0] * (len(found) - len(stops)))
        return found, stops

    def _joins(self, number: str, word: str) -> bool:
        """Whether a number glued to a word is a misread letter of it, as in ``1buprofen`` and ``0f``."""
        return word not in keywords() and len(self.split_mixed(number + word)) == 1
