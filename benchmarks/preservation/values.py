"""What texts say, by parsers that share no code with the operators: amounts, schedules, money, names.

Each function gives the values of a text, so that two ways to write the same are equal.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from pathlib import Path

from preservation.rows import PHARMACY, Values, spans_in
from robustspec.perturbation.protect import find
from robustspec.reference.normalise import normalise

_WORDS = (
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
_NUMBER_WORD = {word: Decimal(value) for value, word in enumerate(_WORDS)}
_UNITS: dict[str, tuple[str, Decimal]] = {
    form: (base, Decimal(scale))
    for base, scale, forms in (
        ("mg", "1", "mg milligram milligrams"),
        ("mg", "1000", "g gram grams"),
        ("mg", "0.001", "mcg µg μg microgram micrograms"),
        ("mg", "1000000", "kg kilogram kilograms kilo kilos"),
        ("ml", "1", "ml milliliter milliliters millilitre millilitres"),
        ("ml", "1000", "l liter liters litre litres"),
        ("cm", "1", "cm centimeter centimeters centimetre centimetres"),
        ("cm", "0.1", "mm millimeter millimeters millimetre millimetres"),
        ("cm", "100000", "km kilometer kilometers kilometre kilometres"),
        ("h", "1", "h hr hrs hour hours"),
        ("year", "1", "years year yrs"),
        ("percent", "1", "% percent"),
    )
    for form in forms.split()
}
_FIGURE = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
_SAID = rf"(?:{_FIGURE}|\b(?:{'|'.join(_WORDS)})\b)"
_QUANTITY = re.compile(
    rf"({_SAID})(?:[ \u00a0-]?(%|(?:{'|'.join(sorted(map(re.escape, _UNITS), key=len, reverse=True))})(?![a-zµ])))?"
)
_HOURS = r"(?:hours?|hrs?|h)\b"
_DAY = r"(?:(?:a|per|each|every)\s|/\s?)day\b|daily\b"
_SCHEDULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Decimal]], ...] = (
    (re.compile(rf"every ({_SAID})[ -]?{_HOURS}"), lambda match: _value(match[1])),
    (re.compile(r"\bq\.?\s?(\d+)\s?h(?:rs?|ours?)?\b"), lambda match: Decimal(match[1])),
    (re.compile(r"every (?:other|second) day"), lambda _: Decimal(48)),
    (re.compile(r"once (?:a|per|every) week|once weekly|every (?:7|seven) days"), lambda _: Decimal(168)),
    (re.compile(r"every hour\b"), lambda _: Decimal(1)),
    (re.compile(rf"(once|twice|thrice) (?:{_DAY})"), lambda match: 24 / Decimal(_TIMES[match[1]])),
    (re.compile(rf"({_SAID})(?: times?|\s?[x×]) ?(?:{_DAY})"), lambda match: 24 / (_value(match[1]) or Decimal(1))),
    (re.compile(r"\b([btq])\.?i\.?d\b\.?"), lambda match: 24 / Decimal(_LATIN[match[1]])),
    (re.compile(r"\b(?:every|each) day\b"), lambda _: Decimal(24)),
)
_TIMES = {"once": 1, "twice": 2, "thrice": 3}
_LATIN = {"b": 2, "t": 3, "q": 4}


def _value(said: str) -> Decimal:
    return _NUMBER_WORD[said] if said in _NUMBER_WORD else Decimal(said.replace(",", ""))


def _of(quantity: re.Match[str]) -> tuple[str, float]:
    base, scale = _UNITS.get(quantity[2] or "", ("", Decimal(1)))
    return base, float(_value(quantity[1]) * scale)


def quantities(text: str) -> Values:
    """Every number with its unit in a base unit: 0.5 g and 500 milligrams are one, and so are 2 and two."""
    return Values(map(_of, _QUANTITY.finditer(text.lower())))


def doses(text: str) -> Values:
    """`quantities`, but how often something is taken as the hours between: every 6 hours, q6h, qid, 4 times a day."""
    low, found = text.lower(), Values()
    for pattern, hours in _SCHEDULES:
        found.update(("every", round(float(hours(match)), 6)) for match in pattern.finditer(low))
        low = pattern.sub(" ~ ", low)
    return found + quantities(low)


_SCALES = "thousand|million|mln|mn|m|billion|bln|bn|b|trillion|tn|k"
_AFTER = r"us dollars?|dollars?|euros?|pounds?|swedish kronor|kronor|swiss francs|francs|(?:eur|usd|gbp|sek|chf)\b"
_BEFORE = r"us\$|\$|€|£|\b(?:eur|usd|gbp|sek|chf)"
_MONEY = re.compile(rf"(?:({_BEFORE})\s?)?({_FIGURE})[\s-]?({_SCALES})?(?![a-z])\s?({_AFTER})?")
_SCALE = {
    "k": 3,
    "th": 3,
    "m": 6,
    "mi": 6,
    "ml": 6,
    "mn": 6,
    "b": 9,
    "bi": 9,
    "bl": 9,
    "bn": 9,
    "t": 12,
    "tr": 12,
    "tn": 12,
}
_CURRENCY = {
    **dict.fromkeys(("€", "eur", "euro", "euros"), "eur"),
    **dict.fromkeys(("£", "gbp", "pound", "pounds"), "gbp"),
    **dict.fromkeys(("$", "dollar", "dollars"), "dollar"),
    **dict.fromkeys(("us$", "usd", "us dollar", "us dollars"), "usd"),
    **dict.fromkeys(("sek", "kronor", "swedish kronor"), "sek"),
    **dict.fromkeys(("chf", "francs", "swiss francs"), "chf"),
}


def money(text: str) -> Values:
    """Every number with its currency, written out: €1.2bn, 1.2 billion euros and EUR 1,200 million are one."""
    found = Values()
    for before, figure, scale, after in _MONEY.findall(text.lower()):
        value = _value(figure).scaleb(_SCALE[scale[:2]] if scale else 0)
        found[_CURRENCY.get(before or after, before or after), float(value)] += 1
    return found


@cache
def _ingredients() -> dict[str, str]:
    """Each name of a medicine, and a name that stands for all names of its ingredient."""
    path = Path(__file__).resolve().parents[2] / "robustspec" / "reference" / "pharmacy" / "formulary.csv"
    found = {}
    with path.open(encoding="utf-8", newline="") as file:
        for record in csv.DictReader(file):
            also = [*record["brands"].split("|"), *record["also"].split("|")]
            names = [record["ingredient"], *(name.partition("=")[0] for name in also if name)]
            found |= {name.lower(): record["ingredient"] for name in names}
    return found


@cache
def _bystanders() -> dict[str, str]:
    with (PHARMACY / "bystanders.csv").open(encoding="utf-8", newline="") as file:
        return {record["entity"].lower(): record["type"] for record in csv.DictReader(file)}


@cache
def _names(which: Callable[[], dict[str, str]]) -> re.Pattern[str]:
    longest = sorted(map(re.escape, which()), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(longest)})(?![\w-])")


def _named(text: str, which: Callable[[], dict[str, str]]) -> Values:
    """What the names of a table mean, and all spans of the text without them."""
    low, meant = text.lower(), which()
    found = Values(("name", meant[match[0]]) for match in _names(which).finditer(low))
    rest = _names(which).sub(" ~ ", low)
    return found + Values((span.category, rest[span.start : span.end]) for span in find(rest))


def ingredients(text: str) -> Values:
    """Which ingredients are named, and the spans of what is left when their names are taken out."""
    return _named(text, _ingredients)


def kinds_of_names(text: str) -> Values:
    """How many bystanders of each type are named, and the spans of what is left when their names are taken out."""
    return _named(text, _bystanders)


_SHORT = (
    (re.compile(r"\b(?:q\.?\s?(\d+)-(\d+)\s?h(?:rs?|ours?)?)\b"), r"every \1 to \2 hours"),
    (re.compile(r"\b(?:yo|y/o)\b"), "years old"),
    (re.compile(r"\byears?[- ]olds?\b"), "years old"),
    (re.compile(r"(?<=\d)-(?=years old)"), " "),
    (re.compile(r"\bfour\b(?= to \w+ h)"), "4"),
    (re.compile(r"\bsix\b(?= h)"), "6"),
    (re.compile(r"\bhrs?\b"), "hours"),
)


def prescriptions(text: str) -> Values:
    """`doses` with the shorthand of records written out, and the ingredients that are named."""
    low = text.lower()
    for pattern, written_out in _SHORT:
        low = pattern.sub(written_out, low)
    names = Values(_ingredients()[match[0]] for match in _names(_ingredients).finditer(low))
    return names + doses(_names(_ingredients).sub(" ~ ", low))


_BEFORE_AGE = ("i'm ", "i am ", "aged ", "age is ", "age of ", "age: ", "age ", "turned ")
_AGE = re.compile(
    r"\b\d{1,3}(?=[ -]?(?:years?|yrs?|yo\b|y/o))|" + "|".join(rf"(?<=\b{said})\d{{1,3}}\b" for said in _BEFORE_AGE)
)


def beside_the_age(text: str) -> Values:
    """`quantities` of all but stated ages."""
    return quantities(_AGE.sub(" ~ ", text.lower()))


def statement(text: str) -> Values:
    """The spans below an instruction."""
    return spans_in(text.partition("\nText:")[2])


def as_it_looks(text: str) -> Values:
    """The spans of what a reader sees: look-alike letters made Latin, what is invisible taken out."""
    return spans_in(normalise(text))
