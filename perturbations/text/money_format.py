"""The same amount of money, written another way."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import Literal

from pydantic import Field

from robustspec.perturbation.base import Passage, Range
from robustspec.perturbation.edits import SiteEdits

from ..table_file import our_table, records
from .number_format import editable
from .phrases import confined, pick

SCALES = {
    "k": 3, "thousand": 3, "m": 6, "mn": 6, "mln": 6, "million": 6, "b": 9, "bn": 9, "bln": 9, "billion": 9, "tn": 12,
    "trillion": 12,
}  # fmt: skip
"""Powers of ten of the words and letters behind an amount, in lower case."""

_LONG = {6: "million", 9: "billion", 12: "trillion"}
_SHORT = {6: ("m", "mn", "mln"), 9: ("bn", "bln"), 12: ("tn",)}
_DIGITS_AT_MOST = 4
"""Digits before the point in a form with a scale: "1,200 million" is written, "12,000 million" is not."""
_FULL_BELOW = Decimal(10) ** 10
"""Amounts from here on are not written out."""

_CLOSES = re.compile(
    r"\s*(?:[.,;:!?)](?!\d)|$|\s(?:from|to|in|on|at|for|by|and|or|a\s(?:year|quarter|month)|up|down|per|compared|after|"
    r"against|during|over|while|as|was|were|is|are)\b)"
)
_ARTICLE = re.compile(r"\b(?:an?)\s$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of money in a text: where it stands, how much of which currency, and how that was written."""

    start: int
    end: int
    value: Decimal
    currency: str


class MoneyFormat(SiteEdits):
    """Writes amounts of money another way: $1.2bn as $1.2 billion, $1,200 million or 1.2 billion dollars.

    Stands for the house styles of news agencies, reports and countries. Currency and value never change, exactly: no rate,
    no rounding. What it writes:

    | from | to |
    |---|---|
    | $1.2bn | $1.2 billion, $1.2bln, $1,200 million, $1,200,000,000, 1.2 billion dollars |
    | EUR 5 million | €5m, EUR 5mn, 5 million euros, EUR 5,000,000 |
    | $1,200,000 | $1.2 million, $1.2m |

    The sign $ is never read as USD, since other countries have dollars too; the yen sign, which is also that of the yuan,
    has no other form. Names of currencies are written only where a clause or an amount ends ("a $5m order" stays in front
    of its noun), and after "a" and "an" the beginning stays. Ranges ("$1-2 million") are left alone. The currencies stand in
    ``tables/currencies.csv``.

    Amounts are what this operator edits, so it works inside the spans of numbers and units although these are protected,
    but in no span of another category.

    There is no ladder. Magnitude: amounts rewritten per amount that can be.

    >>> from robustspec.perturbation.scope import perturb
    >>> perturb(MoneyFormat(), "Net sales were EUR 13.1 million, up from $1.2bn.")
    'Net sales were €13,100,000, up from $1,200 million.'

    Source: number and currency formats among the edits that keep the meaning of financial statements; scale errors are
    among the frequent failures of language models on financial reports (Chen et al., "FinQA", 2021, arXiv:2109.00122).
    """

    kind: Literal["money_format"] = "money_format"
    amount_fraction: float = Field(default=1.0, gt=0, le=1)
    """Share of the amounts to rewrite, at least one."""

    def amount(self, level: int | None) -> float:
        """The share of the amounts to rewrite; 0 at level 0."""
        return 0.0 if level == 0 else self.amount_fraction

    def sites(self, passage: Passage) -> Sequence[Range]:
        """Every amount of money that can be written another way."""
        lifted = not confined(passage)
        found = (amount for amount in amounts(passage.text) if _forms(passage.text, amount))
        return [(a.start, a.end) for a in found if editable(passage, a.start, a.end, lifted=lifted)]

    def replacement(self, rng: random.Random, text: str, start: int, end: int) -> str | None:
        """One of the other ways to write it."""
        match = _pattern().match(text, start)
        found = _amount(text, match) if match else None
        forms = _forms(text, found) if found else []
        return forms[pick(rng.random(), len(forms))] if forms else None


def amounts(text: str) -> Iterator[Amount]:
    """The amounts of money in ``text``, from left to right: figures with a currency before or after them.

    >>> [(str(amount.value), amount.currency) for amount in amounts("It paid €1.5m, not 2 billion dollars.")]
    [('1500000', 'euro'), ('2000000000', 'dollar')]
    """
    return (found for match in _pattern().finditer(text) if (found := _amount(text, match)))


def _amount(text: str, match: re.Match[str]) -> Amount | None:
    before, after = match["before"], match["after"]
    if bool(before) == bool(after) or _part_of_more(text, match):
        return None
    value = Decimal(match["number"].replace(",", "")) * 10 ** (SCALES[match["scale"].lower()] if match["scale"] else 0)
    whole = Decimal(int(value)) if value == value.to_integral_value() else value
    return Amount(match.start(), match.end(), whole, _currencies()[before or after])


def _part_of_more(text: str, match: re.Match[str]) -> bool:
    """Whether the amount is one end of a range, or figures go on behind it."""
    return (
        re.match(r"\s?(?:[-–/]\s?[\d$€£]|to\s\d)|[\w%]|[.,]\d|-\w", text[match.end() : match.end() + 6]) is not None
        or re.search(r"[\d\w][-–/]$|\d\s?(?:-|–|to)\s$", text[max(0, match.start() - 6) : match.start()]) is not None
    )


@cache
def _table() -> tuple[tuple[str, str, str], ...]:
    found = records(our_table("text/currencies.csv"), ("currency", "form", "role"))
    return tuple((record["currency"], record["form"], record["role"]) for _, record in found)


@cache
def _currencies() -> dict[str, str]:
    return {form: currency for currency, form, _ in _table()}


@cache
def _written(currency: str, role: str) -> tuple[str, ...]:
    return tuple(form for of, form, as_ in _table() if (of, as_) == (currency, role))


@cache
def _pattern() -> re.Pattern[str]:
    def either(*roles: str) -> str:
        forms = sorted((form for _, form, role in _table() if role in roles), key=len, reverse=True)
        return "|".join(map(re.escape, forms))

    scale = "|".join(sorted(SCALES, key=len, reverse=True))
    number = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
    return re.compile(
        rf"(?:(?<![\w$€£])(?P<before>{either('symbol', 'code')})[ \u00a0]?)?(?<![\d.,])(?P<number>{number})"
        rf"(?:[ \u00a0]?(?P<scale>(?i:{scale}))(?!\w))?(?:[ \u00a0](?P<after>{either('name', 'code')})(?!\w))?"
    )


def _forms(text: str, amount: Amount) -> list[str]:
    """Every other way to write the amount, exact."""
    here = text[amount.start : amount.end].replace("\u00a0", " ")
    behind_article = _ARTICLE.search(text[max(0, amount.start - 4) : amount.start]) is not None
    named = not behind_article and _CLOSES.match(text, amount.end) is not None
    forms = _written_out(amount.value, amount.currency, named=named)
    return [form for form in forms if form != here and not (behind_article and form[:2] != here[:2])]


@lru_cache(maxsize=1024)
def _written_out(value: Decimal, currency: str, *, named: bool) -> tuple[str, ...]:
    """Every way to write an amount, with the currency's name behind it where that is ``named``."""
    numbers = _numbers(value)
    forms = [f"{symbol}{number}" for symbol in _written(currency, "symbol") for number in numbers]
    forms += [f"{code} {number}" for code in _written(currency, "code") for number in numbers]
    if named:
        spoken = [number for number in numbers if number[-1].isdigit() or " " in number]
        forms += [f"{number} {name}" for name in _written(currency, "name") for number in spoken]
    return tuple(forms)


def _numbers(value: Decimal) -> list[str]:
    """The figures of an amount: with each scale that leaves few digits, and written out where that is short."""
    found = []
    for power, long in _LONG.items():
        scaled = value / 10**power
        exact = -int(scaled.normalize().as_tuple().exponent) <= 3  # three decimals at most
        if exact and 1 <= scaled < 10**_DIGITS_AT_MOST:
            figures = f"{scaled.normalize():,f}"
            found += [f"{figures} {long}", *(figures + short for short in _SHORT[power])]
    if value == value.to_integral_value() and value < _FULL_BELOW:
        found.append(f"{int(value):,}")
    return found
