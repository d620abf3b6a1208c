from __future__ import annotations

import sys

from robustspec.perturbation.protect import find
from robustspec.perturbation.scope import perturb
from robustspec.registry import lookup

WordDrop = lookup("perturbations", "word_drop")
DROPPABLE = sys.modules[WordDrop.__module__].DROPPABLE


def test_only_listed_words_go() -> None:
    """Articles and copulas go, with one blank each; all else stays in its order."""
    text = "The pain is in the left knee, that is all; is it of a kind which passes?"
    assert perturb(WordDrop(word_fraction=1), text) == "pain in left knee, all; kind passes?"


def test_parts_of_words_are_no_words() -> None:
    """Neither "Thea", "isn't", "on-the-spot" nor "it's" loses anything."""
    text = "Thea isn't on-the-spot it's bathe"
    assert text == perturb(WordDrop(word_fraction=1), text)


def test_negation_dose_number_and_side_are_never_on_the_list() -> None:
    """No listed word is of a protected category, so none can go even where protection is off."""
    assert [word for word in DROPPABLE if find(word)] == []
    assert (
        sorted(set(DROPPABLE) & {"and", "or", "to", "from", "my", "your", "was", "were", "had", "very", "only"}) == []
    )


def test_a_level_is_a_share_of_the_listed_words() -> None:
    """Level 4 drops half."""
    changed = perturb(WordDrop(), "the cat " * 10, level=4)
    assert changed.split().count("the") == 5
    assert changed.split().count("cat") == 10


def test_a_listed_word_before_a_protected_span_may_go() -> None:
    """ "the left knee" becomes "left knee", the side intact."""
    assert perturb(WordDrop(word_fraction=1), "the left knee") == "left knee"


def test_the_last_word_of_a_line_stays() -> None:
    """A listed word goes only where another word follows it."""
    text = "look at the \nwhat is "
    assert perturb(WordDrop(word_fraction=1), text) == text
