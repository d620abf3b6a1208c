"""What all data files have in common: finding them, their fingerprint, and the lines of text files."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from robustspec.data.values import did_you_mean
from robustspec.errors import DataError

BOM = b"\xef\xbb\xbf"
Stamp = tuple[int, int, int]
"""Size in bytes, time of change in ns, inode: what tells a changed file without reading it. Of a folder, see `stamp`."""

_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))")


def expand(path: str, environment: Mapping[str, str] | None = None) -> str:
    """``path`` with ``$NAME`` and ``${NAME}`` taken from the environment; a missing one is a `DataError`."""
    known = os.environ if environment is None else environment

    def value(match: re.Match[str]) -> str:
        name = match.group(1) or match.group(2)
        if name not in known:
            raise DataError(f"{path}: the environment variable {name} is not set -- set it before the run")
        return known[name]

    return _VARIABLE.sub(value, path)


def existing(path: Path, *, folder: bool = False) -> Path:
    """``path``, when it is a file that is not empty; else a `DataError` with the nearest name in its folder.

    With ``folder`` it must be a folder.
    """
    if folder and path.is_file():
        raise DataError(f"{path}: is a file, and this kind of data reads a folder -- name the folder that it lies in")
    if path.is_dir() and not folder:
        raise DataError(f"{path}: is a folder -- name a file in it")
    if not path.exists():
        raise DataError(f"{path}: no such {'folder' if folder else 'file'}{near(path, folder=folder)}")
    if path.stat().st_size == 0 and not folder:
        raise DataError(f"{path}: the file is empty")
    return path


def near(path: Path, *, folder: bool = False) -> str:
    """The remedy for a path that is not there: what its folder holds under the nearest name."""
    parent = path.parent
    if not parent.is_dir():
        return f" -- nor is there a folder {parent}"
    hint = did_you_mean(path.name, sorted(entry.name for entry in parent.iterdir() if entry.is_dir() == folder))
    return f" -- {hint}" if hint else f" -- the folder {parent} holds no {'folders' if folder else 'files'}"


def files_below(folder: Path) -> list[str]:
    """The files of a folder and of the folders in it, as sorted paths relative to it; hidden ones are left out.

    Links to folders are followed, except those to a folder that the walk is in already.
    """
    return sorted(path.relative_to(folder).as_posix() for path in _walk(folder, ()))


def _walk(folder: Path, above: tuple[Path, ...]) -> Iterator[Path]:
    """As `files_below`; ``above`` are the folders whose links led here."""
    for place, folders, files in os.walk(folder):
        yield from (Path(place, name) for name in files if not name.startswith("."))
        folders[:] = [name for name in folders if not name.startswith(".")]
        for link in (Path(place, name) for name in folders if Path(place, name).is_symlink()):
            entered = (*above, Path(place).resolve())
            if not any(each.is_relative_to(link.resolve()) for each in entered):
                yield from _walk(link, entered)


def stamp(path: Path, parts: Sequence[Path] = ()) -> Stamp:
    """The stamp of a file, or of a folder that consists of ``parts``; a vanished file is a `DataError`.

    That of a folder is the size of its parts together, a digest of their names and stamps, and their number.
    """
    if not parts:
        return _stamp(path)
    size, hasher = 0, hashlib.blake2b(digest_size=7)
    for part in parts:
        each = _stamp(part)
        size += each[0]
        hasher.update(f"{_name(part, path)}\0{each}\0".encode(errors="surrogateescape"))
    return size, int.from_bytes(hasher.digest(), "little"), len(parts)


def _stamp(path: Path) -> Stamp:
    try:
        status = path.stat()
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    return status.st_size, status.st_mtime_ns, status.st_ino


def _name(part: Path, folder: Path) -> str:
    return part.relative_to(folder).as_posix()


def content_hash(path: Path, parts: Sequence[Path] = ()) -> str:
    """BLAKE2b of the bytes of a file, or of the relative names and the bytes of the ``parts`` of a folder; 32 hex digits."""
    if not parts:
        return _content_hash(path)
    hasher = hashlib.blake2b(digest_size=16)
    for part in parts:
        hasher.update(f"{_name(part, path)}\0{_content_hash(part)}\0".encode(errors="surrogateescape"))
    return hasher.hexdigest()


def _content_hash(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error


def line_at(path: Path, offset: int) -> int:
    """The line, from 1, of the byte at ``offset``. Reads the file up to there: for error messages only."""
    line, left = 1, offset
    with path.open("rb") as file:
        while left > 0 and (chunk := file.read(min(left, 1 << 20))):
            line += chunk.count(b"\n")
            left -= len(chunk)
    return line


class Lines:
    """The lines of a UTF-8 file from where it stands, decoded, line ends kept.

    ``offset`` is the byte after the last line given. Raises `DataError` on bytes that are no UTF-8. A byte-order mark
    at the start of the file is dropped.
    """

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path
        self.offset = file.tell()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._file.readline()
        if not line:
            raise StopIteration
        start, self.offset = self.offset, self.offset + len(line)
        return decode(line, self._path, start)


def decode(line: bytes, path: Path, offset: int) -> str:
    """A line as text, without the byte-order mark of a file's first line; bytes that are no UTF-8 are a `DataError`."""
    if offset == 0 and line.startswith(BOM):
        line = line[len(BOM) :]
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        where = f"{path}:{line_at(path, offset)}"
        raise DataError(f"{where}: byte {error.start + 1} of the line is not UTF-8 -- save the file as UTF-8") from None
