"""Operators that edit a share of the places in a text.

The order of the places and what is put there are drawn once, from the sub-seed in the params; a level only says how far
to walk along that order. So the edits of level k are the first edits of level k + 1, whatever the levels are worth.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import compress
from threading import local
from typing import ClassVar, NamedTuple

from robustspec.perturbation.base import Params, Passage, Perturbation, Range


class Edit(NamedTuple):
    """Put ``text`` in place of the characters from ``start`` to ``end`` (half-open; equal for an insertion)."""

    start: int
    end: int
    text: str


def splice(text: str, edits: Sequence[Edit]) -> str:
    """``text`` with all ``edits`` made; they are disjoint, in any order, and count in the original text.

    Edits are independent of each other: any subset may be spliced, which is how a failing case is shrunk.
    """
    parts: list[str] = []
    done = 0
    for start, end, new in sorted(edits) if len(edits) > 1 else edits:
        parts += (text[done:start], new)
        done = end
    parts.append(text[done:])
    return "".join(parts)


def shuffled(rng: random.Random, count: int) -> Iterator[int]:
    """The numbers 0 to ``count - 1`` in a random order, drawn one at a time (a Fisher-Yates walk in a sparse array).

    Between two numbers the caller may use ``rng`` for draws of its own: the joint stream depends on the seed alone.
    """
    moved: dict[int, int] = {}
    for last in range(count - 1, -1, -1):
        drawn = int(rng.random() * (last + 1))
        yield moved.get(drawn, drawn)
        moved[drawn] = moved.pop(last, last)


class Characters(Sequence[Range]):
    """Places of one character each, given by their positions: a light stand-in for a list of ranges."""

    __slots__ = ("positions",)

    def __init__(self, positions: Sequence[int]) -> None:
        self.positions = positions

    def __len__(self) -> int:
        return len(self.positions)

    def __getitem__(self, index):  # type: ignore[no-untyped-def]  # both overloads of Sequence in one line
        if isinstance(index, slice):
            return Characters(self.positions[index])
        start = self.positions[index]
        return start, start + 1


class SiteEdits(Perturbation):
    """Base of operators that edit a share of the places (letters, words, gaps, ...) in a text.

    A subclass says where it may edit (`sites`), what it puts there (`replacement`) and, where its amount is not a share
    of the places, how many of them it takes (`count`). The realised magnitude is a fraction: edits made per place.
    """

    makes_terms: ClassVar[bool] = True
    """Whether its edits may turn a word into a protected one: "on" into "no", "my" into "mg", "I" into "1".

    Where not, such an edit is passed over, as if nothing fitted.
    """

    def sites(self, passage: Passage) -> Sequence[Range]:
        """The eligible places: disjoint half-open ranges inside ``passage.free``, ascending; zero-width to insert."""
        raise NotImplementedError

    def replacement(self, rng: random.Random, text: str, start: int, end: int) -> str | None:
        """What to put in place of ``text[start:end]``; None where nothing fits. Uses no randomness but ``rng``.

        Draw with ``int(rng.random() * n)``, whose stream is the same on every Python version. A replacement equal to
        the original is passed over.
        """
        raise NotImplementedError

    def count(self, amount: float, places: int) -> int:
        """How many of ``places`` places (at least 1) to edit at ``amount``: that share, rounded, and at least one."""
        return min(places, max(1, round(amount * places)))

    def edits(self, passage: Passage, params: Params, level: int | None) -> list[Edit]:
        """The single edits of ``passage`` at ``level``, in the order in which they were drawn."""
        return self._drawn(passage, params, level)[0]

    def apply(self, passage: Passage, params: Params, level: int | None) -> Passage:
        """The passage with the first share of its places edited; the passage itself where there is nothing to edit."""
        edits, places = self._drawn(passage, params, level)
        if not edits:
            return passage
        return passage.with_text(splice(passage.text, edits), len(edits) / places)

    def _drawn(self, passage: Passage, params: Params, level: int | None) -> tuple[list[Edit], int]:
        amount = self.amount(level)
        if amount <= 0:
            return [], 0
        walk = _Walk.resume(self, passage, params["seed"])
        places = len(walk.sites)
        return (walk.first(self.count(amount, places)) if places else []), places


_last = local()


class _Walk:
    """The draws for one passage under one seed, as far as a level has needed them.

    Each thread keeps its last one, so that the levels of a case, which come one after the other, share their draws. It
    is only a memory: a new walk draws the same.
    """

    __slots__ = ("_begins_term", "_edits", "_in_word", "_key", "_left", "_moved", "_rng", "sites")

    def __init__(self, operator: SiteEdits, passage: Passage, seed: int) -> None:
        self.sites = operator.sites(passage)
        self._key = (operator, passage.ranges, passage.row, passage.text, seed)
        self._edits: list[Edit] = []
        self._begins_term = passage.begins_term
        self._in_word: dict[int, list[Edit]] = {}
        self._left = len(self.sites)
        self._moved: dict[int, int] = {}
        self._rng = random.Random(seed)

    @classmethod
    def resume(cls, operator: SiteEdits, passage: Passage, seed: int) -> _Walk:
        """The thread's last walk where it is this one, else a new one."""
        walk: _Walk | None = getattr(_last, "walk", None)
        if walk is not None:
            last_operator, ranges, row, text, last_seed = walk._key
            if (
                last_operator is operator
                and ranges is passage.ranges
                and row is passage.row
                and last_seed == seed
                and text == passage.text
            ):
                return walk
        return cls(operator, passage, seed)

    def first(self, wanted: int) -> list[Edit]:
        """The first ``wanted`` edits, or all where there are fewer."""
        if len(self._edits) < wanted and self._left:
            _last.walk = None  # a draw that raises must not leave half a walk behind
            self._walk(wanted)
        _last.walk = self
        return self._edits[:wanted]

    def _walk(self, wanted: int) -> None:
        """Draw site after site as `shuffled` does, and what is put there, until there are ``wanted`` edits."""
        operator, _, _, text, _ = self._key
        edits, sites, moved, left, rng = self._edits, self.sites, self._moved, self._left, self._rng
        draw, replacement = rng.random, operator.replacement
        while left and len(edits) < wanted:
            drawn = int(draw() * left)
            left -= 1
            start, end = sites[moved.get(drawn, drawn)]
            moved[drawn] = moved.pop(left, left)
            new = replacement(rng, text, start, end)
            if new is None or new == text[start:end]:
                continue
            edit = Edit(start, end, new)
            if operator.makes_terms or not self._makes_term(edit):
                edits.append(edit)
        self._left = left

    def _makes_term(self, edit: Edit) -> bool:
        """Whether the word of ``edit``, with all that was edited in it before, becomes a protected one; else notes it."""
        text, (first, last, _) = self._key[3], edit
        while first and text[first - 1].isalpha():
            first -= 1
        while text[last : last + 1].isalpha():
            last += 1
        in_word, original = [*self._in_word.get(first, ()), edit], text[first:last].lower()
        if original.isalpha() and not self._begins_term(original):
            word = splice(original, [Edit(start - first, end - first, new) for start, end, new in in_word]).lower()
            if any(part.isdecimal() or self._begins_term(part) for part in _parts(word)):
                return True
        self._in_word[first] = in_word
        return False


def _parts(word: str) -> Sequence[str]:
    """What a reader of words takes an edited word for: several where something else than a letter or digit parts it."""
    return (word,) if word.isalnum() else _ALNUM.findall(word)


_ALNUM = re.compile(r"[^\W_]+")
_LATIN_1 = "".join(map(chr, range(256)))


@cache
def _mask(characters: str) -> bytes:
    return bytes(character in characters for character in _LATIN_1)


def positions(passage: Passage, characters: str) -> Characters:
    """Where the free ranges of ``passage`` hold one of ``characters`` (Latin-1, no question mark), ascending."""
    text = passage.text
    marks = text.encode("latin-1", "replace").translate(_mask(characters))
    found: list[int] = []
    for start, end in passage.free:
        found += compress(range(start, end), marks[start:end])
    return Characters(found)


_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Scripts without spaces between words or without an alphabet: Thai, Lao, Burmese, Khmer, Chinese, Japanese, Korean."""


@cache
def _word(least: int, ascii_only: bool) -> re.Pattern[str]:
    letter = "[A-Za-z]" if ascii_only else rf"[^\W\d_{_UNSPACED}]"
    return re.compile(f"{letter}{{{least},}}" if least > 1 else f"{letter}+")


def words(passage: Passage, least: int = 1) -> list[Range]:
    """The whole words of ``least`` letters or more that lie inside the free ranges of ``passage``, ascending.

    A word is a run of letters of an alphabet (Latin, Greek, Cyrillic, Arabic, ...); text in scripts without spaces has
    none. A word that a protected span cuts is not whole, and is left out. The list is shared: do not change it.
    """
    text = passage.text
    memo = passage.ranges.memo
    if ("words", least, text) in memo:
        return memo["words", least, text]  # type: ignore[no-any-return]  # written below
    finditer = _word(least, text.isascii()).finditer
    found: list[Range] = []
    for start, end in passage.free:
        inside = [match.span() for match in finditer(text, start, end)]
        if inside and inside[0][0] == start and text[start - 1 : start].isalnum():
            del inside[0]
        if inside and inside[-1][1] == end and text[end : end + 1].isalnum():
            del inside[-1]
        found += inside
    memo["words", least, text] = found
    return found
