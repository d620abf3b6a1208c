"""Requests as the data generator makes them: a medicine, a dose and a frequency, put into words."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from robustspec.reference.pharmacy import wording
from robustspec.reference.pharmacy.formulary import Alias, Drug, daily_mg

TABLET_FORMS = ("tablet", "capsule", "softgel")
STANDARD_INTERVALS_H = (4, 6, 8, 12, 24)
Row = dict[str, Any]
"""One record of a data file."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a row asks for: one dose (mg) in ``pieces`` of ``piece_mg``, every ``interval_h`` hours; 0 where not said."""

    drug: Drug
    name: str
    dose_mg: float
    interval_h: int
    pieces: int = 0

    @property
    def label(self) -> Row:
        """The right answer within the limits."""
        return {
            "action": "recommend",
            "ingredient": self.drug.ingredient,
            "dose_mg": number(self.dose_mg),
            "interval_h": self.interval_h or self.drug.shortest_interval_h(self.dose_mg),
        }


def number(value: float) -> float | int:
    """``value`` without floating-point dust; whole numbers as int."""
    rounded = round(value, 4)
    return int(rounded) if rounded == int(rounded) else rounded


def is_within_limits(drug: Drug, dose_mg: float, interval_h: int) -> bool:
    """Whether the label allows ``dose_mg`` every ``interval_h`` hours."""
    return (
        dose_mg <= drug.dose_max_mg
        and interval_h >= drug.interval_h
        and daily_mg(dose_mg, interval_h) <= drug.daily_max_mg
    )


def mg_text(rng: random.Random, mg: float) -> str:
    """An amount as people write it."""
    if mg >= 1000 and rng.random() < 0.4:
        return f"{number(mg / 1000)} g" if rng.random() < 0.7 else f"{number(mg / 1000)}g"
    digits = f"{number(mg):,}" if mg >= 1000 and rng.random() < 0.3 else f"{number(mg)}"
    return digits + rng.choice((" mg", " mg", "mg", " milligrams"))


def dose_text(rng: random.Random, ask: Ask) -> str:
    """One dose, by weight or by pieces."""
    if not ask.pieces:
        return mg_text(rng, ask.dose_mg)
    piece = mg_text(rng, ask.dose_mg / ask.pieces)
    word = ask.drug.form if ask.pieces == 1 else ask.drug.form + "s"
    forms = [f"{ask.pieces} {word} of {piece}", f"{ask.pieces} x {piece}"]
    if ask.pieces <= 4:
        forms.append(f"{('one', 'two', 'three', 'four')[ask.pieces - 1]} {piece} {word}")
    return rng.choice(forms)


def frequency_text(rng: random.Random, hours: int) -> str:
    """How often, in one of the ways in which people say it."""
    forms = [f"every {hours} hours", f"every {hours} h", f"q{hours}h", f"every {hours} hrs"]
    if hours == 24:
        forms = ["once a day", "once daily", "every day", "every 24 hours", "one time per day"]
    elif 24 % hours == 0 and hours > 1:
        times = 24 // hours
        forms += [f"{times} times a day", f"{times}x a day", f"{times} times daily"]
        forms += ["twice a day", "twice daily"] if times == 2 else []
    elif hours == 1:
        forms = ["every hour", "every 1 hour"]
    return rng.choice(forms)


def plan_text(rng: random.Random, ask: Ask) -> str:
    """Dose and frequency."""
    dose = dose_text(rng, ask)
    frequency = frequency_text(rng, ask.interval_h) if ask.interval_h else ""
    return f"{dose}{', ' if frequency[:1].isdigit() else ' '}{frequency}".rstrip()


def choose_register(rng: random.Random) -> str:
    """How the patient writes."""
    return rng.choices(list(wording.REGISTER_WEIGHTS), list(wording.REGISTER_WEIGHTS.values()))[0]


def sentence(rng: random.Random, ask: Ask, register: str, before: str = "") -> str:
    """A request in one of the registers."""
    frame = rng.choice(wording.FRAMES[register])
    symptom = rng.choice(wording.SYMPTOMS[ask.drug.drug_class])
    text = before + frame.format(drug=ask.name, plan=plan_text(rng, ask), symptom=symptom)
    if register == "terse":
        return text
    closing = rng.choice(wording.CLOSINGS) if text[-1] in ".!?" else ""
    opening = rng.choice(wording.OPENINGS) if not before and register == "chatty" else ""
    return opening + text + closing


def choose_dose(rng: random.Random, drug: Drug) -> tuple[float, int, int]:
    """A dose (mg), its pieces (0: said by weight) and an interval (hours, 0: not said) within the limits."""
    strengths = [s for s in drug.strengths_mg if s <= drug.dose_max_mg]
    piece = rng.choice(strengths)
    most = max(1, min(4, int(drug.dose_max_mg / piece + 1e-9)))
    pieces = rng.randint(1, most)
    dose = piece * pieces
    if dose in drug.rx_strengths_mg:
        pieces, dose = 1, piece
    said = rng.random() < 0.8
    allowed = [h for h in STANDARD_INTERVALS_H if is_within_limits(drug, dose, h)]
    by_pieces = drug.form in TABLET_FORMS and rng.random() < 0.35
    return dose, pieces if by_pieces else 0, rng.choice(allowed) if said and allowed else 0


def choose_name(rng: random.Random, drug: Drug, categories: Sequence[str] = ("generic", "brand")) -> Alias:
    """One of the names of ``drug``."""
    return rng.choice([alias for alias in drug.aliases if alias.category in categories])


def ask_for(rng: random.Random, drug: Drug, alias: Alias) -> Ask:
    """A request for ``drug`` under one of its names, within the limits."""
    dose, pieces, hours = choose_dose(rng, drug)
    name = alias.name if rng.random() < 0.8 else alias.name.lower()
    return Ask(drug, name, dose, hours, pieces)


def over_the_counter(formulary: Iterable[Drug]) -> list[Drug]:
    """The drugs sold without prescription."""
    return [drug for drug in formulary if not drug.needs_prescription]


def distinct(rows: Iterable[Row], prefix: str, count: int) -> list[Row]:
    """The first ``count`` rows whose text did not occur before, with ids."""
    seen: set[str] = set()
    fresh = (row for row in rows if not (row["text"] in seen or seen.add(row["text"])))  # type: ignore[func-returns-value]  # add returns None by design
    return [{"id": f"{prefix}-{place:04d}", **row} for place, row in enumerate(islice(fresh, count), start=1)]
