"""One start of a program: its pipes, the end of what it writes to standard error, and its end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from robustspec.adapters.endpoints.secrecy import Secrets
from robustspec.errors import AdapterError

_LINE_BYTES = 1 << 24
_TAIL_BYTES = 1 << 14
_TAIL_CHARACTERS = 300  # of an error of at most 500
_TERMINATE_S = 2.0


class Process:
    """A started program. ``send`` is for one thread, ``lines`` and ``reap`` for one other; the rest for any.

    It is the head of a process group of its own where there are such: Ctrl-C reaches robustspec alone, which then ends
    the program and what that has started. Raises `AdapterError` where it cannot be started.
    """

    def __init__(self, run: Sequence[str], cwd: Path, env: Mapping[str, str], name: str) -> None:
        self._name = name
        try:
            self._popen = subprocess.Popen(  # noqa: S603  # an argument list from the specification; no shell
                list(run),
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            raise AdapterError(f"{name} does not start: {error.strerror} -- see model.run and model.cwd") from None
        except ValueError:  # a NUL in an argument or a variable
            raise AdapterError(f"{name} does not start -- model.run and model.env may hold no NUL") from None
        self._tail = bytearray()
        self._drain = threading.Thread(target=self._keep_tail, name=f"robustspec-{name}-errors", daemon=True)
        self._drain.start()

    def send(self, line: bytes) -> None:
        """Write a line; of a program that has closed its input the reading thread tells."""
        with suppress(OSError, ValueError):
            _open(self._popen.stdin).write(line)
            _open(self._popen.stdin).flush()

    def end_input(self) -> None:
        """Tell the program that nothing more will come."""
        with suppress(OSError):
            _open(self._popen.stdin).close()

    def lines(self) -> Iterator[bytes]:
        """What it writes to standard output; `AdapterError` for a line that does not end within 16 MiB."""
        with suppress(OSError, ValueError):
            while line := _open(self._popen.stdout).readline(_LINE_BYTES):
                if len(line) == _LINE_BYTES and not line.endswith(b"\n"):
                    raise AdapterError(f"{self._name} wrote a line of over 16 MiB -- end each answer with a line break")
                yield line

    def last_words(self, name: str, secrets: Secrets) -> str:
        """How it ended and what it wrote last, in a sentence; after `reap`."""
        code = self._popen.returncode
        how = f"exited with code {code}" if code >= 0 else f"was ended by {_signal_name(-code)}"
        lines = secrets.hide(self._tail.decode("utf-8", "replace")).split(
            "\n"
        )  # before it is cut, or half a key would stay
        tail = " | ".join(line.strip() for line in lines if line.strip())[-_TAIL_CHARACTERS:]
        if code == 0 and not tail:
            return f"{name} {how} before it answered -- it must read lines until its standard input ends"
        said = f"see what it wrote last: {tail}" if tail else "it wrote nothing to standard error"
        return f"{name} {how} before it answered -- {said}"

    def end(self, grace_s: float) -> None:
        """Wait for its end, and bring it about after ``grace_s`` seconds."""
        if self._ended_within(grace_s):
            return
        self._signal(hard=False)
        if not self._ended_within(_TERMINATE_S):
            self.kill()
            self._popen.wait()

    def kill(self) -> None:
        """End it now, with what it has started."""
        self._signal(hard=True)

    def reap(self) -> None:
        """After its last line: its exit code is known, its pipes are closed, and no zombie stays."""
        if not self._ended_within(0.5):
            self.kill()
            self._popen.wait()
        self._drain.join(timeout=1)
        pipes = [self._popen.stdin, self._popen.stdout]
        for pipe in pipes if self._drain.is_alive() else [*pipes, self._popen.stderr]:
            with suppress(OSError):
                _open(pipe).close()

    def _ended_within(self, seconds: float) -> bool:
        try:
            self._popen.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _signal(self, *, hard: bool) -> None:
        if self._popen.poll() is not None:
            return
        with suppress(OSError):
            if sys.platform == "win32":
                self._popen.kill() if hard else self._popen.terminate()
            else:
                os.killpg(self._popen.pid, signal.SIGKILL if hard else signal.SIGTERM)

    def _keep_tail(self) -> None:
        with suppress(OSError, ValueError):
            while chunk := os.read(_open(self._popen.stderr).fileno(), 4096):
                self._tail += chunk
                del self._tail[:-_TAIL_BYTES]


def _open(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
