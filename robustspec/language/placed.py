"""A requirement in its place: what the checks of one requirement share."""

from __future__ import annotations

from dataclasses import dataclass

from robustspec.language.baselines import Published
from robustspec.language.cells import Cell, select
from robustspec.language.spec import Requirement, Scenario, Settings, settings
from robustspec.language.tree import Loc
from robustspec.language.view import View


@dataclass(frozen=True, slots=True)
class Placed:
    """A requirement, where it stands, and what it refers to."""

    view: View
    scenario: Scenario
    requirement: Requirement
    loc: Loc

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells that it selects."""
        return select(self.scenario, self.requirement)

    @property
    def cells_known(self) -> bool:
        """Whether faults left the scenario's perturbations and this selection whole."""
        return not (self.view.broken(*self.loc[:2], "perturbations") or self.view.broken(*self.loc, "cells"))

    @property
    def dimension(self) -> tuple[str, str]:
        """The key that says what it goes over, and its value; empty where there is none."""
        if self.requirement.worst_over:
            return "worst_over", self.requirement.worst_over
        return ("gap_over", self.requirement.gap_over) if self.requirement.gap_over else ("", "")

    @property
    def settings(self) -> Settings:
        """Its statistics, with those of its scenario and of the file."""
        return settings(self.view.spec, self.scenario, self.requirement)

    def settings_broken(self, key: str) -> bool:
        """Whether faults took out a statistics key where it may have been set."""
        blocks = (("statistics",), (*self.loc[:2], "statistics"), self.loc)
        return any(self.view.broken(*block, key) for block in blocks)

    @property
    def published(self) -> Published | None:
        """The published numbers that it compares with, None where it compares with a model, or with nothing."""
        baseline = self.view.spec.baselines.get(self.requirement.aggregate.baseline or "")
        return baseline if isinstance(baseline, Published) else None

    @property
    def groups(self) -> list[str] | None:
        """The groups of its data, None where faults leave them unknown."""
        data = self.scenario.data
        block = self.view.spec.data.get(data)
        if block is None or self.view.broken("data", data) or self.view.broken(*self.loc[:2], "data"):
            return None
        return [group.name for group in block.groups]
