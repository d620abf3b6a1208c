"""Realised magnitude: how much a perturbation changed, by its own account."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from robustspec.data.row import Case
from robustspec.errors import DataError
from robustspec.metrics.base import CaseMetric, Direction
from robustspec.metrics.bound_field import UpperFrom


class RealisedMagnitude(CaseMetric):
    """Mean size of the change that a perturbation made, in the operator's own unit; 0 on clean.

    Formula: mean of the magnitude that the operator recorded for the case. It judges the perturbation and not the model:
    with it a specification requires that a level does what it says, before robustness to it means anything. Cases that the
    perturbation left unchanged are no evidence, here as everywhere: ``max_unchanged`` bounds their share. Inputs: the case;
    neither answer nor label is read. Direction: either, as the bound says; 0 or more, without an upper bound unless
    ``most`` is given, so that otherwise its mean has no guarantee: require a quantile, or write method: approximate.

    >>> from robustspec.data.row import Answer, Case, Row
    >>> RealisedMagnitude().score(Case(Row("1", "...", magnitude=0.12), Answer("..."), cell="gaussian_noise-2"))
    0.12

    Source: this project; manipulation check of experimental psychology.
    """

    kind: Literal["realised_magnitude"] = "realised_magnitude"
    direction: ClassVar[Direction] = "either"
    upper: ClassVar[float] = UpperFrom("most")  # type: ignore[assignment]  # gives a float on class and instance

    most: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """The largest magnitude that there can be, such as 1 for the share of words edited; a larger one makes the arm
    INVALID."""

    def score(self, case: Case) -> float:
        """The magnitude; `DataError` where the operator records none, or one above ``most``."""
        magnitude = case.row.magnitude
        if magnitude is None:
            raise DataError(f"the operator of {case.cell} records no magnitude -- require realised_magnitude of others")
        if magnitude > self.upper:
            raise DataError(
                f"row {case.row.id}: magnitude {magnitude:g} on {case.cell} is above `most: {self.most:g}` -- raise it"
            )
        return float(magnitude)
