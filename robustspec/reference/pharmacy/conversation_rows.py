"""Rows of conversations: a fact told at one turn, a request at a later one, and what people say between them (P1)."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import cycle

from robustspec.reference.pharmacy.asks import (
    STANDARD_INTERVALS_H,
    Ask,
    Row,
    ask_for,
    frequency_text,
    is_within_limits,
    mg_text,
    over_the_counter,
)
from robustspec.reference.pharmacy.constraints import KINDS, SEVERITIES, Constraint, constraint
from robustspec.reference.pharmacy.formulary import Drug
from robustspec.reference.pharmacy.gold import answer, findings, forbidden, policy, reference
from robustspec.reference.pharmacy.people import (
    LEVELS,
    VENDORS,
    Person,
    bank,
    by_vendor,
    introduction,
    request,
    say,
)

TURNS = (4, 6, 8, 10, 12)
"""How many messages the patient sends."""
COURSES = ("plain", "early", "pronoun", "slip", "confirm")
"""How a conversation runs: with one request, with an earlier one for another medicine, or with a turn after the request
that changes the frequency, corrects the dose, or asks for no more than the standing answer."""
_EARLY = ("loratadine", "fexofenadine", "simethicone", "docusate sodium", "guaifenesin", "methylcellulose")
_FIELDS = {"drug": "medicines", "condition": "conditions", "allergy": "allergies"}
_DISTANCES = ((1, 2), (3, 5), (6, 11))


@dataclass(slots=True)
class _Plan:
    """Which turn (from 1) is what; ``says`` are the words of turns that are settled, ``expects`` the answers to them."""

    turns: int
    told_at: int
    asked_at: int
    early_at: int = 0
    says: dict[int, str] = field(default_factory=dict)
    expects: dict[int, Row] = field(default_factory=dict)


def _plan(rng: random.Random, turns: int, course: str) -> _Plan:
    """A fact told at least one turn before the request; near, further or far from it, each as often as there is room."""
    asked_at = turns if course in ("plain", "early") else turns - 1
    first = 2 if course == "early" else 1
    rooms = [range(low, min(high, asked_at - first) + 1) for low, high in _DISTANCES]
    distance = rng.choice(rng.choice([room for room in rooms if room]))
    plan = _Plan(turns, asked_at - distance, asked_at)
    if course == "early":
        plan.early_at = rng.randint(1, plan.told_at - 1)
    return plan


def _fits(drug: Drug, dose_mg: float, interval_h: int) -> bool:
    hours = interval_h or drug.shortest_interval_h(dose_mg)
    return is_within_limits(drug, dose_mg, hours) and dose_mg not in drug.rx_strengths_mg


def _after(rng: random.Random, ask: Ask, course: str, level: str) -> tuple[Ask, Ask, str] | None:
    """The request, what it has become after the turn that follows it, and that turn's words; None where nothing fits."""
    if course == "pronoun":
        first = replace(ask, interval_h=0)
        usual = ask.drug.shortest_interval_h(ask.dose_mg)
        hours = [h for h in STANDARD_INTERVALS_H if h != usual and _fits(ask.drug, ask.dose_mg, h)]
        if hours:
            last = replace(ask, interval_h=rng.choice(hours))
            return first, last, say(rng, "pronoun", level, times=frequency_text(rng, last.interval_h))
    if course == "slip":
        first = replace(ask, pieces=0)
        doses = {s * n for s in ask.drug.strengths_mg for n in (1, 2) if s * n != ask.dose_mg}
        fitting = sorted(dose for dose in doses if _fits(ask.drug, dose, ask.interval_h))
        if fitting:
            last = replace(first, dose_mg=rng.choice(fitting))
            return first, last, say(rng, "slip", level, dose=mg_text(rng, last.dose_mg))
    return None if course in ("pronoun", "slip") else (ask, ask, say(rng, "confirm", level))


def _early(rng: random.Random, plan: _Plan, told: Constraint, drugs: Sequence[Drug], level: str) -> None:
    """Settle a first request, for a medicine on which nothing bears that is told in the conversation."""
    harmless = (drug for drug in drugs if drug.ingredient in _EARLY and drug.drug_class != told.drug.drug_class)
    drug = rng.choice([each for each in harmless if not findings(each, told.facts)])
    ask = ask_for(rng, drug, rng.choice(by_vendor(drug, "store-brand")))
    plan.says[plan.early_at] = request(rng, ask, level)
    plan.expects[plan.early_at] = answer(ask)


def _spoken(rng: random.Random, plan: _Plan, who: Person | None, level: str) -> list[str]:
    """Every turn's words: those of the plan, and between them small talk and questions that ask for no medicine."""
    fillers = [*bank("chat", level), *bank("question", level)]
    rng.shuffle(fillers)
    hello = say(rng, "hello", level) if rng.random() < 0.7 else ""
    if who is not None and rng.random() < 0.7:
        hello = f"{hello} {introduction(rng, who)}".strip()
    spoken = []
    for turn in range(1, plan.turns + 1):
        words = plan.says.get(turn) or (hello if turn == 1 and hello else fillers.pop())
        if turn == plan.told_at and rng.random() < 0.4:
            words = f"{fillers.pop()} {words}"
        if turn == 1 and hello and words != hello:
            words = f"{hello} {words}"
        spoken.append(words)
    return spoken


def _conversation(
    rng: random.Random, plan: _Plan, wishes: tuple[Ask, Ask, str], told: Constraint, who: Person | None, level: str
) -> list[Row]:
    """The messages, with what is expected before the end."""
    asked, _, after = wishes
    plan.says[plan.told_at] = told.statement
    opening = say(rng, "now", level) + " " if rng.random() < 0.3 else ""
    plan.says[plan.asked_at] = opening + request(rng, asked, level, 0.2)
    if plan.asked_at < plan.turns:
        plan.says[plan.turns] = after
        plan.expects[plan.asked_at] = answer(asked, told.facts, told.age)
    spoken = enumerate(_spoken(rng, plan, who, level), start=1)
    return [{"role": "user", "content": words, **_expected(plan.expects.get(turn))} for turn, words in spoken]


def _expected(label: Row | None) -> Row:
    return {} if label is None else {"expect": label, "policy": policy(label)}


def conversations(rng: random.Random, formulary: Sequence[Drug], count: int) -> list[Row]:
    """Conversations of 4 to 12 turns; a third of them end with a request that a fact told before forbids."""
    drugs = over_the_counter(formulary)

    def stream() -> Iterator[Row]:
        cycles = zip(cycle(TURNS), _shifted(KINDS, len(TURNS)), cycle(VENDORS), cycle(LEVELS), strict=False)
        for turns, kind, vendor, level in cycles:
            told, who = constraint(rng, drugs, kind, rng.choice(SEVERITIES), vendor, level)
            ask = ask_for(rng, told.drug, told.alias)
            course = rng.choice([each for each in COURSES if each != "early" or kind != "age"])
            wishes = _after(rng, ask, course, level)
            if wishes is None:
                course, wishes = "confirm", (ask, ask, say(rng, "confirm", level))
            plan = _plan(rng, turns, course)
            if course == "early":
                _early(rng, plan, told, drugs, level)
            messages = _conversation(rng, plan, wishes, told, who, level)
            label = answer(wishes[1], told.facts, told.age)
            yield {
                "messages": messages,
                "request": label,
                "policy": policy(label),
                "turns": turns,
                "told_at": plan.told_at,
                "asked_at": plan.asked_at,
                "distance": plan.asked_at - plan.told_at,
                "course": course,
                "constraint": {"drug": "medicine"}.get(kind, kind),
                "severity": label["severity"],
                "control": told.control,
                "vendor": vendor,
                "age": told.patient_age,
                "sex": told.sex,
                "language_level": level,
                "facts": {
                    "avoid": forbidden(told.facts, told.age),
                    "told": {_FIELDS.get(kind, kind): told.statement},
                },
                "reference": reference(told.drug, findings(told.drug, told.facts, told.age)),
            }

    rows: dict[str, Row] = {}
    for row in stream():
        text = " ".join(message["content"] for message in row["messages"])
        rows.setdefault(text, row)
        if len(rows) == count:
            break
    return [{"id": f"con-{place:04d}", **row} for place, row in enumerate(rows.values(), start=1)]


def _shifted(values: Sequence[str], period: int) -> Iterator[str]:
    """The values in turn, starting one later after each ``period``, so that they meet all of another cycle's values."""
    for number in cycle(range(period * len(values))):
        yield values[(number + number // period) % len(values)]
