"""A program as a model: it reads one JSON object a line from standard input and writes one a line to standard output."""

from __future__ import annotations

import os
import shlex
import shutil
import weakref
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator

from robustspec.adapters.base import EVERYTHING, AdapterSpec, Model, as_data_url, plain_messages
from robustspec.adapters.environment import secrets_of
from robustspec.adapters.process import Process
from robustspec.adapters.program import Program
from robustspec.adapters.target import expanded
from robustspec.data.row import Input
from robustspec.errors import AdapterError

Form = Literal["text", "conversation", "auto"]

_HASHED_BYTES = 1 << 26
_NAME_CHARACTERS = 60


class CommandAdapter(AdapterSpec):
    """A program in any language, started once, that answers requests line by line.

    A request is a line of JSON on its standard input, ``{"id": "7", "input": "..."}``, or with ``messages`` (a list of
    objects with ``role``, ``content`` and, where pictures are shown, ``images``: data URLs, an image as PNG, a volume as
    gzipped NIfTI) where the row is a conversation. The answer is a line of JSON on its standard
    output, ``{"id": "7", "output": ...}``, text or data, or ``{"id": "7", "error": "why there is none"}``. Answers may
    come in any order. Nothing else may be written there; standard error is free, and its end is quoted where the
    program dies. It is started at the first call, gets an end of file when the run is over, and then has five seconds.

    A call beyond ``timeout_s`` is missing; a program that had answered before is then stopped and started again. If it
    dies, or writes what is no answer, it is started again and each call under way is sent once more, alone; a second
    death makes that call missing.

    It is identified by its command line, ``env`` as written, and the content of the files that its arguments name (of
    files over 64 MiB, size and time of change). What these import or load is not seen.
    """

    kind: Literal["command"] = "command"
    run: tuple[str, ...] = Field(min_length=1)
    """The program and its arguments, ``[python, model.py]``; no shell reads them. ``$NAME`` is taken from the environment;
    a key belongs in ``env``, for arguments can be seen by others on the machine."""
    cwd: str = "."
    """Folder in which it runs, relative to the specification."""
    env: Mapping[str, str] = {}
    """Variables that it gets beside those of the environment; ``$NAME`` keeps a key out of the specification."""
    form: Form = "auto"
    """What it gets: ``text`` as ``input`` (of a conversation, the last user message), ``conversation`` as ``messages``,
    or ``auto``: the one or the other, as the row is."""
    batch: bool = False
    """A line holds a JSON array of requests; the answers may come as an array, or an object a line."""
    batch_size: int = Field(default=32, ge=1)
    """Most requests in one line, where ``batch`` is true."""
    in_flight: int | None = Field(default=None, ge=1)
    """Requests that it gets before the first is answered: as many as it works on at once, for ``timeout_s`` runs for
    each of them. By default 1, or ``batch_size`` where ``batch`` is true."""
    deterministic: bool = True
    """The same input always gets the same output; repeats of it are then one observation."""

    @field_validator("run", mode="before")
    @classmethod
    def _is_a_list(cls, run: Any) -> Any:
        if isinstance(run, str):
            raise ValueError(f"is one text, and no shell splits it -- write [{', '.join(run.split())}]")
        return run

    def check(self, folder: Path) -> None:
        """The program and its folder exist; nothing is started."""
        self._program(self._cwd(folder), self._environment())

    def open(self, folder: Path) -> Model:
        """The program, found but not started."""
        cwd, env = self._cwd(folder), self._environment()
        run = [self._program(cwd, env), *(expanded(argument, "run") for argument in self.run[1:])]
        short = _short(shlex.join(self.run))
        secrets = secrets_of([*self.run, *self.env.values()])
        program = Program(short, lambda: Process(run, cwd, env, short), secrets, self.batch_size if self.batch else 0)
        model = CommandModel(shlex.join(self.run), program, self.form)
        model.in_flight = self.in_flight or (self.batch_size if self.batch else 1)
        model.deterministic = self.deterministic
        model.fingerprint = self.fingerprint or self._identity(cwd)
        return model

    def _cwd(self, folder: Path) -> Path:
        cwd = Path(folder).resolve() / expanded(self.cwd, "cwd")
        if not cwd.is_dir():
            raise AdapterError(f"model.cwd: there is no folder {cwd} -- it is relative to the specification")
        return cwd

    def _environment(self) -> dict[str, str]:
        own = {name: expanded(value, f"env.{name}") for name, value in self.env.items()}
        # A Python program that prints its answers would keep them in a buffer, and both sides would wait for ever.
        return {"PYTHONUNBUFFERED": "1", **os.environ, **own}

    def _program(self, cwd: Path, env: Mapping[str, str]) -> str:
        """The path of the executable: beside ``cwd`` where it is named with a folder, else on the path."""
        program = expanded(self.run[0], "run")
        if Path(program).name == program:
            found = shutil.which(program, path=env.get("PATH"))
            if found is None:
                raise AdapterError(
                    f"model.run: there is no program '{program}' on the path -- install it, or name its file"
                )
            return found
        path = cwd / program
        if not path.is_file():
            raise AdapterError(f"model.run: there is no file {path} -- it is relative to model.cwd")
        if not os.access(path, os.X_OK):
            raise AdapterError(f"model.run: {path} is not executable -- chmod +x it, or name its interpreter first")
        return str(path)

    def _identity(self, cwd: Path) -> str | None:
        """Of the command line and the files that it names; None where it names none, so that nothing is known of it."""
        digest = blake2b(digest_size=16)
        known = False
        for argument in (*self.run, *(f"{name}={value}" for name, value in sorted(self.env.items())), self.form):
            digest.update(f"{len(argument)}:{argument}".encode())
        for argument in self.run:
            path = cwd / expanded(argument, "run")
            if _is_file(path):
                known = True
                digest.update(_content(path))
        return f"command:{digest.hexdigest()}" if known else None


class CommandModel(Model):
    """The live program; made by `CommandAdapter.open`. It outlives the event loops that ask it, until `close`."""

    is_async = True

    def __init__(self, name: str, program: Program, form: Form) -> None:
        self.name = name
        self._program = program
        self._form = form
        self.modalities = frozenset({"text"}) if form == "text" else EVERYTHING
        self._closing = weakref.finalize(self, program.close)  # also where the interpreter ends without `close`

    async def predict_one(self, item: Input) -> Any:
        """The program's answer to one input; `AdapterError` where it died twice over it or cannot be started."""
        as_text = self._form == "text" or (self._form == "auto" and isinstance(item.content, str))
        if as_text:
            return await self._program.ask({"input": item.text})
        return await self._program.ask({"messages": plain_messages(item.messages, as_data_url)})

    def broken(self) -> str | None:
        """Why the program is not started again, None while it may be."""
        return self._program.broken()

    def notes(self) -> Iterator[str]:
        """How often the program had to be started again, and why."""
        return self._program.notes()

    def close(self) -> None:
        """End the program and wait for its end; may be called twice."""
        self._closing()


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # an argument that is a text, longer than a file name may be
        return False


def _content(path: Path) -> bytes:
    """A hash of a file's content; of a very large one, weights say, its size and time of change."""
    status = path.stat()
    if status.st_size > _HASHED_BYTES:
        return f"{status.st_size} {status.st_mtime_ns}".encode()
    return blake2b(path.read_bytes(), digest_size=16).digest()


def _short(text: str) -> str:
    return text if len(text) <= _NAME_CHARACTERS else f"{text[: _NAME_CHARACTERS - 3]}..."
