"""What a run has spent, against its budget."""

from __future__ import annotations

import threading
import time

from robustspec.adapters.base import Model
from robustspec.data.row import Output
from robustspec.errors import AdapterError, RobustspecError
from robustspec.language.budget import Budget

_MILLION = 1_000_000


class BudgetSpent(RobustspecError):  # noqa: N818  # a limit that was reached, not a fault
    """A limit of the budget was reached; what had been answered by then is in the store."""


class Spending:
    """Counts the calls, tokens, money and time of one run, over all of its models. Safe to use from several threads.

    Calls under way when a limit of tokens or money is reached are finished, so these limits can be passed by as much as
    they use; the limit of calls is kept to.
    """

    def __init__(self, budget: Budget | None) -> None:
        self._budget = budget
        self._calls = self._sent = self._received = 0
        self._started = time.monotonic()
        self._lock = threading.Lock()

    def begin(self) -> None:
        """One more call; raises `BudgetSpent` where the budget has no room for it."""
        if self._budget is None:
            return
        with self._lock:
            if (why := self._reached(self._budget)) is not None:
                raise BudgetSpent(
                    f"the budget is spent: {why}; finished outputs are kept -- raise it under budget: and run again"
                )
            self._calls += 1

    def end(self, model: Model, output: Output) -> None:
        """Count what a finished call used; `AdapterError` where a limit of tokens cannot be held because none are told."""
        budget = self._budget
        if budget is None or (budget.tokens is None and budget.cost is None):
            return
        if output.tokens is None:
            # A judge in this process costs nothing; but where nobody tells anything, the limit would limit nothing.
            if output.error is None and (model.endpoint is not None or not self._sent + self._received):
                limit = "tokens" if budget.tokens is not None else "cost"
                raise AdapterError(
                    f"{model.name} does not tell how many tokens it uses, so budget.{limit} cannot be kept to -- "
                    "write budget.calls or budget.hours instead"
                )
            return
        with self._lock:
            self._sent += output.tokens[0]
            self._received += output.tokens[1]

    @property
    def cost(self) -> float:
        """The money spent, at the budget's prices."""
        prices = None if self._budget is None else self._budget.prices
        return 0.0 if prices is None else (self._sent * prices.input + self._received * prices.output) / _MILLION

    def _reached(self, budget: Budget) -> str | None:
        if budget.calls is not None and self._calls >= budget.calls:
            return f"{self._calls:,} calls made"
        if budget.tokens is not None and self._sent + self._received >= budget.tokens:
            return f"{self._sent + self._received:,} tokens used"
        if budget.cost is not None and self.cost >= budget.cost:
            return f"{self.cost:.3g} of {budget.cost:g} used"
        hours = (time.monotonic() - self._started) / 3600
        return f"{hours:.3g} hours gone" if budget.hours is not None and hours >= budget.hours else None
