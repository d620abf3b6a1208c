"""Words that say somebody's sex, and those of the other sex."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from robustspec.perturbation.edits import Edit

from ..table_file import our_table, records
from .phrases import fold, with_case_of

_WORD = re.compile(r"(?<![\w'’-])[A-Za-z]+(?:['’]am|-in-law)?(?![\w-])")
_BOUND = re.compile(
    r"\b(?:pregnan|trimester|miscarr|breast-?(?:fe|milk)|lactat|postpartum|post-partum|menstru|menopaus|perimenopaus|"
    r"hysterect|uter(?:us|ine)|ovar(?:y|ies|ian)|vagin|womb|endometri|gyna?ecolog|period (?:pain|cramp)|my periods?\b|"
    r"her periods?\b|birth control|contracepti|morning[- ]after|mammogra|prostat|testic|testos|erect|penis|penile|sperm|"
    r"viagra|vasectom|obstetric|midwife|in labou?r\b)",
    re.IGNORECASE,
)
_FUNCTION_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
a about after again against also although an and are as at because been before but by can could did do does down during
for from get go had has have how if in into is it just later may might more must no nor not now of off on or out over
please quickly she should since so some soon still than that the then there they this though through to today tomorrow
tonight too under until up was were what when where whether which while who why will with without would yesterday yet you
""",
    )
)
"""Words that begin no noun phrase: before them "her" is an object ("him"), and "his" stands alone ("hers")."""


def sex_bound(text: str) -> bool:
    """Whether ``text`` speaks of what only one sex has, so that the other would make it impossible."""
    return _BOUND.search(text) is not None


def sex_edits(text: str) -> Iterator[Edit]:
    """Every word of ``text`` that says a sex, with that of the other sex in its place, from left to right."""
    table = _other_sex()
    for match in _WORD.finditer(text):
        word = fold(match.group())
        other = table.get(word)
        if word == "her":
            given = _GIVES.search(text[max(0, match.start() - 12) : match.start()])
            other = "his" if not given and _noun_follows(text, match.end()) else "him"
        elif word == "his":
            other = "her" if _noun_follows(text, match.end()) else "hers"
        if other is not None:
            yield Edit(*match.span(), _with_apostrophe_of(match.group(), with_case_of(match.group(), other)))


def _with_apostrophe_of(original: str, other: str) -> str:
    return other.replace("'", "’") if "’" in original else other


_FOLLOWING = re.compile(r"[ \u00a0]+([A-Za-z]+|\d+)(-?)")
_GIVES = re.compile(
    r"\b(?:gives?|gave|giving|let|lets|makes?|made|sells?|sold|sends?|sent|prescribed?)[ ]$", re.IGNORECASE
)


def _noun_follows(text: str, end: int) -> bool:
    following = _FOLLOWING.match(text, end)
    return following is not None and (following[2] == "-" or following[1].lower() not in _FUNCTION_WORDS)


@cache
def _other_sex() -> Mapping[str, str]:
    found = {"him": "her"}
    for _, record in records(our_table("text/sex_words.csv"), ("female", "male", "direction")):
        found[fold(record["female"])] = record["male"]
        if record["direction"] == "both":
            found[fold(record["male"])] = record["female"]
    return found
