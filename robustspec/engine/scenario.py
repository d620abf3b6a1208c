"""A scenario during a run: which cases its undecided arms want next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from robustspec.answers.reading import Reader
from robustspec.engine.cases import Cases, Wanted
from robustspec.engine.judge import ArmRun
from robustspec.engine.plan import ArmPlan, Ints, Plan, ScenarioPlan
from robustspec.engine.table import UNKNOWN, ScoreTable
from robustspec.language.spec import Output

Wish = tuple[ArmRun, Ints, tuple[int, ...]]
"""An arm, the slots of the units that it wants next, and the cells it wants them on."""


class Asked(NamedTuple):
    """Cases that one model is to be called on: its name ("" for the model under test), how many, and which."""

    model: str
    cases: Cases
    size: int
    wanted: Iterator[Wanted]


def reader_of(output: Output) -> Reader:
    """What reads outputs as an ``output:`` block says."""
    return Reader(output.extract, output.refusal, output.asking)


class ScenarioRun:
    """A scenario while it runs: its cases, and the selected arms.

    ``by_case`` tells, by name, which models are given a conversation whole; the model under test stands under "".
    ``baselines`` are the cases as the models under ``baselines:`` answer them.
    """

    def __init__(
        self, plan: Plan, scenario: ScenarioPlan, arms: Sequence[ArmPlan], by_case: Mapping[str, bool] | None = None
    ) -> None:
        self.plan = scenario
        self._spec, self._seed, self._by_case = plan.spec, plan.seed, by_case or {}
        self.cases = self._cases(arms)
        names = dict.fromkeys(arm.baseline for arm in arms if arm.baseline is not None)
        self.baselines = {name: self._cases([arm for arm in arms if arm.baseline == name], name) for name in names}
        self.arms = [ArmRun(arm) for arm in arms]

    def _cases(self, arms: Sequence[ArmPlan], model: str = "") -> Cases:
        counted = {arm.measure: arm.settings.repeats for arm in arms}
        return Cases(
            self.plan,
            {arm.measure: arm.metric for arm in arms},
            reader_of(self._spec.output),
            seed=self._seed,
            repeats=max(counted.values(), default=1),
            counted=counted,
            by_case=self._by_case.get(model, False),
        )

    @property
    def measures(self) -> dict[str, str]:
        """The metrics that are scored, with the name that their scores are kept under."""
        return {arm.plan.requirement.metric: arm.plan.measure for arm in self.arms}

    @property
    def undecided(self) -> list[ArmRun]:
        """Arms that still need units."""
        return [arm for arm in self.arms if not arm.done]

    def consume(self) -> None:
        """Give every undecided arm what has been scored for it."""
        for arm in self.undecided:
            arm.consume(self.cases.table, self.baseline_table(arm.plan))

    def baseline_table(self, arm: ArmPlan) -> ScoreTable | None:
        """The scores of the model that an arm compares with, if it does."""
        return None if arm.baseline is None else self.baselines[arm.baseline].table

    def wanted(self, window: int = 0) -> list[Asked]:
        """What the undecided arms want next and is not scored yet, of the model under test and of each baseline.

        ``window`` is how many calls may be under way: what the arms surely need is filled up to it, as far as they may.
        """
        arms = list(self._next())
        ahead = -(-window // len(arms)) if arms else 0
        wishes = [(arm, slots, cells) for arm in arms for slots, cells in arm.wants(ahead)]
        asked = [self._asked("", self.cases, wishes)]
        for name, cases in self.baselines.items():
            asked.append(self._asked(name, cases, [wish for wish in wishes if wish[0].plan.baseline == name]))
        return asked

    def _next(self) -> Iterator[ArmRun]:
        """The undecided arms that may go on: of a focused requirement those not tried yet, else the worst one."""
        focused: dict[str, list[ArmRun]] = {}
        for arm in self.undecided:
            if not arm.plan.is_focused or arm.untried:
                yield arm
            else:
                focused.setdefault(arm.plan.requirement.key, []).append(arm)
        waiting = {arm.plan.requirement.key for arm in self.undecided if arm.plan.is_focused and arm.untried}
        for key, arms in focused.items():
            if key not in waiting:
                yield min(arms, key=lambda arm: arm.promise)

    def _asked(self, model: str, cases: Cases, wishes: Sequence[Wish]) -> Asked:
        if not wishes:
            return Asked(model, cases, 0, iter(()))
        union = np.sort(np.concatenate([slots for _, slots, _ in wishes]))
        union = union[np.append(True, union[1:] != union[:-1])]  # np.unique would load numpy.ma
        need = np.zeros((len(union), len(self.plan.cells)), dtype=bool)
        for arm, slots, cells in wishes:
            at, status = np.searchsorted(union, slots), cases.table.status[arm.plan.measure]
            unknown = status[np.asarray(cells)[:, None], slots].T == UNKNOWN
            if arm.plan.metric.shape == "row":
                # Clean is needed again with every cell that is compared with it, and only then.
                unknown[:, 0] = unknown[:, 1:].any(axis=1)
            need[at[:, None], list(cells)] |= unknown
        rows = np.flatnonzero(need.any(axis=1))
        wanted = ((int(union[row]), np.flatnonzero(need[row]).tolist()) for row in rows)
        return Asked(model, cases, int(need.sum()), wanted)

    def spare(self, failed: ArmPlan) -> None:
        """Under ``allocation: focused`` the other arms of a requirement of which one has failed need not go on."""
        if failed.is_focused:
            for arm in self.undecided:
                if arm.plan.requirement.key == failed.requirement.key:
                    arm.not_needed(failed.id)
