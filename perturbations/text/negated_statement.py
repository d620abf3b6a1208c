"""Statements turned into their opposite by a "not"."""

from __future__ import annotations

import re
from functools import cache
from typing import ClassVar, Literal

from pydantic import Field

from robustspec.perturbation.base import Params, Passage, Perturbation, Relation
from robustspec.perturbation.edits import Edit, splice

from ..table_file import our_table, records
from .label_name import moved
from .phrases import confined, inside, with_case_of

OPPOSITES = {
    "positive": "negative",
    "negative": "positive",
    "hawkish": "dovish",
    "dovish": "hawkish",
    "bullish": "bearish",
    "bearish": "bullish",
    "rise": "fall",
    "fall": "rise",
    "up": "down",
    "down": "up",
}
"""The label of the negated statement, where the entry does not say otherwise."""

_NO_SUBJECT = re.compile(
    r"(?:^|[\s(\"“])(?:a|an|the|its|their|our|of|with|by|from|to|at|on|in|and|or|has|have|had|was|were|is|are|be|been|being|"
    r"not|never|strongly|sharply|much|newly|recently)\s+$|^\s*$|[.!?:;,]\s+$",
    re.IGNORECASE,
)
_MORE_IN_IT = re.compile(
    r"[%$€£¥;]|\b(?:percent|points?|times|by|but|while|whereas|although|though|despite|however|because|and|after|even|only|"
    r"slightly|sharply|strongly|significantly|somewhat|further|again|not|never|no)\b|\bto\s+(?:\w+\s)?\d|n['’]t\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?](?:\s|$)|\n|$")


class NegatedStatement(Perturbation):
    """Denies what a statement says, and moves the label: "Net profit rose" becomes "Net profit did not rise".

    Stands for the small word that turns a report round. A model that counts words sees the same words; one that reads sees
    the opposite. The relation is ``changes``: the label becomes that of ``labels``, by default the opposite of
    positive/negative, hawkish/dovish, bullish/bearish, rise/fall and up/down. A text whose label has no opposite there
    (neutral) stays as it is, and is no evidence.

    What is denied is one verb of movement of ``tables/movement_verbs.csv`` in the past or the third person ("rose", "went
    down", "falls"), or the verb before it in "expects ... to rise"; "did not rise" becomes "rose". Because a denied
    movement need not be its opposite, the rest is strict: no other word of the table stands in the text, and the sentence
    gives no amount ("did not rise by 5%" may be 4%), no degree ("slightly") and no second clause ("but", "and", "while").
    Even so a movement that did not happen is taken for bad news where it was good: look at the cases with ``robustspec
    preview``, and give ``labels`` of your own where it should be neutral.

    The verb must be free to edit; an existing "not" is what this operator edits, although negation is protected. There is no
    ladder and nothing to draw. Magnitude: 1.

    >>> from robustspec.data.row import Row
    >>> from robustspec.perturbation.scope import Scope
    >>> row = Row("r", "Datanova's net profit rose in 2019.", label="positive")
    >>> changed = Scope(NegatedStatement()).apply(row, {"seed": 1}, None)
    >>> changed.input, changed.label
    ("Datanova's net profit did not rise in 2019.", 'negative')

    Source: the negation test of CheckList (Ribeiro et al., "Beyond accuracy: behavioral testing of NLP models with
    CheckList", 2020), where negation turned sentiment and most models did not follow.
    """

    kind: Literal["negated_statement"] = "negated_statement"
    labels: dict[str, str] = Field(default=OPPOSITES, min_length=1)
    """From the label of a statement to that of its denial; case does not count."""
    field: str | None = None
    """The field of the label that holds the class, where the label is a mapping."""

    relation: ClassVar[Relation] = "changes"

    def apply(self, passage: Passage, params: Params, level: int | None) -> Passage:
        """The passage denied, with the label of its denial."""
        if level == 0:
            return passage
        label = moved(passage.label, self.field, {old.casefold(): new for old, new in self.labels.items()})
        if label == passage.label:
            return passage
        edit = denial(passage)
        return passage if edit is None else passage.with_text(splice(passage.text, [edit]), 1.0, label)


def denial(passage: Passage) -> Edit | None:
    """The edit that denies the one movement that the free text tells of; None where there is none, or more than it."""
    text = passage.text
    found = [match for match in _movements().finditer(text) if _tells(passage, match)]
    if len(found) != 1:
        return None
    match = found[0]
    if match["plain"]:
        return _of_plain(passage, match)
    if not _alone(text, match.start(), match.end()) or _NO_SUBJECT.search(text[: match.start()][-24:]):
        return None
    plain, auxiliary = _verbs()[match[0].lower()]
    return Edit(match.start(), match.end(), with_case_of(match[0], f"{auxiliary} not {plain}"))


def _tells(passage: Passage, match: re.Match[str]) -> bool:
    """Whether a movement stands in the text that may be edited; its "not" may be protected."""
    verb = match.span("plain") if match["plain"] else match.span()
    return inside(passage.free, *verb)


_DENIED = re.compile(r"\b(?P<did>did|does|do)\s+(?:not|n['’]t)\s+$|\b(?P<short>did|does|do)n['’]t\s+$", re.IGNORECASE)
_EXPECTED = re.compile(
    r"\b(?P<verb>expects?|expected|forecasts?|predicts?|predicted|sees|saw)\s(?P<what>[^.;,\n]{1,80})\bto\s+$"
)
_DENIALS = {"expected": "did not expect", "predicted": "did not predict", "saw": "did not see", "sees": "does not see"}


def _of_plain(passage: Passage, match: re.Match[str]) -> Edit | None:
    """The denial of a plain verb: of "did not rise" the affirmation, of "expects ... to rise" the denied expectation."""
    text, start, end = passage.text, match.start(), match.end()
    denied = None if confined(passage) else _DENIED.search(text[:start])
    if denied is not None:
        auxiliary = (denied["did"] or denied["short"]).lower()
        past, third = _forms()[match[0].lower()]
        new = {"did": past, "does": third, "do": match[0].lower()}[auxiliary]
        return Edit(denied.start(), end, new) if _alone(text, denied.start(), end) else None
    expected = _EXPECTED.search(text[:start])
    if expected is None or not _alone(text, expected.start(), end) or not inside(passage.free, *expected.span("verb")):
        return None
    verb = expected["verb"]
    plain = verb.removesuffix("s")
    new = _DENIALS.get(verb) or f"{'does' if verb != plain else 'do'} not {plain}"
    return Edit(*expected.span("verb"), new)


def _alone(text: str, start: int, end: int) -> bool:
    """Whether the sentence around the verb says no more than the movement: no amount, no degree, no other clause."""
    before = max((match.end() for match in re.finditer(r"[.!?]\s|\n|:\s", text[:start])), default=0)
    after = _SENTENCE_END.search(text, end)
    last = after.start() if after else len(text)
    rest = text[end:last]
    return not (rest.lstrip()[:1].isdigit() or _MORE_IN_IT.search(rest) or _MORE_IN_IT.search(text[before:start]))


@cache
def _table() -> tuple[tuple[str, str, str], ...]:
    found = records(our_table("text/movement_verbs.csv"), ("past", "plain", "third"))
    return tuple((record["past"], record["plain"], record["third"]) for _, record in found)


@cache
def _verbs() -> dict[str, tuple[str, str]]:
    """From each past and third person to the plain verb and its auxiliary."""
    past = {past: (plain, "did") for past, plain, _ in _table()}
    return past | {third: (plain, "does") for _, plain, third in _table()}


@cache
def _forms() -> dict[str, tuple[str, str]]:
    """From each plain verb to its past and its third person."""
    return {plain: (past, third) for past, plain, third in _table()}


@cache
def _movements() -> re.Pattern[str]:
    def either(verbs: list[str]) -> str:
        return "|".join(sorted(verbs, key=len, reverse=True)).replace(" ", r"\s+")

    return re.compile(
        rf"(?<![\w-])(?:(?P<plain>{either(list(_forms()))})|(?:{either(list(_verbs()))}))\b(?!-)", re.IGNORECASE
    )
