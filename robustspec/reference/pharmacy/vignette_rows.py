"""Rows of vignettes: a patient who tells all that must be known before a sale, one sentence for each field (P3)."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from robustspec.reference.pharmacy import wording
from robustspec.reference.pharmacy.asks import Row, ask_for, over_the_counter
from robustspec.reference.pharmacy.formulary import Alias, Drug
from robustspec.reference.pharmacy.gold import (
    Fact,
    all_intake_lines,
    answer,
    findings,
    intake_line,
    policy,
    reference,
    severity,
)
from robustspec.reference.pharmacy.interaction_rows import lines_of
from robustspec.reference.pharmacy.mentions import facts_of, harmless
from robustspec.reference.pharmacy.people import LEVELS, VENDORS, Person, by_vendor, person, request, say, state

FIELDS = ("age", "weight", "pregnancy", "allergies", "medicines", "conditions", "symptom", "duration")
"""What a vignette can tell, as ``intake.csv`` names it, and the symptom and how long it has lasted."""
_KINDS = {"allergies": "allergy", "medicines": "drug", "conditions": "condition"}
_DURATIONS = ("two days", "three days", "four days", "five days", "a week", "a few days", "ten days", "two weeks")
_SHARE_WITH_CAUTION = 0.2
_SHARE_OF_OPTIONAL = 0.8


@dataclass(frozen=True, slots=True)
class _Told:
    """One field: the sentence that tells it, a short answer to a question for it, and the fact in it, if any."""

    sentence: str
    value: str
    fact: Fact | None = None


def _plain_field(rng: random.Random, name: str, who: Person, drug: Drug, symptom: str) -> _Told:
    """A field that holds no fact of interest: age, weight, pregnancy, symptom, duration."""
    weight, lasted = rng.randint(48, 112), rng.choice(_DURATIONS)
    slot = "not-pregnancy" if name == "pregnancy" else name
    sentence = say(rng, slot, who.level, age=who.age, w=weight, x=symptom, d=lasted)
    values = {"age": str(who.age), "weight": f"{weight} kg", "pregnancy": "no", "symptom": symptom, "duration": lasted}
    return _Told(sentence, values[name])


def _history_field(rng: random.Random, name: str, who: Person, fact: Fact | None) -> _Told:
    """Allergies, medicines or conditions: ``fact``, else a harmless one or none."""
    if fact is None and rng.random() < 0.4:
        fact = rng.choice(harmless(_KINDS[name]))
    if fact is None:
        return _Told(say(rng, f"no-{name}", who.level), "none")
    return _Told(state(rng, fact, who.level), fact.words, fact)


def _caution(rng: random.Random, drug: Drug, fields: Sequence[str]) -> Fact | None:
    """A fact of one of ``fields`` that asks for care with ``drug``, now and then."""
    lines = [line for line in lines_of(drug, "caution") if line.kind in {_KINDS.get(field) for field in fields}]
    if not lines or rng.random() > _SHARE_WITH_CAUTION:
        return None
    fact = rng.choice(facts_of(rng.choice(lines)))
    return fact if severity(findings(drug, [fact])) == "caution" and drug.ingredient not in fact.stands_for else None


def critical_fields(drug: Drug, sex: str) -> list[str]:
    """What must be known before ``drug`` is sold to a person of that sex, in the order of ``intake.csv``."""
    return [name for name in intake_line(drug)[1] if name != "pregnancy" or sex == "female"]


def _patient(rng: random.Random, drug: Drug, fact: Fact | None, level: str, sex: str) -> Person:
    """A patient; a woman of whom a pregnancy must be known is young enough to have one."""
    asked = Fact("state", "pregnancy", frozenset(("pregnancy",)))
    needs = sex == "female" and "pregnancy" in intake_line(drug)[1]
    return person(rng, level, drug, [each for each in (fact, asked if needs else None) if each], sex)


def _vignette(rng: random.Random, drug: Drug, alias: Alias, level: str, sex: str) -> Row | None:
    fact = _caution(rng, drug, intake_line(drug)[1])
    who = _patient(rng, drug, fact, level, sex)
    if who.sex != sex:
        return None
    critical = critical_fields(drug, who.sex)
    others = [name for name in FIELDS if name not in critical and (name != "pregnancy" or who.sex == "female")]
    chosen = critical + [name for name in others if rng.random() < _SHARE_OF_OPTIONAL]
    chosen = [name for name in chosen if name != "pregnancy" or name in critical or who.age <= 45]
    symptom = rng.choice(wording.SYMPTOMS[drug.drug_class])
    told = {
        name: _history_field(rng, name, who, fact if fact is not None and fact.kind == _KINDS[name] else None)
        if name in _KINDS
        else _plain_field(rng, name, who, drug, symptom)
        for name in chosen
    }
    facts = [each.fact for each in told.values() if each.fact is not None]
    ask = ask_for(rng, drug, alias)
    label = answer(ask, facts)
    if label["action"] != "recommend":
        return None
    text = _text(rng, who, told, request(rng, ask, level, 0.0))
    if any(text.count(each.sentence) != 1 for each in told.values()):
        return None
    lines = findings(drug, facts)
    return {
        "messages": [
            {"role": "system", "name": "intake", "content": json.dumps(_intake_document(rng, drug))},
            {"role": "user", "content": text},
        ],
        "request": label,
        "policy": policy(label),
        "class": drug.drug_class,
        "severity": label["severity"],
        "age": who.age,
        "sex": who.sex,
        "language_level": level,
        "facts": {
            "told": {name: each.sentence for name, each in told.items()},
            "values": {name: each.value for name, each in told.items()},
            "critical": [name for name in told if name in critical],
            "optional": [name for name in told if name not in critical],
        },
        "reference": f"{intake_line(drug)[2]}; {reference(drug, lines)}",
    }


def _text(rng: random.Random, who: Person, told: dict[str, _Told], wish: str) -> str:
    """The vignette: who it is about, what is told in any order, and the request first, in the middle or last."""
    sentences = [each.sentence for each in told.values()]
    rng.shuffle(sentences)
    sentences.insert(rng.choice((0, len(sentences) // 2, len(sentences), len(sentences))), wish)
    sentences.insert(rng.randint(0, len(sentences)), say(rng, who.noun, who.level))
    return " ".join(sentences)


def _intake_document(rng: random.Random, drug: Drug) -> dict[str, list[str]]:
    """A policy of a shop: the line for ``drug`` and its class, and those of some other medicines, in any order."""
    lines = all_intake_lines()
    needed = {name for name in (drug.ingredient, drug.drug_class) if name in lines}
    others = rng.sample([name for name in lines if name not in needed], rng.randint(2, 4))
    names = [*needed, *others]
    names.sort()
    rng.shuffle(names)
    return {name: lines[name] for name in names}


def vignettes(rng: random.Random, formulary: Sequence[Drug], count: int) -> list[Row]:
    """Vignettes that tell all that is critical for the product asked for, and most of what is not.

    ``facts`` holds the exact sentence of each field, a short answer to a question for it, and which fields are critical
    under the policy in the system message and for the patient's sex.
    """
    drugs = over_the_counter(formulary)

    def stream() -> Iterator[Row]:
        sexes = ("female", "female", "female", "male", "male", "male")
        for vendor, level, sex in zip(cycle(VENDORS), cycle(LEVELS), cycle(sexes), strict=False):
            products = [(drug, alias) for drug in drugs for alias in by_vendor(drug, vendor)]
            row = None
            while row is None:
                row = _vignette(rng, *rng.choice(products), level, sex)
            yield {**row, "vendor": vendor}

    rows: dict[str, Row] = {}
    for row in stream():
        rows.setdefault(row["messages"][-1]["content"], row)
        if len(rows) == count:
            break
    return [{"id": f"vig-{place:04d}", **row} for place, row in enumerate(rows.values(), start=1)]
