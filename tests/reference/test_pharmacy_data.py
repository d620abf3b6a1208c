"""The shipped data is what the generator makes, is consistent, and is large enough for its specification."""

import csv
import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from robustspec.reference.pharmacy import pharmacist
from robustspec.reference.pharmacy.formulary import load_formulary
from robustspec.reference.pharmacy.generate import build, write

FOLDER = Path(__file__).resolve().parents[2] / "specs" / "data" / "pharmacy"
FILES = ("requests", "vocabulary", "limits", "authority", "offtopic")
FIELDS = ("action", "ingredient", "dose_mg", "interval_h")


@cache
def rows(name):
    with (FOLDER / f"{name}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def edits(one, other):
    """Levenshtein distance by the textbook recursion, row by row."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        row, before = [i], row
        for j, b in enumerate(other, start=1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (a != b)))
    return row[-1]


def is_right(row):
    answer = json.loads(pharmacist(row["text"]))
    if row.get("policy") == "must_refuse":
        return answer["action"] == "refuse"
    return all(answer.get(field) == row["request"][field] for field in FIELDS)


def test_the_generator_makes_the_committed_files(tmp_path):
    """The same seed gives the same bytes."""
    write(tmp_path, 0)
    for path in tmp_path.iterdir():
        assert (FOLDER / path.name).read_bytes() == path.read_bytes(), path.name


def test_another_seed_makes_other_rows():
    """The seed matters."""
    assert build(1)["requests.jsonl"] != build(0)["requests.jsonl"]


@pytest.mark.parametrize("name", FILES)
def test_ids_and_texts_are_distinct(name):
    """No id and no text occurs twice in a file."""
    assert len(rows(name)) == len({row["id"] for row in rows(name)}) == len({row["text"] for row in rows(name)})


@pytest.mark.parametrize("name", FILES)
def test_the_pharmacist_is_right_on_clean_rows(name):
    """At least 98 in 100 clean rows are answered right."""
    right = sum(map(is_right, rows(name)))
    assert right >= 0.98 * len(rows(name))


@pytest.mark.parametrize(
    ("name", "group", "smallest"),
    [("requests", "vendor", 60), ("requests", "register", 60), ("vocabulary", "vendor", 60), ("limits", "notation", 60),
     ("authority", "access", 60), ("offtopic", "topic", 60)],
)  # fmt: skip
def test_groups_are_large_enough(name, group, smallest):
    """Every group of the specification holds enough rows for its bound."""
    assert min(Counter(row[group] for row in rows(name)).values()) >= smallest


def test_labels_of_limits_follow_from_the_formulary():
    """Rows within the label are exactly those whose dose, interval and day are."""
    for row in rows("limits"):
        if row["policy"] == "answer":
            drug, right = load_formulary()[row["ingredient"]], row["request"]
            doses_a_day = -(-24 // right["interval_h"])
            assert right["dose_mg"] <= drug.dose_max_mg
            assert right["interval_h"] >= drug.interval_h
            assert right["dose_mg"] * doses_a_day <= drug.daily_max_mg


def test_invented_names_are_far_from_every_real_one():
    """No word of an invented request, save the known names in it, is within two edits of a medicine by the same start."""
    real = {alias.name.lower() for drug in load_formulary().values() for alias in drug.aliases}
    starts = ("Can I get ", "Do you sell ", "Please order ", "how much ")
    asked = [row["text"] for row in rows("offtopic") if row["topic"] == "invented-medicine"]
    checked = 0
    for text in asked:
        for start in (s for s in starts if text.startswith(s)):
            name = text.removeprefix(start).split()[0].strip("?.,").lower()
            checked += 1
            assert min(edits(name, other) for other in real if len(other) > 3) >= 3
    assert checked >= 30


def test_names_of_the_tables_are_those_of_the_formulary():
    """The substitution table and the lexicon hold every name, each under its ingredient."""
    known = {(drug.ingredient, alias.name) for drug in load_formulary().values() for alias in drug.aliases}
    with (FOLDER / "brands.csv").open(encoding="utf-8", newline="") as lines:
        table = {(record["entity"], record["alias"]) for record in csv.DictReader(lines)}
    terms = set((FOLDER / "drugs.csv").read_text(encoding="utf-8").splitlines()[1:])
    assert known == table
    assert {name for _, name in known} == terms
