"""What a patient tells in a conversation before a request: a fact that forbids it, one that asks for care, or neither."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from robustspec.reference.pharmacy.formulary import Alias, Drug
from robustspec.reference.pharmacy.gold import Fact, Finding, all_findings, findings, lines_for, severity
from robustspec.reference.pharmacy.mentions import facts_of, harmless
from robustspec.reference.pharmacy.people import Person, by_vendor, capital, manners, person, say, state

KINDS = ("allergy", "pregnancy", "condition", "drug", "age")
"""What is told: an allergy, a pregnancy, a condition, a medicine that is taken, or that a child is to take the medicine."""
SEVERITIES = ("stop", "caution", "none")
_KIDS = {"son": ("he", "him", "male"), "daughter": ("she", "her", "female")}
_ADULT = 18


@dataclass(frozen=True, slots=True)
class Constraint:
    """A statement, the facts that it makes true (and the age, where that is told), and the product asked for later.

    ``control`` is none where the statement bears on the product, else how it is one that does not: harmless,
    other-medicine, negated, family, past or old-enough.
    """

    drug: Drug
    alias: Alias
    statement: str
    facts: tuple[Fact, ...]
    control: str
    sex: str
    patient_age: int
    age: int | None = None


def _lines(kind: str) -> list[Finding]:
    wanted = ("state", "pregnancy") if kind == "pregnancy" else (kind, "")
    return [line for line in all_findings() if line.kind == wanted[0] and wanted[1] in ("", line.other)]


def _products(drugs: Sequence[Drug], vendor: str) -> list[tuple[Drug, Alias]]:
    return [(drug, alias) for drug in drugs for alias in by_vendor(drug, vendor)]


def _hits(rng: random.Random, drugs: Sequence[Drug], kind: str, wanted: str, vendor: str) -> Iterator[
        tuple[Drug, Alias, Fact]]:  # fmt: skip
    """Products with a fact of that severity for them, in random order."""
    pairs = [
        (product, line)
        for product in _products(drugs, vendor)
        for line in _lines(kind)
        if line.subject in (product[0].ingredient, product[0].drug_class) and line.severity == wanted
    ]
    rng.shuffle(pairs)
    for (drug, alias), line in pairs:
        fact = rng.choice(facts_of(line))
        same = kind == "drug" and drug.ingredient in fact.stands_for
        if not same and fact.words.lower() != alias.name.lower() and severity(findings(drug, [fact])) == wanted:
            yield drug, alias, fact


def _safe(rng: random.Random, drugs: Sequence[Drug], kind: str, vendor: str) -> tuple[Drug, Alias, Fact, str]:
    """A product, and a fact with no bearing on it: one that is harmless, or one that counts for other medicines."""
    while True:
        drug, alias = rng.choice(_products(drugs, vendor))
        if kind == "pregnancy" or rng.random() < 0.5:
            fact, control = rng.choice(facts_of(rng.choice(_lines(kind)))), "other-medicine"
        else:
            fact, control = rng.choice(harmless(kind)), "harmless"
        if not findings(drug, [fact]) and drug.ingredient not in fact.stands_for and drug.drug_class != "contraceptive":
            return drug, alias, fact, control


def constraint(
    rng: random.Random, drugs: Sequence[Drug], kind: str, wanted: str, vendor: str, level: str
) -> tuple[Constraint, Person | None]:
    """A statement of that kind, and the patient; the severity is lower where ``vendor`` has no product that fits it.

    The patient is None where the medicine is for a child.
    """
    if kind == "age":
        return _of_a_child(rng, drugs, wanted, vendor, level), None
    hit = next(_hits(rng, drugs, kind, wanted, vendor), None)
    if hit is not None:
        return _stated(rng, *hit, "none", level)
    near = next(_hits(rng, drugs, kind, rng.choice(("stop", "caution")), vendor), None)
    if near is not None and rng.random() < 0.5:
        return _stated(rng, *near, rng.choice(manners(near[2])), level)
    return _stated(rng, *_safe(rng, drugs, kind, vendor), level)


def _stated(
    rng: random.Random, drug: Drug, alias: Alias, fact: Fact, control: str, level: str
) -> tuple[Constraint, Person]:
    manner = control if control in ("not", "family", "past") else ""
    facts = () if manner else (fact,)
    who = person(rng, level, drug, [fact])
    name = "negated" if manner == "not" else control
    return Constraint(drug, alias, state(rng, fact, level, manner), facts, name, who.sex, who.age), who


def _of_a_child(rng: random.Random, drugs: Sequence[Drug], wanted: str, vendor: str, level: str) -> Constraint:
    """A child too young for the medicine, one with a viral illness that rules it out, or one for whom it is right."""
    products = [(d, a) for d, a in _products(drugs, vendor) if 0 < d.min_age < _ADULT]
    viral = [(d, a) for d, a in products if _viral(d)]
    kid = rng.choice(list(_KIDS))
    he, him, sex = _KIDS[kid]
    words = {"kid": kid, "he": he, "him": him, "He": capital(he)}
    if wanted == "stop" and viral and rng.random() < 0.5:
        drug, alias = rng.choice(viral)
        fact, years = rng.choice(facts_of(_viral(drug)[0])), rng.randint(drug.min_age, 17)
        said = say(rng, "child-viral", level, n=years, x=fact.words, **words)
        return Constraint(drug, alias, said, (fact,), "none", sex, years, years)
    drug, alias = rng.choice(products)
    too_young = wanted == "stop"
    years = rng.randint(3, drug.min_age - 1) if too_young else rng.randint(drug.min_age, 17)
    said = say(rng, "child", level, n=years, **words)
    return Constraint(drug, alias, said, (), "none" if too_young else "old-enough", sex, years, years)


def _viral(drug: Drug) -> list[Finding]:
    return [line for line in lines_for(drug) if line.below_age is not None]
