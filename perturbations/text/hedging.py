"""Words that take the edge off a statement."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from pydantic import Field

from robustspec.perturbation.base import Passage, Range
from robustspec.perturbation.edits import SiteEdits
from robustspec.perturbation.ladder import Ladder

from ..table_file import column
from .phrases import inside, pick

_END = re.compile(r"[.!?]+[\"'”’)\]]*(?:\s+(?=[^\sa-z])|\s*\Z)|\n")
_FIRST = re.compile(
    r"(?:The|A|An|In|On|At|For|From|Its|Their|Our|This|That|These|Those|It|They|We|Both|Net|Operating|Total|Sales|Revenue|"
    r"Turnover|Profit|Earnings|Prices?|Costs?|Inflation|Unemployment|Wages?|Rates|Risks|Data|Several|Most|Some|Many|More|"
    r"Further|Future|Members|Officials|Economists|Analysts|Cuts|Purchases|Holdings|Conditions|Slack|When|While|After|If|As|"
    r"According|Reportedly)\b(?!-)"
)
_CAPTION = re.compile(r"[A-Z]\w{0,15}:\s+")
_LEAST_WORDS = 4


class Hedging(SiteEdits):
    """Adds hedges to statements: "Reportedly, sales rose", "Sales rose, according to the company".

    Stands for the wording of reporters and careful writers. A hedge says who says so, or how sure they are; what is
    reported stays the same, and so does the label. It is added with its comma before a sentence or at its end: each end of
    each sentence of four words or more that closes with a full stop or an exclamation mark is one place, and questions
    have none. A caption ("Text:") stays in front. The first word loses its capital where it is a word like "The", and keeps
    it where it may be a name. Hedges stand in ``tables/hedges.csv``; they hold no number, negation or side.

    | level | 1 | 2 | 3 |
    |---|---|---|---|
    | hedges (or as many as there are places) | 1 | 2 | 4 |

    Magnitude: hedges added per place.

    >>> from robustspec.perturbation.scope import perturb
    >>> perturb(Hedging(), "The company's net sales rose by 5% to $12m.", level=2)
    "According to people familiar with the matter, the company's net sales rose by 5% to $12m, it is understood."

    Source: hedge words among the edits that leave the label of financial news in place; the wording is our own.
    """

    kind: Literal["hedging"] = "hedging"
    hedges: int | None = Field(default=None, ge=1, le=20)
    """How many hedges to add, instead of a level."""

    ladder: ClassVar[Ladder | None] = Ladder("hedges", (1, 2, 4), "hedges")

    def count(self, amount: float, places: int) -> int:
        """As many as the amount says, or as there are places."""
        return min(places, round(amount))

    def sites(self, passage: Passage) -> Sequence[Range]:
        """The beginning of each sentence (its first word where that loses its capital) and its end."""
        text = passage.text
        places = [place for start, end in _statements(text) for place in (_opening(text, start), (end, end))]
        return [(start, end) for start, end in places if inside(passage.free, start, end)]

    def replacement(self, rng: random.Random, text: str, start: int, end: int) -> str | None:
        """A hedge with its comma."""
        before = start < end or text[start : start + 1] not in (".", "!")
        hedges = column("text/hedges.csv", "phrase", ("place", "before" if before else "after"))
        hedge = hedges[pick(rng.random(), len(hedges))]
        return f"{hedge}, {text[start:end].lower()}" if before else f", {hedge}"


def _statements(text: str) -> Iterator[Range]:
    """Each sentence that is long enough and no question, without the stop at its end."""
    start = 0
    for end in _END.finditer(text):
        sentence = text[start : end.start()].lstrip()
        if end[0][0] in ".!" and len(sentence.split()) >= _LEAST_WORDS:
            yield end.start() - len(sentence), end.start()
        start = end.end()


def _opening(text: str, start: int) -> Range:
    caption = _CAPTION.match(text, start)  # "Text: ..." is no part of the sentence
    start = caption.end() if caption else start
    first = _FIRST.match(text, start)
    return (start, first.end()) if first else (start, start)
