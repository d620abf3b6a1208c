"""The front door: few names, imported when used."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

import robustspec
from robustspec.language.spec import PerturbationEntry


def test_names_are_sorted_and_exist() -> None:
    """Every exported name can be had."""
    assert list(robustspec.__all__) == sorted(robustspec.__all__)
    assert all(getattr(robustspec, name) is not None for name in robustspec.__all__)
    assert set(robustspec.__all__) <= set(dir(robustspec))


def test_importing_it_imports_nothing_else() -> None:
    """`import robustspec` costs no pydantic and no numpy."""
    code = "import sys, robustspec; print(sorted({'pydantic', 'numpy', 'yaml', 'scipy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_unknown_names_are_attribute_errors() -> None:
    """A misspelt name fails as for any module."""
    with pytest.raises(AttributeError, match="no attribute 'laod'"):
        _ = robustspec.laod


def test_a_perturbation_from_python() -> None:
    """The function gives what a specification's entry gives, before and after the package of that name is imported."""
    entry = robustspec.perturbation("keyboard_typo", level=2)
    assert isinstance(entry, PerturbationEntry)
    assert entry.level == (2,)
    import_module("robustspec.perturbation.base")
    assert robustspec.perturbation("keyboard_typo", level=2) == entry


def test_a_perturbation_with_a_fault() -> None:
    """Faults are told as the loader tells them."""
    with pytest.raises(robustspec.SpecError, match=r"levl: unknown key 'levl' -- did you mean 'level'\?"):
        robustspec.perturbation("keyboard_typo", levl=2)
