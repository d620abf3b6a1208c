"""Survival over turns, with conversations that end early."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from pydantic import Field

from robustspec.data.row import Case
from robustspec.metrics.base import Floats, TableMetric
from robustspec.metrics.turns import ByThreshold


class Survival(ByThreshold, TableMetric):
    """The share of conversations that are free of a wrong turn through turn ``at``, by the Kaplan-Meier estimate.

    Formula: S(at) = product over turns t <= at of (1 - d_t / n_t), with d_t the conversations whose first wrong turn
    is t, and n_t those that came to turn t without one. A conversation that ends before turn ``at`` without a wrong
    turn counts for as long as it lasted (it is censored), and is neither a success nor a failure. Undefined where no
    conversation was followed up to turn ``at`` and some survived until then. Where all conversations are longer than
    ``at``, this is the mean of `survives`, which has exact tests; this one is a number of the whole table. Inputs:
    the answers of conversations, and what their turns expect. Direction: higher is better; in [0, 1].

    Entries are (turn, failed). Four conversations: one fails in turn 1, one in turn 3, one ends well after turn 2 and
    one after turn 3, so S(3) = (1 - 1/4)(1 - 1/2):

    >>> Survival(of="accuracy", at=3).value({(1, True): 1, (3, True): 1, (2, False): 1, (3, False): 1})
    0.375

    Source: Kaplan and Meier 1958, "Nonparametric estimation from incomplete observations".
    """

    kind: Literal["survival"] = "survival"
    at: int = Field(ge=1)
    """The turn through which conversations must hold."""

    def observe(self, case: Case) -> Hashable:
        """(turn of the first failure, True), or (last judged turn, False)."""
        found = self.first_failure(case)
        return (max((n for n, _ in self.verdicts(case)), default=0), False) if found is None else (found, True)

    def value(self, table: Counter[Any] | Mapping[Any, float]) -> float | None:
        """S(at); None where nobody was followed so far."""
        (found,) = self.values(list(table), np.array([list(table.values())], dtype=np.float64)) if table else (np.nan,)
        return None if np.isnan(found) else float(found)

    def values(self, entries: Sequence[Any], weights: Floats) -> Floats:
        """S(at) of many tables, NaN where it is undefined."""
        return curve(entries, weights, self.at)[:, -1]


def curve(entries: Sequence[tuple[int, bool]], weights: Floats, last: int) -> Floats:
    """S(1) ... S(last) of many tables, tables x turns; NaN from where nobody is left who was still without failure.

    ``entries`` are (turn, failed); ``weights`` tables x entries, 0 where an entry is not in a table.
    """
    turn = np.array([entry[0] for entry in entries], dtype=np.int64)
    failed = np.array([entry[1] for entry in entries], dtype=bool)
    result, alive = np.empty((len(weights), last)), np.ones(len(weights))
    for t in range(1, last + 1):
        at_risk = weights[:, turn >= t].sum(axis=1)
        lost = weights[:, (turn == t) & failed].sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.where(at_risk > 0, 1 - lost / at_risk, np.where(alive == 0, 1.0, np.nan))
        alive = alive * np.clip(step, 0.0, 1.0)
        result[:, t - 1] = alive
    return result
