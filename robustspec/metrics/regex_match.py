"""Regex match: a regular expression is found in the answer."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, ClassVar, Literal

from pydantic import field_validator

from robustspec.answers.values import ends, normal, text_of
from robustspec.data.row import Answer, Policy, Row
from robustspec.errors import DataError
from robustspec.metrics.base import JudgedMetric


class RegexMatch(JudgedMetric):
    """Share of cases in whose answer a regular expression is found.

    Formula: mean of 1[pattern found in answer], case ignored (``(?-i:...)`` minds it). The pattern is ``pattern``, or
    the row's label. Of an answer longer than 16 KiB the first and last 8 KiB are searched. Two answers are the same
    when the first match is the same text. Inputs: answer as text. Direction: higher is better; 0 or 1 for each case.

    >>> from robustspec.data.row import Answer, Case, Row
    >>> RegexMatch(pattern=r"\\b200 ?mg\\b").score(Case(Row("1", "..."), Answer("Take 200mg.")))
    1.0

    Source: this project.
    """

    kind: Literal["regex_match"] = "regex_match"
    binary: ClassVar[bool] = True

    pattern: str | None = None
    """The regular expression; without it each row's label is one."""

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"'{pattern}' is not a regular expression: {error} -- correct or escape it") from error
        return pattern

    def needs_label(self, policy: Policy) -> bool:
        """Only where no pattern is given."""
        return self.pattern is None and super().needs_label(policy)

    def right(self, value: Any, row: Row) -> float:
        """1 where the pattern is found; `DataError` where a label is no regular expression."""
        return float(self._found(value, row) is not None)

    def same(self, one: Answer, other: Answer, row: Row) -> bool:
        """Whether the first match is the same text in both, or there is none in either."""
        return bool(self._found(one.value, row) == self._found(other.value, row))

    def _found(self, value: Any, row: Row) -> str | None:
        try:
            compiled = _compiled(self.pattern if self.pattern is not None else text_of(row.label))
        except re.error as error:
            raise DataError(
                f"row {row.id}: the label {row.label!r} is not a regular expression: {error} -- correct or escape it"
            ) from error
        found = compiled.search(ends(text_of(value)))
        return None if found is None else str(normal(found[0]))


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
