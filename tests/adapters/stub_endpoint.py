"""A chat endpoint on the loopback that answers, or misbehaves, as a test wants: a real server on a real socket."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import web


@dataclass
class Call:
    """One request that reached the stub. ``number`` counts from 0; ``ended`` is None while it is under way."""

    request: web.Request
    number: int
    payload: dict[str, Any]
    begun: float
    ended: float | None = None

    @property
    def text(self) -> str:
        """What the last message says."""
        return self.payload["messages"][-1]["content"]


Behaviour = Callable[[Call], Awaitable[web.StreamResponse | str] | web.StreamResponse | str]
"""What a call gets: text is a sound answer that says it."""


@dataclass
class StubEndpoint:
    """Serves ``behaviour`` on 127.0.0.1, in a thread of its own, for as long as a ``with`` block lasts."""

    behaviour: Behaviour
    tls: ssl.SSLContext | None = None
    calls: list[Call] = field(default_factory=list)
    most_at_once: int = 0

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(10)

    @property
    def url(self) -> str:
        """What ``base_url`` should be."""
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}/v1"

    @property
    def texts(self) -> list[str]:
        """What was asked, in the order in which it came."""
        return [call.text for call in self.calls]

    def _serve(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._main(ready))
        self._loop.close()

    async def _main(self, ready: threading.Event) -> None:
        self._stopped = asyncio.Event()
        self._under_way = 0
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(application, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self.tls)
        await site.start()
        self.port = runner.addresses[0][1]
        ready.set()
        await self._stopped.wait()
        await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        call = Call(request, len(self.calls), await request.json() if request.can_read_body else {}, time.monotonic())
        self.calls.append(call)
        self._under_way += 1
        self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            found = self.behaviour(call)
            answer = await found if asyncio.iscoroutine(found) else found
        finally:
            self._under_way -= 1
        call.ended = time.monotonic()
        return completion(answer) if isinstance(answer, str) else answer


def completion(text: str | None, finish: str = "stop", **message: Any) -> web.Response:
    """A sound answer."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text, **message}, "finish_reason": finish}
    return web.json_response({"object": "chat.completion", "choices": [choice], "usage": {"completion_tokens": 3}})


def error(status: int, message: str = "no", code: str | None = None, **headers: str) -> web.Response:
    """An error in OpenAI's shape; header names with underscores for hyphens."""
    body = {"error": {"message": message, "type": "error", "code": code}}
    return web.json_response(body, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})


def raw(text: str | bytes, status: int = 200, kind: str = "application/json") -> web.Response:
    """A body that need not be JSON."""
    body = text if isinstance(text, bytes) else text.encode()
    return web.Response(body=body, status=status, content_type=kind)


def reset(call: Call) -> web.Response:
    """Closes the connection without a word."""
    assert call.request.transport is not None
    call.request.transport.abort()
    return web.Response()


async def torn(call: Call) -> web.StreamResponse:
    """The first half of a sound answer, then the end of the connection."""
    body = completion("half of it").body
    assert isinstance(body, bytes)
    response = web.StreamResponse(headers={"Content-Length": str(len(body)), "Content-Type": "application/json"})
    await response.prepare(call.request)
    await response.write(body[: len(body) // 2])
    await asyncio.sleep(0.02)  # so that the half is on its way before the connection is gone
    reset(call)
    return response


async def drip(call: Call) -> web.StreamResponse:
    """A byte of white space now and then, and never an end."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(call.request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.02)


async def hang(call: Call) -> str:
    """No answer at all."""
    await asyncio.sleep(3600)
    return ""


def dumped(value: Any) -> str:
    """JSON text."""
    return json.dumps(value)
