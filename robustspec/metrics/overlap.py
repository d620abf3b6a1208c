"""What IoU and Dice share: how an answer and a label become sets of items, and which cases count.

Both are ratios of sums over cases, A / B, so that they have the finite-sample guarantee of a mean
(`robustspec.metrics.precision_recall`). They cover the cases whose policy allows an answer.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, ClassVar

from pydantic import Field

from robustspec.answers.values import at, normal
from robustspec.data.row import Answer, Case, Policy, Row
from robustspec.errors import DataError
from robustspec.metrics.base import RatioMetric

Items = frozenset[str]


class Overlap(RatioMetric):
    """A ratio of the sizes of two sets of items, the answer's and the label's."""

    reads_label: ClassVar[bool] = True

    field: str | None = None
    """The field that holds the items, dotted where nested (``report.findings``), in answers and labels that are
    mappings; without it, the answer and the label are the items themselves."""

    most: int = Field(default=20, ge=1)
    """The largest denominator of one case; a case beyond it makes the arm INVALID. The guarantee has to allow for a case
    this large, and a missing case counts as one, so the nearer it is to the data's largest, the fewer units a verdict
    takes."""

    @property
    def denominator_upper(self) -> float:  # type: ignore[override]  # a field decides what other kinds declare
        """The largest denominator of one case: ``most``."""
        return float(self.most)

    def applies(self, row: Row, policy: Policy) -> bool:
        """Where the policy allows an answer."""
        return "answer" in policy or "may_refuse" in policy

    def needs_label(self, policy: Policy) -> bool:
        """Where the policy allows an answer."""
        return "answer" in policy or "may_refuse" in policy

    def same(self, one: Answer, other: Answer, row: Row) -> bool:
        """Whether both name the same items."""
        return self._named(one.value) == self._named(other.value)

    def sizes(self, found: Items, wanted: Items) -> tuple[int, int]:
        """Numerator and denominator of the answer's items and the label's."""
        raise NotImplementedError

    def parts(self, case: Case) -> tuple[float, float]:
        """The sizes; (0, 0) for an act that the policy allows. `DataError` for a case of more than ``most``."""
        if _is_right_act(case):
            return 0.0, 0.0
        found = self._named(case.answer.value) if case.answer.act == "answered" else frozenset()
        wanted = self._wanted(case.row)
        top, bottom = self.sizes(found, wanted)
        if bottom > self.most:
            raise DataError(
                f"row {case.row.id}: {len(found)} items in the answer and {len(wanted)} in the label make a denominator "
                f"of {bottom}, more than `most: {self.most}` -- give {self.kind} a larger `most`"
            )
        return float(top), float(bottom)

    def _named(self, value: Any) -> Items:
        if self.field is not None and isinstance(value, dict):
            value = at(value, self.field)
        named = value if isinstance(value, (list, tuple)) else (value,)
        return frozenset(map(_item, named)) - {""}

    def _wanted(self, row: Row) -> Items:
        label = structure(row.label) if isinstance(row.label, str) else row.label
        if self.field is None and isinstance(label, dict):
            raise DataError(
                f"row {row.id}: {self.kind} needs a list of items as label, not {row.label!r:.60} -- name the field that "
                "holds them with `field`"
            )
        return self._named(label)


def _item(value: Any) -> str:
    """An item as the text by which it is compared; nothing is the empty text."""
    if isinstance(value, (dict, list, tuple)):
        value = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return "" if value is None else str(normal(value))


@lru_cache(maxsize=4096)
def structure(text: str) -> Any:
    """The list or mapping that a text is the JSON of, as in a CSV column; any other text as it is."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, (dict, list)) else text


def _is_right_act(case: Case) -> bool:
    allowed = {"refused": {"may_refuse", "must_refuse"}, "asked": {"ask"}}
    return bool(allowed.get(case.answer.act, set()) & {*case.policy})
