"""The formulary: which medicines the reference pharmacist knows, under which names and within which limits.

The table is a test fixture, not medical advice. Its figures follow published US labels; ``reference`` names them.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

HOURS_PER_DAY = 24


@dataclass(frozen=True, slots=True)
class Alias:
    """One name of an ingredient. ``category`` is generic, brand, abbreviation, regional or lay; brands have a vendor."""

    name: str
    vendor: str
    category: str


@dataclass(frozen=True, slots=True)
class Drug:
    """One row of the formulary: an ingredient with its names and adult limits (mg, hours).

    ``status`` is otc, behind_counter, prescription or controlled; ``rx_strengths_mg`` are single doses that exist only
    on prescription although lower ones are sold without.
    """

    ingredient: str
    aliases: tuple[Alias, ...]
    drug_class: str
    form: str
    strengths_mg: tuple[float, ...]
    rx_strengths_mg: tuple[float, ...]
    dose_min_mg: float
    dose_max_mg: float
    interval_h: int
    daily_max_mg: float
    min_age: int
    status: str
    reference: str

    @property
    def needs_prescription(self) -> bool:
        """Whether the ingredient is sold on prescription only, at any strength."""
        return self.status in ("prescription", "controlled")

    def shortest_interval_h(self, dose_mg: float) -> int:
        """The shortest spacing, in hours, at which ``dose_mg`` stays within the daily maximum; at most a day."""
        for hours in range(self.interval_h, HOURS_PER_DAY):
            if daily_mg(dose_mg, hours) <= self.daily_max_mg:
                return hours
        return HOURS_PER_DAY


def daily_mg(dose_mg: float, interval_h: float) -> float:
    """The most that is taken in one day of 24 hours, in mg, when ``dose_mg`` is taken every ``interval_h`` hours."""
    return dose_mg * max(1, math.ceil(HOURS_PER_DAY / interval_h - 1e-9))


def _numbers(cell: str) -> tuple[float, ...]:
    return tuple(float(part) for part in cell.split("|") if part)


def _pairs(cell: str) -> Iterator[tuple[str, str]]:
    for part in filter(None, cell.split("|")):
        name, _, value = part.partition("=")
        yield name, value


def _aliases(record: Mapping[str, str]) -> tuple[Alias, ...]:
    generic = Alias(record["ingredient"], "", "generic")
    brands = (Alias(name, vendor, "brand") for name, vendor in _pairs(record["brands"]))
    others = (Alias(name, "", category) for name, category in _pairs(record["also"]))
    return (generic, *brands, *others)


def _drug(record: Mapping[str, str]) -> Drug:
    return Drug(
        ingredient=record["ingredient"],
        aliases=_aliases(record),
        drug_class=record["class"],
        form=record["form"],
        strengths_mg=_numbers(record["strengths_mg"]),
        rx_strengths_mg=_numbers(record["rx_strengths_mg"]),
        dose_min_mg=float(record["dose_min_mg"]),
        dose_max_mg=float(record["dose_max_mg"]),
        interval_h=int(record["interval_h"]),
        daily_max_mg=float(record["daily_max_mg"]),
        min_age=int(record["min_age"]),
        status=record["status"],
        reference=record["reference"],
    )


@cache
def load_formulary() -> dict[str, Drug]:
    """Every drug of the shipped table by its ingredient, in file order."""
    lines = (files(__package__) / "formulary.csv").read_text(encoding="utf-8").splitlines()
    return {record["ingredient"]: _drug(record) for record in csv.DictReader(lines)}
