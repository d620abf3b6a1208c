"""The plan of a run: scenarios, cells, arms, ids, horizons, the most calls.

It is complete before the first call and opens no model. Everything that a verdict depends on (hypotheses, error rates,
orders) is fixed here from the whole specification, before any selection, so that ``-k``, ``-x`` and ``-n`` cannot change one
verdict into another. `robustspec.engine.compile` makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from robustspec.aggregates.base import Aggregate
from robustspec.data.dataset import Dataset
from robustspec.engine.episode import turns
from robustspec.language.spec import PerturbationEntry, Requirement, Scenario, Settings, Spec
from robustspec.metrics.base import Metric
from robustspec.perturbation.scopes import AnyScope
from robustspec.statistics.base import Hypothesis, Word
from robustspec.statistics.paired_gap import is_paired

LineOf = Callable[..., int]
"""The line of a place in the file: ``line_of("scenarios", "typos")``."""
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_LOOKED_AT = 50
"""Rows of a scenario that are opened to see how many turns they have."""


@dataclass(slots=True)
class CellPlan:
    """A cell ready to run: its scope is shared by all levels of the entry, so that one draw serves them all."""

    name: str
    perturbation: str | None
    level: int | None
    entry: PerturbationEntry | None
    scope: AnyScope | None
    relation: Mapping[str, Any] | None

    @property
    def draws(self) -> int:
        """Random draws of each row."""
        return self.entry.draws if self.entry else 1


@dataclass(slots=True)
class Stream:
    """The units of an arm (or of one value of a gap) in evidence order, and the cells they are measured on.

    ``slots`` are positions in the scenario's hashed order of rows; unit u holds ``slots[starts[u]:starts[u + 1]]``, one
    row each where ``starts`` is None. ``weights`` belong to ``cells``.
    """

    name: str
    cells: tuple[int, ...]
    labels: tuple[str | None, ...]
    levels: tuple[int | None, ...]
    weights: Floats
    slots: Ints
    starts: Ints | None
    hypothesis: Hypothesis
    row_weights: Floats | None = None
    reference: Floats | None = None
    fault: str = ""
    """Why its rows cannot be weighed as the aggregate asks."""

    @property
    def n_units(self) -> int:
        """How many units there are."""
        return len(self.slots) if self.starts is None else len(self.starts) - 1

    def rows(self, first: int, last: int) -> tuple[Ints, Ints]:
        """Slots of the units ``first`` to ``last`` (exclusive), and which unit (from 0) each belongs to."""
        if self.starts is None:
            return self.slots[first:last], np.arange(max(0, min(last, len(self.slots)) - first))
        bounds = self.starts[first : last + 1]
        return self.slots[bounds[0] : bounds[-1]], np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))


@dataclass(slots=True)
class ArmPlan:
    """One value of what a requirement goes over: one pytest item, one verdict.

    ``streams`` has one member, or one for each value of a gap. ``problem`` is a verdict that is known before any call.
    ``aggregate`` is the requirement's, or one end of it where it splits into several.
    """

    id: str
    name: str
    scenario: str
    requirement: Requirement
    settings: Settings
    metric: Metric
    higher_is_better: bool
    aggregate: Aggregate
    streams: list[Stream]
    line: int
    problem: tuple[Word, str] | None = None
    excluded: tuple[str, ...] = ()
    group: tuple[str, str] | None = None
    disjoint: bool = False
    """Whether no unit has rows in two of the streams of a gap."""

    @property
    def measure(self) -> str:
        """What its scores are kept under: requirements of one metric with as many repeats share them."""
        name, repeats = self.requirement.metric, self.settings.repeats
        return name if repeats == 1 else f"{name}*{repeats}"

    @property
    def needs_clean(self) -> bool:
        """Whether the clean case is called even where it is not among the cells."""
        return self.aggregate.needs_clean or self.metric.shape == "row"

    @property
    def baseline(self) -> str | None:
        """The model under ``baselines:`` that is called on the same cases, or None."""
        return self.aggregate.baseline if all(stream.reference is None for stream in self.streams) else None

    @property
    def is_focused(self) -> bool:
        """Whether the arms of its requirement are tried worst first, until one fails."""
        return self.settings.allocation == "focused" and self.requirement.worst_over is not None

    @property
    def is_gap(self) -> bool:
        """Whether this is best minus worst over several streams."""
        return self.requirement.gap_over is not None

    @property
    def is_paired(self) -> bool:
        """Whether a gap is judged by pairs of units, one of each value."""
        tested = [stream.hypothesis for stream in self.streams]
        return self.is_gap and is_paired(self.settings.method, self.settings.population, tested, self.disjoint)

    def tested(self, stream: Stream) -> Hypothesis:
        """What the test of a stream is given: of a gap, which view is the lower one follows from the metric."""
        if not self.is_gap:
            return stream.hypothesis
        return replace(stream.hypothesis, at_least=self.aggregate.goal(self.higher_is_better) == "higher")

    def cells_called(self, stream: Stream) -> tuple[int, ...]:
        """The cells that each unit of a stream is called on, clean first where it is needed."""
        return stream.cells if not self.needs_clean or 0 in stream.cells else (0, *stream.cells)

    def count_units(self, of_streams: Iterable[int]) -> int:
        """The units behind those of each stream: groups share none, while cells and levels are read on the same units."""
        shared = self.requirement.gap_over in ("cell", "perturbation", "level")
        return max(of_streams, default=0) if shared else sum(of_streams)

    def most_units(self) -> int:
        """The most units this arm can take."""
        return self.count_units(stream.hypothesis.horizon for stream in self.streams)


@dataclass
class ScenarioPlan:
    """A scenario ready to run. ``rows`` maps a slot to a row position of the dataset."""

    id: str
    scenario: Scenario
    line: int
    dataset: Dataset
    rows: Ints
    cells: tuple[CellPlan, ...]
    metrics: dict[str, Metric]
    arms: list[ArmPlan]

    @property
    def repeats(self) -> int:
        """The most often that a requirement has each case called."""
        return max((arm.settings.repeats for arm in self.arms), default=1)

    @cached_property
    def turns(self) -> float:
        """Turns of a clean case, on average over the first rows; what perturbations and simulated users add is not in it."""
        rows = self.dataset.rows([int(row) for row in self.rows[:_LOOKED_AT]])
        found = [1 if isinstance(row.input, str) else len(turns(row.input)) for row in rows]
        return sum(found) / len(found) if found else 1.0

    def most_calls(self, selected: set[str] | None = None, baseline: str | None = None) -> int:
        """About the most calls: `most_cases`, each with as many as a clean conversation has turns."""
        return round(self.most_cases(selected, baseline) * self.turns)

    def most_cases(self, selected: set[str] | None = None, baseline: str | None = None) -> int:
        """An upper bound of the cases: every row that an arm may need, on every cell it needs, counted once.

        Those of the model under test, or of the model of this name under ``baselines:``.
        """
        total = 0
        for cell in range(len(self.cells)):
            needed = np.zeros(len(self.rows), dtype=bool)
            for arm in self.arms:
                if arm.problem is not None or (selected is not None and arm.id not in selected):
                    continue
                if baseline is not None and arm.baseline != baseline:
                    continue
                for stream in arm.streams:
                    if cell in stream.cells or (cell == 0 and arm.needs_clean):
                        needed[stream.rows(0, stream.hypothesis.horizon)[0]] = True
            total += int(needed.sum()) * self._cases_per_row(cell)
        return total

    def _cases_per_row(self, cell: int) -> int:
        return self.cells[cell].draws * self.repeats


@dataclass(slots=True)
class Plan:
    """A specification ready to run on any model."""

    spec: Spec
    folder: Path
    name: str
    spec_hash: str
    seed: int
    scenarios: list[ScenarioPlan]
    datasets: dict[str, Dataset]
    quick: bool = False
    _by_id: dict[str, ArmPlan] = field(default_factory=dict)

    @property
    def arms(self) -> list[ArmPlan]:
        """Every arm, in the order of the file."""
        return [arm for scenario in self.scenarios for arm in scenario.arms]

    def arm(self, arm_id: str) -> ArmPlan:
        """The arm of this id."""
        if not self._by_id:
            self._by_id.update({arm.id: arm for arm in self.arms})
        return self._by_id[arm_id]

    def digest(self, model: str) -> str:
        """What identifies this plan on this model: the fingerprint of outputs that nothing else identifies."""
        parts = [self.spec_hash, str(self.seed), model, *(data.content_hash for data in self.datasets.values())]
        return blake2b("\0".join(parts).encode(), digest_size=12).hexdigest()
