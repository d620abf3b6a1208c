"""The picture of the sequential test is the shipped test's."""

from __future__ import annotations

import runpy

from docs_pages import ROOT

BOUNDARIES = runpy.run_path(str(ROOT / "docs" / "build_boundaries.py"))


def test_the_picture_is_current() -> None:
    """docs/images/boundaries.svg is what docs/build_boundaries.py draws."""
    assert BOUNDARIES["picture"]() == (ROOT / "docs" / "images" / "boundaries.svg").read_text(encoding="utf-8")


def test_the_picture_shows_both_verdicts() -> None:
    """One of its runs passes, the other fails."""
    drawn = BOUNDARIES["picture"]()
    assert ("PASS after" in drawn, "FAIL after" in drawn) == (True, True)
