"""How far a conversation goes before the model fails, one conversation at a time."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal

from pydantic import Field

from robustspec.data.row import Case
from robustspec.metrics.base import CaseMetric
from robustspec.metrics.turns import ByThreshold


class Survives(ByThreshold, CaseMetric):
    """Share of conversations in which no judged turn is wrong, up to turn ``to``.

    Formula: mean of 1[every judged turn t <= to is right by ``of``]. Judged are the last answer, by the row's label
    and policy, and each earlier one for which a message of the data says ``expect`` or ``policy``; turns are the
    model's answers, counted from 1. A conversation that ends before turn ``to`` without a wrong turn has survived:
    where many do, `survival` accounts for it. Inputs: the answers of a conversation, and what its turns expect.
    Direction: higher is better; 0 or 1 for each conversation, so that its mean has exact tests.

    >>> from robustspec.data.row import Answer, Case, Row, Turn
    >>> from robustspec.metrics.accuracy import Accuracy
    >>> turns = [Turn(Answer(said), "yes", judged=True) for said in ("yes", "no", "yes")]
    >>> case = Case(Row("1", "...", "yes"), turns[-1].answer, turns=tuple(turns))
    >>> [Survives(of="accuracy", to=to).bound({"accuracy": Accuracy()}).score(case) for to in (1, 3)]
    [1.0, 0.0]

    Source: survival of behaviour over turns, Xian et al., robustness specifications, Box 1 (behavioural) and Box 2.
    """

    kind: Literal["survives"] = "survives"
    binary: ClassVar[bool] = True
    to: int | None = Field(default=None, ge=1)
    """The last turn that counts; without it, all of them do."""

    def score(self, case: Case) -> float:
        """1 where no turn up to ``to`` is wrong."""
        return 1.0 if self.first_failure(case, self.to) is None else 0.0


class _OneMore:
    """One more than ``to``, infinite without it."""

    def __get__(self, metric: Any, owner: type[Any]) -> float:
        to = None if metric is None else metric.to
        return math.inf if to is None else to + 1.0


class FirstFailingTurn(ByThreshold, CaseMetric):
    """The number of the first turn that is wrong; of a conversation without one, its number of turns plus 1.

    Formula: min{t : turn t is judged and wrong by ``of``}; T + 1 where there is none. With ``to``, min(that, to + 1):
    its mean is then a restricted mean survival time, and has bounds. Without ``to`` there is no upper bound, so a
    mean has no guarantee: require a quantile, or write method: approximate. A conversation that ends early cannot
    score high, which `survival` accounts for. Inputs: the answers of a conversation, and what its turns expect.
    Direction: higher is better; from 1.

    >>> from robustspec.data.row import Answer, Case, Row, Turn
    >>> from robustspec.metrics.accuracy import Accuracy
    >>> turns = [Turn(Answer(said), "yes", judged=True) for said in ("yes", "no", "yes")]
    >>> case = Case(Row("1", "...", "yes"), turns[-1].answer, turns=tuple(turns))
    >>> FirstFailingTurn(of="accuracy").bound({"accuracy": Accuracy()}).score(case)
    2.0

    Source: first failing turn of Xian et al., robustness specifications, Box 1 (behavioural); restricted mean
    survival time, Royston and Parmar 2013.
    """

    kind: Literal["first_failing_turn"] = "first_failing_turn"
    lower: ClassVar[float] = 1.0
    upper: ClassVar[float] = _OneMore()  # type: ignore[assignment]  # a descriptor
    to: int | None = Field(default=None, ge=1)
    """The last turn that counts; a first failure after it counts as one in the turn that follows it."""

    def score(self, case: Case) -> float:
        """The turn of the first failure."""
        found = self.first_failure(case)
        turn = len(case.held) + 1 if found is None else found
        return float(turn if self.to is None else min(turn, self.to + 1))
