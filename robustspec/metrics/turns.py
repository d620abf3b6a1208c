"""Scores of the turns of a conversation: the base of metrics that judge every answer, not only the last one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Self

from pydantic import PrivateAttr

from robustspec.data.row import Case, Policy
from robustspec.metrics.base import CaseMetric, Metric


def judged(case: Case) -> list[tuple[int, Case]]:
    """The answers of a conversation of which the data tell what is right, each as a case with the number of its turn.

    Turns are the model's answers, counted from 1; questions that a simulated user replied to are turns as well. The
    last answer is always judged, by the row's own label and policy.
    """
    return [
        (
            number,
            replace(
                case,
                row=replace(case.row, label=turn.label),
                answer=turn.answer,
                policy=turn.policy,
                turns=(),
                opinions={},
            ),
        )
        for number, turn in enumerate(case.held, 1)
        if turn.judged
    ]


class FromBase:
    """A class fact that is the one of the metric that another is ``of``; ``otherwise`` on the class and before `bound`.

    ``spread`` is the range of its scores.
    """

    def __init__(self, name: str, otherwise: Any) -> None:
        self._name, self._otherwise = name, otherwise

    def __get__(self, metric: Any, owner: type[Any]) -> Any:
        base = None if metric is None else metric._base
        if base is None:
            return self._otherwise
        return base.upper - base.lower if self._name == "spread" else getattr(base, self._name)


class OverTurns(Metric):
    """A metric that scores every judged turn by another metric, ``of``."""

    reads_label: ClassVar[bool] = FromBase("reads_label", True)  # type: ignore[assignment]  # a descriptor
    places: ClassVar[bool] = FromBase("places", False)  # type: ignore[assignment]  # a descriptor
    reads_turns: ClassVar[bool] = True

    of: str
    """The metric that says whether a turn is right: a kind, or a name under ``metrics:``."""

    _base: CaseMetric | None = PrivateAttr(default=None)

    def bound(self, metrics: Mapping[str, Metric]) -> Self:
        """This metric with the one that it is ``of``; ValueError where that does not score single cases."""
        base = metrics[self.of]
        if not isinstance(base, CaseMetric):
            raise ValueError(f"{self.kind} needs a score of each turn, and '{self.of}' is a {base.shape} metric")
        copy = self.model_copy()
        copy._base = base
        return copy

    @property
    def base(self) -> CaseMetric:
        """The metric that it is ``of``; ValueError before `bound`."""
        if self._base is None:
            raise ValueError(
                f"{self.kind} does not know '{self.of}' yet -- bind it: metric.bound({{'{self.of}': ...}})"
            )
        return self._base

    def needs_label(self, policy: Policy) -> bool:
        """Where the metric does that it is ``of``."""
        return self.base.needs_label(policy)

    def scored(self, case: Case) -> list[tuple[int, float]]:
        """The score of each turn that is judged and counted by the metric, with its number."""
        base = self.base
        return [(n, base.score(turn)) for n, turn in judged(case) if base.applies(turn.row, turn.policy)]


class ByThreshold(OverTurns):
    """A metric for which a turn is right or wrong."""

    threshold: float | None = None
    """The score from which on a turn is right (up to which, where lower is better); without it, the best there is."""

    def verdicts(self, case: Case) -> list[tuple[int, bool]]:
        """Whether each judged turn is right, with its number."""
        lower_is_better = self.base.direction == "lower"
        best = self.base.lower if lower_is_better else self.base.upper
        limit = best if self.threshold is None else self.threshold
        return [(n, score <= limit if lower_is_better else score >= limit) for n, score in self.scored(case)]

    def first_failure(self, case: Case, to: int | None = None) -> int | None:
        """The number of the first turn that is wrong, up to turn ``to``; None where there is none."""
        return next((n for n, right in self.verdicts(case) if not right and (to is None or n <= to)), None)
