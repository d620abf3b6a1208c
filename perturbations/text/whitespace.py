"""Spaces too many and spaces too few."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field

from robustspec.perturbation.base import Passage, Range
from robustspec.perturbation.edits import SiteEdits
from robustspec.perturbation.ladder import Ladder

_GAP = re.compile(r"[ \t]+(?!\s)")
_MOST_SPACES = 3


class Whitespace(SiteEdits):
    """Widens (``extra``), removes (``joined``) or does either (``mixed``) to a share of the gaps between words.

    Stands for text copied out of PDF files and forms, and for thumbs that miss the space bar. Line breaks stay, and so
    do the gaps that touch a protected span: nothing is joined to a dose or a negation. A widened gap has two or three
    spaces.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | gap_fraction (of the gaps that touch no protected span) | 0.05 | 0.10 | 0.20 | 0.35 | 0.50 |

    Magnitude: gaps changed per gap that may be.

    >>> from robustspec.perturbation.scope import perturb
    >>> perturb(Whitespace(style="joined"), "My head hurts and I took 400 mg of ibuprofen", level=3)
    'Myhead hurts and I took 400 mg of ibuprofen'

    Source: the space perturbation of HELM (Liang et al., 2022, arXiv:2211.09110), up to three spaces a gap.
    """

    kind: Literal["whitespace"] = "whitespace"
    style: Literal["extra", "joined", "mixed"] = "extra"
    """What happens to a gap."""
    gap_fraction: float | None = Field(default=None, gt=0, le=1)
    """Share of the gaps to change, instead of a level."""

    ladder: ClassVar[Ladder | None] = Ladder("gap_fraction", (0.05, 0.10, 0.20, 0.35, 0.50))

    def sites(self, passage: Passage) -> Sequence[Range]:
        """Every gap with free text on both sides."""
        text = passage.text
        return [
            match.span()
            for start, end in passage.free
            for match in _GAP.finditer(text, start, end)
            if match.start() > start and match.end() < end and not text[match.start() - 1].isspace()
        ]

    def replacement(self, rng: random.Random, text: str, start: int, end: int) -> str | None:
        """Another number of spaces."""
        join = self.style == "joined" or (self.style == "mixed" and rng.random() < 0.5)
        return "" if join else " " * (2 + int(rng.random() * (_MOST_SPACES - 1)))
