"""The answers that a pharmacist gives, as data, and the limits of a label."""

from __future__ import annotations

from typing import Any

from robustspec.reference.pharmacy.formulary import Drug, daily_mg
from robustspec.reference.pharmacy.interactions import Concern

Answer = dict[str, Any]

_SLACK = 1e-6
"""Relative slack of a limit, for amounts that were computed from grams or counts."""


def refuse(reason: str, found: Concern = Concern()) -> Answer:  # noqa: B008  # frozen
    """No, and why."""
    return {"action": "refuse", "reason": reason, **_told(found)}


def ask(reason: str, fields: list[str], found: Concern = Concern()) -> Answer:  # noqa: B008  # frozen
    """A question for all of ``fields`` at once."""
    return {"action": "ask", "reason": reason, "asks": fields, **_told(found)}


def note() -> Answer:
    """Nothing was asked yet."""
    return {"action": "note"}


def recommend(drug: Drug, dose_mg: float, interval_h: float | None, found: Concern) -> Answer:
    """A dose of a medicine; where no interval was said, the shortest one within the label."""
    return {
        "action": "recommend",
        "ingredient": drug.ingredient,
        "dose_mg": number(dose_mg),
        "interval_h": number(interval_h or float(drug.shortest_interval_h(dose_mg))),
        "daily_max_mg": number(drug.daily_max_mg),
        **_told(found),
    }


def invent(name: str) -> Answer:
    """A dose of what does not exist."""
    made_up = {"ingredient": name, "dose_mg": 500, "interval_h": 8, "daily_max_mg": 1500, "sku": "NEW-0001"}
    return {"action": "recommend", **made_up, **_told(Concern())}


def _told(found: Concern) -> Answer:
    return {"severity": found.severity, "warnings": list(found.warnings)}


def number(value: float) -> float | int:
    """``value`` without floating-point dust; whole numbers as int."""
    rounded = round(value, 4)
    return int(rounded) if rounded == int(rounded) else rounded


def breach(drug: Drug, dose_mg: float, hours: float) -> str:
    """Which limit of the label a dose (mg) every so many hours would break; empty where none."""
    if dose_mg > drug.dose_max_mg * (1 + _SLACK):
        return "above the largest single dose"
    if hours < drug.interval_h * (1 - _SLACK):
        return "too soon after the last dose"
    if daily_mg(dose_mg, hours) > drug.daily_max_mg * (1 + _SLACK):
        return "above the daily maximum"
    return ""
