"""What is asked for, what is already known, and what has come back: the books of a run of calls."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from robustspec.adapters.base import Model
from robustspec.data.row import Content, Output
from robustspec.engine.calls import no_answer
from robustspec.engine.spending import BudgetSpent, Spending
from robustspec.engine.store import Store
from robustspec.errors import AdapterError, OfflineMiss, RobustspecError

Status = Literal["called", "reused", "duplicate"]
"""Called now; reused from an earlier run's store; a duplicate of a call of this run."""

_HUNG_ROUNDS = 5
_MAX_HELD = 10_000


class Cancelled(RobustspecError):  # noqa: N818  # an answer to a request, not a fault
    """The run was asked to stop; what had been answered by then is in the store."""


@dataclass(slots=True)
class Request:
    """One input that needs an output. ``tag`` is the caller's own and comes back with the output.

    ``to`` names the model under ``models:`` that is asked; empty for the one whose cases these are.
    """

    content: Content
    case_id: str = ""
    repeat: int = 0
    tag: Any = None
    to: str = ""


OnOutput = Callable[[Request, Output, Status], None]


class Call(NamedTuple):
    """A request that no stored output answers; ``key`` None where nothing may be stored."""

    request: Request
    key: bytes | None


@dataclass(slots=True)
class Run:
    """The state of one `Dispatcher.run`."""

    requests: Iterator[Request]
    on_output: OnOutput
    waiting: dict[bytes, list[Request]] = field(default_factory=dict)
    """For the key of each call under way, the identical requests that came after it."""
    held: int = 0
    """How many requests ``waiting`` holds."""
    under_way: int = 0
    moved: float = field(default_factory=time.monotonic)
    """When a call last began or ended."""
    over: threading.Event = field(default_factory=threading.Event)
    closed: bool = False
    """Nothing may be delivered any more: the caller has been told that the run ended."""
    escaped: BaseException | None = None
    """A KeyboardInterrupt or SystemExit of the model or of ``on_output``, on its way to the calling thread."""

    spent: BudgetSpent | None = None
    """Why no further call may be made; those under way are finished first."""

    @property
    def is_full(self) -> bool:
        """Whether so many duplicates wait for calls under way that no more requests should be pulled."""
        return self.held > _MAX_HELD


class Ledger:
    """Decides what needs a call, keeps what comes back, counts both, and says when going on is pointless.

    Knows nothing of threads and loops: one thread at a time uses it. `Dispatcher` documents the arguments and counts.
    """

    def __init__(
        self,
        model: Model,
        store: Store,
        spending: Spending,
        *,
        timeout_s: float,
        offline: bool,
        cancelled: threading.Event,
        max_consecutive_errors: int,
    ) -> None:
        self.calls = self.reused = self.duplicates = self.errors = 0
        self.seconds = 0.0
        self.first_error = ""
        self.model = model
        self.store = store
        self._spending = spending
        self.timeout_s = timeout_s
        self._late = no_answer(timeout_s).error
        self._offline = offline
        self._cancelled = cancelled
        self._max_errors = max_consecutive_errors
        self._hung = self._failed = 0
        self._answered = False

    def check_cancelled(self) -> None:
        """Raise `Cancelled` if somebody asked for it."""
        if self._cancelled.is_set():
            raise Cancelled("the run was stopped; finished outputs are stored")

    def admit(self, run: Run, request: Request) -> Call | None:
        """The call that ``request`` needs; None where an output is at hand or on its way.

        Where the budget has no room for it, ``run.spent`` is set, and no further request should be pulled.
        """
        self.check_cancelled()
        if self.model.by_case:
            return Call(request, None)
        key = self.store.key(request.content, request.repeat)
        waiting = run.waiting.get(key)
        if waiting is not None:
            waiting.append(request)
            run.held += 1
            return None
        found = self.store.find(key)
        if found is not None:
            self._deliver_stored(run, request, *found)
            return None
        if self._offline:
            raise OfflineMiss(
                f"case {request.case_id}: no stored output in {self.store.folder}, and offline allows no call -- "
                "run it once without offline"
            )
        try:
            self._spending.begin()
        except BudgetSpent as spent:
            run.spent = spent
            return None
        run.waiting[key] = []
        return Call(request, key)

    def _deliver_stored(self, run: Run, request: Request, output: Output, ours: bool) -> None:
        if ours:
            self.duplicates += 1
        else:
            self.reused += 1
        run.on_output(request, output, "duplicate" if ours else "reused")

    def finish(self, run: Run, call: Call, output: Output) -> None:
        """Store ``output`` and deliver it, to the requests that waited for it too."""
        if run.closed:
            return
        self.calls += 1
        self.seconds += output.seconds
        self.errors += output.error is not None
        waiting: list[Request] = []
        if call.key is not None:
            self.store.put(call.key, output)
            waiting = run.waiting.pop(call.key)
            run.held -= len(waiting)
        run.on_output(call.request, output, "called")
        for request in waiting:
            self.duplicates += 1
            run.on_output(request, output, "duplicate")
        self._spending.end(self.model, output)
        self._stop_if_pointless(output)

    def _stop_if_pointless(self, output: Output) -> None:
        if output.error is None:
            self._answered = True
            self._hung = 0
            return
        self.first_error = self.first_error or output.error
        if (broken := self.model.broken()) is not None:
            raise AdapterError(broken)
        if output.error == self._late:
            self._hung += 1
        else:
            self._hung = 0
            self._failed += 1
        batch = 1 if self.model.is_async else max(1, self.model.batch_size)
        if self._hung >= _HUNG_ROUNDS * max(1, self.model.in_flight) * batch:
            raise AdapterError(
                f"{self.model.name} hangs: {self._hung} calls in a row gave no answer within {self.timeout_s:g} s -- "
                "raise model.timeout_s if it is only slow"
            )
        if not self._answered and self._failed == self._max_errors * batch > 0:
            raise AdapterError(
                f"{self.model.name} cannot be called: the first {self._failed} calls all failed, the last with: "
                f"{output.error}"
            )
