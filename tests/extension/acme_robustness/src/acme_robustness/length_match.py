"""Whether an answer has as many words as the label."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from robustspec.data.row import Row
from robustspec.metrics.base import JudgedMetric


class LengthMatch(JudgedMetric):
    """Share of answers with as many words as the label, give or take ``slack``.

    Formula: 1[abs(words of the answer - words of the label) <= slack]. Direction: higher is better; 0 or 1 a case.

    >>> LengthMatch(slack=1).right("two words", Row("1", "...", label="one"))
    1.0

    Source: Acme's style guide.
    """

    kind: Literal["acme-robustness/length_match"] = "acme-robustness/length_match"
    binary: ClassVar[bool] = True

    slack: int = 0
    """Words that an answer may be longer or shorter."""

    def right(self, value: Any, row: Row) -> float:
        """1 where the lengths match."""
        return float(abs(len(str(value).split()) - len(str(row.label).split())) <= self.slack)
