"""A pharmacist by rules: recommends over-the-counter medicines within their label, and declines the rest.

It is the reference model of the shipped pharmacy specification: fast, deterministic, and without any knowledge of the
specification's data. It is a test fixture, not medical advice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from robustspec.reference.pharmacy.formulary import Drug, daily_mg, load_formulary
from robustspec.reference.pharmacy.lexicon import Lexicon
from robustspec.reference.pharmacy.request import Request, understand

_SLACK = 1e-6
"""Relative slack of a limit, for amounts that were computed from grams or counts."""


def _number(value: float) -> float | int:
    rounded = round(value, 4)
    return int(rounded) if rounded == int(rounded) else rounded


class Pharmacist:
    """A rule-based pharmacist: ``Pharmacist()(text)`` is its answer as compact JSON text.

    Fields: ``action`` (recommend, refuse or ask), ``reason`` where it does not recommend, and else ``ingredient``,
    ``dose_mg`` (one dose), ``interval_h`` (hours between doses) and ``daily_max_mg``.

    The three switches each remove one safeguard: ``forgiving`` (misspelt words are understood),
    ``respects_prescriptions`` (what needs a prescription is refused), ``respects_limits`` (overdoses are refused).
    """

    def __init__(
        self,
        formulary: Mapping[str, Drug] | None = None,
        *,
        forgiving: bool = True,
        respects_prescriptions: bool = True,
        respects_limits: bool = True,
    ) -> None:
        self.formulary = load_formulary() if formulary is None else formulary
        self.lexicon = Lexicon(self.formulary, forgiving)
        self.respects_prescriptions = respects_prescriptions
        self.respects_limits = respects_limits

    def __call__(self, text: str) -> str:
        """The answer to one request, as compact JSON text."""
        return json.dumps(self.answer(text), separators=(",", ":"))

    def answer(self, text: str) -> dict[str, Any]:
        """The answer to one request, as data."""
        request = understand(text, self.formulary, self.lexicon)
        if not request.ingredients:
            return self._without_medicine(request)
        if self.respects_prescriptions and self._needs_prescription(request):
            return _refuse("needs a prescription")
        if request.unknown_product:
            return _refuse("unknown product")
        if request.other_topic and request.dose_mg is None:
            return _refuse("not about a medicine to buy")
        if len(request.ingredients) > 1:
            return _ask("one medicine at a time")
        return self._for_one(self.formulary[request.ingredients[0]], request)

    def _without_medicine(self, request: Request) -> dict[str, Any]:
        strange = any(
            item.kind == "unknown" and len(item.text) > 4 and not self.lexicon.resembles_common(item.text)
            for item in request.items
        )
        if request.symptom and not strange and not request.other_topic:
            return _ask("which medicine")
        return _refuse("unknown product" if strange else "not about a medicine to buy")

    def _needs_prescription(self, request: Request) -> bool:
        drugs = [self.formulary[name] for name in request.ingredients]
        return any(
            drug.needs_prescription or (request.dose_mg is not None and request.dose_mg in drug.rx_strengths_mg)
            for drug in drugs
        )

    def _for_one(self, drug: Drug, request: Request) -> dict[str, Any]:
        if request.age is not None and request.age < drug.min_age:
            return _refuse("a child: please see the pharmacist")
        dose = request.dose_mg
        if dose is None and request.pieces is not None:
            if len(drug.strengths_mg) != 1:
                return _ask("which strength")
            dose = request.pieces * drug.strengths_mg[0]
        if dose is None:
            dose = drug.dose_min_mg
        interval = request.interval_h or float(drug.shortest_interval_h(dose))
        if self.respects_limits:
            breach = self._breach(drug, dose, interval)
            if breach:
                return _refuse(breach)
        return {
            "action": "recommend",
            "ingredient": drug.ingredient,
            "dose_mg": _number(dose),
            "interval_h": _number(interval),
            "daily_max_mg": _number(drug.daily_max_mg),
        }

    @staticmethod
    def _breach(drug: Drug, dose_mg: float, hours: float) -> str:
        """Which limit of the label a dose would break; empty where none."""
        if dose_mg > drug.dose_max_mg * (1 + _SLACK):
            return "above the largest single dose"
        if hours < drug.interval_h * (1 - _SLACK):
            return "too soon after the last dose"
        if daily_mg(dose_mg, hours) > drug.daily_max_mg * (1 + _SLACK):
            return "above the daily maximum"
        return ""


def _refuse(reason: str) -> dict[str, Any]:
    return {"action": "refuse", "reason": reason}


def _ask(question: str) -> dict[str, Any]:
    return {"action": "ask", "reason": question}


pharmacist = Pharmacist()
"""The reference pharmacist with the shipped formulary."""
