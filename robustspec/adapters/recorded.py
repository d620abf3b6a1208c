"""Outputs that were recorded elsewhere, judged as if the model were called now."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Literal

from robustspec.adapters.base import EVERYTHING, AdapterSpec, Model, plain_messages
from robustspec.adapters.target import expanded
from robustspec.data.picture import Picture
from robustspec.data.row import Content, Input, Output
from robustspec.errors import AdapterError

_FIELD_LIMIT = 1 << 27  # characters of one CSV field; Python's own limit of 131,072 is short of a long answer


def input_sha(content: Content) -> str:
    """What ties a recorded output to its input: SHA-256, in hex, of the text or of the conversation's canonical JSON.

    The canonical JSON is a list of objects with the sorted keys ``content``, ``images`` (where there are some: the digest
    of each, in hex), ``name`` (where there is one) and ``role``, no spaces, non-ASCII characters as they are, in UTF-8.
    """
    if isinstance(content, str):
        text = content
    else:
        text = json.dumps(plain_messages(content, _digest), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _digest(picture: Picture) -> str:
    return picture.digest.hex()


class RecordedAdapter(AdapterSpec):
    """Outputs recorded elsewhere: a model that must not be called from here, or a run to judge again.

    The file is JSON Lines or, where its name ends in ``.csv``, CSV, with the columns ``case_id``, ``output`` and, if
    wanted, ``input_sha``. ``robustspec export-cases`` writes the cases to answer. A case without a line is missing, and
    so is one whose ``input_sha`` is that of another input; a case with two lines is an error.
    """

    kind: Literal["recorded"] = "recorded"
    path: str
    """File with the recorded outputs, relative to the specification; ``$NAME`` is taken from the environment."""

    def check(self, folder: Path) -> None:
        """The file is there; it is not read."""
        path = Path(folder) / expanded(self.path, "path")
        if not path.is_file():
            raise AdapterError(f"{path}: no such file -- model.path must name recorded outputs")

    def open(self, folder: Path) -> Model:
        """The recorded outputs, indexed: one byte offset for each case in memory, the outputs left in the file."""
        return RecordedModel(Path(folder) / expanded(self.path, "path"), self.fingerprint)


class RecordedModel(Model):
    """Answers a case with what was recorded for it; the fingerprint is the file's hash unless one is given."""

    by_case = True
    modalities = EVERYTHING

    def __init__(self, path: Path, fingerprint: str | None = None) -> None:
        self.name = path.name
        self._path = path
        self._is_csv = path.suffix.lower() == ".csv"
        try:
            self._file: BinaryIO = path.open("rb")
        except OSError as error:
            raise AdapterError(f"{path}: {error.strerror} -- model.path must name recorded outputs") from error
        try:
            self._offsets = self._index()
            self.fingerprint = fingerprint or f"recorded:{self._digest()}"
        except BaseException:
            self._file.close()
            raise

    def predict(self, inputs: Sequence[Input]) -> list[Output]:
        """The recorded output of each input's case, or an `Output` with the reason why there is none."""
        return [self._answer(item) for item in inputs]

    def close(self) -> None:
        """Release the file."""
        self._file.close()

    def _answer(self, item: Input) -> Output:
        offset = self._offsets.get(item.case_id)
        if offset is None:
            return Output(error=f"no recorded output for case {item.case_id} in {self._path.name}")
        record = self._read(offset)
        recorded_for = record.get("input_sha")
        if recorded_for and recorded_for != input_sha(item.content):
            return Output(error=f"recorded for another input than case {item.case_id} now has: record it again")
        if record["output"] is None:
            return Output(error=f"the recorded output of case {item.case_id} is null")
        odd = next((key for key in ("turns", "replies") if not isinstance(record.get(key, []), list)), None)
        if odd is not None:
            return Output(error=f"the {odd} recorded of case {item.case_id} are no list")
        turns, replies = _said(record, "turns"), _said(record, "replies")
        return Output(record["output"], turns=turns, replies=replies)

    def _digest(self) -> str:
        digest = hashlib.blake2b(digest_size=16)
        self._file.seek(0)
        while chunk := self._file.read(1 << 20):
            digest.update(chunk)
        return digest.hexdigest()

    def _index(self) -> dict[str, int]:
        offsets: dict[str, int] = {}
        for number, offset, record in self._scan_csv() if self._is_csv else self._scan_jsonl():
            if not isinstance(record, Mapping) or "output" not in record or not record.get("case_id"):
                raise AdapterError(f"{self._path}:{number}: a recorded output needs the fields case_id and output")
            case_id = str(record["case_id"])
            if case_id in offsets:
                raise AdapterError(f"{self._path}:{number}: case {case_id} is recorded twice -- keep one of them")
            offsets[case_id] = offset
        return offsets

    def _scan_jsonl(self) -> Iterator[tuple[int, int, Any]]:
        offset = 0
        for number, line in enumerate(self._file, 1):
            if line.strip():
                try:
                    yield number, offset, json.loads(line)
                except ValueError as error:
                    raise AdapterError(f"{self._path}:{number}: not a JSON object ({error})") from error
            offset += len(line)

    def _scan_csv(self) -> Iterator[tuple[int, int, Any]]:
        csv.field_size_limit(max(csv.field_size_limit(), _FIELD_LIMIT))
        lines = _CountedLines(self._file)
        reader = csv.reader(lines, strict=True)
        try:
            self._columns = next(reader, [])
            while True:
                offset, number = lines.consumed, reader.line_num + 1
                fields = next(reader, None)
                if fields is None:
                    return
                if fields:
                    yield number, offset, self._record(fields, number)
        except (csv.Error, UnicodeDecodeError) as error:
            raise AdapterError(f"{self._path}:{reader.line_num}: not CSV in UTF-8 ({error})") from error

    def _record(self, fields: list[str], number: int) -> dict[str, str]:
        if len(fields) != len(self._columns):
            raise AdapterError(
                f"{self._path}:{number}: {len(fields)} fields where the header has {len(self._columns)} -- "
                "quote fields that hold commas"
            )
        return dict(zip(self._columns, fields, strict=True))

    def _read(self, offset: int) -> dict[str, Any]:
        self._file.seek(offset)
        if not self._is_csv:
            return dict(json.loads(self._file.readline()))
        return dict(zip(self._columns, next(csv.reader(_CountedLines(self._file))), strict=True))


def _said(record: Mapping[str, Any], key: str) -> tuple[Any, ...]:
    """The earlier answers of a recorded conversation, or what its simulated user replied; none where it has no such list."""
    said = record.get(key)
    return tuple(said) if isinstance(said, list) else ()


class _CountedLines:
    """The text lines of a file, counting the bytes taken; `csv.reader` takes no line before it needs it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.consumed = file.tell()

    def __iter__(self) -> _CountedLines:
        return self

    def __next__(self) -> str:
        line = self._file.readline()
        if not line:
            raise StopIteration
        first = self.consumed == 0
        self.consumed += len(line)
        return line.decode("utf-8-sig" if first else "utf-8")
