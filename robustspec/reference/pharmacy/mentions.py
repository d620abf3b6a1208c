"""How the patients of the data name conditions, medicines and allergies, and which of these have no bearing on any sale."""

from __future__ import annotations

import random
from collections.abc import Sequence

from robustspec.reference.pharmacy.formulary import load_formulary
from robustspec.reference.pharmacy.gold import Fact, Finding, lay_names, medicine_fact


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split("|"))


_WITH_AN_ARTICLE = _names(
    "stomach ulcer|peptic ulcer|gastric ulcer|duodenal ulcer|bleeding ulcer|ulcer|kidney stone|heart condition|"
    "enlarged prostate|overactive thyroid|seizure disorder|fatty liver|blood thinner|water pill|sleeping pill|sedative|"
    "diuretic|anticoagulant|tranquilizer|opioid|ssri|maoi|mao inhibitor|ace inhibitor|corticosteroid|"
    "monoamine oxidase inhibitor|anticonvulsant|statin"
)
_SAID_WITH_A_VOWEL = _names("maoi|ssri|mao inhibitor")
_NO_NOUN = _names(
    "diabetic|asthmatic|hard to swallow|lactose intolerant|color blind|hard of hearing|sugar disease|fits|the pill|"
    "renal impairment"
)
"""Names that do not fit behind "I have" or "I take"."""
_SAID_TWICE = _names("benzodiazepine|ssris|an ssri|an maoi|an opioid|a diuretic|a statin|nuts|egg|peanut|bee sting")
"""Names that stand in the table beside a form of themselves that fits better."""
_PLAIN_CONDITIONS = (
    "eczema",
    "psoriasis",
    "osteoporosis",
    "high cholesterol",
    "celiac disease",
    "cataract",
    "varicose veins",
    "flat feet",
    "color blindness",
    "hearing loss",
    "lactose intolerance",
    "arthritis",
)
_PLAIN_MEDICINES = ("statin", "vitamin d", "vitamin c", "artificial tears")
_PLAIN_ALLERGIES = ("penicillin", "sulfa", "latex", "peanuts", "shellfish", "eggs", "milk", "bee stings")
_OTC_ALLERGENS = ("aspirin", "ibuprofen", "naproxen", "Advil", "Aleve", "Motrin")
_CHILD_KINDS = ("flu", "the flu", "influenza", "chickenpox", "a viral infection")


def with_article(name: str) -> str:
    """``a stomach ulcer`` and ``an ulcer``, but ``asthma``."""
    if name.lower() not in _WITH_AN_ARTICLE:
        return name
    vowel = name[0].lower() in "aeiou" or name.lower() in _SAID_WITH_A_VOWEL
    return f"an {name}" if vowel else f"a {name}"


def names_of(canonical: str) -> list[str]:
    """The names of an entry of ``conditions.csv`` as nouns in a sentence, with their article."""
    names = [name for name in lay_names()[canonical][1] if name not in _NO_NOUN and name not in _SAID_TWICE]
    return list(dict.fromkeys(with_article(name) for name in names))


def _lay(kind: str, canonical: str) -> list[Fact]:
    other = canonical.removeprefix("allergy:")
    return [Fact(kind, name, frozenset((other,))) for name in names_of(canonical)]


def _taken(other: str) -> list[Fact]:
    """Medicines of the formulary that fall under ``other``, an ingredient or a class, by generic name and brands."""
    drugs = [drug for drug in load_formulary().values() if other in (drug.ingredient, drug.drug_class)]
    return [
        medicine_fact("drug", alias.name)
        for drug in drugs
        for alias in drug.aliases
        if alias.category in ("generic", "brand")
    ]


def facts_of(line: Finding) -> list[Fact]:
    """Every way in which a patient can say what ``line`` warns of; states are said in sentences of their own."""
    if line.kind == "state":
        words = _CHILD_KINDS if line.other == "viral illness" else (line.other,)
        return [Fact("state", word, frozenset((line.other,))) for word in words]
    if line.kind == "allergy":
        own = [medicine_fact("allergy", name) for name in _OTC_ALLERGENS]
        classes = _lay("allergy", "allergy:NSAID") if line.other == "NSAID" else []
        return [fact for fact in own if line.other in fact.stands_for] + classes
    if line.kind == "drug" and line.other not in lay_names():
        return _taken(line.other)
    return _lay(line.kind, line.other)


def harmless(kind: str) -> list[Fact]:
    """Facts of ``kind`` (drug, condition, allergy) that no line of the interaction table names, nor hints at."""
    chosen: dict[str, Sequence[str]] = {
        "condition": _PLAIN_CONDITIONS,
        "drug": _PLAIN_MEDICINES,
        "allergy": [f"allergy:{name}" for name in _PLAIN_ALLERGIES],
    }
    return [fact for canonical in chosen[kind] for fact in _lay(kind, canonical)]


def bystanders() -> list[tuple[str, str, str]]:
    """Name, kind and entity of all that is harmless: any of a kind may stand for any other of it, nothing else changes."""
    facts = [fact for kind in ("condition", "drug", "allergy") for fact in harmless(kind)]
    return sorted({(fact.words, fact.kind, min(fact.stands_for)) for fact in facts})


def one_fact(rng: random.Random, facts: Sequence[Fact], besides: str = "") -> Fact:
    """One of ``facts`` whose words are not ``besides``."""
    return rng.choice([fact for fact in facts if fact.words.lower() != besides.lower()])
