from __future__ import annotations

import sys

from robustspec.perturbation.scope import perturb
from robustspec.registry import lookup

OcrConfusion = lookup("perturbations", "ocr_confusion")
CONFUSIONS = sys.modules[OcrConfusion.__module__].CONFUSIONS


def undo(old: str, new: str) -> bool:
    """Whether ``new`` is ``old`` with exactly one reading of the table in place of what it is read for."""
    return any(
        old[:place] + reading + old[place + len(shape) :] == new
        for shape, readings in CONFUSIONS.items()
        for reading in readings
        for place in range(len(old))
        if old.startswith(shape, place)
    )


def test_each_word_is_misread_once() -> None:
    """Every changed word is explained by one line of the table."""
    text = "The warfarin clinic called about morning doses"
    for seed in range(50):
        changed = perturb(OcrConfusion(word_fraction=1), text, seed=seed)
        assert all(undo(old, new) for old, new in zip(text.split(), changed.split(), strict=True))


def test_pairs_of_letters_are_read_as_one() -> None:
    """rn is read as m."""
    assert "bum" in {perturb(OcrConfusion(word_fraction=1), "burn", seed=seed) for seed in range(50)}


def test_a_word_without_confusable_letters_stays() -> None:
    """Nothing in "Kay" is misread."""
    assert perturb(OcrConfusion(word_fraction=1), "Kay") == "Kay"


def test_figures_are_misread_only_on_demand() -> None:
    """Protected, and words only: 0 and 1 are never touched by default."""
    changed = perturb(OcrConfusion(word_fraction=1), "drink 10 ml at 8:01")
    assert changed.split()[1:3] + changed.split()[4:] == ["10", "ml", "8:01"]


def test_a_level_is_a_share_of_the_words() -> None:
    """Level 5 misreads 30 in a hundred words."""
    changed = perturb(OcrConfusion(), "stomach " * 20, level=5)
    assert changed.split().count("stomach") == 14
