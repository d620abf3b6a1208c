"""Rows beside the point: other topics, invented medicines, and rare ones that do exist."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from itertools import cycle

from rapidfuzz.distance import Levenshtein

from robustspec.reference.pharmacy import wording
from robustspec.reference.pharmacy.asks import (
    Row,
    ask_for,
    choose_name,
    choose_register,
    distinct,
    plan_text,
    sentence,
)
from robustspec.reference.pharmacy.formulary import Drug

SMALLEST_INVENTED_DISTANCE = 3
_RARE = (
    "clemastine",
    "triprolidine",
    "pamabrom",
    "calcium polycarbophil",
    "magnesium salicylate",
    "methylcellulose",
    "phenazopyridine",
    "doxylamine",
    "dextromethorphan polistirex",
    "brompheniramine",
    "nicotine polacrilex",
    "orlistat",
    "levocetirizine",
    "psyllium",
    "sennosides",
)


def _is_far_from(name: str, known: Iterable[str]) -> bool:
    """Whether ``name`` is no known name, holds none, is held by none, and is at least three edits from each."""
    return all(
        real not in name and name not in real and Levenshtein.distance(name, real) >= SMALLEST_INVENTED_DISTANCE
        for real in known
        if len(real) > 3
    )


def invented_names(rng: random.Random, formulary: Iterable[Drug], count: int) -> list[str]:
    """Names that sound like medicines and are none, at least three edits from every name in the formulary."""
    known = {alias.name.lower() for drug in formulary for alias in drug.aliases}
    known |= {word for name in known for word in name.replace("-", " ").split()} | {n.replace("-", "") for n in known}
    names: dict[str, None] = {}
    while len(names) < count:
        parts = (wording.INVENTED_STARTS, wording.INVENTED_MIDDLES, wording.INVENTED_ENDS)
        name = "".join(rng.choice(part) for part in parts)
        if _is_far_from(name, sorted(known)):
            names[name.capitalize()] = None
    return list(names)


def off_topic(rng: random.Random, formulary: Sequence[Drug], count: int) -> list[Row]:
    """Other topics and invented medicines to be refused, rare real ones to be answered; ``count`` of each (P9)."""
    drugs = {drug.ingredient: drug for drug in formulary}
    common = [drugs[name] for name in ("acetaminophen", "ibuprofen", "loratadine", "famotidine")]

    def refuse(text: str, topic: str) -> Row:
        return {"text": text, "request": {"action": "refuse"}, "policy": "must_refuse", "topic": topic}

    def elsewhere() -> Iterable[Row]:
        while True:
            yield refuse(rng.choice(wording.OFF_TOPIC_FRAMES).format(rng.choice(wording.OFF_TOPIC)), "other-topic")

    def invented() -> Iterable[Row]:
        for name in cycle(invented_names(rng, formulary, count)):
            like = rng.choice(common)
            ask = ask_for(rng, like, like.aliases[0])
            text = rng.choice(wording.UNKNOWN_FRAMES).format(
                name=name,
                plan=plan_text(rng, ask),
                known=choose_name(rng, like).name,
                symptom=rng.choice(wording.SYMPTOMS[like.drug_class]),
                maker=rng.choice(wording.MAKERS),
            )
            yield refuse(text, "invented-medicine")

    def rare() -> Iterable[Row]:
        while True:
            drug = drugs[rng.choice(_RARE)]
            ask = ask_for(rng, drug, choose_name(rng, drug))
            text = sentence(rng, ask, choose_register(rng))
            yield {"text": text, "request": ask.label, "policy": "answer", "topic": "rare-medicine"}

    streams = (("off", elsewhere()), ("inv", invented()), ("rare", rare()))
    return [row for prefix, rows in streams for row in distinct(rows, prefix, count)]
