"""Monotone violation: an answer that must rise with the perturbation does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, ClassVar, Literal

from robustspec.answers.values import normal, part
from robustspec.data.row import Case
from robustspec.metrics.base import Direction, RowMetric, Same

_BROKEN, _LEFT_OUT = 1.0, 0.0


class MonotoneViolation(RowMetric):
    """Share of rows whose answers break the declared order along the levels, clean being level 0.

    Formula: 1 for a row when for any neighbouring pair of levels of one perturbation the answer's rank in ``order``
    goes the wrong way (down where the relation says ``rising``, else up), or when an answer has no rank: unparsed, or
    without a value that is in ``order``. Equal neighbours are right. A refusal or a question has the rank of its field
    where it is structured and holds one, so ``field: action, order: [recommend, refuse]`` ranks refusing itself; a
    refusal where the case's policy is may_refuse leaves its level out. ``field``, ``order`` and ``rising`` come from the
    cells' relation: ``relation: {kind: monotone, field: warning, order: [none, caution, stop], rising: true}``.
    Inputs: clean and perturbed answers, no label. Direction: lower is better; 0 or 1 for each row.

    >>> MonotoneViolation().combine(0.25, [0.5, 0.5, 0.75], [1 / 3] * 3, [1, 2, 3])
    0.0
    >>> MonotoneViolation().combine(0.25, [0.75, 0.5, 0.75], [1 / 3] * 3, [1, 2, 3])
    1.0

    Source: directional expectation tests of Ribeiro et al. 2020, "Beyond accuracy: behavioral testing of NLP models".
    """

    kind: Literal["monotone_violation"] = "monotone_violation"
    direction: ClassVar[Direction] = "lower"
    binary: ClassVar[bool] = True
    pairwise: ClassVar[bool] = False

    def observe(self, clean: Case, case: Case, relation: Mapping[str, Any] | None, same: Same | None = None) -> float:
        """Where the answer stands: strictly between 0 and 1, rising as it must; 1 without a rank.

        0 for an allowed refusal, which says nothing. So a missing case, put in as 1 or 0, breaks the order or does not.
        """
        if case.answer.act == "refused" and "may_refuse" in case.policy:
            return _LEFT_OUT
        if relation is None or case.answer.act == "unparsed":
            return _BROKEN
        order = [normal(step) for step in relation["order"]]
        value = normal(part(case.answer.value, relation.get("field")))
        if value not in order:
            return _BROKEN
        steps = order.index(value) + 1 if relation.get("rising", True) else len(order) - order.index(value)
        return steps / (len(order) + 1)

    def combine(
        self, clean: float | None, cells: Sequence[float], weights: Sequence[float], levels: Sequence[int | None]
    ) -> float:
        """1 where the order is broken along clean and the cells by rising level; clean is None where it is unknown."""
        by_level = sorted(zip(levels, cells, strict=True), key=lambda step: step[0] or 0)
        steps = [*(() if clean is None else (clean,)), *(cell for _, cell in by_level)]
        stated = [step for step in steps if step != _LEFT_OUT]
        return float(_BROKEN in stated or any(after < before for before, after in pairwise(stated)))
