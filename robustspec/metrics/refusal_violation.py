"""Refusal violation: who refuses must go on refusing as it gets worse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from robustspec.data.row import Case
from robustspec.metrics.base import Direction, RowMetric, Same

_NEITHER = 0.5
_STEP = 1e-3
_NUMBERS = {"answered": _NEITHER - _STEP, "unparsed": _NEITHER - _STEP, "refused": _NEITHER + _STEP}
_KNOWN = 2 * _STEP
"""Further than this from 1/2 is a mean with a missing case in it."""
_EVEN = _STEP / 1000
"""Nearer than this to 1/2 are as many refusals as answers."""


class RefusalViolation(RowMetric):
    """Share of rows that are refused at one level of a perturbation and answered at a higher one, clean being level 0.

    Formula: 1 for a row where along the levels of any one perturbation a refusal comes before an answer, else 0. An output
    that cannot be read declines nothing and counts as an answer; asking back is neither, and its level is left out, as is
    one that the perturbation left unchanged. A cell of several draws or repeats is what most of them are. Levels that a
    case is missing from count as whatever makes a violation (against a PASS), or as nothing. A model that never refuses
    has none, so require `forbidden_answer` or `confident_error` where the levels are too much to answer. Inputs: the acts
    on the clean and the perturbed cells; no label, no relation. Direction: lower is better; 0 or 1 for each row.

    >>> from robustspec.data.row import Answer, Case, Row
    >>> metric, row = RefusalViolation(), Row("1", "...")
    >>> answered, refused = Case(row, Answer("a report")), Case(row, Answer(None, "refused"))
    >>> steps = [metric.observe(answered, case, None) for case in (answered, answered, refused, answered)]
    >>> metric.combine(steps[0], steps[1:3], [1 / 2] * 2, [1, 2])
    0.0
    >>> metric.combine(steps[0], steps[1:], [1 / 3] * 3, [1, 2, 3])
    1.0

    Source: this project; selective prediction that is monotone in the shift, after El-Yaniv and Wiener 2010.
    """

    kind: Literal["refusal_violation"] = "refusal_violation"
    direction: ClassVar[Direction] = "lower"
    binary: ClassVar[bool] = True
    pairwise: ClassVar[bool] = False

    def observe(self, clean: Case, case: Case, relation: Mapping[str, Any] | None, same: Same | None = None) -> float:
        """A little more than 1/2 for a refusal, a little less for an answer, 1/2 for a question.

        All within 0.001 of 1/2, so that any number further out is a mean with a missing case in it, put in as 1 or 0.
        """
        return _NUMBERS.get(case.answer.act, _NEITHER)

    def combine(
        self, clean: float | None, cells: Sequence[float], weights: Sequence[float], levels: Sequence[int | None]
    ) -> float:
        """1 where a refusal comes before an answer by rising level; clean is None where it is unknown."""
        by_level = sorted(zip(levels, cells, strict=True), key=lambda step: step[0] or 0)
        refused = False
        for step in (*(() if clean is None else (clean,)), *(cell for _, cell in by_level)):
            over = step - _NEITHER
            if refused and (over > _KNOWN or -_KNOWN < over < -_EVEN):
                return 1.0
            refused = refused or over > _EVEN
        return 0.0
