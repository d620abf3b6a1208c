"""The same number, written another way."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pydantic import Field

from robustspec.perturbation.base import Passage, Range
from robustspec.perturbation.edits import SiteEdits

from ..table_file import our_table, records
from .phrases import begins_sentence, capitalised, confined, inside, pick

WORDS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
)
"""The numbers from 0 to 20 in words."""

_BEFORE = r"(?<![\w.,:/\\–—#@+^-])(?<!\d[ \u00a0])"
_NUMBER = re.compile(_BEFORE + r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?:([ \u00a0]?)(%|[A-Za-zµμ]+))?")
_ENDS = re.compile(r"(?![\w%°/:\\–—^-]|[.,]\d|[ \u00a0]\d)")
_SPELT = re.compile(rf"(?<![\w-])(?:{'|'.join(sorted(WORDS[2:], key=len, reverse=True))})(?![\w-])", re.IGNORECASE)
_PART_OF_NUMBER = re.compile(
    r"\s*(?:\d|(?:and\s+a\s+|point\s+)?(?:hundred|thousand|million|billion|dozen|half|quarter|third|fourth|fifth|sixth|"
    r"eighth|tenth|point|o'clock))",  # "two 400 mg tablets" in figures would read as 2,400 mg
    re.IGNORECASE,
)
_CONTINUES_NUMBER = re.compile(r"\b(?:hundred|thousand|million|billion|point|number|no)(?:\s+and)?\s+$", re.IGNORECASE)
_IDENTIFIER = re.compile(
    r"\b(?:account|acct|no|number|id|code|ref|reference|order|card|ticket|pin|zip|postcode|case|policy|phone|ext|"
    r"extension|batch|lot|serial|version|model|invoice|form|section|article|page|chapter|room|flight|type)\b[\s:.#]*$",
    re.IGNORECASE,
)
_CURRENCY = re.compile(r"(?:[$€£¥₹]|\b(?:usd|eur|gbp|chf|inr|rs))\s?$", re.IGNORECASE)
_QUANTITIES = frozenset({"dose", "number", "unit"})


class NumberFormat(SiteEdits):
    """Writes numbers and their units another way; the value never changes.

    Stands for the many ways in which forms, keyboards and people write one amount. What it writes:

    | from | to |
    |---|---|
    | 1,200 | 1200, and back (up to seven digits) |
    | 1.0, 2.50 | 1, 2.5 (not after a currency) |
    | .5 | 0.5 |
    | 2, two | two, 2 (1 to 20; "one" stays, it is also a pronoun) |
    | 400 mg | 400mg, 400 milligrams, and back; likewise g, kg, mcg, ml, L, cm, mm, km, hours, % |

    It never drops the zero of 0.5 nor adds one to 1: both are known to cause tenfold overdoses. It leaves alone what
    only looks like an amount: years, dates, times, ranges, fractions, phone and account numbers, codes.

    Numbers are what this operator edits, so it works inside the spans of numbers, doses and units although these are
    protected (with ``within``, inside those spans only). A number inside a span of any other category (a drug called
    "5-FU", a name) stays.

    There is no ladder. Magnitude: numbers rewritten per number that can be.

    >>> from robustspec.perturbation.scope import perturb
    >>> perturb(NumberFormat(), "I took 400 mg and owe $1,200.")
    'I took 400mg and owe $1200.'

    Source: the Institute for Safe Medication Practices' list of error-prone dose designations, for what not to write.
    """

    kind: Literal["number_format"] = "number_format"
    number_fraction: float = Field(default=1.0, gt=0, le=1)
    """Share of the numbers to rewrite, at least one."""

    def amount(self, level: int | None) -> float:
        """The share of the numbers to rewrite; 0 at level 0."""
        return 0.0 if level == 0 else self.number_fraction

    def sites(self, passage: Passage) -> Sequence[Range]:
        """Every number, with its unit if the table knows it, that can be written another way."""
        text = passage.text
        places = [(quantity.start, quantity.end) for quantity in quantities(text) if _forms(text, quantity)]
        places += [match.span() for match in _SPELT.finditer(text) if _stands_alone(text, match)]
        lifted = not confined(passage)
        return sorted(place for place in places if editable(passage, *place, lifted=lifted))

    def replacement(self, rng: random.Random, text: str, start: int, end: int) -> str | None:
        """One of the other ways to write it."""
        match = _NUMBER.match(text, start)
        quantity = _quantity(text, match) if match else None
        if quantity is None:
            return str(WORDS.index(text[start:end].lower()))
        forms = _forms(text, quantity)
        return forms[pick(rng.random(), len(forms))]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in figures with its unit as it is written, "" where it has none, and the blank between the two."""

    start: int
    end: int
    number: str
    gap: str
    unit: str


def quantities(text: str) -> Iterator[Quantity]:
    """The amounts of ``text`` in figures, from left to right; what only looks like one is left out."""
    return (quantity for match in _NUMBER.finditer(text) if (quantity := _quantity(text, match)))


def _quantity(text: str, match: re.Match[str]) -> Quantity | None:
    """The number of ``match`` with its unit, or alone where what follows is none; None where it is part of more."""
    number, gap, unit = match.groups(default="")
    if unit.strip() and unit_of(unit) and _ENDS.match(text, match.end()):
        return Quantity(match.start(), match.end(), number, gap, unit)
    if not _ENDS.match(text, match.end(1)) or _IDENTIFIER.search(text[max(0, match.start() - 16) : match.start()]):
        return None
    return Quantity(match.start(), match.end(1), number, "", "")


def _forms(text: str, quantity: Quantity) -> list[str]:
    """Every other way to write the quantity."""
    number, unit = quantity.number, quantity.unit
    money = _CURRENCY.search(text[max(0, quantity.start - 5) : quantity.start]) is not None
    forms = [form + quantity.gap + unit for form in _number_forms(number, money=money, bare=not unit)]
    if unit:
        forms += _unit_forms(number, quantity.gap, unit)
    elif number in _DIGITS and not money and not _before_unit(text, quantity.end):
        word = WORDS[int(number)]
        forms.append(capitalised(word) if begins_sentence(text, quantity.start) else word)
    return forms


_DIGITS = frozenset(str(number) for number in range(1, len(WORDS)))


def _number_forms(number: str, *, money: bool, bare: bool) -> list[str]:
    whole, point, decimals = number.partition(".")
    if "," in whole:
        return [whole.replace(",", "") + point + decimals]
    if not whole:
        return ["0" + number]
    forms = []
    year = bare and not money and not point and 1800 <= int(whole) < 2100
    if 4 <= len(whole) <= 7 and whole[0] != "0" and not year:
        forms.append(f"{int(whole):,}" + point + decimals)
    if decimals.endswith("0") and not money:
        kept = decimals.rstrip("0")
        forms.append(whole + ("." + kept if kept else ""))
    return forms


def _unit_forms(number: str, gap: str, unit: str) -> list[str]:
    symbols, one, many = _spellings()[unit_of(unit)]
    longs = one if number == "1" else many
    forms = [f"{number}{blank}{symbol}" for symbol in symbols for blank in ("", " ")]
    forms += [f"{number} {long}" for long in longs]
    return [form for form in forms if form != number + gap.replace("\u00a0", " ") + unit]


@cache
def _spellings() -> dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]]:
    """Of each unit its symbols, its names for one and its names for many."""
    found: dict[str, dict[str, list[str]]] = {}
    for _, record in records(our_table("text/unit_forms.csv"), ("unit", "form", "role")):
        roles = found.setdefault(record["unit"], {"symbol": [], "one": [], "many": []})
        roles[record["role"]].append(record["form"])
    return {unit: (tuple(r["symbol"]), tuple(r["one"]), tuple(r["many"])) for unit, r in found.items()}


@cache
def _units() -> dict[str, str]:
    return {form: unit for unit, roles in _spellings().items() for forms in roles for form in forms}


def unit_of(form: str) -> str:
    """The unit that ``form`` names, or an empty string. Symbols count in the table's case, names in any."""
    units = _units()
    plain = form.replace("μ", "µ")  # the Greek letter for the sign of the same look
    return units.get(plain) or (units.get(plain.lower(), "") if len(plain) > 3 else "")


_NEXT_WORD = re.compile(r"[ \u00a0]?([A-Za-zµμ]+)")


def _before_unit(text: str, end: int) -> bool:
    following = _NEXT_WORD.match(text, end)
    return following is not None and bool(unit_of(following.group(1)))


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """Whether a number in words is not part of a longer one."""
    before = text[max(0, match.start() - 24) : match.start()]
    return not (_CONTINUES_NUMBER.search(before) or _PART_OF_NUMBER.match(text, match.end()))


def editable(passage: Passage, start: int, end: int, *, lifted: bool) -> bool:
    """Whether the number is free or, where that is ``lifted``, protected as a quantity, and is part of nothing else."""
    overlapping = {span.category for span in passage.spans if span.start < end and span.end > start}
    return overlapping <= _QUANTITIES and ((lifted and bool(overlapping)) or inside(passage.free, start, end))
