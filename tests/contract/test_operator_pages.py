"""The page of every first-party operator: examples that run, a source, a ladder that is the class's own."""

from __future__ import annotations

import doctest
import re
import sys

import pytest

from robustspec.described import field_docs
from robustspec.perturbation.base import Perturbation
from robustspec.registry import listing

CLASSES = [line.cls for line in listing("perturbations") if line.cls is not None and line.entry.owner == "robustspec"]


@pytest.fixture(params=CLASSES, ids=lambda cls: cls.__name__)
def operator_class(request: pytest.FixtureRequest) -> type[Perturbation]:
    return request.param  # type: ignore[no-any-return]  # a fixture's param is untyped


def test_the_examples_run(operator_class: type[Perturbation]) -> None:
    """Every operator shows an example, and it does what the page says."""
    if operator_class.__name__ == "Nlpaug":
        pytest.importorskip("nlpaug")
    for needed in operator_class.needs:
        pytest.importorskip(needed)
    module = sys.modules[operator_class.__module__]
    tests = [test for test in doctest.DocTestFinder().find(module) if test.examples]
    assert tests
    failures = [doctest.DocTestRunner(verbose=False).run(test).failed for test in tests]
    assert sum(failures) == 0


def test_the_page_names_a_source(operator_class: type[Perturbation]) -> None:
    """Where the effect or its ladder comes from is on the page."""
    assert "Source:" in (operator_class.__doc__ or "")


def test_every_field_is_described(operator_class: type[Perturbation]) -> None:
    """Each parameter has a description for the schema."""
    described = {"kind", *field_docs(operator_class)}
    assert set(operator_class.model_fields) == described


def test_the_ladder_on_the_page_is_the_real_one(operator_class: type[Perturbation]) -> None:
    """The table of a laddered operator shows its parameter and its rungs."""
    ladder = operator_class.ladder
    if ladder is None:
        pytest.skip("no ladder")
    line = next(line for line in (operator_class.__doc__ or "").splitlines() if f"| {ladder.parameter}" in line)
    assert list(ladder.rungs) == numbers(line)
    assert list(ladder.rungs) in (sorted(set(ladder.rungs)), sorted(set(ladder.rungs), reverse=True))
    assert ladder.parameter in operator_class.model_fields


def test_the_ladders_of_other_profiles_are_on_the_page(operator_class: type[Perturbation]) -> None:
    """The page of an operator on images shows the rungs of every profile, all of the same parameter."""
    shown = [numbers(line) for line in (operator_class.__doc__ or "").splitlines() if line.strip().startswith("|")]
    for ladder in getattr(operator_class, "ladders", {}).values():
        assert operator_class.ladder is not None
        assert ladder.parameter == operator_class.ladder.parameter
        assert len(ladder.rungs) == len(operator_class.ladder.rungs)
        assert list(ladder.rungs) in shown


def numbers(line: str) -> list[float]:
    """What the cells of a table's line begin with, after the first cell, where these are numbers."""
    found = [_NUMBER.match(cell) for cell in line.strip().strip("|").split("|")[1:]]
    return [float(number[0]) for number in found if number]


_NUMBER = re.compile(r"\s*-?[0-9.]+")
