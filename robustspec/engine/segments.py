"""The form of the files that hold outputs: names, header, lines."""

from __future__ import annotations

import json
import re
from hashlib import blake2b
from io import FileIO
from pathlib import Path

from robustspec.data.row import Output

VERSION = 1
"""Version of the segments and of what a key is made of."""

_KEY_AT = slice(6, 38)  # of a line: {"k":"<32 hex digits>",...
_ENCODE = json.JSONEncoder(separators=(",", ":")).encode
_CACHE_TAG = (
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# This folder holds outputs of models and may be deleted.\n# See https://bford.info/cachedir/\n"
)


def folder_name(fingerprint: str) -> str:
    """The folder of a fingerprint: readable, safe on every file system, and different for different fingerprints."""
    slug = re.sub(r"[^A-Za-z0-9._-]+", "-", fingerprint).strip("-.")[:40]
    return f"{slug or 'model'}-{blake2b(fingerprint.encode('utf-8', 'surrogatepass'), digest_size=8).hexdigest()}"


def mark_as_cache(root: Path) -> None:
    """Keep the cache out of backups and of version control."""
    for name, text in (("CACHEDIR.TAG", _CACHE_TAG), (".gitignore", "*\n")):
        if not (root / name).exists():
            (root / name).write_text(text, encoding="utf-8")


def write_all(file: FileIO, data: bytes) -> None:
    """All of ``data``, however little the system takes at a time."""
    view = memoryview(data)
    while view:
        view = view[file.write(view) or 0 :]


def line_of(key: bytes, output: Output) -> bytes:
    """One output as a line; TypeError or ValueError where ``raw`` is not JSON-able."""
    raw = _ENCODE(output.raw)
    return f'{{"k":"{key.hex()}","raw":{raw},"s":{output.seconds:.6g}}}\n'.encode("ascii")


def key_of(line: bytes) -> bytes | None:
    """The key of a whole line; None of a torn one."""
    if not (line.startswith(b'{"k":"') and line.endswith(b"}\n")):
        return None
    try:
        return bytes.fromhex(line[_KEY_AT].decode("ascii"))
    except ValueError:
        return None


def output_of(line: bytes) -> Output:
    """The output that a line holds; ValueError or KeyError where it is damaged."""
    record = json.loads(line)
    return Output(record["raw"], None, record["s"])
