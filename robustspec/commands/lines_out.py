"""Writing many lines to a file that a command was asked for, with progress."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from robustspec.commands.arguments import UsageError
from robustspec.commands.text import counted

_EVERY_S = 5.0


@contextmanager
def writing(name: str) -> Iterator[TextIO]:
    """The file to write, which appears under its name only when it is whole."""
    if name == "-":
        yield sys.stdout
        return
    path = Path(name)
    part = path.with_name(f"{path.name}.part-{os.getpid()}")
    try:
        # Half of a surrogate pair in the data must come out as it went in, so that its sha stays right.
        with part.open("w", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
            yield file
        part.replace(path)
    except OSError as error:
        raise UsageError(f"{name}: {error.strerror} -- -o must name a file that can be written") from error
    finally:
        part.unlink(missing_ok=True)


class Meter:
    """Progress on stderr: a line redrawn on a terminal, a line now and then elsewhere."""

    def __init__(self, most: int) -> None:
        self._most, self._done = most, 0
        self._told = time.monotonic()
        self._tty = sys.stderr.isatty()

    def count(self) -> None:
        """One more case is written."""
        self._done += 1
        if self._done % 256 == 0 and time.monotonic() - self._told > (0.5 if self._tty else _EVERY_S):
            self._told = time.monotonic()
            line = f"{self._done:,} cases written, at most {self._most:,}"
            print(f"\r{line}" if self._tty else line, end="" if self._tty else "\n", file=sys.stderr, flush=True)

    def end(self, name: str) -> None:
        """All are written."""
        where = "" if name == "-" else f" to {name}"
        print(f"{chr(13) if self._tty else ''}{counted(self._done, 'case')} written{where}", file=sys.stderr)
