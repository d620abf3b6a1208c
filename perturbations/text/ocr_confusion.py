"""What a scanner reads: rn for m, 1 for l, 0 for o."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field

from robustspec.perturbation.base import Passage, Range
from robustspec.perturbation.edits import SiteEdits, words
from robustspec.perturbation.ladder import Ladder

CONFUSIONS: dict[str, tuple[str, ...]] = {
    "rn": ("m",),
    "cl": ("d",),
    "vv": ("w",),
    "ii": ("u",),
    "ri": ("n",),
    "fi": ("ﬁ", "n"),
    "m": ("rn", "nn"),
    "d": ("cl",),
    "w": ("vv",),
    "u": ("ii", "v"),
    "n": ("ri", "u"),
    "l": ("1", "I", "i"),
    "i": ("1", "l", "j"),
    "o": ("0", "c"),
    "e": ("c", "o"),
    "c": ("e",),
    "h": ("b", "li"),
    "b": ("6", "h"),
    "g": ("9", "q"),
    "q": ("g",),
    "s": ("5",),
    "t": ("f", "+"),
    "f": ("t",),
    "z": ("2",),
    "v": ("y",),
    "I": ("l", "1"),
    "O": ("0", "Q"),
    "Q": ("O",),
    "S": ("5",),
    "B": ("8",),
    "Z": ("2",),
    "D": ("O", "0"),
    "G": ("6", "C"),
    "C": ("G",),
    "E": ("F",),
    "P": ("F",),
    "T": ("I",),
}
"""Letters and groups of letters with what they are read as: shapes that touch, break or look alike in print."""

_CONFUSABLE = re.compile("|".join(sorted(CONFUSIONS, key=len, reverse=True)))


class OcrConfusion(SiteEdits):
    """Misreads one letter, or one pair of letters, in a share of the words, as optical character recognition does.

    Stands for scanned letters, faxes and photographed labels. Numbers, doses and units are protected like all standard
    spans: a misread dose is another question with another answer, and has its own cell with ``within: [dose]``. A misreading
    that would make a number or a protected word of another word ("I" to "1") is passed over; within words digits do stand.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | word_fraction (of the words outside protected spans) | 0.05 | 0.10 | 0.15 | 0.20 | 0.30 |

    Magnitude: words misread per word that may be.

    >>> from robustspec.perturbation.scope import perturb
    >>> perturb(OcrConfusion(), "The warfarin was stopped in the morning, 5 mg", level=5)
    'The vvarfarin was stopped in tbe morning, 5 mg'

    Source: the shares follow the OCR augmenters of nlpaug and TextFlint (Wang et al., ACL 2021, arXiv:2103.11441); the
    table is our own, of shapes that touch, break or look alike in print.
    """

    kind: Literal["ocr_confusion"] = "ocr_confusion"
    word_fraction: float | None = Field(default=None, gt=0, le=1)
    """Share of the words to misread, instead of a level."""

    ladder: ClassVar[Ladder | None] = Ladder("word_fraction", (0.05, 0.10, 0.15, 0.20, 0.30))
    makes_terms: ClassVar[bool] = False

    def sites(self, passage: Passage) -> Sequence[Range]:
        """Every free word."""
        return words(passage)

    def replacement(self, rng: random.Random, text: str, start: int, end: int) -> str | None:
        """The word with one confusion; None for a word without a letter that is confused."""
        found = list(_CONFUSABLE.finditer(text, start, end))
        if not found:
            return None
        match = found[int(rng.random() * len(found))]
        readings = CONFUSIONS[match.group()]
        return text[start : match.start()] + readings[int(rng.random() * len(readings))] + text[match.end() : end]
