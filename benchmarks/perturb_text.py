"""Sentences per second of operators on text, where it has one beside nlpaug's nearest augmenter in the same run.

    python benchmarks/perturb_text.py [--sentences 2000] [--only KIND] [--levels 1 2 3] [--profile KIND]
    python benchmarks/perturb_text.py --spec specs/pharmacy.yaml [--only KIND]

Every text is new to the operator, spans are found and protected, and the params are drawn: what a run pays, on one
core. Operators with a ladder make levels 1, 2 and 3 of each sentence, as a sweep in a specification does; with
--levels 2 they make that one alone. nlpaug makes one text of each sentence. Quote the ratios, not the times.

With --spec every entry of a specification is measured on its own rows, as a run makes them, and all together as the time of
100,000 texts in the specification's mix (goal: 10 s).
"""

from __future__ import annotations

import argparse
import cProfile
import itertools
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from robustspec.data.row import Row
from robustspec.engine.cases import applied
from robustspec.engine.plan import CellPlan
from robustspec.engine.session import Options, load_plan
from robustspec.perturbation.base import Perturbation
from robustspec.perturbation.protect import find
from robustspec.perturbation.scope import Scope
from robustspec.registry import lookup

OPENINGS = [
    "The patient reports a mild headache since {day} and",
    "My mother, who is {age}, has a dry cough and",
    "A {age}-year-old man with asthma and hypertension",
    "My eyes are itchy from the pollen and my son",
    "She denies any fever or burning in the stomach and",
    "There is swelling of the left ankle and the pharmacist",
]
MIDDLES = [
    "asks if {drug} {dose} mg every {hours} hours would be safe",
    "wonders if it is reasonable to continue with {drug}",
    "wants something stronger than {drug} for the pain",
    "takes {drug} {dose} mg twice daily with breakfast",
]
ENDINGS = [
    "given a history of stomach ulcers.",
    "while breastfeeding, and without a prescription?",
    "because the symptoms are worse at night.",
    "but has not taken any other medicine.",
]
DRUGS = ["ibuprofen", "paracetamol", "naproxen", "cetirizine", "loratadine", "omeprazole", "dextromethorphan"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

NEAREST: dict[str, Callable[[Any], Any]] = {
    "keyboard_typo": lambda char: char.KeyboardAug(include_numeric=False, include_special_char=False),
    "character_edit": lambda char: char.RandomCharAug(action="swap"),
    "ocr_confusion": lambda char: char.OcrAug(),
    "homoglyph": lambda char: char.RandomCharAug(action="substitute"),
    "punctuation": lambda char: char.RandomCharAug(action="delete"),
}
NEAREST_WORD: dict[str, Callable[[Any], Any]] = {
    "misspelling": lambda word: word.SpellingAug(),
    "word_drop": lambda word: word.RandomWordAug(action="delete"),
    "whitespace": lambda word: word.SplitAug(),
}
ALONE: dict[str, dict[str, Any]] = {
    "entity_exchange": {"table": "entities.csv", "power": -2},
    "abbreviation": {},
    "lay_term": {},
    "history_statement": {},
    "counterfactual_group": {"attribute": "sex"},
}
"""Operators that nothing of nlpaug's is near to, with their arguments."""
NAMES = 500
"""How many entities the table of ``entity_exchange`` has."""


def sentences(count: int, seed: int = 0) -> list[str]:
    """``count`` distinct sentences of about 22 words, two thirds of them with doses, numbers or negations."""
    rng = random.Random(seed)
    found: dict[str, None] = {}
    for number in itertools.count():
        text = " ".join(rng.choice(part) for part in (OPENINGS, MIDDLES, ENDINGS))
        filled = text.format(
            day=rng.choice(DAYS), age=rng.randint(19, 88), drug=rng.choice(DRUGS), dose=number, hours=rng.randint(4, 12)
        )
        found[filled] = None
        if len(found) == count:
            return list(found)
    raise AssertionError


def operator(kind: str) -> Perturbation:
    """The operator of ``kind``, its table of entities written to a temporary folder."""
    made: Perturbation = lookup("perturbations", kind)(**ALONE.get(kind, {}))
    if kind != "entity_exchange":
        return made
    folder = Path(tempfile.mkdtemp())
    names = [*DRUGS, *("".join(random.Random(n).choices("abdegilmnoprstuvxz", k=9)) for n in range(NAMES))]
    (folder / "entities.csv").write_text(
        "entity,type\n" + "".join(f"{name},drug\n" for name in names), encoding="utf-8"
    )
    return made.bind(folder)


def ours(kind: str, texts: list[str], levels: tuple[int | None, ...]) -> tuple[float, int]:
    """Texts per second, and how many were unchanged."""
    scope = Scope(operator(kind))
    rows = [Row(str(number), text) for number, text in enumerate(texts)]
    unchanged = 0
    find.cache_clear()
    start = time.process_time()
    for row in rows:
        params = scope.sample(0, row)
        for level in levels:
            unchanged += scope.apply(row, params, level) is row
    return len(texts) * len(levels) / (time.process_time() - start), unchanged


def theirs(kind: str, texts: list[str]) -> tuple[str, float]:
    """nlpaug's nearest augmenter at its defaults, without protection: its name and texts per second."""
    import nlpaug.augmenter.char as char
    import nlpaug.augmenter.word as word

    augmenter = NEAREST[kind](char) if kind in NEAREST else NEAREST_WORD[kind](word)
    start = time.process_time()
    for text in texts:
        augmenter.augment(text)
    return type(augmenter).__name__, len(texts) / (time.process_time() - start)


def of_spec(path: Path, only: str) -> None:
    """Print one line for each entry of a specification, then the time of 100,000 texts in their mix."""
    plan = load_plan(path, Options())
    texts, seconds = 0, 0.0
    print(f"{'scenario: perturbation':60} {'texts':>7} {'texts/s':>9} {'unchanged':>9}")
    for scenario in plan.scenarios:
        rows = scenario.dataset.rows(scenario.rows)
        for name, cells in itertools.groupby(scenario.cells[1:], key=lambda cell: cell.perturbation):
            of_entry = list(cells)
            if of_entry[0].entry is None or only not in ("", of_entry[0].entry.operator.kind):
                continue
            made, unchanged, spent = timed(of_entry, rows, plan.seed)
            texts, seconds = texts + made, seconds + spent
            print(f"{f'{scenario.id}: {name}':60} {made:7,} {made / spent:9,.0f} {unchanged / made:9.3f}")
    print(f"{texts:,} texts in {seconds:.1f} s: 100,000 in {1e5 * seconds / texts:.1f} s")


def timed(cells: list[CellPlan], rows: list[Row], seed: int) -> tuple[int, int, float]:
    """How many texts the cells of one perturbation make of the rows, how many are unchanged, and the seconds."""
    find.cache_clear()
    unchanged, start = 0, time.process_time()
    for row in rows:
        for draw in range(cells[0].draws):
            params: dict[int, Any] = {}
            for cell in cells:
                assert cell.scope is not None
                if id(cell.scope) not in params:
                    params[id(cell.scope)] = cell.scope.sample(seed, row, draw)
                unchanged += applied(cell, row, params[id(cell.scope)]) is row
    return len(rows) * len(cells) * cells[0].draws, unchanged, time.process_time() - start


def main() -> None:
    """Print one line an operator."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=2000)
    parser.add_argument("--only", default="")
    parser.add_argument("--levels", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--profile", default="")
    parser.add_argument("--spec", type=Path)
    options = parser.parse_args()
    if options.spec is not None:
        of_spec(options.spec, options.only)
        return
    texts = sentences(options.sentences)
    words = sum(len(text.split()) for text in texts) / len(texts)
    print(f"{len(texts)} sentences of {words:.1f} words, {sum(map(len, texts)) / len(texts):.0f} characters")
    if options.profile:
        with cProfile.Profile() as profile:
            ours(options.profile, texts, (1, 2, 3))
        profile.print_stats("tottime")
        return
    print(f"{'operator':20} {'texts/s':>9} {'unchanged':>9}   {'nlpaug':16} {'texts/s':>9} {'ratio':>6}")
    for kind in (*NEAREST, *NEAREST_WORD, *ALONE):
        if options.only not in ("", kind):
            continue
        levels = tuple(options.levels) if lookup("perturbations", kind).ladder else (None,)
        own, unchanged = max(ours(kind, sentences(options.sentences, seed), levels) for seed in (1, 2, 3))
        if kind in ALONE:
            print(f"{kind:20} {own:9,.0f} {unchanged:9}")
            continue
        name, peer = theirs(kind, texts[: max(100, len(texts) // 10)])
        print(f"{kind:20} {own:9,.0f} {unchanged:9}   {name:16} {peer:9,.0f} {own / peer:6.1f}")


if __name__ == "__main__":
    main()
