from __future__ import annotations

import sys
import unicodedata

import pytest

from robustspec.data.row import Row, Span
from robustspec.perturbation.scope import Scope, perturb
from robustspec.registry import lookup

Homoglyph = lookup("perturbations", "homoglyph")
MODULE = sys.modules[Homoglyph.__module__]
TEXT = "Can my son take ibuprofen 400 mg for a headache?"


def test_lookalikes_are_other_letters_than_the_ascii_ones_they_stand_for() -> None:
    """One ASCII letter each, of the same case, none that normalisation folds back."""
    for letter, lookalike in MODULE.LOOKALIKES.items():
        assert letter.isascii()
        assert letter.isalpha()
        assert len(lookalike) == 1
        assert not lookalike.isascii()
        assert lookalike.isalpha()
        assert letter != unicodedata.normalize("NFKC", lookalike)
        assert letter.isupper() == lookalike.isupper() or letter == "l"


@pytest.mark.parametrize(("level", "count"), [(1, 1), (2, 2), (3, 3), (4, 5), (5, 8)])
def test_a_level_is_a_number_of_letters(level: int, count: int) -> None:
    """So many letters differ, and each from its own look-alike."""
    changed = perturb(Homoglyph(), TEXT, level=level)
    pairs = [(old, new) for old, new in zip(TEXT, changed, strict=True) if old != new]
    assert count == len(pairs)
    assert all(MODULE.LOOKALIKES[old] == new for old, new in pairs)


def test_invisible_characters_come_inside_words_only() -> None:
    """Without them the text is the same; each stands between two letters, none in a dose."""
    changed = perturb(Homoglyph(style="invisible"), TEXT, level=5)
    invisible = [place for place, character in enumerate(changed) if character in MODULE.INVISIBLE]
    assert len(invisible) == 8
    assert "".join(character for character in changed if character not in MODULE.INVISIBLE) == TEXT
    assert all(changed[place - 1].isalpha() and changed[place + 1].isalpha() for place in invisible)
    assert "400 mg" in changed


def test_a_short_text_gives_what_it_has() -> None:
    """Five asked for, two possible."""
    assert perturb(Homoglyph(character_count=5), "ac") == "ас"


def test_nothing_invisible_touches_a_protected_span() -> None:
    """Where a row's span is part of a word, the character comes one letter further on."""
    row = Row("r", "Пациент", spans=(Span("Пац", "name"),))
    scope = Scope(Homoglyph(style="invisible", character_count=8))
    changed = str(scope.apply(row, scope.sample(0, row), None).input)
    assert changed.startswith("Паци")
    assert len(changed) == 10
