"""The cells of a scenario, one perturbation at one level each and the clean one; and which a requirement selects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from robustspec.language.spec import PerturbationEntry, Requirement, Scenario

CLEAN = "clean"
"""Name of the cell without a perturbation."""

RESERVED_NAMES = ("all", CLEAN, "perturbed")
"""Names that no perturbation may have, because ``cells`` gives them a meaning."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One perturbation at one level. The clean cell has no perturbation, level or entry."""

    name: str
    perturbation: str | None = None
    level: int | None = None
    entry: PerturbationEntry | None = None

    @property
    def is_clean(self) -> bool:
        """Whether nothing is perturbed."""
        return self.entry is None


def cells_of(scenario: Scenario) -> tuple[Cell, ...]:
    """Every cell of a scenario, clean first, then by entry and level as the file gives them."""
    cells = [Cell(CLEAN)]
    for entry in scenario.perturbations:
        if entry.level is None:
            cells.append(Cell(entry.label, entry.label, None, entry))
        else:
            cells += [Cell(f"{entry.label}-{level}", entry.label, level, entry) for level in entry.level]
    return tuple(cells)


def names_of(scenario: Scenario) -> tuple[str, ...]:
    """Everything that a list under ``cells`` may name: cells, then perturbations of several cells."""
    cells = cells_of(scenario)
    names = [cell.name for cell in cells] + [cell.perturbation for cell in cells if cell.perturbation is not None]
    return tuple(dict.fromkeys(names))


def select(scenario: Scenario, requirement: Requirement) -> tuple[Cell, ...]:
    """The cells that a requirement goes over, in the order of `cells_of`.

    A scenario without perturbations has the clean cell only, and ``cells: perturbed`` (the default) selects it.
    """
    cells = cells_of(scenario)
    chosen = requirement.cells
    if chosen == "all":
        return cells
    if chosen == "clean" or (chosen == "perturbed" and len(cells) == 1):
        return cells[:1]
    if chosen == "perturbed":
        return cells[1:]
    return tuple(cell for cell in cells if cell.name in chosen or cell.perturbation in chosen)


def weights(cells: Sequence[Cell]) -> tuple[float, ...]:
    """The weight of each cell in a row's value: each perturbation, and clean, the same; levels share its weight.

    Example: keyboard_typo-1, keyboard_typo-2 and synonym-2 weigh 1/4, 1/4 and 1/2.
    """
    labels = [cell.perturbation for cell in cells]
    perturbations = len(set(labels))
    return tuple(1 / (perturbations * labels.count(label)) for label in labels)
