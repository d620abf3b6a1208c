"""What is known about a patient, and about everybody else who is talked of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

SELF = "self"
"""The one who writes."""
THEY = "they"
"""Somebody called he, she or they before it was said who."""
FIELDS = ("age", "weight", "pregnancy", "breastfeeding", "conditions", "medicines", "allergies")
"""What can be known, and asked for."""
_LISTS = ("conditions", "medicines", "allergies", "states")
_MALE = frozenset(("father", "grandfather", "husband", "brother", "uncle", "nephew", "son", "grandson", "boy"))


@dataclass(frozen=True, slots=True)
class Told:
    """One thing said of a person: ``who`` (self, they, or a relation such as son), which field, and its value.

    Ages are years, weights kg, pregnancy and breastfeeding yes (True) or no (False); of the lists one canonical name, None
    for none at all, and False for "not this one".
    """

    who: str
    field: str
    value: Any


@dataclass(slots=True)
class Patient:
    """The facts about one person. ``known`` names the fields that something was said of, none included."""

    sex: str = ""
    age: float | None = None
    weight_kg: float | None = None
    pregnancy: bool | None = None
    breastfeeding: bool | None = None
    conditions: set[str] = field(default_factory=set)
    medicines: set[str] = field(default_factory=set)
    allergies: set[str] = field(default_factory=set)
    known: set[str] = field(default_factory=set)
    unwilling: set[str] = field(default_factory=set)
    _states: set[str] = field(default_factory=set)

    @property
    def states(self) -> set[str]:
        """Pregnancy and the like, as the table of interactions calls them."""
        said = {"pregnancy": self.pregnancy, "breastfeeding": self.breastfeeding}
        return self._states | {name for name, holds in said.items() if holds}

    @property
    def is_unremarkable(self) -> bool:
        """Whether nothing is known that could speak against any medicine."""
        lists = self.conditions or self.medicines or self.allergies or self._states
        return not (lists or self.pregnancy or self.breastfeeding)

    def hear(self, told: Told) -> None:
        """Takes a fact in; the last word on a number or a yes counts, names add up."""
        if told.field in _LISTS:
            names: set[str] = getattr(self, "_states" if told.field == "states" else told.field)
            if told.value:
                names.add(told.value)
        elif told.field == "weight":
            self.weight_kg = told.value
        else:
            setattr(self, told.field, told.value)
        self.known.add(told.field)
        self.unwilling.discard(told.field)


class People:
    """The patients of one conversation: who writes, and those whom they talk of."""

    def __init__(self) -> None:
        self._known: dict[str, Patient] = {SELF: Patient()}
        self.last = ""
        """The relation that was named last: whom "he" and "she" mean."""

    def named(self, who: str) -> Patient:
        """The person; "they" is the one named last."""
        name = (self.last or THEY) if who == THEY else who
        if name not in self._known:
            self._known[name] = Patient(sex="male" if name in _MALE else "")
        return self._known[name]

    def hear(self, facts: Iterable[Told], mentioned: Iterable[str]) -> None:
        """Takes the facts of one message in, and whom it mentions."""
        for who in mentioned:
            self.last = who
        for told in facts:
            self.named(told.who).hear(told)
