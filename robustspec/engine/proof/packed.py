"""Arrays as short texts that JSON can hold, without loss, and back without trust.

========  ===========================================================================================
text      holds
========  ===========================================================================================
bits:     values that are all 0 or 1, eight to a byte
few:      at most 256 different values, then which of them each is (compressed)
all:      every value as eight bytes (compressed)
ranks:    increasing ranks from 1: the last one, then a bit for each rank up to it (compressed)
text:     a text: its length in bytes, then the bytes (compressed)
========  ===========================================================================================

What is read may come from anybody: the number of values is told beforehand, and no more than that is ever unpacked.
"""

from __future__ import annotations

import base64
import binascii
import zlib

import numpy as np
import numpy.typing as npt

from robustspec.errors import RobustspecError
from robustspec.statistics.base import Floats, Ints

MOST_VALUES = 1_000_000
"""The longest array that is packed and unpacked: 8 MB of numbers."""

MOST_BYTES = 1 << 26
"""The longest text that is unpacked."""

_ONE = int(np.float64(1.0).view(np.uint64))
_MOST_DIFFERENT = 256


def pack(values: Floats) -> str:
    """Finite or not, every value to the last bit. Shape: (n,)."""
    raw = np.ascontiguousarray(values, dtype="<f8")
    patterns = raw.view("<u8")
    if bool(((patterns == 0) | (patterns == _ONE)).all()):
        return f"bits:{_text(np.packbits(patterns != 0).tobytes())}"
    different = _different(patterns)
    if len(different) <= _MOST_DIFFERENT:
        which = np.searchsorted(different, patterns).astype(np.uint8)
        return f"few:{_text(different.tobytes())}:{_squeezed(which.tobytes())}"
    return f"all:{_squeezed(raw.tobytes())}"


def unpack(text: str, n: int) -> Floats:
    """The ``n`` values of `pack`. Raises `RobustspecError` where the text does not hold just that."""
    kind, _, rest = text.partition(":")
    if kind == "bits":
        return _bits(_bytes(rest), n).astype(np.float64)
    if kind == "few":
        table, _, which = rest.partition(":")
        return _looked_up(_bytes(table), np.frombuffer(_inflated(which, n), dtype=np.uint8))
    if kind == "all":
        return np.frombuffer(_inflated(rest, 8 * n), dtype="<f8").astype(np.float64)
    raise RobustspecError("the values are packed in an unknown way")


def pack_ranks(ranks: Ints) -> str:
    """Increasing whole numbers from 1. Shape: (n,)."""
    last = int(ranks[-1]) if len(ranks) else 0
    taken = np.zeros(last, dtype=bool)
    taken[np.asarray(ranks) - 1] = True
    return f"ranks:{last}:{_squeezed(np.packbits(taken).tobytes())}"


def unpack_ranks(text: str, n: int) -> Ints:
    """The ``n`` ranks of `pack_ranks`. Raises `RobustspecError` where the text does not hold just that."""
    kind, _, rest = text.partition(":")
    length, _, packed = rest.partition(":")
    last = _size(length)
    if kind != "ranks" or not n <= last <= 2 * MOST_VALUES:
        raise RobustspecError("the ranks of the units are damaged")
    ranks = np.flatnonzero(_bits(_inflated(packed, (last + 7) // 8), last)) + 1
    if len(ranks) != n:
        raise RobustspecError(f"{len(ranks)} ranks for {n} units")
    return ranks.astype(np.int64)


def pack_text(text: str) -> str:
    """A text, compressed where it is long."""
    data = text.encode("utf-8", "surrogatepass")
    return f"text:{len(data)}:{_squeezed(data)}"


def unpack_text(text: str) -> str:
    """The text of `pack_text`. Raises `RobustspecError` where there is none, or one of more than 64 MB."""
    kind, _, rest = text.partition(":")
    length, _, packed = rest.partition(":")
    size = _size(length)
    if kind != "text" or not 0 <= size <= MOST_BYTES:
        raise RobustspecError("a packed text is damaged")
    try:
        return _inflated(packed, size).decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise RobustspecError("a packed text is not UTF-8") from error


def _size(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else -1


def _different(patterns: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    # Not np.unique, which loads numpy.ma: a tenth of the start of a small run.
    ordered = np.sort(patterns)
    new = np.ones(len(ordered), dtype=bool)
    new[1:] = ordered[1:] != ordered[:-1]
    return ordered[new]


def _bits(packed: bytes, n: int) -> npt.NDArray[np.uint8]:
    if len(packed) != (n + 7) // 8:
        raise RobustspecError(f"{8 * len(packed)} bits where {n} values belong")
    return np.unpackbits(np.frombuffer(packed, dtype=np.uint8), count=n)


def _looked_up(table: bytes, which: npt.NDArray[np.uint8]) -> Floats:
    if len(table) % 8 or len(table) > 8 * _MOST_DIFFERENT:
        raise RobustspecError("the table of values is damaged")
    values = np.frombuffer(table, dtype="<f8").astype(np.float64)
    if len(which) and int(which.max()) >= len(values):
        raise RobustspecError("a unit has a value that is not in the table of values")
    return values[which]


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _squeezed(data: bytes) -> str:
    return _text(zlib.compress(data, 9))


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise RobustspecError(f"not base64 ({error})") from error


def _inflated(text: str, size: int) -> bytes:
    """Exactly ``size`` bytes; whatever would become more is never made."""
    stream = zlib.decompressobj()
    try:
        data = stream.decompress(_bytes(text), size + 1)
    except zlib.error as error:
        raise RobustspecError(f"the compressed values are damaged ({error})") from error
    if len(data) != size or not stream.eof:
        raise RobustspecError(f"the compressed values are not the {size} bytes that belong here")
    return data
