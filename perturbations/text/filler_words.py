"""Filler words of spoken language."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field

from robustspec.perturbation.base import Passage, Range
from robustspec.perturbation.edits import SiteEdits
from robustspec.perturbation.ladder import Ladder

from ..table_file import column
from .phrases import pick

_GAP = re.compile(r"(?<=[^\W_]|[,;:)\"'’”])[ \t]+(?=[^\W_])")


class FillerWords(SiteEdits):
    """Puts filler words ("um,", "you know,", "honestly,") between words.

    Stands for speech recognition that writes down hesitations, and for people who write as they talk. A gap is the
    blank before a word; one inside a protected span ("400 mg", "every 6 hours") is left alone. Fillers come from
    ``tables/fillers.csv``. Words that would weaken what is said (maybe, about, like, just, I think) are not among
    them: "like 400 mg" is another dose.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | gap_fraction (of the gaps between words) | 0.05 | 0.10 | 0.20 | 0.30 | 0.50 |

    Magnitude: fillers inserted per gap.

    >>> from robustspec.perturbation.scope import perturb
    >>> perturb(FillerWords(), "Can I take ibuprofen 400 mg with warfarin tonight?", level=3)
    'Can I take er, ibuprofen 400 mg with warfarin tonight?'

    Source: the filler perturbation of HELM (Liang et al., 2022, arXiv:2211.09110, settings 0.1 and 0.3), with a list of
    our own.
    """

    kind: Literal["filler_words"] = "filler_words"
    gap_fraction: float | None = Field(default=None, gt=0, le=1)
    """Share of the gaps between words to fill, instead of a level."""

    ladder: ClassVar[Ladder | None] = Ladder("gap_fraction", (0.05, 0.10, 0.20, 0.30, 0.50))

    def sites(self, passage: Passage) -> Sequence[Range]:
        """The place behind the blank of every free gap, of zero width."""
        ends = (match.end() for start, end in passage.free for match in _GAP.finditer(passage.text, start, end))
        return [(end, end) for end in ends]

    def replacement(self, rng: random.Random, text: str, start: int, end: int) -> str | None:
        """A filler and a blank."""
        fillers = column("text/fillers.csv", "filler")
        return fillers[pick(rng.random(), len(fillers))] + " "
