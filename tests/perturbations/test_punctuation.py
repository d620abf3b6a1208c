from __future__ import annotations

import re

from robustspec.perturbation.scope import perturb
from robustspec.registry import lookup

Punctuation = lookup("perturbations", "punctuation")


def test_all_marks_at_ends_of_words_can_be_dropped() -> None:
    """Nothing else goes: decimals, ratios, hyphens, apostrophes and marks behind figures stay."""
    text = "Hello, it's well-known: 0.5 mg, or 120/80; e.g. 3, really? Yes!"
    expected = "Hello it's well-known 0.5 mg or 120/80; e.g 3, really Yes"
    assert expected == perturb(Punctuation(place_fraction=1), text)


def test_full_width_marks_are_dropped_too() -> None:
    """Chinese and Japanese text has marks without blanks."""
    assert perturb(Punctuation(place_fraction=1), "頭痛です。薬は、何ですか？") == "頭痛です薬は何ですか"


def test_marks_are_added_behind_words_only() -> None:
    """Without the marks the text is the same, and none stands at or in a protected span."""
    text = "my head hurts and I took 400 mg of it, not more"
    changed = perturb(Punctuation(action="add", place_fraction=1), text)
    assert changed != text
    assert text.replace(",", "") == re.sub(r" -|[.,;!]", "", changed)
    assert " 400 mg of" in changed
    assert "not more" in changed


def test_a_level_is_a_share_of_the_marks() -> None:
    """Level 3 drops three of ten commas."""
    assert perturb(Punctuation(), "cat, " * 10, level=3).count(",") == 7


def test_a_text_without_marks_is_unchanged() -> None:
    """There is nothing to drop."""
    assert perturb(Punctuation(place_fraction=1), "my head hurts") == "my head hurts"
