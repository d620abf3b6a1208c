"""Outputs by content: what a model answered once is never asked again, in this run or in the next.

A cache folder holds, for each model fingerprint, segments: one JSONL file for each process that ever wrote::

    .robustspec_cache/outputs/chatbot-v2-1f0c.../seg-20260314T092653.589793-4711-9f3a1c.jsonl
    {"robustspec_store": 1, "fingerprint": "chatbot-v2"}
    {"k": "6a1f...", "raw": "take one tablet", "s": 0.81}

Processes never share a segment, so that none waits for another and a crash can tear only its own last line. Errors are
never stored: a call that failed is made again by the next run.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import blake2b
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

from robustspec.data.row import Content, Output
from robustspec.engine.locations import Locations
from robustspec.engine.segments import VERSION, folder_name, key_of, line_of, mark_as_cache, output_of, write_all

_FLUSH_ENTRIES = 256
_FLUSH_BYTES = 1_000_000
_FLUSH_SECONDS = 1.0
_SYNC_SECONDS = 2.0
_RECENT = 512  # outputs kept decoded
_RECENT_CHARACTERS = 2_000  # longer ones are read again: the memory of a run must not follow the length of answers
_OPEN_SEGMENTS = 32
_OFFSET_BITS = 40  # a location is (segment number << 40) | byte offset: 16 million segments of 1 TB


def _packed(text: str) -> bytes:
    data = text.encode("utf-8", "surrogatepass")
    return len(data).to_bytes(8, "big") + data


class Store:
    """The stored outputs of one model fingerprint.

    ``folder`` is the cache root. ``fingerprint`` None stands for a model that nothing identifies: its outputs are kept
    for the life of this store and deleted by `close`. ``fresh`` ignores what earlier runs stored, and writes.
    ``offline`` is for the dispatcher: a miss is an error. ``notes`` collects, in sentences, what a report should say.

    Use it from one thread at a time; `put`, `get`, `tick`, `flush` and `close` exclude each other all the same, so that
    a run which is being stopped can flush from outside. Nothing is written before the first `put`.
    """

    def __init__(self, folder: Path, fingerprint: str | None, *, fresh: bool = False, offline: bool = False) -> None:
        self.offline = offline
        self.notes: list[str] = []
        self._private = fingerprint is None
        self.fingerprint = fingerprint if fingerprint is not None else f"unpinned-{os.getpid()}-{secrets.token_hex(8)}"
        self._root = Path(folder)
        self.folder = self._root / "outputs" / folder_name(self.fingerprint)
        self._seed = blake2b(_packed(f"robustspec-store-{VERSION}") + _packed(self.fingerprint), digest_size=16)
        self._locations = Locations()
        self._segments: list[Path] = []
        self._open: OrderedDict[int, FileIO] = OrderedDict()
        self._recent: OrderedDict[bytes, tuple[Output, bool]] = OrderedDict()
        self._pending: dict[bytes, bytes] = {}
        self._pending_bytes = 0
        self._kept: dict[bytes, bytes] | None = None  # lines that could not be written, once the disk has failed
        self._own: FileIO | None = None
        self._own_number = -1
        self._end = 0
        self._flushed_at = self._synced_at = time.monotonic()
        self._lock = threading.RLock()
        if not fresh and not self._private:
            self._load()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        """How many outputs can be given back."""
        return len(self._locations) + len(self._pending) + len(self._kept or ())

    def __contains__(self, key: bytes) -> bool:
        return self.get(key) is not None

    def key(self, content: Content, repeat: int = 0) -> bytes:
        """16 bytes that stand for the model, the content and the number of the repeat; not for the case."""
        hasher = self._seed.copy()
        if isinstance(content, str):
            hasher.update(b"text%d:" % repeat + _packed(content))
            return hasher.digest()
        hasher.update(b"messages%d:%d:" % (repeat, len(content)))
        for message in content:
            name = b"-" if message.name is None else b"+" + _packed(message.name)
            hasher.update(_packed(message.role) + name + _packed(message.content))
            for picture in message.images:
                hasher.update(b"picture:" + picture.digest)
        return hasher.digest()

    def get(self, key: bytes) -> Output | None:
        """The output stored under ``key``, or None."""
        found = self.find(key)
        return found and found[0]

    def find(self, key: bytes) -> tuple[Output, bool] | None:
        """The output stored under ``key`` and whether this store wrote it itself, or None."""
        with self._lock:
            found = self._recent.get(key)
            if found is not None:
                self._recent.move_to_end(key)
                return found
            found = self._look_up(key)
            if found is not None:
                self._remember(key, found)
            return found

    def put(self, key: bytes, output: Output) -> None:
        """Keep ``output`` under ``key``; one with an error is not kept. ``output.raw`` must be JSON-able.

        Reaches the disk after 256 outputs, 1 MB or one second, whichever comes first, and with `flush`.
        """
        if output.error is not None:
            return
        line = line_of(key, output)
        with self._lock:
            self._remember(key, (output, True))
            if self._kept is not None:
                self._kept[key] = line
                return
            self._pending[key] = line
            self._pending_bytes += len(line)
            if len(self._pending) >= _FLUSH_ENTRIES or self._pending_bytes >= _FLUSH_BYTES:
                self.flush()
            else:
                self.tick()

    def tick(self) -> None:
        """Flush if the last flush is a second ago; for a caller that waits while calls are slow."""
        if self._pending and time.monotonic() - self._flushed_at >= _FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what is pending; where the disk does not take it, keep it in memory and say so in ``notes``."""
        with self._lock:
            self._flushed_at = time.monotonic()
            if not self._pending:
                return
            try:
                self._write()
            except OSError as error:
                self._give_up_writing(error)
            self._pending = {}
            self._pending_bytes = 0

    def close(self) -> None:
        """Flush, force to disk, release the files; may be called twice."""
        with self._lock:
            self.flush()
            if self._own is not None:
                self._sync()
                self._own.close()
                self._own = None
            for file in self._open.values():
                file.close()
            self._open.clear()
            if self._private:
                shutil.rmtree(self.folder, ignore_errors=True)

    # ---- reading

    def _load(self) -> None:
        # newest first: after a run with ``fresh`` its outputs must win over older ones
        for path in sorted(self.folder.glob("seg-*.jsonl"), reverse=True):
            number = len(self._segments)
            torn = 0
            try:
                with path.open("rb") as file:
                    if not self._is_ours(path, file.readline()):
                        continue
                    self._segments.append(path)
                    torn = self._load_lines(file, number, file.tell())
            except OSError as error:
                self.notes.append(
                    f"{path.name} of the stored outputs cannot be read ({error.strerror}) and is left out"
                )
            if torn:
                self.notes.append(f"{torn} torn line{'s' * (torn > 1)} in {path.name} of the stored outputs left out")

    def _is_ours(self, path: Path, header: bytes) -> bool:
        try:
            head = json.loads(header)
            ours = head["robustspec_store"] == VERSION and head["fingerprint"] == self.fingerprint
        except (ValueError, KeyError, TypeError):
            self.notes.append(f"{path.name} of the stored outputs has no header that can be read and is left out")
            return False
        if not ours:
            self.notes.append(f"{path.name} of the stored outputs is of another version or model and is left out")
        return bool(ours)

    def _load_lines(self, lines: Iterator[bytes], number: int, offset: int) -> int:
        torn = 0
        base = number << _OFFSET_BITS
        for line in lines:
            key = key_of(line)
            if key is None:
                torn += 1
            elif (short := int.from_bytes(key[:8], "big")) not in self._locations:
                self._locations.add(short, base | offset)
            offset += len(line)
        return torn

    def _look_up(self, key: bytes) -> tuple[Output, bool] | None:
        line = self._pending.get(key) or (self._kept or {}).get(key)
        if line is not None:
            return output_of(line), True
        for place in self._locations.find(int.from_bytes(key[:8], "big")):
            number = place >> _OFFSET_BITS
            line = self._read(number, place & ((1 << _OFFSET_BITS) - 1))
            if key_of(line) == key:
                with suppress(ValueError, KeyError):  # a damaged line is a miss
                    return output_of(line), number == self._own_number
        return None

    def _read(self, number: int, offset: int) -> bytes:
        try:
            file = self._file(number)
            file.seek(offset)
            parts = [file.read(2_048)]
            while parts[-1] and b"\n" not in parts[-1]:
                parts.append(file.read(65_536))
        except OSError:
            # somebody deleted the cache under us: a miss, and the call is made again
            return b""
        return b"".join(parts).partition(b"\n")[0] + b"\n"

    def _file(self, number: int) -> FileIO:
        if number == self._own_number and self._own is not None:
            return self._own
        file = self._open.pop(number, None)
        if file is None:
            file = FileIO(self._segments[number], "rb")
            if len(self._open) >= _OPEN_SEGMENTS:
                self._open.popitem(last=False)[1].close()
        self._open[number] = file
        return file

    def _remember(self, key: bytes, found: tuple[Output, bool]) -> None:
        raw = found[0].raw
        if not isinstance(raw, str) or len(raw) > _RECENT_CHARACTERS:
            return
        self._recent[key] = found
        if len(self._recent) > _RECENT:
            self._recent.popitem(last=False)

    # ---- writing

    def _write(self) -> None:
        own = self._own or self._start_segment()
        own.seek(self._end)
        write_all(own, b"".join(self._pending.values()))
        base = self._own_number << _OFFSET_BITS
        for key, line in self._pending.items():
            self._locations.add(int.from_bytes(key[:8], "big"), base | self._end)
            self._end += len(line)
        if time.monotonic() - self._synced_at >= _SYNC_SECONDS:
            self._sync()

    def _start_segment(self) -> FileIO:
        self.folder.mkdir(parents=True, exist_ok=True)
        mark_as_cache(self._root)
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
        path = self.folder / f"seg-{moment}-{os.getpid()}-{secrets.token_hex(3)}.jsonl"
        own = FileIO(path, "xb+")
        header = json.dumps({"robustspec_store": VERSION, "fingerprint": self.fingerprint}).encode() + b"\n"
        try:
            write_all(own, header)
        except OSError:
            own.close()
            path.unlink(missing_ok=True)
            raise
        self._own, self._own_number, self._end = own, len(self._segments), len(header)
        self._segments.append(path)
        return own

    def _sync(self) -> None:
        if self._own is not None:
            with suppress(OSError):
                os.fsync(self._own.fileno())
        self._synced_at = time.monotonic()

    def _give_up_writing(self, error: OSError) -> None:
        reason = error.strerror or str(error)
        self.notes.append(
            f"{self.folder}: {reason}: the outputs of this run are kept in memory from here on and cannot be resumed"
        )
        self._kept = dict(self._pending)
        if self._own is not None:
            with suppress(OSError):
                self._own.truncate(self._end)  # what was half written would be a torn line
