from __future__ import annotations

import pytest

from robustspec.perturbation.scope import perturb
from robustspec.registry import lookup

KeyboardTypo = lookup("perturbations", "keyboard_typo")

TOUCHING = {"q": "wa", "a": "qwsz", "g": "tyfhvb", "m": "njk", "p": "ol", "z": "asx", "l": "opk"}
"""Read off a keyboard by hand."""


@pytest.mark.parametrize("letter", TOUCHING)
def test_a_letter_becomes_one_on_a_touching_key(letter: str) -> None:
    """Over many seeds exactly the touching keys appear, in the letter's case."""
    typed = {perturb(KeyboardTypo(letter_fraction=1), letter, seed=seed) for seed in range(200)}
    assert set(TOUCHING[letter]) == typed
    capitals = {perturb(KeyboardTypo(letter_fraction=1), letter.upper(), seed=seed) for seed in range(200)}
    assert set(TOUCHING[letter].upper()) == capitals


@pytest.mark.parametrize(("level", "slips"), [(1, 2), (2, 6), (3, 10), (4, 20), (5, 40)])
def test_a_level_is_a_share_of_the_letters(level: int, slips: int) -> None:
    """Of 200 letters 1, 3, 5, 10 and 20 in a hundred are mistyped."""
    text = "qwert " * 40
    changed = perturb(KeyboardTypo(), text, level=level)
    assert slips == sum(old != new for old, new in zip(text, changed, strict=True))


def test_figures_marks_and_other_alphabets_stay() -> None:
    """Only letters A to Z are keys of this keyboard."""
    text = "1234 ,.;:!? éßçñ привет 頭痛 😀"
    assert text == perturb(KeyboardTypo(letter_fraction=1), text, protect=[])


def test_a_dose_stays_unless_asked_for() -> None:
    """Protected by default; within: [dose] makes slips there and nowhere else."""
    text = "take 400 mg"
    assert perturb(KeyboardTypo(letter_fraction=1), text).endswith(" 400 mg")
    assert perturb(KeyboardTypo(letter_fraction=1), text, within=["dose"]).startswith("take 400 ")
    assert text != perturb(KeyboardTypo(letter_fraction=1), text, within=["dose"])
