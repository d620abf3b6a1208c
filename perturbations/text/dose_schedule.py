"""The same schedule and the same amount, said another way."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from pydantic import Field

from robustspec.perturbation.base import Passage, Range
from robustspec.perturbation.edits import SiteEdits

from ..table_file import our_table, records
from .number_format import WORDS, Quantity, editable, quantities, unit_of
from .phrases import begins_sentence, capitalised, confined, pick


class DoseSchedule(SiteEdits):
    """Writes how often, and how much, another way; the number of doses in a day and the amount never change.

    Stands for the ways in which labels, prescriptions and people say one schedule: by the interval ("every 6 hours"), by
    the count ("4 times a day") or as a code ("q6h"), and one amount in milligrams, grams or micrograms. What it writes:

    | what | from | to |
    |---|---|---|
    | schedule | every 6 hours, q6h, 4 times a day, 4x daily, qid (likewise bid, tid, once a day) | another one |
    | unit | 500 mg | 0.5 g, and back |
    | unit | 0.25 mg | 250 mcg, and back |
    | unit | 250 mL | 0.25 L, and back |

    An interval becomes a count only where it divides the day; every 5 hours becomes q5h. A count within a day and an
    interval give the same doses in 24 hours, which is how a label is checked. A schedule is rewritten only in a sentence that
    speaks of a dose (an amount, a tablet, taking), and not where it is a limit ("up to", "no more than"), a range ("every 4
    to 6 hours") or a code that means something else. Amounts keep their value exactly: no rounding, no zero behind the point,
    always one before it, nothing under 0.005 or over 9,999. Teaspoons are left alone, for they are 5 mL only on labels; so
    are ranges, amounts per kg, lengths and weights of people.

    Doses are what this operator edits, so it works inside the spans of doses, numbers and units although these are
    protected. Other spellings of the same unit ("400 milligrams") are those of ``number_format``.

    There is no ladder. Magnitude: schedules and amounts rewritten per one that can be.

    >>> from robustspec.perturbation.scope import perturb
    >>> perturb(DoseSchedule(), "May I take 500 mg of paracetamol every 6 hours?")
    'May I take 0.5 g of paracetamol 4 times per day?'

    Source: unit and schedule invariance in the dose scenario of Xian et al., robustness specifications, Box 2 (pharmacy, 4);
    the Institute for Safe Medication Practices' list of error-prone dose designations, for what not to write.
    """

    kind: Literal["dose_schedule"] = "dose_schedule"
    what: Literal["schedule", "unit", "both"] = "both"
    """Whether to rewrite how often, the units of amounts, or both."""
    dose_fraction: float = Field(default=1.0, gt=0, le=1)
    """Share of the schedules and amounts to rewrite, at least one."""

    def amount(self, level: int | None) -> float:
        """The share to rewrite; 0 at level 0."""
        return 0.0 if level == 0 else self.dose_fraction

    def sites(self, passage: Passage) -> Sequence[Range]:
        """Every schedule and every amount that can be written another way."""
        text = passage.text
        places: list[Range] = []
        if self.what != "unit":
            places += [(found.start, found.end) for found in schedules(text) if _schedule_forms(found)]
        if self.what != "schedule":
            places += _amounts(text)
        lifted = not confined(passage)
        return sorted(place for place in places if editable(passage, *place, lifted=lifted))

    def replacement(self, rng: random.Random, text: str, start: int, end: int) -> str | None:
        """One of the other ways to say it."""
        found = next((each for each in schedules(text) if (each.start, each.end) == (start, end)), None)
        forms = [_amounts(text)[start, end]] if found is None else _schedule_forms(found)
        form = forms[pick(rng.random(), len(forms))]
        begins = text[start].isupper() and begins_sentence(text, start) and not _CODE_FORM.match(form)
        return capitalised(form) if begins else form


class Schedule(NamedTuple):
    """A schedule in a text: where it stands, how many hours lie between two doses, and how it says so."""

    start: int
    end: int
    hours: int
    family: Literal["interval", "times", "code"]


_COUNT = rf"\d{{1,2}}|{'|'.join(WORDS[1:13])}"
_HOUR = r"hours?|hrs?|h"
_INTERVAL = rf"every[ ](?:(?P<hours>{_COUNT})[ -]?(?:{_HOUR})|hour)"
_OTHER_DAYS = (
    r"(?P<days>every[ ](?:other|second)[ ]day)"
    r"|(?P<week>once[ ](?:a|per|every)[ ]week|once[ ]weekly|every[ ](?:7|seven)[ ]days)"
)
_TIMES = (
    rf"(?:(?P<word>once|twice|thrice)|(?P<times>{_COUNT})(?:[ ]times?|[ ]?[x×]))[ ]"
    r"(?:(?:a|per|each|every|/)[ ]?day|daily)|(?P<daily>every[ ]day|each[ ]day)"
)
_CODE = r"(?P<code>q\.?[ ]?(?P<every>\d{1,2})[ ]?h(?:rs?|ours?)?)|(?P<latin>b\.?i\.?d|t\.?i\.?d|q\.?i\.?d)"
_NEXT = rf"[ ](?:or|to|and|-)[ ](?:{_COUNT}|q\d+h|every|once|twice)\b"
_SCHEDULE = re.compile(
    rf"(?<![\w.,:/×–-])(?:{_OTHER_DAYS}|{_INTERVAL}|{_TIMES}|{_CODE})(?![\w/–-]|[.,]\d|{_NEXT})",
    re.IGNORECASE,
)
_CODE_FORM = re.compile(r"q\d")
_WORDS_OF_TIMES = {"once": 1, "twice": 2, "thrice": 3}
_LATIN = {"b": 2, "t": 3, "q": 4}
_LIMIT = re.compile(
    r"(?:up to|at most|at least|no more than|not more than|more than|less than|fewer than|more often than|often than|"
    r"maximum|maximum of|max|max\.|minimum|minimum of|within|or|to|and|[x×]|\d)[ ]?$",
    re.IGNORECASE,
)
_OF_A_DOSE = re.compile(
    r"\b(?:take|takes|taking|took|taken|use|using|swallow|give|given|giving|apply|applied|dose|doses|dosage|tablets?|"
    r"capsules?|pills?|puffs?|drops?|sachets?|lozenges?|caplets?)\b|\d[ \u00a0]?(?:mg|mcg|µg|μg|g|ml|milligrams?|"
    r"micrograms?|grams?|millilit(?:er|re)s?)\b",
    re.IGNORECASE,
)
_DOSED = re.compile(
    r"(?:\d[ ]?(?:mg|mcg|µg|g|ml)|tablets?|capsules?|pills?|puffs?|drops?|mouth)[ ,]{1,2}$", re.IGNORECASE
)
_SENTENCE_BREAK = re.compile(r"[.!?;][\"')]*\s|\n")


@lru_cache(maxsize=256)
def schedules(text: str) -> tuple[Schedule, ...]:
    """The schedules of doses in ``text``, from left to right; limits, ranges and what is said of no dose are left out."""
    return tuple(_schedules(text))


def _schedules(text: str) -> Iterator[Schedule]:
    for match in _SCHEDULE.finditer(text):
        start, end = match.span()
        before = text[max(0, start - 24) : start]
        if _LIMIT.search(before) or (match["latin"] and not _DOSED.search(before)):
            continue
        hours = _hours(match)
        if hours and _OF_A_DOSE.search(_sentence_around(text, start, end)):
            yield Schedule(start, end, hours, _family(match))


def _sentence_around(text: str, start: int, end: int) -> str:
    first = max((found.end() for found in _SENTENCE_BREAK.finditer(text, 0, start)), default=0)
    last = _SENTENCE_BREAK.search(text, end)
    return text[first : last.start() if last else len(text)]


def _hours(match: re.Match[str]) -> int:
    """Hours between two doses; 0 where these are no whole number."""
    if match["days"]:
        return 48
    if match["week"]:
        return 168
    if match["code"]:
        return int(match["every"])
    if match["latin"]:
        return 24 // _LATIN[match["latin"][0].lower()]
    if match["hours"]:
        return _number(match["hours"])
    if match["daily"]:
        return 24
    if not (match["word"] or match["times"]):
        return 1
    times = _WORDS_OF_TIMES[match["word"].lower()] if match["word"] else _number(match["times"])
    return 24 // times if times and 24 % times == 0 else 0


def _family(match: re.Match[str]) -> Literal["interval", "times", "code"]:
    if match["code"] or match["latin"]:
        return "code"
    if match["hours"] or (match["week"] or "").lower().startswith("every") or match.group().lower() == "every hour":
        return "interval"
    return "times"


def _number(word: str) -> int:
    return int(word) if word.isdigit() else WORDS.index(word.lower())


def _schedule_forms(schedule: Schedule) -> list[str]:
    """Every way of another family to say it."""
    return [form for family, form in _all_forms(schedule.hours) if family != schedule.family]


@cache
def _all_forms(hours: int) -> tuple[tuple[str, str], ...]:
    found = [(each["family"], each["form"]) for _, each in _table() if each["hours"] == str(hours)]
    if 1 < hours < 24:
        found += [("interval", f"every {hours} {word}") for word in ("hours", "hrs", "h")]
        found += [("code", f"q{hours}h")]
        if hours <= 12:
            found.append(("interval", f"every {WORDS[hours]} hours"))
        if 24 % hours == 0 and hours < 12:
            times = 24 // hours
            found += [("times", f"{times} times {word}") for word in ("a day", "daily", "per day")]
            found += [("times", f"{times}x a day"), ("times", f"{WORDS[times]} times a day")]
    return tuple(found)


@cache
def _table() -> list[tuple[int, dict[str, str]]]:
    return [(line, dict(each)) for line, each in records(our_table("text/schedules.csv"), ("hours", "family", "form"))]


_SCALES: dict[str, tuple[tuple[str, int], ...]] = {
    "gram": (("milligram", 3),),
    "milligram": (("gram", -3), ("microgram", 3)),
    "microgram": (("milligram", -3),),
    "litre": (("millilitre", 3),),
    "millilitre": (("litre", -3),),
}
"""Of each unit the others, with the power of ten by which a number in it is multiplied."""

_SYMBOLS = {"milligram": "mg", "microgram": "mcg", "gram": "g", "millilitre": "mL", "litre": "L"}
_NAMES = {"litre": "liter", "millilitre": "milliliter"}
_SMALLEST, _GREATEST = Decimal("0.005"), Decimal(9999)
IN_RANGE = re.compile(r"\d[ ]?[a-zµμ]*[ ](?:to|or|and|-|–|through)[ ]$|\d,?[ ]$", re.IGNORECASE)
OPENS_RANGE = re.compile(r"[ ]?(?:to|or|-|–|through|/|per[ ]?(?:kg|kilo))[ ]?(?:\d|kg|kilo|$)", re.IGNORECASE)
"""What stands before the second amount of a range or a list, and after the first one or one per weight."""


@lru_cache(maxsize=256)
def _amounts(text: str) -> dict[Range, str]:
    """Where amounts stand that can be written in another unit, and what they are in it."""
    forms = {(each.start, each.end): _amount_form(text, each) for each in quantities(text)}
    return {place: form for place, form in forms.items() if form}


def _amount_form(text: str, quantity: Quantity) -> str:
    """The amount in the nearest other unit that shows it in full; an empty string where there is none."""
    before = text[max(0, quantity.start - 16) : quantity.start]
    if not quantity.unit or IN_RANGE.search(before) or OPENS_RANGE.match(text, quantity.end):
        return ""
    number = Decimal(quantity.number.replace(",", ""))
    fits = ((unit, number.scaleb(power)) for unit, power in _SCALES.get(unit_of(quantity.unit), ()))
    unit, value = next(((unit, value) for unit, value in fits if _SMALLEST <= value <= _GREATEST), ("", number))
    return unit and f"{_plain(value)}{quantity.gap}{_unit_like(quantity, unit, value)}"


def _plain(value: Decimal) -> str:
    """The number in full, without zeros at its end and never with a bare point."""
    return f"{value.normalize():f}"


def _unit_like(quantity: Quantity, unit: str, value: Decimal) -> str:
    """The unit as a symbol or as a name, as the other one was written; a singular before a noun stays one."""
    written = quantity.unit.lower()
    if len(written) <= 3:
        return _SYMBOLS[unit]
    name = _NAMES.get(unit, unit) if "liter" in written else unit
    many = value != 1 and (written.endswith("s") or quantity.number == "1")
    return name + "s" if many else name
