"""Async models: many calls in flight on an event loop in a daemon thread."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine
from concurrent import futures
from typing import Any

from robustspec.data.row import Input
from robustspec.engine.calls import call_one
from robustspec.engine.ledger import Call, Ledger, Run
from robustspec.errors import AdapterError

_SLICE_S = 0.2  # how long the calling thread waits before it looks at Ctrl-C, `cancelled` and the clock
_STUCK_S = 5.0  # grace beyond the time limit before an event loop that does not move is given up
_HITS_IN_A_ROW = 100  # stored outputs delivered before other tasks of the loop get their turn


class _Escape(Exception):  # noqa: N818  # a carrier, not a fault
    """Stands for what must not pass through an event loop, because it would end the loop."""


class LoopThread:
    """An event loop in a daemon thread, for as long as its owner wants: async clients live across runs."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="robustspec-loop", daemon=True)
        self._thread.start()

    def submit(self, work: Coroutine[Any, Any, None]) -> futures.Future[None]:
        """Begin ``work`` on the loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def close(self) -> None:
        """Stop the loop; one that is blocked is left behind."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(timeout=2)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_forever()
        finally:
            self._end_tasks()
            self.loop.close()

    def _end_tasks(self) -> None:
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        if tasks:
            self.loop.run_until_complete(asyncio.wait(tasks, timeout=1))
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())


class LoopedCalls:
    """``in_flight`` consumers that share the iterator of requests, on a loop that lives until `close`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._loop: LoopThread | None = None

    def run(self, run: Run) -> None:
        """Answer every request; the calling thread only waits, in slices, so that Ctrl-C reaches it."""
        if self._loop is None:
            self._loop = LoopThread()
        future = self._loop.submit(self._serve(run))
        try:
            while not futures.wait([future], timeout=_SLICE_S).done:
                self._look_around(run)
            future.result()
        except BaseException:
            self._stop(run, future)
            raise
        if run.escaped is not None:
            raise run.escaped

    def _look_around(self, run: Run) -> None:
        self._ledger.store.tick()
        self._ledger.check_cancelled()
        if run.under_way and time.monotonic() - run.moved > self._ledger.timeout_s + _STUCK_S:
            raise AdapterError(
                f"{self._ledger.model.name} blocks its event loop or ignores its cancellation: nothing moved for "
                f"{self._ledger.timeout_s + _STUCK_S:g} s -- make it a plain function, or await inside it"
            )

    def _stop(self, run: Run, future: futures.Future[None]) -> None:
        future.cancel()
        if not run.over.wait(timeout=2):
            # the loop is blocked inside the model: leave it behind, as one leaves a thread
            run.closed = True
            self._loop = None

    async def _serve(self, run: Run) -> None:
        fault: BaseException | None = None
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(max(1, self._ledger.model.in_flight)):
                    call = await self._next(run)
                    if call is None:
                        break
                    group.create_task(self._consume(run, call))
        except BaseExceptionGroup as faults:
            fault = _first(faults)
        finally:
            run.over.set()
        if fault is not None and not isinstance(fault, _Escape):
            raise fault  # here, so that its own cause and context stay

    async def _consume(self, run: Run, call: Call | None) -> None:
        """One of the ``in_flight`` consumers that share the iterator of requests."""
        while call is not None:
            item = Input(call.request.content, call.request.case_id)
            run.moved = time.monotonic()
            run.under_way += 1
            try:
                output = await call_one(self._ledger.model, item, self._ledger.timeout_s)
                run.under_way -= 1
                run.moved = time.monotonic()
                self._ledger.finish(run, call, output)
            except (KeyboardInterrupt, SystemExit) as error:
                run.escaped = error
                raise _Escape from None
            call = await self._next(run)

    async def _next(self, run: Run) -> Call | None:
        """The next request that needs a call, stored outputs delivered on the way; None at the end."""
        if run.spent is not None:
            return None
        try:
            for hits, request in enumerate(run.requests, 1):
                call = self._ledger.admit(run, request)
                if call is not None:
                    return call
                if run.spent is not None:
                    return None
                while run.is_full:
                    await asyncio.sleep(0.01)
                if hits % _HITS_IN_A_ROW == 0:
                    await asyncio.sleep(0)
        except (KeyboardInterrupt, SystemExit) as error:
            run.escaped = error
            raise _Escape from None
        return None

    def close(self) -> None:
        """Close the model on its loop, and end the loop; may be called twice."""
        loop, self._loop = self._loop, None
        if loop is not None:
            try:
                loop.submit(self._ledger.model.aclose()).result(timeout=5)
            finally:
                loop.close()


def _first(faults: BaseExceptionGroup[BaseException]) -> BaseException:
    """The fault that ended a group; the cancellations that it caused are not in it."""
    fault = faults.exceptions[0]
    return _first(fault) if isinstance(fault, BaseExceptionGroup) else fault
