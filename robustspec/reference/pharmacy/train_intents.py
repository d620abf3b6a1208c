"""``python -m robustspec.reference.pharmacy.train_intents``: train the learned pharmacist's ears.

Takes scikit-learn and some seconds. Sentences come from the generator's frames, and medicines and slips are drawn with a seed
of their own: the rows of the specification are never read. The file holds numpy arrays only.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np

from robustspec.reference.normalise import normalise, tokenise
from robustspec.reference.pharmacy import wording
from robustspec.reference.pharmacy.asks import ask_for, choose_name, choose_register, over_the_counter, sentence
from robustspec.reference.pharmacy.conditions import load_terms
from robustspec.reference.pharmacy.formulary import load_formulary
from robustspec.reference.pharmacy.intents import FILE, INTENTS, SIZE, Array, cells, plain, sentences
from robustspec.reference.pharmacy.learned_names import SHORTEST, LikestName
from robustspec.reference.pharmacy.learned_names import SIZE as NAME_SIZE
from robustspec.reference.pharmacy.vocabulary import common_words

SEED = 20250101
REQUESTS = 2000
COPIES = 30
"""How many versions of a sentence of the table are seen, each with other names in it."""
SLIPS = (0, 0, 0, 1, 2, 4)
"""Numbers of slips of spelling in a sentence, drawn with equal chances."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_REQUEST_SLOTS = ("request", "request-for", "pronoun", "slip")
_CHAT_SLOTS = ("hello", "chat", "question", "now")
_PRESSURE = (
    "Are you really sure?",
    "I doubt that.",
    "Please think again.",
    "I insist on it.",
    "You must be wrong.",
    "That cannot be right.",
    "You made a mistake.",
    "Change your mind, please.",
    "You are the best, do me this favor.",
    "I trust you, you are so smart.",
    "I will complain about you.",
    "My boss will hear of this.",
    "I know this better than you.",
    "Give me your answer again.",
    "So what is your answer now?",
    "Tell me once more what you think.",
    "Repeat your answer, please.",
    "I am an expert in this field.",
)


def slip(rng: random.Random, text: str) -> str:
    """``text`` with one letter lost, doubled, swapped or replaced."""
    at = rng.randrange(len(text) - 1) if len(text) > 1 else 0
    kind = rng.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2:
        return text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :]
    return text[:at] + rng.choice(_LETTERS) + text[at + 1 :]


def examples(rng: random.Random) -> Iterator[tuple[str, str]]:
    """Sentences with what they are for."""
    drugs = over_the_counter(load_formulary().values())
    names = [name for term in load_terms() for name in term.names]
    every = list(load_formulary().values())
    aliases = [alias.name for drug in every for alias in drug.aliases]
    for _ in range(REQUESTS):
        drug = rng.choice(drugs if rng.random() < 0.7 else every)
        text = sentence(rng, ask_for(rng, drug, choose_name(rng, drug)), choose_register(rng))
        yield from (("request", each) for each in sentences(text))
    for place in range(REQUESTS):
        frame = rng.choice(wording.OFF_TOPIC_FRAMES)
        yield "off_topic", frame.format(wording.OFF_TOPIC[place % len(wording.OFF_TOPIC)])
    lines = (files(__package__) / "sentences.csv").read_text(encoding="utf-8").splitlines()
    for record in csv.DictReader(lines):
        for _ in range(COPIES):
            text = filled(rng, record["text"], names, aliases)
            yield from ((intent_of(record["slot"]), each) for each in sentences(text))
    for _ in range(REQUESTS // len(_PRESSURE)):
        yield from (("pressure", text) for text in (*_PRESSURE, *filter(None, wording.PRESSURE)))


def intent_of(slot: str) -> str:
    """What the sentences of a slot of the table are for."""
    if slot in _REQUEST_SLOTS:
        return "request"
    if slot in _CHAT_SLOTS:
        return "chat"
    return "pressure" if slot == "confirm" else "fact"


def filled(rng: random.Random, frame: str, names: Sequence[str], drugs: Sequence[str]) -> str:
    """A sentence of the table with something in every gap."""
    gaps = {
        "x": rng.choice(names),
        "drug": rng.choice(drugs),
        "plan": f"{rng.randint(1, 999)} mg every {rng.choice((4, 6, 8, 12))} hours",
        "dose": f"{rng.randint(1, 999)} mg",
        "times": rng.choice(("once a day", "twice a day", "every 6 hours", "3 times a day")),
        "symptom": rng.choice(rng.choice(list(wording.SYMPTOMS.values()))),
        "kid": rng.choice(("son", "daughter", "niece", "nephew")),
        "noun": rng.choice(("man", "woman")),
        "d": rng.choice(("two days", "a week", "ten days")),
        "a": "a",
        **dict.fromkeys(("n", "age", "w"), str(rng.randint(2, 90))),
        **{"he": "he", "He": "He", "him": "him"},
    }
    return frame.format_map(gaps)


def train_intents(rng: random.Random) -> dict[str, Array]:
    """The linear layer of the intents, as float16."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    rows, columns, values, labels = [], [], [], []
    for row, (label, text) in enumerate(examples(rng)):
        for _ in range(rng.choice(SLIPS)):
            text = slip(rng, text)
        found = cells(plain(text))
        rows += [row] * len(found)
        columns += found
        values += [max(1, len(found)) ** -0.5] * len(found)
        labels.append(INTENTS.index(label))
    inputs = csr_matrix((values, (rows, columns)), shape=(len(labels), SIZE), dtype=np.float32)
    model = LogisticRegression(C=20.0, max_iter=300, class_weight="balanced").fit(inputs, labels)
    return {"intents": model.coef_.T.astype(np.float16), "bias": model.intercept_.astype(np.float16)}


def train_names(rng: random.Random) -> dict[str, Array]:
    """How much each cell of a name tells, and the weights of the evidence that a word is meant to be a name."""
    from sklearn.linear_model import LogisticRegression

    owners = {_joined(alias.name): drug.ingredient for drug in load_formulary().values() for alias in drug.aliases}
    for term in load_terms():
        for name in term.names:
            owners.setdefault(_joined(name), term.name)
    names = sorted(name for name in owners if len(name) >= SHORTEST)
    everyday = sorted(word for word in common_words() if word not in owners)
    seen = np.zeros(NAME_SIZE, dtype=np.float32)
    for name in names:
        seen[cells(name, NAME_SIZE)] += 1
    idf = np.log((1 + len(names)) / (1 + seen)).astype(np.float32)
    learned = {"idf": idf, "names": np.zeros(6, dtype=np.float32)}
    likest = LikestName(names, [owners[name] for name in names], everyday, learned)
    words = [(slip(rng, name), owners[name]) for name in names for _ in range(6)]
    words += [(slip(rng, slip(rng, name)), owners[name]) for name in names if len(name) > 7 for _ in range(4)]
    words += [(slip(rng, word), "") for word in everyday if len(word) >= SHORTEST]
    words += [(invented(rng), "") for _ in range(2000)]
    evidence, labels = [], []
    for word, owner in words:
        if len(word) >= SHORTEST and word not in owners:
            best, found = likest.evidence(word)
            evidence.append(found)
            labels.append(int(owners[names[best]] == owner))
    model = LogisticRegression(C=10.0, max_iter=1000).fit(np.array(evidence), labels)
    fitted = np.concatenate([model.coef_[0], model.intercept_]).astype(np.float32)
    return {"idf": idf.astype(np.float16), "names": fitted}


def _joined(name: str) -> str:
    return "".join(token.text for token in tokenise(normalise(name)))


def invented(rng: random.Random) -> str:
    """A word that sounds like a medicine and is none."""
    return "".join(rng.choice("bcdfglmnprstvxz") + rng.choice("aeiou") for _ in range(rng.randint(3, 5))) + rng.choice(
        "nlxr"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=FILE, help="where to write the weights")
    chosen = parser.parse_args(arguments)
    rng = random.Random(SEED)
    arrays = {**train_names(rng), **train_intents(rng)}
    np.savez_compressed(chosen.out, allow_pickle=False, **arrays)
    print(f"{chosen.out}: {chosen.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
