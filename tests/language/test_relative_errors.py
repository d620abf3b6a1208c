"""Relative corruption error: what its published numbers must hold."""

from __future__ import annotations

import pytest
from language_specs import fault, faults, with_requirement

LINE = "{{metric: match, aggregate: {{kind: corruption_error, against: {against}, relative: true}}, {bound}}}"
NUMBERS = "clean: 0.8, keyboard_typo: 0.5, synonym: 0.7"


def spec(numbers: str = NUMBERS, against: str = "paper", bound: str = "at_most: 1") -> str:
    """One requirement against a published table; `production` is a model."""
    baselines = (
        "baselines:\n  production: {kind: recorded, path: production.jsonl}\n"
        f"  paper: {{kind: published, source: a paper, scores: {{{numbers}}}}}\n"
    )
    return with_requirement(LINE.format(against=against, bound=bound)) + baselines


def test_it_compares_with_published_numbers() -> None:
    """That of clean among them."""
    assert faults(spec()) == []


def test_a_number_of_each_level_will_do() -> None:
    """Instead of one for the perturbation."""
    assert faults(spec("clean: 0.8, keyboard_typo-1: 0.7, keyboard_typo-2: 0.5, synonym: 0.7")) == []


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        (
            "keyboard_typo: 0.5, synonym: 0.7",
            "'paper' has no number for 'clean', over which relative errors are counted",
        ),
        ("clean: 0.8, keyboard_typo: 0.5, synonym: 0.8", "scores.synonym: 0.8 is no worse than 0.8 on clean"),
        ("clean: 0.8, keyboard_typo: 0.9, synonym: 0.7", "scores.keyboard_typo: 0.9 is no worse than 0.8 on clean"),
        (
            "clean: 0.8, keyboard_typo-1: 0.85, keyboard_typo: 0.5, synonym: 0.7",
            "scores.keyboard_typo-1: 0.85 is no worse than 0.8 on clean and leaves no excess to compare with -- select",
        ),
        ("clean: 0.8, keyboard_typo: 0.5", "'paper' has no number for 'synonym-2'"),
    ],
)
def test_an_excess_of_nothing_is_refused(numbers: str, message: str) -> None:
    """It is what the errors are divided by."""
    assert message in fault(spec(numbers))


def test_a_model_is_refused() -> None:
    """Its measured excess may come out as nothing, or less."""
    message = "aggregate.relative: 'production' is a model, whose own errors over clean may come out as 0 or less"
    assert message in fault(spec(against="production"))


@pytest.mark.parametrize(
    ("bound", "message"),
    [
        ("at_least: 1", "at_least goes against the requirement: lower is better for this corruption_error"),
        ("at_most: -11", "-11 can never be met: the value lies between -10 and 10"),
        ("at_most: 1, cells: all", "'corruption_error' compares with the clean cell already"),
    ],
)
def test_bounds_and_cells_that_cannot_be(bound: str, message: str) -> None:
    """All errors over the smallest excess, .1, either way; clean is compared with as it is."""
    assert message in fault(spec(bound=bound))
