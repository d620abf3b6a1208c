"""Rows of interactions and history: pairs of requests in the same words, one with a finding and one without (P5)."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import cycle

from robustspec.reference.pharmacy.asks import Row, ask_for, over_the_counter
from robustspec.reference.pharmacy.formulary import Alias, Drug
from robustspec.reference.pharmacy.gold import Fact, Finding, answer, findings, lines_for, policy, reference
from robustspec.reference.pharmacy.mentions import facts_of, harmless, one_fact
from robustspec.reference.pharmacy.people import (
    LEVELS,
    VENDORS,
    Person,
    bank,
    by_vendor,
    capital,
    introduction,
    manners,
    person,
    request,
    slot_of,
    state,
)

_MOST_EXTRAS = 3
Chance = tuple[Drug, Alias, Finding]


def lines_of(drug: Drug, severity: str) -> list[Finding]:
    """The lines for ``drug`` of that severity that hold at every age."""
    return [line for line in lines_for(drug) if line.severity == severity and line.below_age is None]


def _chances(formulary: Sequence[Drug], vendor: str, severity: str) -> dict[str, list[Chance]]:
    """Every product of a vendor with a line of that severity for it, by the kind of the line."""
    found: dict[str, list[Chance]] = {}
    for drug in over_the_counter(formulary):
        for alias in by_vendor(drug, vendor):
            for line in lines_of(drug, severity):
                found.setdefault(line.kind, []).append((drug, alias, line))
    return found


def history(rng: random.Random, who: Person, used: Sequence[Fact], count: int) -> list[str]:
    """``count`` statements with no bearing on any sale: harmless facts, and ones of the family, denied or long past."""
    words = {fact.words.lower() for fact in used} | {name.lower() for fact in used for name in fact.stands_for}
    told = []
    for kind in rng.choices(("condition", "drug", "allergy"), k=count):
        fresh = [fact for fact in harmless(kind) if not ({fact.words.lower()} | fact.stands_for) & words]
        fact = rng.choice(fresh)
        words |= {fact.words.lower(), *fact.stands_for}
        told.append(state(rng, fact, who.level, rng.choice(("", "", "", *manners(fact)))))
    return told


def _control(rng: random.Random, fact: Fact, frame: str, who: Person) -> tuple[str, str, list[Fact]]:
    """How a statement is made harmless, the statement, and the facts that it leaves true."""
    ways = [*manners(fact)] if fact.kind == "state" else ["harmless", "harmless", *manners(fact)]
    way = rng.choice(ways)
    if way != "harmless":
        return {"not": "negated"}.get(way, way), state(rng, fact, who.level, way), []
    other = rng.choice(harmless(fact.kind))
    return way, capital(frame.format(x=other.words, n=rng.randint(3, 8))), [other]


def _arranged(rng: random.Random, extras: Sequence[str], who: str, wish: str) -> tuple[list[str], int, str]:
    """The sentences around the statement that counts, where it goes, and whether it comes before or after the request."""
    parts = list(extras)
    rng.shuffle(parts)
    parts.insert(rng.choice((0, len(parts))) if who else 0, who)
    at = rng.randint(0, len(parts))
    place = rng.choice(("before", "before", "after"))
    parts.append(wish) if place == "before" else parts.insert(0, wish)
    return parts, at if place == "before" else at + 1, place


def _told(parts: Sequence[str], at: int, statement: str) -> str:
    return " ".join(part for part in (*parts[:at], statement, *parts[at:]) if part)


def _pair(rng: random.Random, chance: Chance, severity: str, level: str) -> tuple[Row, Row] | None:
    """A row with a finding of that severity, and its control; None where a second finding would come with it."""
    drug, alias, line = chance
    ask = ask_for(rng, drug, alias)
    fact = one_fact(rng, facts_of(line), besides=ask.name)
    who = person(rng, level, drug, [fact])
    frame = rng.choice(bank(slot_of(fact), level))
    if line.kind == "drug" and drug.ingredient in fact.stands_for and line.other != drug.ingredient:
        return None
    control, harmless_statement, left = _control(rng, fact, frame, who)
    lines = findings(drug, [fact])
    if {each.severity for each in lines} != {severity} or findings(drug, left):
        return None
    said = introduction(rng, who) if rng.random() < 0.7 else ""
    extras = history(rng, who, [fact, *left], rng.randint(0, _MOST_EXTRAS))
    parts, at, place = _arranged(rng, extras, said, request(rng, ask, level))
    statement = capital(frame.format(x=fact.words, n=rng.randint(3, 8)))

    def row(text: str, facts: Sequence[Fact], kind_of_row: str) -> Row:
        label = answer(ask, facts)
        columns = {"kind": fact.kind, "place": place, "severity": label["severity"], "control": kind_of_row}
        about = {"age": who.age, "sex": who.sex, "language_level": level, "ingredient": drug.ingredient}
        return {"text": text, "request": label, "policy": policy(label), **columns, **about,
                "reference": reference(drug, lines)}  # fmt: skip

    return row(_told(parts, at, statement), [fact], "none"), row(_told(parts, at, harmless_statement), left, control)


def interactions(rng: random.Random, formulary: Sequence[Drug], pairs: int) -> list[Row]:
    """``pairs`` pairs of rows, half of them with a finding that says stop, half with one that says caution.

    The two rows of a pair share ``pair`` and all words but one statement: a harmless name in place of the one that counts,
    or the same one denied, said of the family, or long past.
    """

    def stream() -> Iterator[tuple[Row, Row]]:
        turns = zip(cycle(VENDORS), cycle(("stop", "caution")), cycle((*LEVELS, *LEVELS[::-1])), strict=False)
        for vendor, severity, level in turns:
            chances = _chances(formulary, vendor, severity)
            kind = rng.choice([*chances, *({"allergy"} & set(chances))])  # few products have one: twice as likely
            pair = None
            while pair is None:
                pair = _pair(rng, rng.choice(chances[kind]), severity, level)
            for row in pair:
                row["vendor"] = vendor
            yield pair

    rows: list[Row] = []
    seen: set[str] = set()
    for pair in stream():
        texts = {row["text"] for row in pair}
        if len(texts) == 2 and not texts & seen:
            seen |= texts
            name = f"pair-{len(rows) // 2 + 1:04d}"
            rows += [{"id": f"int-{len(rows) + n:04d}", "pair": name, **row} for n, row in enumerate(pair, start=1)]
        if len(rows) == 2 * pairs:
            return rows
    raise AssertionError("the stream of pairs has no end")
