"""Slips of the finger on a QWERTY keyboard."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field

from robustspec.perturbation.base import Passage, Range
from robustspec.perturbation.edits import SiteEdits, positions
from robustspec.perturbation.ladder import Ladder

_ROWS = {"qwertyuiop": 0.0, "asdfghjkl": 0.25, "zxcvbnm": 0.75}
"""The three rows of letters and how far each is shifted to the right, in keys."""


def _neighbours() -> dict[str, str]:
    """Each letter, in both cases, with the letters whose keys touch its own."""
    keys = {
        letter: (shift + place, height)
        for height, (row, shift) in enumerate(_ROWS.items())
        for place, letter in enumerate(row)
    }
    near = {
        letter: "".join(
            other for other, (u, v) in keys.items() if other != letter and (x - u) ** 2 + (y - v) ** 2 < 1.6
        )
        for letter, (x, y) in keys.items()
    }
    return {**near, **{letter.upper(): others.upper() for letter, others in near.items()}}


NEIGHBOURS = _neighbours()
"""Letters on touching keys, the case kept: ``NEIGHBOURS["a"] == "qwsz"``."""

_LETTERS = "".join(NEIGHBOURS)


class KeyboardTypo(SiteEdits):
    """Replaces letters by one on a touching key of a QWERTY keyboard, in the same case.

    Stands for people who type in a hurry or on a phone. Digits, punctuation and letters beyond A to Z stay, and so do
    all protected spans: unlike the usual augmenters, it never turns 400 mg into 4p0 mg. A slip that would make a protected
    word of another one ("my" to "mg") is passed over.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | letter_fraction (of the letters A to Z outside protected spans) | 0.01 | 0.03 | 0.05 | 0.10 | 0.20 |

    At 0.01 about one five-letter word in twenty is hit, at 0.05 one in four, at 0.20 two in three. Magnitude: letters
    changed per letter that may be.

    >>> from robustspec.perturbation.scope import perturb
    >>> perturb(KeyboardTypo(), "Is ibuprofen 400 mg safe with warfarin?", level=3)
    'Is jbuprofen 400 mg safe with warfarin?'

    Source: the per-letter typo rate of HELM (Liang et al., 2022, arXiv:2211.09110), whose settings of 0.1 to 0.5 leave
    few words readable; the ladder covers the readable part.
    """

    kind: Literal["keyboard_typo"] = "keyboard_typo"
    letter_fraction: float | None = Field(default=None, gt=0, le=1)
    """Share of the letters to replace, instead of a level."""

    ladder: ClassVar[Ladder | None] = Ladder("letter_fraction", (0.01, 0.03, 0.05, 0.10, 0.20))
    makes_terms: ClassVar[bool] = False

    def sites(self, passage: Passage) -> Sequence[Range]:
        """Every free letter A to Z."""
        return positions(passage, _LETTERS)

    def replacement(self, rng: random.Random, text: str, start: int, end: int) -> str | None:
        """One of the touching keys."""
        near = NEIGHBOURS[text[start]]
        return near[int(rng.random() * len(near))]
