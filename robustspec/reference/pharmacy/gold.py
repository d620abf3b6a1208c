"""The right answers of the data generator, from the tables alone: which warnings hold, what must be known before a sale.

Nothing here is shared with the pharmacist, who reads the same tables in his own way. The tables are test fixtures for the
United States, not medical advice.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from robustspec.reference.pharmacy.asks import Ask, Row
from robustspec.reference.pharmacy.formulary import Drug, load_formulary

SEVERITIES = ("none", "caution", "stop")
"""How grave a finding is, from mild to grave."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of ``interactions.csv``: ``subject`` (ingredient or class) with ``other``, of kind drug, condition, ...

    ``below_age`` limits the line to patients under that age in years; None holds for all.
    """

    subject: str
    kind: str
    other: str
    severity: str
    code: str
    below_age: int | None
    reference: str


@dataclass(frozen=True, slots=True)
class Fact:
    """What a patient says of himself: a kind (drug, condition, state, allergy), the words, and all that they stand for."""

    kind: str
    words: str
    stands_for: frozenset[str]


def _records(name: str) -> Iterable[dict[str, str]]:
    return csv.DictReader((files(__package__) / name).read_text(encoding="utf-8").splitlines())


@cache
def all_findings() -> tuple[Finding, ...]:
    """Every line of ``interactions.csv``, in file order."""
    return tuple(
        Finding(
            subject=record["subject"],
            kind=record["kind"],
            other=record["other"],
            severity=record["severity"],
            code=record["warning"],
            below_age=int(record["below_age"]) if record["below_age"] else None,
            reference=record["reference"],
        )
        for record in _records("interactions.csv")
    )


@cache
def lay_names() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Kind and names of every entry of ``conditions.csv`` by its canonical name, which is unique within its kind.

    An allergy stands under ``allergy:`` and its name, as NSAID and others are medicines too.
    """
    return {
        f"allergy:{record['name']}" if record["kind"] == "allergy" else record["name"]: (
            record["kind"],
            tuple(record["names"].split("|")),
        )
        for record in _records("conditions.csv")
    }


def intake_line(drug: Drug) -> tuple[str, tuple[str, ...], str]:
    """Subject, fields and reference of what must be known before ``drug`` is sold; an ingredient's own line comes first."""
    lines = _intake()
    record = lines.get(drug.ingredient) or lines[drug.drug_class]
    return record["subject"], tuple(record["fields"].split("|")), record["reference"]


def all_intake_lines() -> dict[str, list[str]]:
    """Every line of ``intake.csv``: subject and fields."""
    return {subject: record["fields"].split("|") for subject, record in _intake().items()}


@cache
def _intake() -> dict[str, dict[str, str]]:
    return {record["subject"]: record for record in _records("intake.csv")}


def medicine_fact(kind: str, name: str) -> Fact:
    """A medicine that is taken, or to which there is an allergy, by a name of the formulary: it stands for its class too."""
    found = (drug for drug in load_formulary().values() for alias in drug.aliases if alias.name == name)
    drug = next(found)
    return Fact(kind, name, frozenset((drug.ingredient, drug.drug_class)))


def findings(drug: Drug, facts: Iterable[Fact], age: float | None = None) -> list[Finding]:
    """The lines that hold for ``drug`` and a patient of whom ``facts`` are known; without an age none with a limit holds."""
    known = {(fact.kind, other) for fact in facts for other in fact.stands_for}
    if not known:
        return []
    return [
        line
        for line in lines_for(drug)
        if (line.kind, line.other) in known and (line.below_age is None or (age is not None and age < line.below_age))
    ]


@lru_cache(maxsize=1024)
def lines_for(drug: Drug) -> tuple[Finding, ...]:
    """The lines that can hold for ``drug``: its own and those of its class, in file order."""
    return tuple(line for line in all_findings() if line.subject in (drug.ingredient, drug.drug_class))


def severity(lines: Sequence[Finding]) -> str:
    """The gravest severity of ``lines``; none where there are none."""
    return max((line.severity for line in lines), key=SEVERITIES.index, default="none")


def codes(lines: Iterable[Finding]) -> list[str]:
    """The warning codes of ``lines``, each once, sorted."""
    return sorted({line.code for line in lines})


def answer(ask: Ask, facts: Iterable[Fact] = (), age: float | None = None) -> Row:
    """The right answer to a request within the label's limits: refused where a finding says stop, or the age is too low."""
    lines = findings(ask.drug, facts, age)
    found = codes(lines)
    too_young = age is not None and age < ask.drug.min_age
    if too_young or severity(lines) == "stop":
        return {"action": "refuse", "severity": "stop", "warnings": sorted({*found, "age"}) if too_young else found}
    return {**ask.label, "severity": severity(lines), "warnings": found}


def policy(label: Row) -> str:
    """The act that a label asks for, as rows carry it."""
    return "must_refuse" if label["action"] == "refuse" else "answer"


def forbidden(facts: Sequence[Fact], age: float | None = None) -> list[str]:
    """The ingredients sold without prescription that a patient must not be given, sorted."""
    drugs = (drug for drug in load_formulary().values() if not drug.needs_prescription)
    return sorted(
        drug.ingredient
        for drug in drugs
        if severity(findings(drug, facts, age)) == "stop" or (age is not None and age < drug.min_age)
    )


def reference(drug: Drug, lines: Iterable[Finding]) -> str:
    """Where the right answer is from: the lines of the interaction table, else the label of the medicine."""
    return "; ".join(dict.fromkeys([line.reference for line in lines] or [drug.reference]))
