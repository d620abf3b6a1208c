"""One time limit for hundreds of attempts, with one timer for all of them."""

from __future__ import annotations

import asyncio
from typing import Any

Attempt = asyncio.Task[Any]


class Deadlines:
    """Cancels an attempt that takes longer than ``limit_s`` seconds; each task makes one at a time.

    A timer for each attempt costs as much as a tenth of the HTTP call. All attempts have the same limit, so they expire in
    the order in which they began, and one timer, set for the oldest, is enough. An attempt lies between `begin` and `end`;
    where it is cancelled, `expired` tells whether by this limit.
    """

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        self._under_way: dict[Attempt, float] = {}
        self._expired: set[Attempt] = set()
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> Attempt:
        """The running task's attempt begins."""
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None
        self._under_way[task] = deadline = loop.time() + self.limit_s
        if self._timer is None:
            self._timer = loop.call_at(deadline, self._sweep)
        return task

    def expired(self, task: Attempt) -> bool:
        """Whether a `CancelledError` in ``task`` is this limit's alone; it is then no cancellation any more."""
        if task not in self._expired:
            return False
        self._expired.discard(task)
        return task.uncancel() == 0

    def end(self, task: Attempt) -> None:
        """The attempt is over, however it ended."""
        self._under_way.pop(task, None)
        if task in self._expired:  # it ended by itself in the moment of its cancellation
            self._expired.discard(task)
            task.uncancel()

    def _sweep(self) -> None:
        self._timer = None
        loop = asyncio.get_running_loop()
        now = loop.time()
        for task, deadline in list(self._under_way.items()):
            if deadline > now:
                self._timer = loop.call_at(deadline, self._sweep)
                return
            del self._under_way[task]
            self._expired.add(task)
            task.cancel()

    def close(self) -> None:
        """Forget the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
