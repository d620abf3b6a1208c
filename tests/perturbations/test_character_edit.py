from __future__ import annotations

import pytest
from rapidfuzz.distance import OSA

from robustspec.perturbation.scope import perturb
from robustspec.registry import lookup

CharacterEdit = lookup("perturbations", "character_edit")
WORDS = "headache stomach feverish pharmacist naïveté Пациент"


@pytest.mark.parametrize(("action", "change"), [("swap", 0), ("insert", 1), ("delete", -1), ("substitute", 0)])
def test_each_word_gets_one_edit(action: str, change: int) -> None:
    """One edit by the optimal-string-alignment distance, the length as the action says, first and last letter kept."""
    for seed in range(30):
        changed = perturb(CharacterEdit(action=action, word_fraction=1), WORDS, seed=seed)
        for old, new in zip(WORDS.split(), changed.split(), strict=True):
            assert OSA.distance(old, new) == 1
            assert len(old) + change == len(new)
            assert (old[0], old[-1]) == (new[0], new[-1])


def test_a_swap_exchanges_neighbours() -> None:
    """The letters stay the same, only their order changes."""
    changed = perturb(CharacterEdit(action="swap", word_fraction=1), "headache")
    assert sorted("headache") == sorted(changed)
    assert changed != "headache"


def test_words_without_two_different_inner_letters_are_passed_over() -> None:
    """ "seen" cannot be swapped visibly; the edit goes to the next word."""
    assert perturb(CharacterEdit(action="swap", word_fraction=0.5), "seen dogs") == "seen dgos"
    assert perturb(CharacterEdit(action="swap", word_fraction=1), "seen") == "seen"


@pytest.mark.parametrize("action", ["insert", "substitute"])
def test_new_letters_are_of_the_word_s_alphabet_and_case(action: str) -> None:
    """No Latin letter enters a Cyrillic word, no small letter a word in capitals."""
    for seed in range(20):
        cyrillic = perturb(CharacterEdit(action=action, word_fraction=1), "Пациент", seed=seed)
        assert all("\u0400" <= letter <= "\u04ff" for letter in cyrillic)
        assert perturb(CharacterEdit(action=action, word_fraction=1), "HEADACHE", seed=seed).isupper()


def test_short_words_and_unspaced_scripts_stay() -> None:
    """Words under four letters, and text without words."""
    text = "the cat sat on it 患者は頭痛を訴えています"
    assert text == perturb(CharacterEdit(word_fraction=1), text)


@pytest.mark.parametrize(("level", "edited"), [(1, 1), (2, 2), (3, 4), (4, 6), (5, 10)])
def test_a_level_is_a_share_of_the_words(level: int, edited: int) -> None:
    """Of 20 words 5, 10, 20, 30 and 50 in a hundred."""
    text = " ".join(["headache"] * 20)
    changed = perturb(CharacterEdit(), text, level=level)
    assert edited == sum(word != "headache" for word in changed.split())
