"""Words in capitals."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field

from robustspec.perturbation.base import Passage, Range
from robustspec.perturbation.edits import SiteEdits, words
from robustspec.perturbation.ladder import Ladder


class Shout(SiteEdits):
    """Writes a share of the words in capitals.

    Stands for people who press the capitals lock to be heard.

    | level | 1 | 2 | 3 |
    |---|---|---|---|
    | word_fraction | 0.25 | 0.50 | 1.00 |

    >>> from robustspec.perturbation.scope import perturb
    >>> perturb(Shout(), "Can my son take 400 mg of it?", level=3)
    'CAN MY SON TAKE 400 mg OF IT?'

    Source: Acme's own support tickets.
    """

    kind: Literal["acme-robustness/shout"] = "acme-robustness/shout"
    word_fraction: float | None = Field(default=None, gt=0, le=1)
    """Share of the words to write in capitals, instead of a level."""

    ladder: ClassVar[Ladder | None] = Ladder("word_fraction", (0.25, 0.50, 1.00))

    def sites(self, passage: Passage) -> Sequence[Range]:
        """Every free word that is not in capitals yet."""
        return [(start, end) for start, end in words(passage) if not passage.text[start:end].isupper()]

    def replacement(self, rng: random.Random, text: str, start: int, end: int) -> str | None:
        """The word in capitals."""
        return text[start:end].upper()
