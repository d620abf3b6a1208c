"""Sentences per second of each character-level operator, beside nlpaug's nearest augmenter in the same run.

    python benchmarks/perturb_text.py [--sentences 2000] [--only KIND] [--levels 1 2 3] [--profile KIND]

Every text is new to the operator, spans are found and protected, and the params are drawn: what a run pays, on one
core. Operators with a ladder make levels 1, 2 and 3 of each sentence, as a sweep in a specification does; with
--levels 2 they make that one alone. nlpaug makes one text of each sentence. Quote the ratios, not the times.
"""

from __future__ import annotations

import argparse
import cProfile
import itertools
import random
import time
from collections.abc import Callable
from typing import Any

from robustspec.data.row import Row
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


def ours(kind: str, texts: list[str], levels: tuple[int | None, ...]) -> tuple[float, int]:
    """Texts per second, and how many were unchanged."""
    scope = Scope(lookup("perturbations", kind)())
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


def main() -> None:
    """Print one line an operator."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=2000)
    parser.add_argument("--only", default="")
    parser.add_argument("--levels", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--profile", default="")
    options = parser.parse_args()
    texts = sentences(options.sentences)
    words = sum(len(text.split()) for text in texts) / len(texts)
    print(f"{len(texts)} sentences of {words:.1f} words, {sum(map(len, texts)) / len(texts):.0f} characters")
    if options.profile:
        with cProfile.Profile() as profile:
            ours(options.profile, texts, (1, 2, 3))
        profile.print_stats("tottime")
        return
    print(f"{'operator':16} {'texts/s':>9} {'unchanged':>9}   {'nlpaug':16} {'texts/s':>9} {'ratio':>6}")
    for kind in (*NEAREST, *NEAREST_WORD):
        if options.only not in ("", kind):
            continue
        levels = tuple(options.levels) if lookup("perturbations", kind).ladder else (None,)
        own, unchanged = max(ours(kind, sentences(options.sentences, seed), levels) for seed in (1, 2, 3))
        name, peer = theirs(kind, texts[: max(100, len(texts) // 10)])
        print(f"{kind:16} {own:9,.0f} {unchanged:9}   {name:16} {peer:9,.0f} {own / peer:6.1f}")


if __name__ == "__main__":
    main()
