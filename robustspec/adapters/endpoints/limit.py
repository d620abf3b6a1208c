"""How many calls an endpoint bears at once, found out by asking."""

from __future__ import annotations

import asyncio
from collections import deque


class AdaptiveLimit:
    """At most ``most`` calls at once; fewer after the endpoint said that it is overloaded, then slowly more again.

    Additive increase, multiplicative decrease (Chiu and Jain, 1989): an overload halves the limit, and each round of
    calls that succeed adds one. Of the calls under way when the limit was cut, none cuts it again: what they report is
    the same overload. Lives on one event loop.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.limit = float(most)
        self.cuts = 0
        """How often the limit has been cut; a call keeps the number that `acquire` gave it."""
        self._active = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._closed_until = 0.0
        self._timer: asyncio.TimerHandle | None = None

    async def acquire(self) -> int:
        """Wait for a place; give back what `overloaded` needs to know."""
        if self._active < int(self.limit) and not self._waiting and self._pause() <= 0:
            self._active += 1
            return self.cuts
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        self._admit()
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self.release()  # the place had been given, and nobody is there to take it
            raise
        return self.cuts

    def release(self) -> None:
        """Give a place back."""
        self._active -= 1
        if self._waiting:
            self._admit()

    def succeeded(self) -> None:
        """A call was answered."""
        if self.limit < self.most:
            self.limit = min(float(self.most), self.limit + 1 / self.limit)

    def overloaded(self, cuts: int, pause_s: float = 0.0) -> None:
        """A call was turned away; nobody is admitted for ``pause_s`` seconds. ``cuts`` is what `acquire` gave it."""
        if cuts == self.cuts:
            self.cuts += 1
            self.limit = max(1.0, self.limit / 2)
        if pause_s > 0:
            self._closed_until = max(self._closed_until, asyncio.get_running_loop().time() + pause_s)

    def _pause(self) -> float:
        """Seconds for which nobody is admitted; the clock is only asked where there was a pause."""
        return self._closed_until - asyncio.get_running_loop().time() if self._closed_until else 0.0

    def _admit(self) -> None:
        pause = self._pause()
        if pause > 0:
            if self._timer is None:
                self._timer = asyncio.get_running_loop().call_later(pause, self._reopen)
            return
        self._closed_until = 0.0
        while self._waiting and self._active < int(self.limit):
            place = self._waiting.popleft()
            if not place.done():
                self._active += 1
                place.set_result(None)

    def _reopen(self) -> None:
        self._timer = None
        self._admit()

    def close(self) -> None:
        """Forget the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
