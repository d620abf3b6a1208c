"""A program that answers requests line by line: started when first asked, started again when it dies, never left behind.

Three kinds of thread serve it, none of which an event loop waits for: one writes requests, and for each start of the
program one reads its answers and one keeps the end of what it writes to standard error.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from robustspec.adapters.endpoints.secrecy import Secrets
from robustspec.adapters.environment import hidden
from robustspec.adapters.process import Process
from robustspec.data.row import Output
from robustspec.errors import AdapterError

_GATHER_S = 0.005  # how long a line that holds several requests waits for the next of them
_STILLBORN = 3  # deaths before any answer after which the program is not started again
_CLOSE_S = 5.0  # what a program is given to end by itself once its standard input has
_QUOTED = 160
_ONLY_ANSWERS = "write answers to standard output and everything else to standard error"


@dataclass(eq=False, slots=True)
class Call:
    """One request. ``alone``: the program died while it was under way; it goes once more, with nothing beside it.

    ``resent``: the program was stopped because another request hung; how long this one takes says nothing of it.
    """

    id: str
    body: dict[str, Any]
    future: Future[Any] = field(default_factory=Future)
    alone: bool = False
    resent: bool = False

    def settle(self, value: Any) -> None:
        """Hand over the answer, or the `AdapterError` that stands for it, unless nobody waits any more."""
        if not self.future.set_running_or_notify_cancel():
            return
        if isinstance(value, AdapterError):
            self.future.set_exception(value)
        else:
            self.future.set_result(value)


class Program:
    """Requests go out in order, at most ``batch`` in one line (0: an object a line); answers come in any order, by id.

    ``start`` starts the program and may raise `AdapterError`; ``secrets`` are masked in what comes from it.
    A request that was under way when the program died is sent once more, alone: if the program dies again, it was this
    one. A request that is given up stops the program, unless it has never answered (it may still be loading); the
    others under way are sent to the next start.
    """

    def __init__(self, name: str, start: Callable[[], Process], secrets: Secrets, batch: int = 0) -> None:
        self._name, self._start, self._secrets, self._batch = name, start, secrets, batch
        self._changed = threading.Condition()
        self._waiting: deque[Call] = deque()
        self._sent: dict[str, Call] = {}
        self._given_up: set[str] = set()
        self._process: Process | None = None
        self._readers: list[threading.Thread] = []
        self._writer: threading.Thread | None = None
        self._count = self._deaths = self._stops = 0
        self._last_words = ""
        self._answered = self._closed = False
        self._broken: AdapterError | None = None

    async def ask(self, body: dict[str, Any]) -> Any:
        """The answer to ``body``; `AdapterError` where the program cannot give one."""
        call = self._enqueue(body)
        try:
            return await asyncio.wrap_future(call.future)
        except asyncio.CancelledError:
            self._give_up(call)
            raise

    def broken(self) -> str | None:
        """Why it is not started again, None while it may be."""
        return None if self._broken is None else str(self._broken)

    def notes(self) -> Iterator[str]:
        """How often it died, and how often it was stopped, in sentences."""
        if self._deaths:
            yield f"the program was started again {_times(self._deaths)}: {self._last_words}"
        if self._stops:
            yield f"the program was started again {_times(self._stops)}: {self._name} hung in a call"

    def close(self) -> None:
        """End the program: its standard input first, then asked to, then made to; may be called twice."""
        with self._changed:
            self._closed = True
            self._fail_all(AdapterError(f"{self._name} was closed before it answered -- ask it before the run ends"))
        _join(self._writer, _CLOSE_S)
        if (last := self._process) is not None:
            last.end(_CLOSE_S)
        for reader in self._readers:
            _join(reader, _CLOSE_S)

    def _enqueue(self, body: dict[str, Any]) -> Call:
        with self._changed:
            if self._broken is not None:
                raise self._broken
            if self._closed:
                raise AdapterError(f"{self._name} is closed -- open the model again")
            self._count += 1
            call = Call(str(self._count), body)
            self._waiting.append(call)
            if self._writer is None:
                self._writer = _thread(self._write, f"robustspec-{self._name}")
            self._changed.notify_all()
        return call

    def _give_up(self, call: Call) -> None:
        with self._changed:
            if self._sent.pop(call.id, None) is None:
                if call in self._waiting:
                    self._waiting.remove(call)
                return
            self._given_up.add(call.id)
            self._changed.notify_all()
            if not self._answered or call.resent:
                return
            hung, self._process = self._process, None
            self._stops += 1
            for other in reversed(self._take_sent()):
                other.resent = True
                self._waiting.appendleft(other)
        if hung is not None:
            hung.kill()

    def _take_sent(self) -> list[Call]:
        calls = list(self._sent.values())
        self._sent.clear()
        return calls

    def _fail_all(self, error: AdapterError) -> None:
        for call in (*self._take_sent(), *self._waiting):
            call.settle(error)
        self._waiting.clear()
        self._changed.notify_all()

    # The thread that writes.

    def _write(self) -> None:
        while (turn := self._next()) is not None:
            process, calls = turn
            process.send(self._line(calls))
        if (last := self._process) is not None:
            last.end_input()

    def _line(self, calls: Iterable[Call]) -> bytes:
        objects = [{"id": call.id, **call.body} for call in calls]
        return json.dumps(objects if self._batch else objects[0]).encode("ascii") + b"\n"

    def _next(self) -> tuple[Process, list[Call]] | None:
        """The requests of the next line, counted as sent, and the program to send them to; None at the end."""
        with self._changed:
            while True:
                self._changed.wait_for(lambda: self._closed or self._may_send())
                if self._batch and not self._closed:
                    self._changed.wait_for(lambda: self._closed or len(self._waiting) >= self._batch, _GATHER_S)
                if self._closed:
                    return None
                if not self._may_send() or (process := self._process or self._start_anew()) is None:
                    continue
                calls = self._take_waiting()
                self._sent.update((call.id, call) for call in calls)
                return process, calls

    def _may_send(self) -> bool:
        """Whether there is a request, and it and those under way may be under way together."""
        if not self._waiting or not self._sent:
            return bool(self._waiting)
        return not self._waiting[0].alone and not next(iter(self._sent.values())).alone

    def _take_waiting(self) -> list[Call]:
        calls = [self._waiting.popleft()]
        while len(calls) < self._batch and self._waiting and not (calls[0].alone or self._waiting[0].alone):
            calls.append(self._waiting.popleft())
        return calls

    def _start_anew(self) -> Process | None:
        try:
            self._process = process = self._start()
        except AdapterError as error:
            self._broken = error
            self._fail_all(error)
            return None
        self._given_up.clear()
        self._readers = [reader for reader in self._readers if reader.is_alive()]
        self._readers.append(_thread(lambda: self._read(process), f"robustspec-{self._name}-answers"))
        return process

    # The threads that read, one for each start of the program.

    def _read(self, process: Process) -> None:
        fault = ""
        try:
            for line in process.lines():
                self._take(process, line)
        except AdapterError as error:
            fault = str(error)
            process.kill()
        process.reap()
        with self._changed:
            if process is self._process:
                self._process = None
                if not self._closed:
                    self._died(AdapterError(fault or process.last_words(self._name, self._secrets)))

    def _died(self, error: AdapterError) -> None:
        self._deaths += 1
        self._last_words = str(error)
        if self._deaths >= _STILLBORN and not self._answered:
            self._broken = error
            self._fail_all(error)
        for call in reversed(self._take_sent()):
            if call.alone:
                call.settle(error)
            else:
                call.alone = True
                self._waiting.appendleft(call)
        self._changed.notify_all()

    def _take(self, process: Process, line: bytes) -> None:
        """Settle the calls that a line answers; `AdapterError` for one after which no line can be trusted."""
        if not line.strip():
            return
        try:
            answer = json.loads(line)
        except (ValueError, RecursionError):
            raise AdapterError(
                f"{self._name} wrote a line that is not JSON: {self._quote(line)} -- {_ONLY_ANSWERS}"
            ) from None
        for each in answer if isinstance(answer, list) else [answer]:
            call = self._answered_call(process, each, line)
            if call is not None:
                call.settle(self._value(each))

    def _answered_call(self, process: Process, answer: Any, line: bytes) -> Call | None:
        key = answer.get("id") if isinstance(answer, dict) else None
        if not isinstance(key, str):
            raise AdapterError(
                f'{self._name} wrote a line without the "id" of a request: {self._quote(line)} -- {_ONLY_ANSWERS}'
            )
        with self._changed:
            if process is not self._process:
                return None
            call = self._sent.pop(key, None)
            if call is None and key not in self._given_up:
                raise AdapterError(
                    f"{self._name} answered the id {self._quote(key.encode())}, which is not under way -- "
                    "answer each request once, with its own id"
                )
            self._given_up.discard(key)
            self._answered = True
            self._changed.notify_all()
            return call

    def _value(self, answer: dict[str, Any]) -> Any:
        if answer.get("error") is not None:
            return Output(error=self._secrets.hide(str(answer["error"])))
        if "output" not in answer:
            keys = self._quote(", ".join(sorted(answer)).encode())
            return Output(error=f'{self._name} answered with {keys} -- it must write {{"id": ..., "output": ...}}')
        return hidden(answer["output"], self._secrets)

    def _quote(self, line: bytes) -> str:
        return repr(self._secrets.hide(line[:4096].decode("utf-8", "replace").strip())[:_QUOTED])


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _thread(target: Callable[[], None], name: str) -> threading.Thread:
    thread = threading.Thread(target=target, name=name, daemon=True)
    thread.start()
    return thread


def _join(thread: threading.Thread | None, timeout_s: float) -> None:
    if thread is not None and thread is not threading.current_thread():
        thread.join(timeout_s)
