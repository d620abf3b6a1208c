"""``python -m robustspec.reference.finance.generate --seed 0 --out specs/data/finance``: the data of the specification.

The same seed gives the same bytes. Models are to be trained on other seeds.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from robustspec.reference.finance import wording
from robustspec.reference.finance.records import Record, sentiment_records, stance_records
from robustspec.reference.table_file import write_csv

VERSION = "1.0.0"
"""Version of the generator: a change of the data changes it."""

SIZES = {"sentiment": 900, "stance": 450, "movements": 300}
FILES = ("sentiment.jsonl", "stance.jsonl", "movements.jsonl", "companies.csv", "instructions.csv")

_FIGURES = re.compile(r"[$€%]|EUR|USD|percent|slightly| to \d")


def movements(n: int, seed: int) -> list[Record]:
    """``n`` sentiment records of which each reports one movement of one figure, without amount: they can be denied."""
    found = (record for record in sentiment_records(60 * n, seed, "move") if _is_movement(record))
    return [record | {"id": f"move-{number:04}"} for number, record in enumerate(_first(n, found), 1)]


def _is_movement(record: Record) -> bool:
    one_sentence = record["text"].count(". ") == 0
    return one_sentence and record["family"] in ("moved", "fronted", "expected") and not _FIGURES.search(record["text"])


def _first(n: int, records: Iterable[Record]) -> list[Record]:
    taken = [record for record, _ in zip(records, range(n), strict=False)]
    if len(taken) < n:
        raise ValueError(f"only {len(taken)} of {n} records are movements without an amount -- draw from more records")
    return taken


def build(seed: int) -> dict[str, list[Record]]:
    """Every file's rows by file name."""
    return {
        "sentiment.jsonl": sentiment_records(SIZES["sentiment"], seed),
        "stance.jsonl": stance_records(SIZES["stance"], seed),
        "movements.jsonl": movements(SIZES["movements"], seed + 1_000_000),
    }


def write(folder: Path, seed: int) -> None:
    """Write the data files and the tables of the specification into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in build(seed).items():
        lines = (json.dumps(_written(row), ensure_ascii=False) + "\n" for row in rows)
        (folder / name).write_text("".join(lines), encoding="utf-8")
    companies = [(company.name, "company", company.sector) for company in wording.companies()]
    write_csv(folder / "companies.csv", ("entity", "type", "sector"), companies)
    write_csv(folder / "instructions.csv", ("task", "instruction"), _instructions())


def _written(record: Record) -> Record:
    """A record without what its spans hold as well."""
    return {key: value for key, value in record.items() if key != "instruction"}


def _instructions() -> list[tuple[str, str]]:
    tasks = {
        "sentiment": (*wording.SENTIMENT_INSTRUCTIONS, *wording.SENTIMENT_PARAPHRASES),
        "stance": (*wording.STANCE_INSTRUCTIONS, *wording.STANCE_PARAPHRASES),
    }
    return [(task, instruction) for task, instructions in tasks.items() for instruction in instructions]


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Generate the data of the finance specification.")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("specs/data/finance"))
    options = parser.parse_args(arguments)
    write(options.out, options.seed)


if __name__ == "__main__":
    main()
