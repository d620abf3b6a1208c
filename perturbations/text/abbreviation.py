"""The shorthand of prescriptions and records, and what it stands for."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from robustspec.errors import DataError
from robustspec.perturbation.base import Passage, Range
from robustspec.perturbation.edits import SiteEdits

from ..table_file import FileOperator, Record, Stamp, our_table, records, stamp
from .mentions import after_article, article_before, editable
from .number_format import WORDS
from .phrases import Phrases, begins_sentence, capitalised, fold, pick

Style = Literal["abbreviate", "expand"]
_OWN = stamp(our_table("text/abbreviations.csv"), "abbreviations.csv")

_COUNT = rf"\d{{1,2}}|{'|'.join(WORDS[1:13])}"
_EVERY = re.compile(
    rf"\bevery[ ](?P<hours>{_COUNT})(?:[ ]?(?:-|–|to|or)[ ]?(?P<most>{_COUNT}))?[ ]?(?:hours?|hrs?|h)\b(?!-)"
)
_Q = re.compile(r"\bq\.?[ ]?(?P<hours>\d{1,2})(?:[ ]?[-–][ ]?(?P<most>\d{1,2}))?[ ]?(?:hours?|hrs?|h)\b(?![-.]\w)")
_YEARS = re.compile(r"(?<![\w.,-])(?P<years>\d{1,3})(?:[ -]years?[ -]old\b|[ ]?y/o\b)")
_YO = re.compile(r"(?<![\w.,-])(?P<years>\d{1,3})[ ]?(?:yo|y/o|y\.o\.)(?!\w)")
"""Hours and ages, in folded text."""

_DESCRIBES = re.compile(r"\b(?:an?|the|my|his|her|our|their|your|this|that)[ ]$", re.I)
_DESCRIBED = re.compile(
    r"[ -](?:man|men|woman|women|male|female|boy|girl|child|son|daughter|patient|pt|m|f|infant)\b", re.I
)
_ROUTE = re.compile(r"(?<![\w.])(?:po|p\.o\.|by mouth|orally)$", re.I)
_SENTENCE_FOLLOWS = re.compile(r"\s*$|\s+[\"'“‘(]?[A-Z]")
_NEXT = re.compile(r"[ -]([A-Za-z]+)")


@dataclass(frozen=True, slots=True)
class Forms:
    """What a table says for one style: the forms to look for, what may stand for each, and where it is not one.

    ``after_dose`` are the forms that are only read as shorthand right after a dose or a name, ``capitals`` those that
    are only in capitals, ``unless`` the words before which a form means something else.
    """

    phrases: Phrases
    others: dict[str, tuple[str, ...]]
    after_dose: Set[str]
    capitals: Set[str]
    unless: Mapping[str, Set[str]]


class Abbreviation(SiteEdits, FileOperator):
    """Abbreviates as in prescriptions and records ("prn", "q6h", "APAP", "hx"), or writes such shorthand out.

    Stands for the vocabulary of people in health care, which patients copy from the label or the letter. What it knows,
    both ways unless said:

    | | from | to |
    |---|---|---|
    | hours | every 6 hours, every four to six hrs | q6h, q4-6h |
    | times | twice a day, 3 times daily, 4x a day | bid, tid, qid; bd, tds, qds, qd and qhs are only written out |
    | need, route, meals | as needed, by mouth, before meals, after meals | prn, po, ac, pc (ac and pc are only written) |
    | age | 34-year-old, 34 years old | 34 yo |
    | drugs | acetaminophen, aspirin, hydrochlorothiazide, ... | APAP, ASA, HCTZ, ... |
    | records | history, symptoms, prescription, over the counter, with, ... | hx, sx, Rx, OTC, w/, ... |

    All but hours and ages stands in ``tables/abbreviations.csv``. A value never changes: "every 6 hours" becomes "q6h",
    not "qid". Known error-prone forms (qd, qhs) are read and never written. A form that is also a word is only read as
    shorthand where it must be one: "bid" and "po" right after a dose, a unit or a name, "ASA" not before "class", "SOB"
    only in capitals.

    Frequencies, ages and names are what this operator edits, so it works on them although they are protected, but only
    where the form covers the whole span; an amount stays as it is written. Capitals: shorthand as in the table.

    There is no ladder: a text is of one register. Magnitude: changes per place where one is possible.

    >>> from robustspec.perturbation.scope import perturb
    >>> perturb(Abbreviation(), "I am 34 years old and take aspirin 325 mg every 6 hours as needed.")
    'I am 34 yo and take ASA 325 mg q6h prn.'
    >>> perturb(Abbreviation(style="expand"), "A 34 yo man w/ a hx of asthma: APAP 500 mg po tid.")
    'A 34-year-old man with a history of asthma: acetaminophen 500 mg by mouth three times a day.'

    Source: the abbreviations of the vocabulary priority, number 2 of the pharmacy example in Xian et al., "Robustness
    tests for biomedical foundation models should tailor to specification", Box 2; what not to write from the Institute
    for Safe Medication Practices' list of error-prone abbreviations.
    """

    kind: Literal["abbreviation"] = "abbreviation"
    style: Style = "abbreviate"
    """To abbreviate what is written out, or to write out what is abbreviated."""
    place_fraction: float = Field(default=1.0, gt=0, le=1)
    """Share of the places to change, at least one."""
    table: str | None = None
    """CSV file with the columns short and long, relative to the specification; instead of our own.

    Optional columns: ``direction`` (abbreviate, expand or both), ``after_dose`` (yes: written out only right after a dose
    or a name) and ``unless_before`` (words before which the short form means something else).
    """

    def amount(self, level: int | None) -> float:
        """The share of the places to change; 0 at level 0."""
        return 0.0 if level == 0 else self.place_fraction

    def sites(self, passage: Passage) -> Sequence[Range]:
        """Every form of the other style that may be edited, with the article before it."""
        text, forms = passage.text, self._forms()
        found = [place for place in forms.phrases.find(text) if _meant(forms, passage, *place)]
        places = sorted([*found, *_patterns(text, self.style)])
        apart = [place for place, before in zip(places, [(0, 0), *places], strict=False) if place[0] >= before[1]]
        return [(article_before(passage, start), end) for start, end in editable(passage, apart)]

    def replacement(self, rng: random.Random, text: str, start: int, end: int) -> str | None:
        """The form of this style."""
        first = _after_lead(text, start, end, self._forms())
        form = text[first:end]
        new = _rewritten(text, first, end, self.style)
        if new is None:
            others = self._forms().others[fold(form)]
            new = others[pick(rng.random(), len(others))]
            if self.style == "expand" and form.endswith(".") and _SENTENCE_FOLLOWS.match(text, end):
                new += "."  # the last dot of "p.r.n." was the full stop too
        if text.isupper():
            new = new.upper()
        elif form[0].isupper() and new.islower() and _opens(text, first):
            new = capitalised(new)
        return after_article(text[start:first], new)

    def _forms(self) -> Forms:
        file = _OWN if self.table is None else stamp(self.located(self.table), "abbreviation.table")
        return _read(file, self.style)


def _opens(text: str, start: int) -> bool:
    """Whether a capital is due at ``start``: a sentence begins there, and no list after a colon."""
    return begins_sentence(text, start) and not text[:start].rstrip().endswith(":")


def _patterns(text: str, style: Style) -> Iterator[Range]:
    """Where hours and ages stand in the other style."""
    low = fold(text)
    if style == "abbreviate":
        tried = [_EVERY] * ("every" in low) + [_YEARS] * ("year" in low)
    else:
        tried = [_Q] * ("q" in low) + [_YO] * ("y" in low)
    return (match.span() for pattern in tried for match in pattern.finditer(low))


def _rewritten(text: str, start: int, end: int, style: Style) -> str | None:
    """The hours or the age from ``start`` to ``end`` in ``style``; None where something else stands there."""
    hours, years = (_EVERY, _YEARS) if style == "abbreviate" else (_Q, _YO)
    form = fold(text[start:end])
    if match := hours.fullmatch(form):
        least, most = (number and _figures(number) for number in match.group("hours", "most"))
        if style == "abbreviate":
            return f"q{least}-{most}h" if most else f"q{least}h"
        return f"every {least} to {most} hours" if most else "every hour" if least == "1" else f"every {least} hours"
    if match := years.fullmatch(form):
        return match["years"] + (" yo" if style == "abbreviate" else _old(text, start, end, match["years"]))
    return None


def _figures(number: str) -> str:
    return str(int(number)) if number.isdigit() else str(WORDS.index(number))


def _old(text: str, start: int, end: int, years: str) -> str:
    """What follows the number of years: "-year-old" where that describes somebody, else " years old"."""
    if _DESCRIBES.search(text[max(0, start - 8) : start]) or _DESCRIBED.match(text, end):
        return "-year-old"
    return " year old" if years == "1" else " years old"


def _meant(forms: Forms, passage: Passage, start: int, end: int) -> bool:
    """Whether the form at ``start`` is the shorthand, and not a word that looks like it."""
    text, form = passage.text, fold(passage.text[start:end])
    if form in forms.capitals and not text[start:end].isupper():
        return False
    unless = forms.unless.get(form)
    if unless and (following := _NEXT.match(text, end)) and following[1].lower() in unless:
        return False
    if form not in forms.after_dose:
        return True
    before = text[:start].rstrip()
    return any(span.end == len(before) for span in passage.spans) or _ROUTE.search(before) is not None


def _after_lead(text: str, start: int, end: int, forms: Forms) -> int:
    """Where the form of a site begins, after the article that `article_before` found."""
    site = fold(text[start:end])
    if site in forms.others or not site.startswith(("a ", "an ", "a\u00a0", "an\u00a0")):
        return start
    return start + (3 if site[1] == "n" else 2)


@lru_cache(maxsize=8)
def _read(file: Stamp, style: Style) -> Forms:
    path = Path(file[0])
    lines = [record for line, record in records(path, ("short", "long")) if _is_of(path, line, record, style)]
    old, new = ("long", "short") if style == "abbreviate" else ("short", "long")
    others: dict[str, dict[str, None]] = {}
    for record in lines:
        others.setdefault(fold(record[old]), {})[record[new]] = None
    forms = {form: tuple(found) for form, found in others.items()}
    if style == "abbreviate":
        return Forms(Phrases(forms), forms, frozenset(), frozenset(), {})
    return Forms(
        Phrases(forms),
        forms,
        frozenset(fold(record["short"]) for record in lines if record.get("after_dose")),
        forms.keys() - {fold(record["short"]) for record in lines if not record["short"].isupper()},
        {fold(r["short"]): frozenset(r["unless_before"].lower().split()) for r in lines if r.get("unless_before")},
    )


def _is_of(path: Path, line: int, record: Record, style: Style) -> bool:
    """Whether a line of the table holds for ``style``; `DataError` where it says something else than yes or no."""
    direction, after_dose = record.get("direction") or "both", record.get("after_dose") or "yes"
    if direction not in ("both", "abbreviate", "expand"):
        raise DataError(f"{path}:{line}: '{direction}' is no direction -- write both, abbreviate or expand")
    if after_dose != "yes":
        raise DataError(f"{path}:{line}: '{after_dose}' in column 'after_dose' -- write yes, or leave it empty")
    return direction in ("both", style)
