"""Pictures: images, volumes, and the handles by which conversations hold them.

A `Picture` says where values come from and opens them when they are used. Opened values are kept in one small cache for
the whole process, so memory follows what is in use and not how many rows there are.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Modality = Literal["image", "volume"]
Pixels = NDArray[Any]
Floats32 = NDArray[np.float32]

CACHED_BYTES = 192 * 2**20
"""How much of opened values is kept; beyond it the least recently used go."""


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """An opened image.

    ``pixels`` is height x width (grey) or height x width x 3 (RGB), of type uint8, uint16, or float32 from 0 to 1.
    ``facts`` are what its file says besides (DICOM header fields, for one).
    """

    pixels: Pixels
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return int(self.pixels.shape[0]), int(self.pixels.shape[1])

    @property
    def is_grey(self) -> bool:
        """Whether there is one channel."""
        return self.pixels.ndim == 2

    @property
    def white(self) -> float:
        """The largest value of the type: 255, 65535 or 1."""
        return 1.0 if self.pixels.dtype.kind == "f" else float(np.iinfo(self.pixels.dtype).max)

    def unit(self) -> Floats32:
        """The pixels as float32 from 0 to 1; a copy."""
        scaled = self.pixels.astype(np.float32)
        return scaled if self.white == 1.0 else np.divide(scaled, np.float32(self.white), out=scaled)

    def with_unit(self, values: NDArray[Any]) -> Image:
        """This image with other pixels, given from 0 to 1: clipped, rounded, of the same type; ``values`` may be used up."""
        clipped = np.clip(values, 0.0, 1.0, out=values if values.dtype == np.float32 else None)
        if self.white == 1.0:
            return self.with_pixels(clipped.astype(np.float32, copy=False))
        np.multiply(clipped, self.white, out=clipped)
        return self.with_pixels(np.rint(clipped, out=clipped).astype(self.pixels.dtype))

    def with_pixels(self, pixels: Pixels) -> Image:
        """This image with other pixels of the same type."""
        return replace(self, pixels=pixels)


@dataclass(frozen=True, slots=True, eq=False)
class Volume:
    """An opened volume.

    ``voxels`` is x by y by z, of any real type; intensities have no unit. ``affine`` (4 x 4) takes voxel indices to
    millimetres in the patient's right-anterior-superior frame (RAS+), as NIfTI defines it. ``facts`` are what its file or
    sidecar says besides. ``tissue`` opens maps of the tissue, of the same shape, where the volume is simulated: ``pd`` (0 to
    1), ``t1_ms`` and ``t2_ms``.
    """

    voxels: Pixels
    affine: NDArray[np.float64]
    facts: Mapping[str, Any] = field(default_factory=dict)
    tissue: Callable[[], Mapping[str, Floats32]] | None = None

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Distance between neighbouring voxels along each axis."""
        x, y, z = np.sqrt((self.affine[:3, :3] ** 2).sum(axis=0)).tolist()
        return x, y, z

    @property
    def orientation(self) -> str:
        """Where each axis points, such as ``RAS``: the nearest of right/left, anterior/posterior, superior/inferior."""
        axes = []
        for column in self.affine[:3, :3].T:
            at = int(np.argmax(np.abs(column)))
            axes.append("RAS"[at] if column[at] > 0 else "LPI"[at])
        return "".join(axes)

    @property
    def white(self) -> float:
        """The bright end of the intensities: the 99.5th percentile of every 7th voxel above 0; 1 where none is."""
        some = self.voxels.reshape(-1)[::7]
        some = some[some > 0]
        if not some.size:
            return 1.0
        at = min(some.size - 1, int(0.995 * some.size))
        return float(np.partition(some, at)[at])

    def floats(self) -> Floats32:
        """The voxels as float32, in their own scale; a copy."""
        return self.voxels.astype(np.float32)

    def with_floats(self, values: NDArray[Any]) -> Volume:
        """This volume with other voxels in the same scale: rounded and clipped where its type is an integer."""
        kind = self.voxels.dtype
        if kind.kind == "f":
            return replace(self, voxels=values.astype(kind, copy=False))
        ends = np.iinfo(kind)
        return replace(self, voxels=np.clip(np.rint(values), ends.min, ends.max).astype(kind))

    def with_voxels(self, voxels: Pixels, affine: NDArray[np.float64] | None = None) -> Volume:
        """This volume with other voxels and, where they have moved, another affine; maps of the tissue no longer fit."""
        if affine is None and voxels.shape == self.voxels.shape:
            return replace(self, voxels=voxels)
        return replace(self, voxels=voxels, affine=self.affine if affine is None else affine, tissue=None)


Value = Image | Volume


class Picture:
    """A picture of a conversation: a handle that opens its value when it is used.

    ``key`` tells where the value comes from: equal keys open equal values. ``name`` is for people (a file name); ``make``
    opens the value and raises `robustspec.errors.PictureError` with the reason where it cannot.
    """

    __slots__ = ("_digest", "_make", "key", "modality", "name")

    def __init__(self, key: bytes, name: str, modality: Modality, make: Callable[[], Value]) -> None:
        self.key = key
        self.name = name
        self.modality: Modality = modality
        self._make = make
        self._digest: bytes | None = None

    def __repr__(self) -> str:
        return f"Picture({self.name!r}, {self.modality})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Picture) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def open(self) -> Value:
        """The value, from the cache or from where it comes. Do not change it in place."""
        value = _CACHE.get(self.key)
        if value is None:
            value = self._make()
            _CACHE.put(self.key, value)
        return value

    @property
    def digest(self) -> bytes:
        """16 bytes that stand for what the picture shows: its values, their type, its facts and, of a volume, its affine."""
        if self._digest is None:
            self._digest = digest_of(self.open())
        return self._digest

    def changed(self, value: Value, how: bytes, make: Callable[[], Value]) -> Picture:
        """The picture after a change to ``value``; ``how`` stands for the change, and ``make`` makes it again."""
        key = blake2b(self.key + how, digest_size=16).digest()
        picture = Picture(key, self.name, self.modality, make)
        picture._digest = digest_of(value)
        _CACHE.put(key, value)
        return picture


def made(name: str, value: Value) -> Picture:
    """A picture of a value that is at hand and stays in memory: for tests, and for what code made."""
    return Picture(digest_of(value), name, "image" if isinstance(value, Image) else "volume", lambda: value)


def digest_of(value: Value) -> bytes:
    """16 bytes that stand for a value, with its facts: a model is given both."""
    array = value.pixels if isinstance(value, Image) else value.voxels
    hasher = blake2b(f"{array.dtype.str}{array.shape}".encode(), digest_size=16)
    hasher.update(np.ascontiguousarray(array).view(np.uint8).reshape(-1).data)
    if isinstance(value, Volume):
        hasher.update(np.ascontiguousarray(value.affine, dtype="<f8").tobytes())
    if value.facts:
        hasher.update(json.dumps(dict(value.facts), sort_keys=True, default=str).encode())
    return hasher.digest()


class _Cache:
    """The least recently used values go when there are more than ``limit`` bytes. Safe to use from several threads."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = 0
        self._values: OrderedDict[bytes, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: bytes) -> Value | None:
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
            return value

    def put(self, key: bytes, value: Value) -> None:
        with self._lock:
            old = self._values.pop(key, None)
            self._held += _bytes(value) - (0 if old is None else _bytes(old))
            self._values[key] = value
            while self._held > self._limit and len(self._values) > 1:
                self._held -= _bytes(self._values.popitem(last=False)[1])


def _bytes(value: Value) -> int:
    return int((value.pixels if isinstance(value, Image) else value.voxels).nbytes)


_CACHE = _Cache(CACHED_BYTES)
