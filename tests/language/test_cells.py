"""Cells of a scenario, which of them a requirement selects, and their weights."""

from __future__ import annotations

import pytest
from language_specs import BASE, with_requirement

from robustspec.language.cells import cells_of, names_of, select, weights
from robustspec.language.load import load

NO_PERTURBATIONS = BASE.replace(
    "    perturbations:\n      - {kind: keyboard_typo, level: [1, 2]}\n      - {kind: synonym, level: [2]}\n", ""
)


def selected(cells: str, text: str = BASE) -> list[str]:
    """Names of the cells that a requirement with these ``cells`` selects."""
    scenario = load(with_requirement(f"{{metric: match, {cells}at_least: 0.9}}", text)).scenarios["typos"]
    return [cell.name for cell in select(scenario, scenario.requirements[0])]


def test_clean_comes_first_then_entries_and_levels() -> None:
    """A cell is one perturbation at one level, named name-level."""
    cells = cells_of(load(BASE).scenarios["typos"])
    assert [(cell.name, cell.perturbation, cell.level, cell.is_clean) for cell in cells] == [
        ("clean", None, None, True),
        ("keyboard_typo-1", "keyboard_typo", 1, False),
        ("keyboard_typo-2", "keyboard_typo", 2, False),
        ("synonym-2", "synonym", 2, False),
    ]


def test_a_cell_without_level_has_the_name_alone() -> None:
    """Kinds without a ladder, and explicit parameters, have no level in the name."""
    text = BASE.replace("level: [2]", "word_fraction: 0.2, name: mild").replace(
        "- {kind: keyboard_typo, level: [1, 2]}", "- contraction"
    )
    assert names_of(load(text).scenarios["typos"]) == ("clean", "contraction", "mild")


@pytest.mark.parametrize(
    ("cells", "names"),
    [
        ("", ["keyboard_typo-1", "keyboard_typo-2", "synonym-2"]),
        ("cells: clean, ", ["clean"]),
        ("cells: all, ", ["clean", "keyboard_typo-1", "keyboard_typo-2", "synonym-2"]),
        ("cells: [keyboard_typo], ", ["keyboard_typo-1", "keyboard_typo-2"]),
        ("cells: [synonym-2, clean, keyboard_typo-2], ", ["clean", "keyboard_typo-2", "synonym-2"]),
    ],
)
def test_selection(cells: str, names: list[str]) -> None:
    """Perturbed cells by default; names select cells or whole perturbations, in the order of the file."""
    assert selected(cells) == names


def test_without_perturbations_the_default_is_clean() -> None:
    """Where the data itself holds the shift, requirements go over the clean cell."""
    assert selected("", NO_PERTURBATIONS) == ["clean"]


def test_weights_are_equal_per_perturbation() -> None:
    """Levels share their perturbation's weight, and clean weighs as one perturbation: 1/3, 1/6, 1/6, 1/3."""
    assert weights(cells_of(load(BASE).scenarios["typos"])) == pytest.approx((1 / 3, 1 / 6, 1 / 6, 1 / 3))


def test_entries_of_one_name_share_one_weight() -> None:
    """Two entries of one name at different levels are one perturbation."""
    text = BASE.replace("{kind: synonym, level: [2]}", "{kind: keyboard_typo, level: [3], policy: may_refuse}")
    text += "      - {metric: coverage, at_least: 0.8}\n"
    cells = cells_of(load(text).scenarios["typos"])[1:]
    assert weights(cells) == pytest.approx((1 / 3, 1 / 3, 1 / 3))
