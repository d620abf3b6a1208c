"""Punctuation left out or strewn in."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field

from robustspec.perturbation.base import Passage, Range
from robustspec.perturbation.edits import SiteEdits
from robustspec.perturbation.ladder import Ladder

_MARK = re.compile("[.,;:!?…。，；：！？、]")
_END_OF_WORD = re.compile(r"(?<=[^\W\d_])(?= )")
_ADDED = (",", ",", ",", ".", "...", " -", "!", ";")


class Punctuation(SiteEdits):
    """Leaves out marks at the ends of words (``drop``) or strews marks in after words (``add``).

    Stands for chat messages and dictated text. Only marks that end a word count: hyphens, apostrophes, the points
    inside "e.g." and whatever follows a figure stay, and so do protected spans. A mark is only added after a word that
    lies free, so never inside or right behind a dose or a negation.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | place_fraction (of the marks for ``drop``, of the gaps for ``add``) | 0.10 | 0.20 | 0.30 | 0.40 | 0.50 |

    ``place_fraction: 1`` drops all punctuation. Magnitude: marks dropped or added per place that has or may get one.

    >>> from robustspec.perturbation.scope import perturb
    >>> perturb(Punctuation(), "Hello, my head hurts. May I take 0.5 mg, please?", level=5)
    'Hello, my head hurts May I take 0.5 mg please?'

    Source: the punctuation insertions of MM-Robustness (Qiu et al., 2022, arXiv:2212.08044) and the punctuation
    transformation of TextFlint (Wang et al., ACL 2021, arXiv:2103.11441).
    """

    kind: Literal["punctuation"] = "punctuation"
    action: Literal["drop", "add"] = "drop"
    """Whether marks are left out or strewn in."""
    place_fraction: float | None = Field(default=None, gt=0, le=1)
    """Share of the places to change, instead of a level."""

    ladder: ClassVar[Ladder | None] = Ladder("place_fraction", (0.10, 0.20, 0.30, 0.40, 0.50))

    def sites(self, passage: Passage) -> Sequence[Range]:
        """Every free mark, or every end of a free word that has none."""
        return self._marks(passage) if self.action == "drop" else self._ends(passage)

    def _marks(self, passage: Passage) -> list[Range]:
        text = passage.text
        return [
            match.span()
            for start, end in passage.free
            for match in _MARK.finditer(text, start, end)
            if not match.group().isascii() or _ends_a_word(text, match.start())
        ]

    def _ends(self, passage: Passage) -> list[Range]:
        text = passage.text
        return [
            match.span()
            for start, end in passage.free
            for match in _END_OF_WORD.finditer(text, start, end)
            if match.start() > start
        ]

    def replacement(self, rng: random.Random, text: str, start: int, end: int) -> str | None:
        """Nothing, or a mark."""
        return "" if self.action == "drop" else _ADDED[int(rng.random() * len(_ADDED))]


def _ends_a_word(text: str, place: int) -> bool:
    """Whether the mark at ``place`` stands between a letter and a blank or the end of the text."""
    return text[place - 1 : place].isalpha() and not text[place + 1 : place + 2].strip()
