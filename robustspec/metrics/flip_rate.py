"""Flip rate and consistency: does the answer stay what it was on the clean input?"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Literal

from robustspec.answers.values import at
from robustspec.data.row import Case
from robustspec.metrics.base import Direction, RowMetric, Same


class FlipRate(RowMetric):
    """Share of perturbed cases whose answer differs from the clean one.

    Formula: for each row the weighted mean over its cells of 1[answer differs from the clean answer]. Two answers are
    equal when they are of one act and, if answered, equal for the metric that ``of`` names; unparsed equals nothing; a
    refusal where the case's policy is may_refuse is no flip. Where the relation is ``changes``, the clean answer is
    first mapped to what it should become. Inputs: clean and perturbed answers, no label. Direction: lower is better; 0
    or 1 for each cell.

    >>> from robustspec.data.row import Answer, Case, Row
    >>> row = Row("1", "...")
    >>> FlipRate().observe(Case(row, Answer("Rise")), Case(row, Answer("Fall"), cell="typo-1"), None)
    1.0

    Source: flip probability of Hendrycks and Dietterich 2019, "Benchmarking neural network robustness".
    """

    kind: Literal["flip_rate"] = "flip_rate"
    direction: ClassVar[Direction] = "lower"
    binary: ClassVar[bool] = True

    of: str | None = None
    """The metric that says when two answers are equal; without it, equal values are."""

    def observe(self, clean: Case, case: Case, relation: Mapping[str, Any] | None, same: Same | None = None) -> float:
        """1 where the answer flipped."""
        return float(_flipped(clean, case, relation, same or self.same))


class Consistency(FlipRate):
    """Share of perturbed cases whose answer is the clean one: 1 - `flip_rate`.

    Formula: for each row the weighted mean over its cells of 1[answer equals the clean answer], with the equality of
    flip_rate. Inputs: clean and perturbed answers, no label. Direction: higher is better; 0 or 1 for each cell.

    >>> from robustspec.data.row import Answer, Case, Row
    >>> row = Row("1", "...")
    >>> Consistency().observe(Case(row, Answer("Rise")), Case(row, Answer("Rise"), cell="typo-1"), None)
    1.0

    Source: prediction consistency with the clean input; a model may be consistent and wrong.
    """

    kind: Literal["consistency"] = "consistency"  # type: ignore[assignment]  # another kind with the same comparison
    direction: ClassVar[Direction] = "higher"

    def observe(self, clean: Case, case: Case, relation: Mapping[str, Any] | None, same: Same | None = None) -> float:
        """1 where the answer stayed."""
        return 1.0 - super().observe(clean, case, relation, same)


def _flipped(clean: Case, case: Case, relation: Mapping[str, Any] | None, same: Same) -> bool:
    before, after = clean.answer, case.answer
    if after.act == "refused" and "may_refuse" in case.policy:
        return False
    if before.act != after.act or after.act == "unparsed":
        return True
    if after.act != "answered":
        return False
    if relation is not None and relation.get("kind") == "changes":
        before = replace(before, value=_moved(before.value, clean, case, relation))
    return not same(before, after, case.row)


def _moved(value: Any, clean: Case, case: Case, relation: Mapping[str, Any]) -> Any:
    """What the clean answer should become: mapped through ``to``, or as the operator moved the label."""
    field, to = relation.get("field"), relation.get("to")
    if to is not None:
        return _mapped(value, field, to)
    before, after = clean.row.label, case.row.label
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return _mapped(value, field, {before: after} if isinstance(before, Hashable) else {})
    for name in before:
        if before[name] != after.get(name) and isinstance(before[name], Hashable):
            value = _mapped(value, name, {before[name]: after.get(name)})
    return value


def _mapped(value: Any, field: str | None, to: Mapping[Any, Any]) -> Any:
    """``value`` with its field (or itself, where it is no mapping) replaced through ``to``; other values stay."""
    if field is None or not isinstance(value, Mapping):
        return to.get(value, value) if isinstance(value, Hashable) else value
    head, _, rest = field.partition(".")
    name, inner = (field, None) if field in value else (head, rest or None)
    if at(value, field) is None:
        return value
    return {**value, name: _mapped(value[name], inner, to)}
