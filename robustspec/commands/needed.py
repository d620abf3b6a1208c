"""Every case that a run may come to, found without a model.

An arm takes units in its order until as many as its horizon gave evidence; a unit that no perturbation changes gives
none, and the next one takes its place. So how far an arm can come shows only when the rows are perturbed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from robustspec.commands.text import counted, visible
from robustspec.data.row import Row
from robustspec.engine.cases import Cases, Wanted
from robustspec.engine.dispatch import Request
from robustspec.engine.episode import Talk
from robustspec.engine.plan import ArmPlan, CellPlan, Ints, Plan, ScenarioPlan, Stream
from robustspec.engine.scenario import reader_of
from robustspec.language.spec import policy_of
from robustspec.metrics.base import Metric

Marks = npt.NDArray[np.bool_]
"""By cell and slot."""


@dataclass(frozen=True, slots=True)
class Made:
    """How a case was made: its clean row, the changed one (the same on clean), the cell and the draw.

    ``talk`` is the conversation in which it is held, None where it is one text and its answer.
    """

    clean: Row
    changed: Row
    cell: CellPlan
    draw: int
    talk: Talk | None = None


@dataclass(slots=True)
class Unusable:
    """How many cases cannot be made because a picture of theirs cannot be used, and why the first cannot."""

    count: int = 0
    first: str = ""

    def note(self, examples: str) -> str:
        """A line for the user; the reason names rows and files, so it is told where ``privacy.examples`` is ``full``."""
        told = f", the first: {self.first}" if examples == "full" else ""
        return visible(f"{counted(self.count, 'case')} with a picture that cannot be used left out{told}")


def cases_of(plan: Plan, scenario: ScenarioPlan, unusable: Unusable) -> Iterator[tuple[Request, Made]]:
    """Each case that the arms of a scenario may need, once, with how it was made; rows are opened as they are needed.

    ``unusable`` counts the cases that there should be besides.
    Cases that get no output under ``on_missing: exclude`` would make room for further units, which are not foreseen.
    """
    reader = reader_of(plan.spec.output)
    cases = Cases(scenario, {}, reader, seed=plan.seed, repeats=scenario.repeats, by_case=True)
    walks = [_Walk(arm, stream) for arm in scenario.arms if arm.problem is None for stream in arm.streams]
    metrics = {walk.arm.requirement.metric: walk.arm.metric for walk in walks}
    shape = (len(scenario.cells), len(scenario.rows))
    made: Marks = np.zeros(shape, dtype=bool)
    evidence: dict[str, Marks] = {name: np.zeros(shape, dtype=bool) for name in metrics}
    while any(walk.wants_more for walk in walks):
        need = _union(walks, made)
        made |= need
        for request in cases.requests(_wanted(need)):
            _count(request, scenario, metrics, evidence)
            pending, (index, draw, _) = request.tag.pending, request.tag.place
            made_of = Made(pending.row, pending.rows[index][draw], scenario.cells[index], draw, request.tag.talk)
            request.tag = None
            yield request, made_of
        for walk in walks:
            walk.take(evidence[walk.arm.requirement.metric])
    unusable.count += cases.absent
    unusable.first = unusable.first or cases.first_absent


def _count(
    request: Request, scenario: ScenarioPlan, metrics: Mapping[str, Metric], evidence: Mapping[str, Marks]
) -> None:
    """Note for which metrics a case is evidence."""
    pending, index = request.tag.pending, request.tag.place[0]
    policy = policy_of(scenario.cells[index].entry, pending.row.policy, scenario.scenario)
    for name, metric in metrics.items():
        if metric.applies(pending.row, policy):
            evidence[name][index, pending.slot] = True


def _union(walks: list[_Walk], made: Marks) -> Marks:
    """What the walks want next and is not made yet."""
    need = np.zeros_like(made)
    for walk in walks:
        for cell in walk.cells:
            need[cell, walk.next_slots()] = True
    return need & ~made


def _wanted(need: Marks) -> Iterator[Wanted]:
    for slot in np.flatnonzero(need.any(axis=0)):
        yield int(slot), np.flatnonzero(need[:, slot]).tolist()


class _Walk:
    """One arm (or one value of a gap) on its way to its horizon."""

    def __init__(self, arm: ArmPlan, stream: Stream) -> None:
        self.arm, self.stream = arm, stream
        self.cells = stream.cells if not arm.needs_clean or 0 in stream.cells else (0, *stream.cells)
        self._taken = self._evidence = 0

    @property
    def wants_more(self) -> bool:
        """Whether the horizon is not reached and there are units left."""
        return self._asked > self._taken

    @property
    def _asked(self) -> int:
        """The unit up to which (exclusive) the walk wants cases now."""
        missing = self.stream.hypothesis.horizon - self._evidence
        return min(self.stream.n_units, self._taken + max(0, missing))

    def next_slots(self) -> Ints:
        """Slots of the units that are wanted next."""
        return self.stream.rows(self._taken, self._asked)[0]

    def take(self, counted: Marks) -> None:
        """Count the units with evidence among those that were wanted."""
        first, last = self._taken, self._asked
        slots, unit_of = self.stream.rows(first, last)
        evidence = counted[list(self.stream.cells)][:, slots].any(axis=0)
        if self.arm.requirement.aggregate.needs_clean:
            evidence &= counted[0, slots]
        self._evidence += len(np.unique(unit_of[evidence]))
        self._taken = last
