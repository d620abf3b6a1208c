"""One slip inside a word: two letters swapped, one added, one left out, one wrong."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field

from robustspec.perturbation.base import Passage, Range
from robustspec.perturbation.edits import SiteEdits, words
from robustspec.perturbation.ladder import Ladder

_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_LEAST_LETTERS = 4


def swap(rng: random.Random, word: str) -> str | None:
    """``word`` with two inner neighbours swapped; None where all of them are alike."""
    places = [place for place in range(1, len(word) - 2) if word[place] != word[place + 1]]
    if not places:
        return None
    place = places[int(rng.random() * len(places))]
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def insert(rng: random.Random, word: str) -> str:
    """``word`` with a letter added inside."""
    place = 1 + int(rng.random() * (len(word) - 1))
    return word[:place] + _letter(rng, word, place - 1) + word[place:]


def delete(rng: random.Random, word: str) -> str:
    """``word`` without one of its inner letters."""
    place = 1 + int(rng.random() * (len(word) - 2))
    return word[:place] + word[place + 1 :]


def substitute(rng: random.Random, word: str) -> str:
    """``word`` with another letter in place of an inner one."""
    place = 1 + int(rng.random() * (len(word) - 2))
    return word[:place] + _letter(rng, word, place) + word[place + 1 :]


def _letter(rng: random.Random, word: str, place: int) -> str:
    """Another letter for ``place``: of the word's alphabet, in the case of the letter that stands there."""
    there = word[place]
    pool = _ALPHABET if word.isascii() else "".join(dict.fromkeys(word.lower()))
    others = pool.replace(there.lower(), "") or pool
    letter = others[int(rng.random() * len(others))]
    return letter.upper() if there.isupper() else letter


_ACTIONS = {"swap": swap, "insert": insert, "delete": delete, "substitute": substitute}


class CharacterEdit(SiteEdits):
    """Makes one edit inside a share of the words of four letters or more; first and last letter stay.

    Stands for typing faster than proof-reading. Readers hardly notice it; tokenisers cut such words into other pieces.

    ``action`` is the edit: ``swap`` two neighbouring letters, ``insert``, ``delete`` or ``substitute`` one. Letters of
    other alphabets are edited too (with letters of the same word); scripts written without spaces are left alone. An edit
    that would make a protected word of another one ("there" to "three") is passed over.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | word_fraction (of the words of at least four letters outside protected spans) | 0.05 | 0.10 | 0.20 | 0.30 | 0.50 |

    Magnitude: words edited per word that may be.

    >>> from robustspec.perturbation.scope import perturb
    >>> perturb(CharacterEdit(action="delete"), "Never take more than 400 mg without asking your doctor", level=4)
    'Never tke more than 400 mg without asking yur doctor'

    Source: Pruthi, Dhingra and Lipton, Combating Adversarial Misspellings (ACL 2019, arXiv:1905.11268); Li et al.,
    TextBugger (NDSS 2019, arXiv:1812.05271).
    """

    kind: Literal["character_edit"] = "character_edit"
    action: Literal["swap", "insert", "delete", "substitute"] = "swap"
    """The edit that each chosen word gets."""
    word_fraction: float | None = Field(default=None, gt=0, le=1)
    """Share of the words to edit, instead of a level."""

    ladder: ClassVar[Ladder | None] = Ladder("word_fraction", (0.05, 0.10, 0.20, 0.30, 0.50))
    makes_terms: ClassVar[bool] = False

    def sites(self, passage: Passage) -> Sequence[Range]:
        """Every free word of four letters or more."""
        return words(passage, _LEAST_LETTERS)

    def replacement(self, rng: random.Random, text: str, start: int, end: int) -> str | None:
        """The word with one edit."""
        return _ACTIONS[self.action](rng, text[start:end])
