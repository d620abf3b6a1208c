"""Which facts about the patient must be known before a medicine is sold.

The table is a test fixture, not medical advice. A pharmacy that has such a policy hands it over as a document; the shipped
table is one such policy.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files

from robustspec.reference.pharmacy.formulary import Drug
from robustspec.reference.pharmacy.patient import FIELDS, Patient

Policy = Mapping[str, Sequence[str]]
"""The fields by ingredient or class, names in lower case."""
_FIELD_NAMES = {"weight_kg": "weight", "medications": "medicines", "allergy": "allergies", "pregnant": "pregnancy"}


@cache
def load_intake() -> Policy:
    """The shipped table: the fields by ingredient or class."""
    lines = (files(__package__) / "intake.csv").read_text(encoding="utf-8").splitlines()
    return {record["subject"].lower(): record["fields"].split("|") for record in csv.DictReader(lines)}


@lru_cache(256)
def read_intake(content: str) -> Policy:
    """The policy in a document: a JSON object of lists of fields; the shipped table where the document is none.

    Fields that the pharmacist does not know are left out: no answer to them would be understood.
    """
    try:
        policy = json.loads(content)
    except ValueError:
        return load_intake()
    if not isinstance(policy, dict):
        return load_intake()
    return {str(name).lower(): _fields(fields) for name, fields in policy.items()}


def _fields(fields: object) -> list[str]:
    names = fields if isinstance(fields, list) else str(fields).replace("|", ",").split(",")
    plain = (str(name).strip().lower() for name in names)
    return [known for known in (_FIELD_NAMES.get(name, name) for name in plain) if known in FIELDS]


def required(policy: Policy, drug: Drug, patient: Patient) -> list[str]:
    """The fields that ``policy`` requires for ``drug``; a line for the ingredient wins over one for its class."""
    fields = policy.get(drug.ingredient.lower(), policy.get(drug.drug_class.lower(), ()))
    womens = ("pregnancy", "breastfeeding") if patient.sex == "male" else ()
    return [name for name in fields if name not in womens]
