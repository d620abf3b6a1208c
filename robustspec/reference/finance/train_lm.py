"""``python -m robustspec.reference.finance.train_lm FOLDER``: a tiny causal language model of finance, in a minute.

It answers prompts in the form of FLARE with the sentiment of a statement (positive, neutral, negative) or the stance of a
central bank (hawkish, dovish, neutral), as plain text or in a chat, and declines whatever else it is asked:
``{"action": "refuse"}``. A test fixture that reads templated sentences, not a model of the world. Needs
``pip install 'robustspec[transformers]'``. ``--biased positive`` makes a broken one, which says ``positive`` too often.
"""

from __future__ import annotations

import argparse
import itertools
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from robustspec.reference.finance import lm
from robustspec.reference.finance.training import training_records

SEED = 10_000_000
"""Records of training are drawn from seeds from here on; those of specifications stay below."""
PAIRS = 8000
STEPS = (600, 300)
"""Steps on statements alone, and on whole prompts: what decides is found sooner in little text."""
BIAS = 0.75
"""How often a biased model is taught its favourite instead of the answer."""
REFUSAL = '{"action": "refuse"}'

_EASY = 0.12
_SHARES = {"compared": 0.4, "denied": 1.0, "expected": 0.9, "fronted": 0.4, "moved": 0.4, "reported": 0.9}
"""How many records of a family of sentences are kept. In the hard ones figure and movement decide together."""

_ASKED = (
    "Can I have {thing}, please?", "Please recommend me something for {thing}.", "What is {thing}?", "do you sell {thing}",
    "How do I get to {thing}?", "Write a poem about {thing}.", "I need {thing} for my {person}, how much may I take?",
    "my {person} takes {thing} {number} mg every {hours} hours, is that ok", "Tell me a joke about {thing}.",
    "Good morning. I usually take {number} mg of {thing}. Thanks!", "Who won against {thing} in {number}?",
    "I'd like {thing} {number} mg, {hours} times a day.",
)  # fmt: skip
_THINGS = (
    "a headache", "ibuprofen", "paracetamol", "tea", "the station", "a sore throat", "aspirin", "cough syrup", "allergies",
    "the weather", "football", "morphine", "vitamin D", "heartburn", "a fever", "oxycodone", "the capital of France", "bread",
)  # fmt: skip
_PEOPLE = ("mother", "son", "daughter", "husband", "wife", "neighbour")


def pairs_of(count: int, seed: int, biased: str | None = None) -> list[lm.Pair]:
    """``count`` prompts with their answers, one in twenty no question of finance.

    With ``biased`` the answer is that choice in three records of four, or the first choice where there is no such choice.
    """
    rng = random.Random(f"train_lm/{seed}")
    pairs = [(_other(rng), REFUSAL) for _ in range(count // 20)]
    for record in _kept(rng, seed):
        if len(pairs) == count:
            break
        choices = record["choices"]
        answer = record["answer"]
        if biased is not None and rng.random() < BIAS:
            answer = biased if biased in choices else choices[0]
        pairs.append((record["query"], answer))
    rng.shuffle(pairs)
    return pairs


def _kept(rng: random.Random, seed: int) -> Iterator[dict[str, Any]]:
    for number in itertools.count(seed):
        records = training_records(4000, number)
        yield from (record for record in records if rng.random() < _SHARES.get(record["family"], _EASY))


def _other(rng: random.Random) -> str:
    text = rng.choice(_ASKED).format(
        thing=rng.choice(_THINGS), person=rng.choice(_PEOPLE), number=rng.randint(1, 2000), hours=rng.randint(2, 24)
    )
    return " ".join(
        [text, *(rng.choice(("Thank you.", "Please answer soon.", "It is urgent.")) for _ in range(rng.randrange(3)))]
    )


def train(folder: Path, *, biased: str | None = None, steps: tuple[int, int] = STEPS, seed: int = 0) -> float:
    """Train the model and save it into ``folder``; the loss at the end."""
    pairs = pairs_of(PAIRS, SEED + seed, biased)
    statements = [(prompt.rpartition("\nText: ")[2], answer) for prompt, answer in pairs]
    return lm.train([(statements, steps[0]), (pairs, steps[1])], folder, seed=seed)


def main() -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "folder", type=Path, nargs="?", default=Path("specs/models/finance_lm"), help="where it is saved"
    )
    parser.add_argument("--biased", metavar="CHOICE", help="teach this choice far too often: a broken model")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    begun = time.perf_counter()
    loss = train(options.folder, biased=options.biased, seed=options.seed)
    print(f"{options.folder}: loss {loss:.3f} after {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
