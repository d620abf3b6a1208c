"""Figures and tables of the pages are the code's."""

from __future__ import annotations

import re
import runpy

import pytest
from docs_pages import ROOT

from robustspec import registry

CATALOGUE = runpy.run_path(str(ROOT / "docs" / "build_catalogue.py"))


def test_the_catalogue_is_current() -> None:
    """docs/catalogue.md is what docs/build_catalogue.py makes of the docstrings."""
    assert CATALOGUE["catalogue"]() == (ROOT / "docs" / "catalogue.md").read_text(encoding="utf-8")


def test_the_catalogue_has_every_set() -> None:
    """No set of kinds is left out."""
    assert set(CATALOGUE["ABOUT"]) == set(registry.SETS)


@pytest.mark.parametrize("page", ["README.md", "CHANGELOG.md"])
@pytest.mark.parametrize(("which", "words"), [("metrics", "metrics"), ("aggregates", "aggregates")])
def test_numbers_of_kinds_are_right(page: str, which: str, words: str) -> None:
    """Where a page says how many kinds there are, there are as many."""
    own = sum(entry.owner == "robustspec" for entry in registry.table(which).values())
    said = re.findall(rf"(\d+) {words}", (ROOT / page).read_text(encoding="utf-8"))
    assert said
    assert set(said) == {str(own)}


@pytest.mark.parametrize("page", ["README.md", "CHANGELOG.md"])
@pytest.mark.parametrize(("modality", "word"), [("text", "text"), ("image", "image"), ("volume", "MRI")])
def test_numbers_of_perturbations_are_right(page: str, modality: str, word: str) -> None:
    """Where a page says how many operators on texts, images or volumes there are, there are as many."""
    lines = [line for line in registry.listing("perturbations") if line.entry.owner == "robustspec"]
    own = sum(line.cls is not None and line.cls.modality == modality for line in lines)
    said = re.findall(rf"(\d+) {word} perturbations", (ROOT / page).read_text(encoding="utf-8"))
    assert said
    assert set(said) == {str(own)}


def test_the_version_is_in_the_changelog() -> None:
    """The changelog has an entry for the version of the code."""
    from robustspec import __version__

    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_map_names_every_package() -> None:
    """ARCHITECTURE.md shows each folder of the three packages."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    folders = [path.parent.name for path in (ROOT / "robustspec").glob("*/__init__.py")]
    assert [name for name in folders if f"{name}/" not in text] == []
