from __future__ import annotations

import sys

from robustspec.perturbation.scope import perturb
from robustspec.registry import lookup

Misspelling = lookup("perturbations", "misspelling")
TABLE = sys.modules[Misspelling.__module__].misspellings()


def test_the_table_holds_hundreds_of_words_that_differ_from_their_misspellings() -> None:
    """No entry is empty, repeated, or a word of the table itself; words are in order, in small letters."""
    assert len(TABLE) > 700
    assert sorted(TABLE) == list(TABLE)
    for word, wrong in TABLE.items():
        assert wrong
        assert len(set(wrong)) == len(wrong)
        assert word == word.lower()
        assert " " not in word
        assert not TABLE.keys() & set(wrong)


def test_words_of_the_table_are_misspelled_and_others_stay() -> None:
    """Each word of the table becomes one of its misspellings."""
    changed = perturb(Misspelling(word_fraction=1), "receive the cat, diarrhoea").split()
    assert changed[0] in TABLE["receive"]
    assert changed[1:3] == ["the", "cat,"]
    assert changed[3] in TABLE["diarrhoea"]


def test_capitals_are_kept() -> None:
    """A word in capitals stays in capitals, a first capital stays one."""
    for seed in range(10):
        shouted, begun = perturb(Misspelling(word_fraction=1), "RECEIVE Receive", seed=seed).split()
        assert shouted.isupper()
        assert begun[0] == "R"
        assert begun[1:].islower()


def test_the_share_counts_words_of_the_table() -> None:
    """Level 5 misspells half of the listed words, however many others there are."""
    changed = perturb(Misspelling(), "cat dog " * 20 + "receive " * 4, level=5)
    assert changed.split().count("receive") == 2


def test_a_text_without_listed_words_is_unchanged() -> None:
    """Other languages too."""
    assert perturb(Misspelling(word_fraction=1), "Ich habe Kopfschmerzen") == "Ich habe Kopfschmerzen"
