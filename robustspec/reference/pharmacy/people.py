"""The patients of the data: age, sex, level of English, and the sentences of ``sentences.csv`` in which they speak."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from robustspec.reference.pharmacy import wording
from robustspec.reference.pharmacy.asks import Ask, plan_text
from robustspec.reference.pharmacy.formulary import Alias, Drug
from robustspec.reference.pharmacy.gold import Fact

LEVELS = ("plain", "fluent", "learner")
"""How patients write: in simple sentences, in idiomatic ones, and in simple ones with a learner's slips."""
VENDORS = ("Kenvue", "Haleon", "Bayer", "Prestige", "Opella", "other", "store-brand")
"""Vendors of the products in the rows of conversations: five large ones, all others, and products by their generic name."""
_BANDS = ((18, 39), (40, 64), (65, 90))
_FEMALE = ("pregnancy", "breastfeeding", "birth control")
_STATEMENTS = {"drug": "take", "condition": "have", "allergy": "allergic"}


@dataclass(frozen=True, slots=True)
class Person:
    """A patient: age in years, sex (female, male), level of English."""

    age: int
    sex: str
    level: str

    @property
    def noun(self) -> str:
        """Woman or man."""
        return "woman" if self.sex == "female" else "man"


@cache
def bank(slot: str, level: str) -> tuple[str, ...]:
    """The sentences of a slot at a level of English."""
    lines = (files(__package__) / "sentences.csv").read_text(encoding="utf-8").splitlines()
    found = tuple(r["text"] for r in csv.DictReader(lines) if (r["slot"], r["level"]) == (slot, level))
    if not found:
        raise KeyError(f"sentences.csv has no '{slot}' at the level '{level}'")
    return found


def say(rng: random.Random, slot: str, level: str, **values: object) -> str:
    """One sentence of a slot, its blanks filled."""
    return capital(rng.choice(bank(slot, level)).format(**values))


def introduction(rng: random.Random, who: Person) -> str:
    """Age and sex of the patient in a sentence."""
    article = "an" if who.age == 18 or 80 <= who.age < 90 else "a"
    return say(rng, "who", who.level, age=who.age, noun=who.noun, a=article)


def capital(text: str) -> str:
    """``text`` with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def person(rng: random.Random, level: str, drug: Drug, facts: Sequence[Fact] = (), sex: str = "") -> Person:
    """A patient whom ``facts`` can be true of and who is old enough for ``drug``; each band of ages is as likely."""
    named = {name for fact in facts for name in fact.stands_for}
    low, high = 18, 90
    if named & {*_FEMALE} or drug.drug_class == "contraceptive":
        sex, high = "female", 45
    if "enlarged prostate" in named:
        sex, low = "male", 50
    if "alcohol" in named:
        low = 21
    first, last = rng.choice([band for band in _BANDS if band[0] <= high and band[1] >= low])
    return Person(rng.randint(max(first, low), min(last, high)), sex or rng.choice(("female", "male")), level)


def slot_of(fact: Fact) -> str:
    """The slot of the sentences that state ``fact``; each state has its own."""
    return _STATEMENTS.get(fact.kind, min(fact.stands_for))


def state(rng: random.Random, fact: Fact, level: str, manner: str = "") -> str:
    """A sentence that states ``fact``, or in a ``manner`` (not, family, past) that it is no fact of the patient."""
    slot = f"{manner}-{slot_of(fact)}" if manner else slot_of(fact)
    return say(rng, slot, level, x=fact.words, n=rng.randint(3, 8))


def manners(fact: Fact) -> tuple[str, ...]:
    """How ``fact`` can be mentioned without being one of the patient; a condition or an allergy is never over."""
    return ("not", "family", "past") if fact.kind in ("drug", "state") else ("not", "family")


def by_vendor(drug: Drug, vendor: str) -> list[Alias]:
    """The names under which ``drug`` comes from ``vendor``, one of `VENDORS`."""
    if vendor == "store-brand":
        return [alias for alias in drug.aliases if alias.category == "generic"]
    brands = [alias for alias in drug.aliases if alias.category == "brand"]
    return [a for a in brands if a.vendor == vendor or (vendor == "other" and a.vendor not in VENDORS)]


def request(rng: random.Random, ask: Ask, level: str, share_with_symptom: float = 0.3) -> str:
    """A request in one sentence or two."""
    symptom = rng.choice(wording.SYMPTOMS[ask.drug.drug_class])
    slot = "request-for" if rng.random() < share_with_symptom else "request"
    return say(rng, slot, level, drug=ask.name, plan=plan_text(rng, ask), symptom=symptom)
