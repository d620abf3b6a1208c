"""Contractions: "I am" and "I'm"."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from functools import cache
from typing import Literal

from pydantic import Field

from robustspec.perturbation.base import Passage, Range
from robustspec.perturbation.edits import SiteEdits

from ..table_file import our_table, records
from .phrases import Phrases, fold, inside, with_case_of

Direction = Literal["contract", "expand"]

_AFTER_QUESTION_WORD = re.compile(
    r"\b(?:what|how|how\s[^\W\d_]+|where|who|which|when|why|than|as|whatever|wherever|whoever)\s$"
)
_CONTINUES = re.compile(r"[ \t]+[^\W\d_]")
_INVERTED = re.compile(r"[ \t]+(?:i|you|we|they|he|she|it|the|this|that|these|those|my|your|our|his|her|their|a|an)\b")


class Contraction(SiteEdits):
    """Contracts auxiliary verbs ("I am" to "I'm", "you will" to "you'll"), or expands contractions.

    Stands for register: chat against letters, dictation against transcripts. The pairs stand in
    ``tables/contractions.csv``. Left alone, because the result would be wrong or ambiguous: "I have" and "let us" are
    not contracted; nothing is contracted at the end of a clause ("Yes, I am.") or after a question word ("what it is
    for"); "don't" is not expanded where the subject follows it ("Don't you sell it?").

    Contractions with "not" are negations. These are protected by default, and then stay as they are.

    There is no ladder: a text is of one register. Magnitude: changes per place where one is possible.

    >>> from robustspec.perturbation.scope import perturb
    >>> perturb(Contraction(), "I am sure it is safe, but you will know.")
    "I'm sure it's safe, but you'll know."
    >>> perturb(Contraction(direction="expand"), "I'm sure it's safe, but I'd like to ask.")
    'I am sure it is safe, but I would like to ask.'

    Source: the contraction and expansion perturbations of HELM (Liang et al., 2022, arXiv:2211.09110), with a table of
    our own.
    """

    kind: Literal["contraction"] = "contraction"
    direction: Direction = "contract"
    """To contract what is written out, or to write out what is contracted."""
    place_fraction: float = Field(default=1.0, gt=0, le=1)
    """Share of the places to change, at least one."""

    def amount(self, level: int | None) -> float:
        """The share of the places to change; 0 at level 0."""
        return 0.0 if level == 0 else self.place_fraction

    def sites(self, passage: Passage) -> Sequence[Range]:
        """Every free place where the change is safe."""
        found = _phrases(self.direction).find(passage.text)
        return [(a, z) for a, z in found if inside(passage.free, a, z) and self._safe(passage.text, a, z)]

    def replacement(self, rng: random.Random, text: str, start: int, end: int) -> str | None:
        """The other form, with the apostrophe that the text uses."""
        new = with_case_of(text[start:end], _pairs(self.direction)[fold(text[start:end])])
        return new.replace("'", "’") if "’" in text else new

    def _safe(self, text: str, start: int, end: int) -> bool:
        if self.direction == "expand":
            negated = fold(text[start:end]).endswith("n't")
            return not (negated and _INVERTED.match(text.lower(), end))
        asked = _AFTER_QUESTION_WORD.search(text[max(0, start - 24) : start].lower())
        return asked is None and _CONTINUES.match(text, end) is not None


@cache
def _pairs(direction: Direction) -> dict[str, str]:
    """From each form to the other one; the first line of the table wins."""
    pairs: dict[str, str] = {}
    for _, record in records(our_table("text/contractions.csv"), ("long", "short", "direction")):
        if record["direction"] in ("both", direction):
            old, new = ("long", "short") if direction == "contract" else ("short", "long")
            pairs.setdefault(record[old], record[new])
    return pairs


@cache
def _phrases(direction: Direction) -> Phrases:
    return Phrases(_pairs(direction))
