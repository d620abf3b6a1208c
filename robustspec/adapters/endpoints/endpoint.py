"""One address that takes JSON and gives JSON, called as often at once as it bears."""

from __future__ import annotations

import asyncio
import json
import time
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from robustspec.adapters.endpoints.connection import Connection
from robustspec.adapters.endpoints.deadlines import Deadlines
from robustspec.adapters.endpoints.faults import Fault, Names, of_exception, of_status
from robustspec.adapters.endpoints.limit import AdaptiveLimit
from robustspec.adapters.endpoints.retries import backoff_s

if TYPE_CHECKING:
    import aiohttp

_MOST_BYTES = 8_000_000  # of a body; an answer is kept up to 1,000,000 characters
_FIRST_RETRIES = (
    2  # while nothing has been answered: whoever mistyped an address should not wait for the whole patience
)
_LEAST_IN_A_ROW = 5


class Reply(NamedTuple):
    """The JSON of a response with status 200, and the seconds of the attempt that got it."""

    data: Any
    seconds: float


class Endpoint:
    """Posts JSON, and tries again what may succeed later.

    A call is tried ``retries`` times more after errors of the server or of the connection, and as often as ``patience_s``
    seconds of attempts and waits allow while the endpoint says that it is overloaded; each attempt may take
    ``connection.timeout_s``. Redirects are not followed. Lives on one event loop at a time; the session opens with the
    first call.
    """

    def __init__(self, connection: Connection, names: Names, *, retries: int = 5, patience_s: float = 300.0) -> None:
        self.broken: str | None = None
        """Why no further call can succeed; once set, none is made."""
        self.attempts = 0
        """Requests sent."""
        self._connection, self._names = connection, names
        self._retries, self._patience_s = retries, patience_s
        self._limit = AdaptiveLimit(connection.in_flight)
        self._deadlines = Deadlines(connection.timeout_s)
        self._random = Random()  # spreads calls in time; nothing that is judged depends on it
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._answered = False
        self._given_up = 0

    async def post(self, body: bytes) -> Reply | Fault:
        """What the endpoint replies to ``body``, or why there is no reply after all attempts."""
        self._settle_here()
        attempt = spent = 0
        passed_s = 0.0  # in attempts and between them; not in the queue for a place, which moves as others are answered
        while self.broken is None:
            cuts = await self._limit.acquire()
            begun = time.monotonic()
            try:
                found = await self._attempt(body)
                # Told before the place is given back, so that whoever gets it waits, too.
                if isinstance(found, Reply):
                    self._limit.succeeded()
                elif found.then == "later":
                    self._limit.overloaded(cuts, found.pause_s or 0.0)
            finally:
                self._limit.release()
            if isinstance(found, Reply):
                self._answered, self._given_up = True, 0
                return found
            passed_s += time.monotonic() - begun
            wait = self._wait(found, attempt, spent, passed_s)
            if wait is None:
                return self._give_up(found, attempt + 1)
            attempt += 1
            spent += found.then == "again"
            passed_s += wait
            await asyncio.sleep(wait)
        return Fault(self.broken)

    async def _attempt(self, body: bytes) -> Reply | Fault:
        self.attempts += 1
        begun, task = time.perf_counter(), self._deadlines.begin()
        try:
            assert self._session is not None
            async with self._session.post(self._url, data=body, allow_redirects=False) as response:
                raw = await _read(response)
                status, headers = response.status, response.headers
        except asyncio.CancelledError:
            if not self._deadlines.expired(task):
                raise
            return of_exception(TimeoutError(), self._names, self._connection.timeout_s)
        except Exception as error:  # `of_exception` knows those of the connection, and raises the others
            return of_exception(error, self._names, self._connection.timeout_s)
        finally:
            self._deadlines.end(task)
        if status != 200:
            return of_status(status, headers, raw or b"", self._names)
        if raw is None:
            return Fault(f"{self._names.place} sent more than {_MOST_BYTES:,} bytes")
        try:
            return Reply(json.loads(raw.decode("utf-8-sig")), time.perf_counter() - begun)
        except (ValueError, RecursionError):
            page = raw.lstrip().startswith(b"<")
            remedy = f" but a page for people -- {self._names.is_address}"
            return Fault(f"{self._names.place} did not answer with JSON{remedy if page else ''}")

    def _settle_here(self) -> None:
        """Open a session on this loop where there is none; one on a loop that was left behind is left with it."""
        loop = asyncio.get_running_loop()
        if self._session is not None and self._loop is loop:
            return
        self._session, self._loop = self._connection.open(), loop
        self._url = self._connection.target()
        self._limit = AdaptiveLimit(self._connection.in_flight)
        self._deadlines = Deadlines(self._connection.timeout_s)

    def _wait(self, fault: Fault, attempt: int, spent: int, passed_s: float) -> float | None:
        """Seconds until the next attempt; None where there is to be none."""
        retries = self._retries if self._answered or fault.ends == "no" else min(self._retries, _FIRST_RETRIES)
        if fault.then == "never" or fault.ends == "yes" or (fault.then == "again" and spent >= retries):
            return None
        # An endpoint that says when is obeyed; the jitter keeps those that wait from coming back all at once.
        wait = backoff_s(self._random, attempt) + (fault.pause_s or 0.0)
        return wait if passed_s + wait <= self._patience_s else None

    def _give_up(self, fault: Fault, attempts: int) -> Fault:
        """The fault that a call ends with, in the user's words; the last one where no further call can succeed."""
        what, dash, remedy = fault.sentence.partition(" -- ")
        sentence = f"{what}{f' ({attempts} attempts)' if attempts > 1 else ''}{dash}{remedy}"
        if fault.outage:
            self._given_up += 1
        elif 0 < fault.status < 500:
            self._given_up = 0
        if fault.ends == "yes" or (fault.ends == "unless answered" and not self._answered):
            self.broken = sentence
        elif fault.pause_s is not None and fault.pause_s > self._patience_s:
            self.broken = (
                f"{sentence}: it asks to wait {fault.pause_s:,.0f} s -- run again then, or raise model.patience_s"
            )
        elif self._given_up >= max(_LEAST_IN_A_ROW, self._connection.in_flight):
            row = f"the last {self._given_up} calls in a row got no answer"
            self.broken = f"{sentence}: {row} -- run again when the endpoint is back"
        return Fault(self.broken or sentence, status=fault.status, data=fault.data)

    async def aclose(self) -> None:
        """Close the session; the next call opens another one."""
        session, self._session = self._session, None
        self._limit.close()
        self._deadlines.close()
        if session is not None:
            await session.close()


async def _read(response: aiohttp.ClientResponse) -> bytes | None:
    """The body, None where it is too long to be an answer."""
    length = response.content_length
    if length is not None and length <= _MOST_BYTES and "Content-Encoding" not in response.headers:
        return await response.read()
    parts, size = [], 0
    async for part in response.content.iter_any():
        parts.append(part)
        size += len(part)
        if size > _MOST_BYTES:
            response.close()
            return None
    return b"".join(parts)
