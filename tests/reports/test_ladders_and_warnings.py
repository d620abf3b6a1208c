"""Where reports print how far a ladder was shown, and what a reader must know of how the data were used."""

from __future__ import annotations

from report_results import arm, result

from robustspec.reports.html import render_html
from robustspec.reports.terminal import failure_text, summary_lines

LADDER = (
    "mean-request_match: keyboard_typo: shown up to level 2 (levels 1, 2 pass; 3 does not). If it failed, few runs."
)
EDITED = "the bound was 0.95 when these data were judged on 2026-01-02; it is 0.90 now"


def judged():
    """A run whose first scenario has a ladder, and two arms of one requirement with one warning."""
    made = result()
    scenario = made.scenarios[0]
    scenario.arms[:] = [arm(name="a", warnings=[EDITED]), arm(name="b", warnings=[EDITED])]
    scenario.ladders = [LADDER]
    return made


def test_the_page_puts_both_under_their_requirement_once():
    """Labelled, without the requirement's name that stands above, and not again with each verdict."""
    page = render_html([judged()])
    assert page.count(f"Warning: {EDITED}") == 1
    assert page.count("Ladder: keyboard_typo: shown up to level 2") == 1


def test_the_terminal_tells_each_warning_once():
    """With the first verdict that it is about, and how many more there are."""
    text = " ".join(" ".join(summary_lines(judged())).split())
    assert text.count(EDITED) == 1
    assert "::a and 1 more)" in text
    assert "ladder: mean-request_match: keyboard_typo: shown up to level 2" in text


def test_a_failure_tells_its_own_warning():
    """Beside the reason and the remedy."""
    text = " ".join(failure_text(arm(verdict="FAIL", warnings=[EDITED]), "s.yaml", "pytest s.yaml").split())
    assert f"warning {EDITED}" in text
