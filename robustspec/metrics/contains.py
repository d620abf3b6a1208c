"""Contains: the answer holds a text."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

from pydantic import model_validator

from robustspec.answers.values import normal, text_of
from robustspec.data.row import Answer, Policy, Row
from robustspec.metrics.base import JudgedMetric


class Contains(JudgedMetric):
    """Share of cases whose answer contains the wanted text.

    Formula: mean of 1[text in answer], case and spare white space ignored. The text is the label (of a label that is a
    list, one item is enough), or one of ``any``, or each of ``all``. A text counts inside a longer word too: "yes" is
    in "yesterday"; `regex_match` with ``\\byes\\b`` is stricter. Two answers are the same when they hold the same ones
    of the wanted texts. Inputs: answer as text, a structure as its JSON. Direction: higher is better; 0 or 1 for each
    case.

    >>> from robustspec.data.row import Answer, Case, Row
    >>> Contains(all=("rest", "fluids")).score(Case(Row("1", "..."), Answer("Rest, and drink fluids.")))
    1.0

    Source: this project.
    """

    kind: Literal["contains"] = "contains"
    binary: ClassVar[bool] = True

    any: tuple[str, ...] | None = None
    """Texts of which one is enough, in place of the label."""

    all: tuple[str, ...] | None = None
    """Texts that must all be there, in place of the label."""

    @model_validator(mode="after")
    def _wants_something(self) -> Self:
        if self.any is not None and self.all is not None:
            raise ValueError("any and all exclude each other -- give one of them, or neither to look for the label")
        if () in (self.any, self.all) or "" in (*(self.any or ()), *(self.all or ())):
            raise ValueError("every answer contains an empty text -- give at least one text, and none that is empty")
        return self

    def needs_label(self, policy: Policy) -> bool:
        """Only where no text is given."""
        return self.any is None and self.all is None and super().needs_label(policy)

    def right(self, value: Any, row: Row) -> float:
        """1 where the value holds what is wanted."""
        held = self._held(value, row)
        return float(all(held) if self.all is not None else any(held))

    def same(self, one: Answer, other: Answer, row: Row) -> bool:
        """Whether both hold the same ones of the wanted texts."""
        return self._held(one.value, row) == self._held(other.value, row)

    def _held(self, value: Any, row: Row) -> list[bool]:
        text = normal(text_of(value))
        return [normal(text_of(wanted)) in text for wanted in self._wanted(row)]

    def _wanted(self, row: Row) -> list[Any]:
        given = self.any or self.all
        if given is not None:
            return list(given)
        return list(row.label) if isinstance(row.label, list | tuple) else [row.label]
