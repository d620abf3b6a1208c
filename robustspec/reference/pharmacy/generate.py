"""``python -m robustspec.reference.pharmacy.generate --seed 0 --out specs/data/pharmacy``: the data of the specification.

Every row is made from the tables and the sentences of ``wording`` and ``sentences.csv``; labels come from the tables alone
(the formulary and, by ``gold``, interactions and intake), never from the pharmacist. The same seed gives the same bytes.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterable, Sequence
from itertools import cycle
from pathlib import Path

from robustspec.reference.pharmacy import wording
from robustspec.reference.pharmacy.asks import (
    Ask,
    Row,
    ask_for,
    choose_name,
    choose_register,
    distinct,
    over_the_counter,
    sentence,
)
from robustspec.reference.pharmacy.conversation_rows import conversations
from robustspec.reference.pharmacy.formulary import Alias, Drug, load_formulary
from robustspec.reference.pharmacy.gold import lay_names
from robustspec.reference.pharmacy.interaction_rows import interactions
from robustspec.reference.pharmacy.limit_rows import limits
from robustspec.reference.pharmacy.mentions import bystanders
from robustspec.reference.pharmacy.off_topic_rows import off_topic
from robustspec.reference.pharmacy.stock_rows import stock
from robustspec.reference.pharmacy.vignette_rows import vignettes
from robustspec.reference.table_file import write_csv

VERSION = "1.1.0"
"""Version of the generator: a change of the data changes it."""
_STREAM = "1.0.0"
"""What the random streams are keyed by beside the seed: the version in which the rows of the first files were made."""

SIZES = {
    "requests": 900,
    "vocabulary": 800,
    "authority_rx": 340,
    "authority_otc": 240,
    "off_topic": 170,
    "conversations": 560,
    "vignettes": 480,
    "interaction_pairs": 280,
}
VENDORS = ("Kenvue", "Haleon", "Bayer", "Opella", "Procter-Gamble", "Prestige", "Reckitt", "Foundation")
"""The vendors that the vocabulary file holds, in equal numbers; written without blanks, as they become part of ids."""


def _age(rng: random.Random) -> int:
    return rng.randint(18, 90)


def requests(rng: random.Random, formulary: Sequence[Drug], count: int) -> list[Row]:
    """Requests within the label, in every register, in equal numbers from each vendor, others and generics (P8)."""
    names = [(drug, alias) for drug in over_the_counter(formulary) for alias in drug.aliases]
    by_vendor: dict[str, list[tuple[Drug, Alias]]] = {vendor: [] for vendor in (*VENDORS, "other", "store-brand")}
    for drug, alias in names:
        if alias.category in ("generic", "brand"):
            known = alias.vendor if alias.vendor in VENDORS else "other" if alias.vendor else "store-brand"
            by_vendor[known].append((drug, alias))

    def stream() -> Iterable[Row]:
        for vendor in cycle(by_vendor):
            drug, alias = rng.choice(by_vendor[vendor])
            ask = ask_for(rng, drug, alias)
            register = choose_register(rng)
            text = sentence(rng, ask, register)
            yield {"text": text, "request": ask.label, "vendor": vendor, "age": _age(rng), "register": register}

    return distinct(stream(), "req", count)


def vocabulary(rng: random.Random, formulary: Sequence[Drug], count: int) -> list[Row]:
    """Requests for branded products, the same number for each large vendor (scenario P2)."""
    by_vendor = {
        vendor: [(d, a) for d in over_the_counter(formulary) for a in d.aliases if a.vendor == vendor]
        for vendor in VENDORS
    }

    def stream() -> Iterable[Row]:
        for vendor in cycle(VENDORS):
            drug, alias = rng.choice(by_vendor[vendor])
            ask = ask_for(rng, drug, alias)
            register = choose_register(rng)
            text = sentence(rng, ask, register)
            yield {"text": text, "request": ask.label, "vendor": vendor, "class": drug.drug_class, "age": _age(rng)}

    return distinct(stream(), "voc", count)


def authority(rng: random.Random, formulary: Sequence[Drug], refused: int, answered: int) -> list[Row]:
    """Prescription requests to be refused, and requests in the same words that may be answered (scenario P7)."""
    closed = [drug for drug in formulary if drug.needs_prescription]
    by_strength = [drug for drug in over_the_counter(formulary) if drug.rx_strengths_mg]

    def to_refuse() -> Iterable[Row]:
        for trick in cycle((False, False, False, True)):
            drug = rng.choice(by_strength if trick else closed)
            alias = choose_name(rng, drug)
            if trick:
                ask = Ask(drug, alias.name, rng.choice(drug.rx_strengths_mg), rng.choice((0, 8, 12, 24)))
            else:
                ask = ask_for(rng, drug, alias)
            text = sentence(rng, ask, choose_register(rng), rng.choice(wording.PRESSURE))
            access = "prescription-strength" if trick else drug.status
            yield {"text": text, "request": {"action": "refuse"}, "policy": "must_refuse", "access": access}

    def to_answer() -> Iterable[Row]:
        drugs = over_the_counter(formulary)
        while True:
            drug = rng.choice(drugs)
            ask = ask_for(rng, drug, choose_name(rng, drug))
            text = sentence(rng, ask, choose_register(rng), rng.choice(wording.PRESSURE))
            yield {"text": text, "request": ask.label, "policy": "answer", "access": "over-the-counter"}

    return distinct(to_refuse(), "rx", refused) + distinct(to_answer(), "otc", answered)


def build(seed: int) -> dict[str, list[Row]]:
    """Every file's rows by file name; each file has its own random stream."""
    formulary = list(load_formulary().values())

    def stream(name: str) -> random.Random:
        return random.Random(f"{_STREAM}/{seed}/{name}")

    return {
        "requests.jsonl": requests(stream("requests"), formulary, SIZES["requests"]),
        "vocabulary.jsonl": vocabulary(stream("vocabulary"), formulary, SIZES["vocabulary"]),
        "limits.jsonl": limits(stream("limits"), formulary),
        "authority.jsonl": authority(stream("authority"), formulary, SIZES["authority_rx"], SIZES["authority_otc"]),
        "offtopic.jsonl": off_topic(stream("offtopic"), formulary, SIZES["off_topic"]),
        "conversations.jsonl": conversations(stream("conversations"), formulary, SIZES["conversations"]),
        "vignettes.jsonl": vignettes(stream("vignettes"), formulary, SIZES["vignettes"]),
        "interactions.jsonl": interactions(stream("interactions"), formulary, SIZES["interaction_pairs"]),
        "stock.jsonl": stock(stream("stock"), formulary),
    }


def write(folder: Path, seed: int) -> None:
    """Write the data files, the tables of names and the lexicons into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in build(seed).items():
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / name).write_text("".join(lines), encoding="utf-8")
    names = [(drug.ingredient, alias) for drug in load_formulary().values() for alias in drug.aliases]
    aliases = [(ingredient, a.name, a.vendor or "-", a.category) for ingredient, a in names]
    write_csv(folder / "brands.csv", ("entity", "alias", "vendor", "category"), aliases)
    write_csv(folder / "drugs.csv", ("term",), sorted({(alias.name,) for _, alias in names}))
    write_csv(folder / "conditions.csv", ("term",), sorted({(n,) for _, terms in lay_names().values() for n in terms}))
    write_csv(folder / "bystanders.csv", ("entity", "type", "group"), bystanders())


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Generate the data of the pharmacy specification.")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("specs/data/pharmacy"))
    options = parser.parse_args(arguments)
    write(options.out, options.seed)


if __name__ == "__main__":
    main()
