"""The pharmacy tables read a second time, plainly, for tests that work out right answers by brute force."""

import csv
import json
import math
import re
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "robustspec" / "reference" / "pharmacy"
FOLDER = Path(__file__).resolve().parents[2] / "specs" / "data" / "pharmacy"
RANK = {"none": 0, "caution": 1, "stop": 2}
STATE_WORDS = {
    "pregnancy": ("pregnant", "expecting a baby", "expecting my first baby"),
    "breastfeeding": ("breastfeeding",),
    "alcohol": ("alcohol", "beers a day", "glasses of wine a day", "heavy drinker"),
    "viral illness": ("flu", "influenza", "chickenpox", "viral infection"),
}


@cache
def rows(name):
    """The rows of a data file."""
    with (FOLDER / f"{name}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@cache
def table(name):
    """The records of a table of the package."""
    with (PACKAGE / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@cache
def drug(ingredient):
    """The formulary's record of an ingredient."""
    return next(record for record in table("formulary") if record["ingredient"] == ingredient)


@cache
def drug_names():
    """Ingredient by every name of a medicine in small letters."""
    names = {}
    for record in table("formulary"):
        names[record["ingredient"].lower()] = record["ingredient"]
        for cell in (record["brands"], record["also"]):
            for pair in filter(None, cell.split("|")):
                names[pair.partition("=")[0].lower()] = record["ingredient"]
    return names


def vendors(ingredient):
    """Vendor by brand of an ingredient."""
    return dict(pair.split("=") for pair in drug(ingredient)["brands"].split("|") if pair)


def found_names(text, names):
    """The values of ``names`` (text to value) whose texts stand in ``text`` as words, the longest first at each place."""
    return [names[match.group()] for match in _pattern(frozenset(names)).finditer(text.lower())]


@cache
def _pattern(names):
    longest_first = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{longest_first})(?!\w)")


def asked_ingredient(text):
    """The one medicine of the formulary that is sold without prescription and asked for in ``text``."""
    found = {name for name in found_names(text, drug_names()) if drug(name)["status"] in ("otc", "behind_counter")}
    assert len(found) == 1, (text, found)
    return found.pop()


@cache
def lay_names(kind):
    """Canonical name by every name of a kind of ``conditions.csv``, in small letters."""
    return {
        name.lower(): record["name"]
        for record in table("conditions")
        if record["kind"] == kind
        for name in record["names"].split("|")
    }


def meanings(kind, text):
    """All that a statement of ``kind`` (drug, condition, allergy, pregnancy, state) stands for, classes included."""
    low = text.lower()
    if kind in ("state", "pregnancy", "age"):
        return {state for state, words in STATE_WORDS.items() if any(word in low for word in words)}
    listed = {"drug": "medicine-class", "medicine": "medicine-class"}.get(kind, kind)
    found = set(found_names(low, lay_names(listed)))
    if kind != "condition":
        for ingredient in found_names(low, drug_names()):
            found |= {ingredient, drug(ingredient)["class"]}
    return found


def lines_for(ingredient, kind, others, age=None):
    """The lines of ``interactions.csv`` that hold."""
    kind = {"medicine": "drug", "pregnancy": "state", "age": "state"}.get(kind, kind)
    return [
        line
        for line in table("interactions")
        if line["subject"] in (ingredient, drug(ingredient)["class"])
        and line["kind"] == kind
        and line["other"] in others
        and (not line["below_age"] or (age is not None and age < int(line["below_age"])))
    ]


def gravest(lines):
    """The gravest severity of lines."""
    return max((line["severity"] for line in lines), key=RANK.__getitem__, default="none")


def codes(lines):
    """The warning codes of lines, sorted."""
    return sorted({line["warning"] for line in lines})


def shortest_h(ingredient, dose):
    """The shortest interval at which a dose stays within the day's maximum, in hours."""
    record = drug(ingredient)
    hours = range(int(record["interval_h"]), 25)
    return next((h for h in hours if dose * math.ceil(24 / h) <= float(record["daily_max_mg"]) + 1e-6), 24)


_COUNT = {"one": 1, "two": 2, "three": 3, "four": 4}
_AMOUNT = re.compile(
    r"(?:(?P<n>\d+|one|two|three|four)\s(?:x\s|tablets? of |capsules? of |softgels? of )?)?"
    r"(?P<mg>\d[\d,]*(?:\.\d+)?)\s?(?P<unit>mg|milligrams|g)\b"
)


def dose_in(text):
    """The one dose of a text in mg: pieces times strength."""
    match = _AMOUNT.search(text.lower())
    mg = float(match["mg"].replace(",", "")) * (1000 if match["unit"] == "g" else 1)
    count = match["n"]
    return mg * (1 if count is None else _COUNT.get(count) or int(count))


_EVERY = re.compile(r"\bevery (\d+) (?:hours|hrs|h)\b|\bq(\d+)h\b")
_TIMES = re.compile(r"\b(\d+) ?(?:times|x) (?:a day|daily)")


def interval_in(text):
    """The interval of a text in hours, None where it says none."""
    low = text.lower()
    if match := _EVERY.search(low):
        return int(match[1] or match[2])
    if match := _TIMES.search(low):
        return 24 // int(match[1])
    if re.search(r"\bevery hour\b", low):
        return 1
    if re.search(r"\btwice (?:a day|daily)", low):
        return 12
    return 24 if re.search(r"\bonce (?:a day|daily)|every day|one time per day", low) else None


def assert_plan(label, wish):
    """The label's dose and interval are those of the wish, or the shortest interval where it names none."""
    assert label["dose_mg"] == pytest.approx(dose_in(wish), abs=1e-6), wish
    said = interval_in(wish)
    assert label["interval_h"] == (said or shortest_h(label["ingredient"], label["dose_mg"])), wish
