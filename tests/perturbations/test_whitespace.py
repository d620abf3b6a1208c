from __future__ import annotations

import re

import pytest

from robustspec.perturbation.scope import perturb
from robustspec.registry import lookup

Whitespace = lookup("perturbations", "whitespace")
TEXT = "my head hurts and my back aches today"


def test_extra_widens_every_gap_to_two_or_three_spaces() -> None:
    """Words stay, every gap is wider, and both widths occur."""
    changed = perturb(Whitespace(gap_fraction=1), TEXT)
    assert TEXT.split() == changed.split()
    assert {2, 3} == {len(gap) for gap in re.findall(" +", changed)}


def test_joined_removes_gaps() -> None:
    """Without its spaces the text is the same."""
    assert TEXT.replace(" ", "") == perturb(Whitespace(style="joined", gap_fraction=1), TEXT)


def test_mixed_does_both() -> None:
    """Over a text some gaps are widened and some are gone."""
    changed = perturb(Whitespace(style="mixed", gap_fraction=1), TEXT * 3)
    assert "  " in changed
    assert len(changed.split()) < len((TEXT * 3).split())


def test_gaps_at_protected_spans_stay() -> None:
    """Nothing is joined to a dose or a negation."""
    text = "take 400 mg now not later please"
    assert perturb(Whitespace(style="joined", gap_fraction=1), text) == "take 400 mg now not laterplease"


def test_line_breaks_and_the_edges_of_the_text_stay() -> None:
    """Lines, and blanks before and behind the text, are no gaps between words."""
    text = "  head\n back\t\nleg \n"
    assert text == perturb(Whitespace(style="joined", gap_fraction=1), text)


@pytest.mark.parametrize(("level", "gaps"), [(1, 1), (2, 2), (3, 4), (4, 7), (5, 10)])
def test_a_level_is_a_share_of_the_gaps(level: int, gaps: int) -> None:
    """Of 20 gaps 5, 10, 20, 35 and 50 in a hundred."""
    text = " ".join(["cat"] * 21)
    assert 21 - gaps == len(perturb(Whitespace(style="joined"), text, level=level).split())
