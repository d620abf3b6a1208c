"""How near one word is to another: edits, letters that look alike, keys that lie side by side."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

from robustspec.reference.pharmacy.vocabulary import common_words, word_set

_LOOKS_LIKE = {"rn": "m", "nn": "m", "cl": "d", "vv": "w", "ii": "u", "ri": "n", "li": "h"}
_MERGED = re.compile("|".join(_LOOKS_LIKE))
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_PLACES = {letter: (row, at + row / 2) for row, letters in enumerate(_KEYS) for at, letter in enumerate(letters)}
_LONE_LETTERS = {**dict.fromkeys("loujk", "i"), "w": "with"}
"""What a letter that stands alone is meant to be, by what people type and scanners read."""
_SHORT_WORDS = word_set("am im my is on no of me it to or he")
_FREQUENT: tuple[str, ...] = (
    "can",
    "i",
    "have",
    "take",
    "the",
    "my",
    "am",
    "for",
    "not",
    "and",
    "want",
    "need",
    "give",
    "doctor",
    "allergic",
)
_FREQUENT += ("with", "old", "man", "are", "you", "no", "me", "may", "could", "please")
"""Where a slip may have been several words, the first of these is meant."""


def tolerance(length: int) -> int:
    """How many edits a name of ``length`` letters may be away: none up to 3 letters, 1 up to 7, then 2."""
    return 0 if length <= 3 else 1 if length <= 7 else 2


def outline(word: str) -> str:
    """The word with letters that look like one merged into it: rn and nn as m, cl as d, ri as n, li as h."""
    merged = _MERGED.sub(lambda match: _LOOKS_LIKE[match.group()], word)
    return merged if merged == word else outline(merged)


def is_key_slip(word: str, meant: str) -> bool:
    """Whether one key beside the right one was hit."""
    wrong = [pair for pair in zip(word, meant, strict=False) if pair[0] != pair[1]]
    if len(word) != len(meant) or len(wrong) != 1 or not set(wrong[0]) <= _PLACES.keys():
        return False
    (row, at), (other, place) = (_PLACES[letter] for letter in wrong[0])
    return abs(row - other) <= 1 and abs(at - place) <= 1


class Nearest:
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


def meant(word: str, near: Collection[str]) -> str:
    """The everyday word that a misspelt one is meant to be: of those ``near`` it, or of the short ones; itself if unclear."""
    if outline(word) in common_words():
        return outline(word)
    if len(word) == 1:
        return _LONE_LETTERS.get(word, word)
    candidates = near if len(word) > 2 else _SHORT_WORDS
    slips = [each for each in candidates if is_key_slip(word, each)]
    left = slips or [each for each in near if len(word) > 2]
    return left[0] if len(left) == 1 else next((each for each in _FREQUENT if each in left), word)
