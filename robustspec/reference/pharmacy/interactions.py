"""Which medicine does not go with which other medicine, condition, state or allergy, and how bad that is.

The table is a test fixture, not medical advice. ``basis`` is ``label`` where the severity is the label's own (do not use:
stop; ask a doctor first: caution) and ``policy`` where this project is stricter.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from robustspec.reference.pharmacy.formulary import Drug, load_formulary
from robustspec.reference.pharmacy.patient import Patient

Severity = Literal["none", "caution", "stop"]
SEVERITIES: tuple[Severity, ...] = ("none", "caution", "stop")
"""From harmless to forbidden."""


@dataclass(frozen=True, slots=True)
class Interaction:
    """One line of the table: ``subject`` (an ingredient or a class) with ``other``, of a kind.

    ``below_age`` (years) limits the line to patients who are known to be younger; None for all.
    """

    subject: str
    kind: str
    other: str
    severity: Severity
    warning: str
    below_age: float | None
    reference: str


@cache
def load_interactions() -> Mapping[str, tuple[Interaction, ...]]:
    """The lines of the shipped table by their subject."""
    found: defaultdict[str, list[Interaction]] = defaultdict(list)
    lines = (files(__package__) / "interactions.csv").read_text(encoding="utf-8").splitlines()
    for record in csv.DictReader(lines):
        severity = next(each for each in SEVERITIES if each == record["severity"])
        age = float(record["below_age"]) if record["below_age"] else None
        rest = (
            record["subject"],
            record["kind"],
            record["other"],
            severity,
            record["warning"],
            age,
            record["reference"],
        )
        found[record["subject"]].append(Interaction(*rest))
    return {subject: tuple(lines) for subject, lines in found.items()}


@dataclass(frozen=True, slots=True)
class Concern:
    """What speaks against a medicine for a patient: the worst severity, and the sorted codes of all warnings."""

    severity: Severity = "none"
    warnings: tuple[str, ...] = ()


def concern(drug: Drug, patient: Patient) -> Concern:
    """What speaks against ``drug`` for ``patient``, by the table, the patient's allergies, and the label's least age."""
    hits: list[tuple[Severity, str]] = [(line.severity, line.warning) for line in _matching(drug, patient)]
    if patient.age is not None and patient.age < drug.min_age:
        hits.append(("stop", "age"))
    if drug.ingredient in patient.allergies:
        hits.append(("stop", "allergy"))
    severities: list[Severity] = ["none", *(severity for severity, _ in hits)]
    worst = max(severities, key=SEVERITIES.index)
    return Concern(worst, tuple(sorted({warning for _, warning in hits})))


def _matching(drug: Drug, patient: Patient) -> Iterator[Interaction]:
    table = load_interactions()
    lines = (*table.get(drug.ingredient, ()), *table.get(drug.drug_class, ()))
    if not lines or patient.is_unremarkable:
        return
    present = {
        "drug": _with_classes(patient.medicines),
        "allergy": _with_classes(patient.allergies),
        "condition": patient.conditions,
        "state": patient.states,
    }
    for line in lines:
        too_old = line.below_age is not None and (patient.age is None or patient.age >= line.below_age)
        if line.other in present[line.kind] and not too_old:
            yield line


def _with_classes(names: Collection[str]) -> set[str]:
    """Medicines, and the classes that they belong to."""
    formulary = load_formulary()
    return {*names, *(formulary[name].drug_class for name in names if name in formulary)}
