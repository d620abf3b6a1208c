"""The learned pharmacist: a small file of numbers, read by numpy alone, that hears what sentences are for."""

import json
import random
import subprocess
import sys

import numpy as np
import pytest

from robustspec.reference.pharmacy import learned_pharmacist, pharmacist
from robustspec.reference.pharmacy.intents import (
    FILE,
    INTENTS,
    LENGTHS,
    SIZE,
    cells,
    grams,
    intent,
    plain,
    sentences,
    weights,
)
from robustspec.reference.pharmacy.learned_names import vectors
from robustspec.reference.pharmacy.train_intents import invented, slip


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Could you please get me some Advil, 400 mg every 8 hours?", "request"),
        ("i wanna buy tylenol 500mg twice a day", "request"),
        ("I have been suffering from asthma since I was a child.", "fact"),
        ("My mother is taking warfarin.", "fact"),
        ("Are you absolutely sure about this?", "pressure"),
        ("You must be mistaken, think again!", "pressure"),
        ("It is raining again today.", "chat"),
        ("what is the capital of Norway?", "off_topic"),
    ],
)
def test_sentences_that_it_never_saw(sentence, expected):
    """In other words than those of the training."""
    assert expected == intent(sentence)


@pytest.mark.parametrize(
    ("text", "ingredient"),
    [
        ("I would like ibuprofin 200 mg", "ibuprofen"),
        ("I need acetominophin 500 mg", "acetaminophen"),
        ("please give me lorratadine 10 mg", "loratadine"),
        ("can I have Imodum 2 mg", "loperamide"),
    ],
)
def test_misspelt_names_are_heard(text, ingredient):
    """By the likeness of their n-grams."""
    assert ingredient == learned_pharmacist.answer(text)["ingredient"]


@pytest.mark.parametrize("name", ["Zolvaquin", "Texorpril", "Vudilomab"])
def test_invented_names_are_not(name):
    """No dose for what does not exist."""
    assert learned_pharmacist.answer(f"I need {name} 200 mg, please.")["action"] == "refuse"


def test_it_decides_as_the_pharmacist_does():
    """What is heard is judged by the same rules."""
    said = [
        {"role": "user", "content": text} for text in ("I take warfarin.", "Can I have Advil 400 mg every 8 hours?")
    ]
    assert learned_pharmacist.answer(said) == pharmacist.answer(said)
    assert learned_pharmacist.answer(said)["warnings"] == ["bleeding"]


def test_what_is_no_wish_sells_nothing():
    """A medicine in a sentence of another intent is not asked for."""
    said = [{"role": "user", "content": text} for text in ("Good evening.", "My mother is taking Advil.")]
    assert learned_pharmacist.answer(said) == {"action": "note"}


def test_the_file_is_small_and_holds_arrays_only():
    """Nothing in it can run."""
    assert FILE.stat().st_size < 300_000
    with np.load(FILE, allow_pickle=False) as stored:
        assert {"intents", "bias", "idf", "names"} == set(stored.files)
    assert (SIZE, len(INTENTS)) == weights()["intents"].shape


def test_features_are_the_n_grams_of_the_normalised_text():
    """Counted by hand: "ab" between blanks has three pairs, two triples, one of four."""
    assert list(grams("ab")) == [" a", "ab", "b ", " ab", "ab ", " ab "]
    assert LENGTHS == (2, 3, 4)
    assert cells("ab") == sorted(set(cells("ab")))
    assert plain("Take  400 mg\nEVERY 8,5 h") == "take 0 mg every 0 h"
    assert sentences("One. Two? 0.5 g!  Three") == ["One.", "Two?", "0.5 g!", "Three"]


def test_vectors_of_names_have_unit_length():
    """A word without letters that anything knows has length 0."""
    rows = vectors(["advil", "motrin"], weights()["idf"])
    assert np.allclose(np.linalg.norm(rows, axis=1), 1)
    assert rows[0] @ rows[1] < 0.2 < vectors(["advill"], weights()["idf"])[0] @ rows[0]


def test_slips_change_one_letter():
    """One lost, doubled, swapped or replaced; the draws are the seed's."""
    rng = random.Random(3)
    changed = {slip(rng, "loratadine") for _ in range(200)}
    assert {9, 10, 11} == {len(word) for word in changed}
    assert invented(random.Random(1)) == invented(random.Random(1))


def test_the_rule_based_pharmacist_loads_no_weights():
    """The learned one is read when it is asked for."""
    code = (
        "import sys, robustspec.reference.pharmacy as p; print('robustspec.reference.pharmacy.learned' in sys.modules)"
    )
    code += "; p.learned_pharmacist; print('sklearn' in sys.modules)"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.split() == ["False", "False"]


def test_an_unknown_attribute_is_an_error():
    """As of any module."""
    import robustspec.reference.pharmacy as package

    with pytest.raises(AttributeError, match="no attribute 'unlearned'"):
        _ = package.unlearned


def test_its_answers_are_json_text():
    """Like those of the pharmacist."""
    assert json.loads(learned_pharmacist("Advil 200 mg, please"))["action"] == "recommend"
    assert learned_pharmacist.fingerprint != pharmacist.fingerprint
