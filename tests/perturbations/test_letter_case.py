from __future__ import annotations

import pytest

from robustspec.data.row import Row
from robustspec.perturbation.scope import Scope, perturb
from robustspec.registry import lookup

LetterCase = lookup("perturbations", "letter_case")


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("lower", "is an mri safe? i took 400 mg, not été"),
        ("upper", "IS AN MRI SAFE? I TOOK 400 mg, not ÉTÉ"),
        ("title", "Is An MRI Safe? I Took 400 mg, not ÉTÉ"),
    ],
)
def test_styles(style: str, expected: str) -> None:
    """Every free word is in the style; doses and negations stay as they were."""
    assert expected == perturb(LetterCase(style=style), "Is an MRI safe? I took 400 mg, not ÉTÉ")


def test_random_case_changes_nothing_but_case() -> None:
    """Letters stay, about half of them are capitals."""
    text = "the quick brown fox jumps over a lazy dog and runs away " * 4
    changed = perturb(LetterCase(style="random"), text)
    assert text == changed.lower()
    capitals = sum(letter.isupper() for letter in changed) / sum(letter.isalpha() for letter in changed)
    assert 0.4 < capitals < 0.6


def test_text_in_the_style_already_is_unchanged() -> None:
    """Small letters cannot be made smaller: the row itself comes back."""
    scope, row = Scope(LetterCase()), Row("r", "all small, 頭痛")
    assert scope.apply(row, scope.sample(0, row), None) is row


def test_long_words_have_random_case_throughout() -> None:
    """Letters beyond the 53rd are drawn too."""
    changed = perturb(LetterCase(style="random"), "a" * 200)
    assert any(letter.isupper() for letter in changed[60:])
    assert any(letter.islower() for letter in changed[60:])
