"""The order in which units are drawn: a seeded hash of their ids, the same for every order of the file."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Digests = NDArray[np.uint64]

GOLDEN_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MASK = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Order:
    """Rows in the order in which their units are drawn.

    ``rows`` (int64, n_rows) are positions of rows, those of a unit adjacent; unit ``u`` has
    ``rows[unit_starts[u]:unit_starts[u + 1]]`` (``unit_starts``: int64, n_units + 1).
    """

    rows: NDArray[np.int64]
    unit_starts: NDArray[np.int64]


def digest(text: str) -> bytes:
    """BLAKE2b of a text, 8 bytes; read them as a little-endian uint64."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def mix64(values: Digests) -> Digests:
    """The output function of SplitMix64 (Steele, Lea and Flood 2014), a bijection of 64-bit words."""
    mixed = values ^ (values >> np.uint64(30))
    mixed = mixed * np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed = mixed * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed


def ranks(unit_digests: Digests, seed: int) -> Digests:
    """A 64-bit word for each digest that sorts units in the order of ``seed``; different digests never tie."""
    key = mix64(np.array([seed & _MASK], dtype=np.uint64) + GOLDEN_GAMMA)
    return mix64(unit_digests ^ key)


def order_units(unit_digests: Digests, row_digests: Digests, seed: int) -> Order:
    """All rows, units in the order of ``seed``, the rows of a unit by the digest of their id, then by position."""
    ranked = ranks(unit_digests, seed)
    same = unit_digests is row_digests
    rows = np.argsort(ranked, kind="stable") if same else np.lexsort((row_digests, ranked))
    ranked = ranked[rows]
    starts = np.flatnonzero(np.concatenate(([True], ranked[1:] != ranked[:-1])))
    return Order(rows.astype(np.int64), np.append(starts, len(rows)).astype(np.int64))
