"""Letters that only look like themselves, and characters that do not show."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field

from robustspec.perturbation.base import Passage, Range
from robustspec.perturbation.edits import SiteEdits, positions
from robustspec.perturbation.ladder import Ladder

LOOKALIKES = {
    **dict(zip("aceijopsxyhd", "асеіјорѕхуһԁ", strict=True)),  # small Cyrillic
    **dict(zip("ABCEHIJKMOPSTXY", "АВСЕНІЈКМОРЅТХУ", strict=True)),  # capital Cyrillic
    **dict(zip("vu", "νυ", strict=True)),  # small Greek
    **dict(zip("NZ", "ΝΖ", strict=True)),  # capital Greek
    **dict(zip("gl", "ɡӏ", strict=True)),  # Latin script g, Cyrillic palochka
}
"""Latin letters with a letter of another alphabet that most fonts draw alike."""

INVISIBLE = ("\u200b", "\u200c", "\u200d", "\u2060", "\u00ad")
"""Zero-width space, non-joiner, joiner, word joiner, and the soft hyphen."""

_LETTERS = "".join(LOOKALIKES)
_INSIDE = re.compile(r"(?<=[^\W\d_])(?=[^\W\d_])")


class Homoglyph(SiteEdits):
    """Replaces letters by look-alikes of other alphabets (``lookalike``), or puts invisible characters inside words.

    Stands for text that passed through fonts, scanners and web pages, and for people who evade a filter: nothing
    changes to the eye, everything to a tokeniser. ``style`` is ``lookalike`` or ``invisible``.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | character_count (characters per text) | 1 | 2 | 3 | 5 | 8 |

    Magnitude: characters changed or inserted per place where that may be.

    >>> from robustspec.perturbation.scope import perturb
    >>> text = "Is ibuprofen 400 mg safe with warfarin?"
    >>> changed = perturb(Homoglyph(), text, level=3)
    >>> sum(old != new for old, new in zip(text, changed, strict=True))
    3

    Source: Boucher et al., Bad Characters: Imperceptible NLP Attacks (IEEE S&P 2022, arXiv:2106.09898); pairs of
    letters as among the confusables of Unicode Technical Standard 39.
    """

    kind: Literal["homoglyph"] = "homoglyph"
    style: Literal["lookalike", "invisible"] = "lookalike"
    """Whether letters are replaced or invisible characters inserted."""
    character_count: int | None = Field(default=None, ge=1)
    """How many characters of a text to change, instead of a level."""

    ladder: ClassVar[Ladder | None] = Ladder("character_count", (1, 2, 3, 5, 8), "characters")

    def sites(self, passage: Passage) -> Sequence[Range]:
        """Every free letter with a look-alike, or every place between two free letters."""
        if self.style == "lookalike":
            return positions(passage, _LETTERS)
        text = passage.text
        return [
            match.span()
            for start, end in passage.free
            for match in _INSIDE.finditer(text, start, end)
            if start < match.start() < end
        ]

    def replacement(self, rng: random.Random, text: str, start: int, end: int) -> str | None:
        """The look-alike, or an invisible character."""
        if self.style == "lookalike":
            return LOOKALIKES[text[start]]
        return INVISIBLE[int(rng.random() * len(INVISIBLE))]

    def count(self, amount: float, places: int) -> int:
        """That many, or all places where there are fewer."""
        return min(places, round(amount))
