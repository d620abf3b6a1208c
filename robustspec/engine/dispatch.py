"""From requests to outputs: each distinct input is called once, many at a time, and nothing a model does ends the run.

Requests are pulled one by one, only when there is room for a call, and dropped when answered: memory follows the number
of calls under way, not the number of calls.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from robustspec.adapters.base import Model
from robustspec.engine.ledger import Cancelled, Ledger, OnOutput, Request, Run, Status
from robustspec.engine.looped import LoopedCalls
from robustspec.engine.spending import Spending
from robustspec.engine.store import Store
from robustspec.engine.threaded import ThreadedCalls

__all__ = ["Cancelled", "Dispatcher", "OnOutput", "Request", "Status"]


class Dispatcher:
    """Asks one model, through one store.

    A call that raises, returns None or takes more than ``timeout_s`` seconds gives an `Output` with ``error``; it is
    not stored, and an identical later request is called again. Async models are called on an event loop in a daemon
    thread, ``in_flight`` at once; ``requests`` is then pulled and ``on_output`` called on that thread, one at a time.
    Plain models are called in worker threads (``in_flight`` of them), in chunks; ``requests`` and ``on_output`` stay in
    the calling thread. A worker that hangs is left behind, with the memory that it holds.

    Stops with `AdapterError` where going on is pointless: five rounds of calls in a row (of ``in_flight`` batches each)
    without an answer in time, or ``max_consecutive_errors`` first calls that all fail (0: never).

    ``spending`` is shared by all dispatchers of a run and holds its budget.

    Not for use by two threads at once. `close`, or a ``with`` block, ends the threads; the model stays its owner's,
    except that `Model.aclose` runs here, on its loop. The store is flushed at the end of each run, not closed.
    """

    def __init__(
        self,
        model: Model,
        store: Store,
        *,
        timeout_s: float = 60.0,
        offline: bool = False,
        cancelled: threading.Event | None = None,
        max_consecutive_errors: int = 20,
        spending: Spending | None = None,
    ) -> None:
        self._store = store
        self._ledger = Ledger(
            model,
            store,
            spending or Spending(None),
            timeout_s=timeout_s,
            offline=offline or store.offline,
            cancelled=cancelled or threading.Event(),
            max_consecutive_errors=max_consecutive_errors,
        )
        self._caller = LoopedCalls(self._ledger) if model.is_async else ThreadedCalls(self._ledger)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def run(self, requests: Iterable[Request], on_output: OnOutput) -> None:
        """Deliver an output for every request, in the order in which they become known.

        Raises what ``requests`` or ``on_output`` raise, `OfflineMiss`, `AdapterError`, `Cancelled`, and `BudgetSpent` once
        the calls under way are finished; finished outputs are stored whatever ends the run, Ctrl-C included.
        """
        run = Run(iter(requests), on_output)
        try:
            self._caller.run(run)
        finally:
            run.closed = True
            self._store.flush()
        if run.spent is not None:
            raise run.spent

    def close(self) -> None:
        """End the threads; may be called twice."""
        self._caller.close()

    @property
    def calls(self) -> int:
        """Inputs for which a call was made."""
        return self._ledger.calls

    @property
    def reused(self) -> int:
        """Requests answered by what an earlier run stored."""
        return self._ledger.reused

    @property
    def duplicates(self) -> int:
        """Requests answered by another call of this run."""
        return self._ledger.duplicates

    @property
    def errors(self) -> int:
        """Calls that gave no answer."""
        return self._ledger.errors

    @property
    def first_error(self) -> str:
        """Why the first of them gave none."""
        return self._ledger.first_error

    @property
    def seconds(self) -> float:
        """What the calls took, summed over calls in flight at once."""
        return self._ledger.seconds
