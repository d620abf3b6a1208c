"""Laterality error: the right finding, on the wrong side."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from robustspec.answers.values import at, normal, part
from robustspec.data.row import Case, Policy, Row
from robustspec.errors import DataError
from robustspec.metrics.base import CaseMetric, Direction
from robustspec.metrics.items import MOST
from robustspec.metrics.json_match import equal
from robustspec.metrics.overlap import structure


class LateralityError(CaseMetric):
    """Share of cases in which a finding of the label is reported on the other side.

    Formula: mean of 1[an item of the answer is an item of the label but for its side, which is the opposite one]. Items
    that are right, side and all, are paired first, so that of two lesions, one on each side, neither is taken for the other
    one mirrored. Two items are alike where the fields under ``match`` are equal; without ``match`` any two are, so that
    every finding on a side where the label has none counts while a finding of the label is left. Without ``items`` the answer
    and the label state one side, in the field ``side`` or as they are. A side that is neither of ``sides`` (midline,
    bilateral) has no opposite. A case that is not answered states no side and scores 0, and so does an output that
    cannot be read: require `coverage` or `item_recall` too. Inputs: a structured answer and label. Direction: lower is
    better; 0 or 1 for each case.

    >>> from robustspec.data.row import Answer, Case, Row
    >>> metric = LateralityError(items="findings", match=("region",))
    >>> row = Row("1", "...", label={"findings": [{"side": "left", "region": "frontal"}]})
    >>> metric.score(Case(row, Answer({"findings": [{"side": "right", "region": "frontal"}]})))
    1.0
    >>> metric.score(Case(row, Answer({"findings": [{"side": "right", "region": "temporal"}]})))
    0.0

    Source: wrong-side errors in radiology reports, Lee et al. 2015, "Laterality errors in radiology reports generated
    with and without voice recognition software".
    """

    kind: Literal["laterality_error"] = "laterality_error"
    direction: ClassVar[Direction] = "lower"
    binary: ClassVar[bool] = True
    reads_label: ClassVar[bool] = True

    items: str | None = None
    """The field that holds the list of findings, dotted where nested; without it there is one side for a case."""

    side: str = "side"
    """The field that holds the side, of a finding or of the whole answer."""

    match: tuple[str, ...] = ()
    """The fields, equal as json_match compares, that make two findings the same but for their side."""

    sides: tuple[str, str] = Field(default=("left", "right"))
    """The two sides that are opposite."""

    def applies(self, row: Row, policy: Policy) -> bool:
        """Where the policy allows an answer."""
        return "answer" in policy or "may_refuse" in policy

    def needs_label(self, policy: Policy) -> bool:
        """Where the policy allows an answer."""
        return "answer" in policy or "may_refuse" in policy

    def score(self, case: Case) -> float:
        """1 where a finding is on the wrong side; `DataError` where the label has no list."""
        if case.answer.act != "answered":
            return 0.0
        wanted = self._findings(structure(case.row.label) if isinstance(case.row.label, str) else case.row.label)
        if wanted is None:
            raise DataError(
                f"row {case.row.id}: the label has no list of findings under '{self.items}': {case.row.label!r:.60} -- "
                "correct `items`, or give a healthy row an empty list"
            )
        found = (self._findings(case.answer.value) or [])[:MOST]
        return float(self._is_mirrored(found, wanted))

    def _findings(self, value: Any) -> list[Any] | None:
        if self.items is None:
            return [value]
        listed = part(value, self.items)
        if isinstance(listed, dict):
            return [listed]
        return list(listed) if isinstance(listed, (list, tuple)) else None

    def _is_mirrored(self, found: list[Any], wanted: list[Any]) -> bool:
        """Whether one of what is left, after what is right was paired, is one of the label's left mirrored."""
        left = list(wanted)
        stray = []
        for item in found:
            twin = next((k for k, each in enumerate(left) if self._alike(item, each, self._side(each))), None)
            if twin is None:
                stray.append(item)
            else:
                del left[twin]
        return any(self._alike(item, each, self._opposite(each)) for item in stray for each in left)

    def _alike(self, one: Any, other: Any, side: Any) -> bool:
        """Whether ``one`` is on ``side`` and else like ``other``."""
        if side is None or self._side(one) != side:
            return False
        return all(equal(at(one, field), at(other, field)) for field in self.match)

    def _side(self, item: Any) -> Any:
        return normal(part(item, self.side))

    def _opposite(self, item: Any) -> Any:
        one, other = map(normal, self.sides)
        return {one: other, other: one}.get(self._side(item)) if isinstance(self._side(item), str) else None
