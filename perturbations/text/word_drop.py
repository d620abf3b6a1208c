"""Telegram style: small words left out."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field

from robustspec.perturbation.base import Passage, Range
from robustspec.perturbation.edits import SiteEdits
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.protect import lowered

_LISTED = (
    "a an the is are am be been being do does of that which this these those such there it please just really then also"
)
DROPPABLE = tuple(_LISTED.split())
"""Words without which an English sentence still says the same: no tense, no person, no degree, no negation."""

_DROPPABLE = re.compile(rf"(?:{'|'.join(DROPPABLE)}) ")
_CONTINUED = "'’-_"


class WordDrop(SiteEdits):
    """Leaves out a share of the small words that carry no fact of their own: articles, present copulas, "of", "please".

    Stands for notes and chat messages in telegram style. What could change the answer is not on the list: negations,
    past tenses, possessives, "to" and "from", "and" and "or", quantities.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | word_fraction (of the listed words outside protected spans) | 0.10 | 0.20 | 0.35 | 0.50 | 0.80 |

    Magnitude: words dropped per listed word. Only words followed by
    another word count; a text without any is unchanged.

    >>> from robustspec.perturbation.scope import perturb
    >>> perturb(WordDrop(), "The swelling of the left knee is not getting better", level=5)
    'swelling the left knee not getting better'

    Source: random deletion of EDA (Wei and Zou, EMNLP 2019, arXiv:1901.11196), held to words whose loss keeps
    the label.
    """

    kind: Literal["word_drop"] = "word_drop"
    word_fraction: float | None = Field(default=None, gt=0, le=1)
    """Share of the listed words to drop, instead of a level."""

    ladder: ClassVar[Ladder | None] = Ladder("word_fraction", (0.10, 0.20, 0.35, 0.50, 0.80))

    def sites(self, passage: Passage) -> Sequence[Range]:
        """Every free listed word with the space behind it."""
        low = lowered(passage.text)
        return [
            match.span()
            for start, end in passage.free
            for match in _DROPPABLE.finditer(low, start, end)
            if _begins_a_word(low, match.start()) and low[match.end() : match.end() + 1].strip()
        ]

    def replacement(self, rng: random.Random, text: str, start: int, end: int) -> str | None:
        """Nothing."""
        return ""


def _begins_a_word(text: str, place: int) -> bool:
    before = text[place - 1 : place]
    return not before or not (before.isalnum() or before in _CONTINUED)
