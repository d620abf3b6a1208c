"""NPZ files of numpy: what arrays they hold, and one picture of them at a time. Nothing is ever unpickled.

An array that numpy wrote uncompressed (``np.savez``) is read where the picture stands. A compressed one
(``np.savez_compressed``) is held whole up to `HELD_BYTES`, and beyond that read from its start for every picture. The
checksum of an array is verified up to `HELD_BYTES`; of a larger one only where all of it is read.
"""

from __future__ import annotations

import math
import re
import struct
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, NamedTuple
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from robustspec.data.files import Stamp
from robustspec.data.picture import Modality, Value
from robustspec.data.picture_values import (
    MOST_PIXELS,
    MOST_VOXELS,
    check_size,
    image_of,
    reading,
    shape_text,
    volume_of,
)
from robustspec.data.values import did_you_mean
from robustspec.errors import PictureError

HELD_BYTES = 2**27
_REFERENCE = re.compile(r"^(.*\.npz)#([^#\[\]]+)(?:\[(\d+)\])?$", re.IGNORECASE)
_LOCAL_HEADER = struct.Struct("<26x2H")
_CHUNK = 1 << 20


class Member(NamedTuple):
    """One array of an NPZ file, as its header says; ``offset`` is where its values start, None where compressed."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran: bool
    offset: int | None

    @property
    def nbytes(self) -> int:
        """Bytes of the whole array."""
        return math.prod(self.shape) * self.dtype.itemsize


class Reference(NamedTuple):
    """``file.npz#name``, or ``file.npz#name[3]`` for one entry along the first axis."""

    file: str
    name: str
    item: int | None


def npz_reference(text: str) -> Reference | None:
    """The parts of a reference into an NPZ file; None where the text is none."""
    match = _REFERENCE.match(text)
    if match is None:
        return None
    file, name, item = match.groups()
    return Reference(file, name, None if item is None else int(item))


@lru_cache(maxsize=16)
def members(path: Path, stamp: Stamp) -> dict[str, Member]:
    """The arrays of an NPZ file by name, in its order; only headers are read. ``stamp`` tells a changed file."""
    with reading(path, "NPZ"), path.open("rb") as file, ZipFile(file) as archive:
        found = [_member(path, file, archive, entry) for entry in archive.infolist() if entry.filename.endswith(".npy")]
    return {member.name: member for member in found}


def _member(path: Path, file: IO[bytes], archive: ZipFile, entry: ZipInfo) -> Member:
    name = entry.filename.removesuffix(".npy")
    with archive.open(entry) as data:
        shape, fortran, dtype = _header(data)
        header_bytes = data.tell()
    if dtype.hasobject:
        raise PictureError(f"{path}#{name}: holds Python objects, which are never unpickled -- save text or numbers")
    if entry.compress_type != ZIP_STORED:
        return Member(name, shape, dtype, fortran, None)
    file.seek(entry.header_offset)
    before = sum(_LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size)))
    return Member(name, shape, dtype, fortran, entry.header_offset + _LOCAL_HEADER.size + before + header_bytes)


def _header(data: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = npy.read_magic(data)
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, fortran, dtype = read(data)
    return tuple(int(side) for side in shape), bool(fortran), dtype


def modality_of(name: str, shape: tuple[int, ...]) -> Modality:
    """What a picture of this shape in the array ``name`` is.

    Two axes, or three whose last has length 3, are an image; three are a volume, as is all in an array called ``volumes``.
    """
    if name.endswith(("volume", "volumes")) or len(shape) > 3:
        return "volume"
    return "image" if len(shape) <= 2 or (len(shape) == 3 and shape[2] in (1, 3)) else "volume"


def found(path: Path, stamp: Stamp, reference: Reference) -> tuple[Member, tuple[int, ...]]:
    """The array that a reference names, and the shape of the picture in it; `PictureError` where there is none."""
    known = members(path, stamp)
    member = known.get(reference.name)
    if member is None:
        raise PictureError(f"{path}: holds no array '{reference.name}' -- {did_you_mean(reference.name, known)}")
    if reference.item is None:
        return member, member.shape
    if not member.shape or reference.item >= member.shape[0]:
        count = member.shape[0] if member.shape else 0
        raise PictureError(f"{path}#{member.name}: has no entry {reference.item} -- they count from 0 to {count - 1}")
    return member, member.shape[1:]


def read_member(path: Path, stamp: Stamp, reference: Reference) -> Value:
    """The picture that a reference names.

    A volume's affine stands in an array of the file called ``NAME_affine`` or ``affine`` (4 x 4, or one for each entry);
    without one, voxels are taken as 1 mm wide and RAS+. `PictureError` as for the other files.
    """
    member, shape = found(path, stamp, reference)
    place = f"{path}#{member.name}" + ("" if reference.item is None else f"[{reference.item}]")
    is_image = modality_of(member.name, shape) == "image"
    check_size(place, shape, MOST_PIXELS if is_image else MOST_VOXELS)
    with reading(place, "an array"):
        array = read_array(path, stamp, member, reference.item)
        if is_image:
            return image_of(place, array)
        affine, origin = _affine(path, stamp, reference)
        return volume_of(place, array, affine, {"affine_from": origin})


def _affine(path: Path, stamp: Stamp, reference: Reference) -> tuple[NDArray[Any], str]:
    known = members(path, stamp)
    member = known.get(f"{reference.name}_affine") or known.get("affine")
    if member is None:
        return np.eye(4), "nothing"
    each = reference.item is not None and len(member.shape) == 3
    if member.shape[each:] != (4, 4):
        raise PictureError(
            f"{path}#{member.name}: is {shape_text(member.shape)} -- an affine is 4 x 4, or one for each"
        )
    return read_array(path, stamp, member, reference.item if each else None), member.name


def read_array(path: Path, stamp: Stamp, member: Member, item: int | None = None) -> NDArray[Any]:
    """The values of an array, or of one entry along its first axis; a copy."""
    if item is None or member.fortran:
        whole = _whole(path, member)
        return whole if item is None else whole[item].copy()
    if member.offset is None and member.nbytes <= HELD_BYTES:
        return np.array(_held(path, stamp, member.name)[item])
    if member.nbytes <= HELD_BYTES and not _intact(path, stamp, member.name):
        raise PictureError(f"{path}#{member.name}: its checksum is wrong -- the file is damaged; write it again")
    shape = member.shape[1:]
    size = math.prod(shape) * member.dtype.itemsize
    values = np.frombuffer(_bytes_at(path, member, item * size, size), dtype=member.dtype)
    return values.reshape(shape).copy()


@lru_cache(maxsize=2)
def _held(path: Path, stamp: Stamp, name: str) -> NDArray[Any]:
    return _whole(path, members(path, stamp)[name])


@lru_cache(maxsize=16)
def _intact(path: Path, stamp: Stamp, name: str) -> bool:
    """Whether the values of an array are those of its checksum, which zip compares at the end of a member."""
    with ZipFile(path) as archive, archive.open(f"{name}.npy") as data:
        try:
            while data.read(_CHUNK):
                pass
        except BadZipFile:
            return False
    return True


def _whole(path: Path, member: Member) -> NDArray[Any]:
    with np.load(path, allow_pickle=False) as archive:
        return np.asarray(archive[member.name])


def _bytes_at(path: Path, member: Member, start: int, size: int) -> bytes:
    if member.offset is not None:
        with path.open("rb") as file:
            file.seek(member.offset + start)
            return _exactly(file, size)
    with ZipFile(path) as archive, archive.open(f"{member.name}.npy") as data:
        _header(data)
        while start > 0:
            start -= len(_exactly(data, min(start, _CHUNK)))
        return _exactly(data, size)


def _exactly(file: IO[bytes], size: int) -> bytes:
    data = file.read(size)
    if len(data) < size:
        raise EOFError(f"{size:,} bytes are needed and {len(data):,} are left")
    return data
