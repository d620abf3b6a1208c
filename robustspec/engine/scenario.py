"""A scenario during a run: which cases its undecided arms want next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from robustspec.answers.reading import Reader
from robustspec.engine.cases import Cases, Wanted
from robustspec.engine.judge import ArmRun
from robustspec.engine.plan import ArmPlan, Plan, ScenarioPlan
from robustspec.engine.table import UNKNOWN


class ScenarioRun:
    """A scenario while it runs: its cases, and the selected arms."""

    def __init__(self, plan: Plan, scenario: ScenarioPlan, arms: Sequence[ArmPlan], by_case: bool = False) -> None:
        self.plan = scenario
        output = plan.spec.output
        reader = Reader(output.extract, output.refusal, output.asking)
        metrics = {arm.measure: arm.metric for arm in arms}
        counted = {arm.measure: arm.settings.repeats for arm in arms}
        repeats = max(counted.values(), default=1)
        self.cases = Cases(scenario, metrics, reader, seed=plan.seed, repeats=repeats, counted=counted, by_case=by_case)
        self.arms = [ArmRun(arm) for arm in arms]

    @property
    def measures(self) -> dict[str, str]:
        """The metrics that are scored, with the name that their scores are kept under."""
        return {arm.plan.requirement.metric: arm.plan.measure for arm in self.arms}

    @property
    def undecided(self) -> list[ArmRun]:
        """Arms that still need units."""
        return [arm for arm in self.arms if not arm.done]

    def wanted(self) -> tuple[int, Iterator[Wanted]]:
        """What the undecided arms want next and is not scored yet: how many cases, and the cases by row."""
        wishes = [(arm, slots, cells) for arm in self.undecided for slots, cells in arm.wants()]
        if not wishes:
            return 0, iter(())
        union = np.sort(np.concatenate([slots for _, slots, _ in wishes]))
        union = union[np.append(True, union[1:] != union[:-1])]  # np.unique would load numpy.ma
        need = np.zeros((len(union), len(self.plan.cells)), dtype=bool)
        for arm, slots, cells in wishes:
            at, status = np.searchsorted(union, slots), self.cases.table.status[arm.plan.measure]
            unknown = status[np.asarray(cells)[:, None], slots].T == UNKNOWN
            if arm.plan.metric.shape == "row":
                # Clean is needed again with every cell that is compared with it, and only then.
                unknown[:, 0] = unknown[:, 1:].any(axis=1)
            need[at[:, None], list(cells)] |= unknown
        rows = np.flatnonzero(need.any(axis=1))
        return int(need.sum()), ((int(union[row]), np.flatnonzero(need[row]).tolist()) for row in rows)
