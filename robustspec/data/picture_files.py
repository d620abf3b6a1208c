"""Pictures that are files: handles that open a file when it is used, whatever its format.

=================  ==============================================  =========
suffix             what it opens as                                extra
=================  ==============================================  =========
``.png``           image                                           ``image``
``.jpg .jpeg``     image                                           ``image``
``.tif .tiff``     image, of one page                              ``image``
``.dcm .dicom``    image, of one frame                             ``image``
``.nii .nii.gz``   volume                                          ``mri``
``.npz#name``      image or volume by its shape; ``name[3]`` is    none
                   the entry 3 along the first axis
=================  ==============================================  =========
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from functools import cache, partial
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from robustspec.data.dicom_file import read_dicom
from robustspec.data.files import Stamp, near, stamp
from robustspec.data.image_file import read_image
from robustspec.data.nifti_file import read_nifti
from robustspec.data.npz_file import found, modality_of, npz_reference, read_member
from robustspec.data.picture import Modality, Picture, Value
from robustspec.data.values import did_you_mean, short
from robustspec.errors import DataError, PictureError


class _Format(NamedTuple):
    modality: Modality
    read: Callable[..., Value]
    needs: tuple[str, ...]
    extra: str


_IMAGE = _Format("image", read_image, ("PIL", "cv2"), "image")
_DICOM = _Format("image", read_dicom, ("pydicom",), "image")
_NIFTI = _Format("volume", read_nifti, ("nibabel",), "mri")

FORMATS: dict[str, _Format] = {
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".tif", ".tiff"), _IMAGE),
    **dict.fromkeys((".dcm", ".dicom"), _DICOM),
    **dict.fromkeys((".nii", ".nii.gz"), _NIFTI),
}
"""What opens a file, by its suffix in lower case."""


class PictureFile(Picture):
    """A picture of a file. Its ``key`` is made of the resolved path and the file's stamp: a changed file is another picture.

    ``path`` is the resolved path of the file; ``file_key`` (64 bits) stands for path and stamp.
    """

    __slots__ = ("file_key", "path")

    def __init__(
        self, path: str, of: Stamp, name: str, modality: Modality, make: Callable[[], Value], more: str = ""
    ) -> None:
        self.path = path
        self.file_key = file_key(path, of)
        super().__init__(_key(path, of, more), name, modality, partial(_unchanged, path, of, make))


def _unchanged(path: str, of: Stamp, make: Callable[[], Value]) -> Value:
    """What ``make`` opens; `DataError` where the file is not the one that the picture was made of."""
    value = make()
    if stamp(Path(path)) != of:
        raise DataError(f"{path}: the picture changed during the run -- run again")
    return value


def _key(path: str, of: Stamp, more: str) -> bytes:
    return blake2b(os.fsencode(f"{path}\0{of}\0{more}"), digest_size=16).digest()


def file_key(path: str, of: Stamp) -> int:
    """64 bits that stand for a file as it is now."""
    return int.from_bytes(_key(path, of, "")[:8], "little")


def suffix_of(name: str) -> str:
    """The suffix that tells the format, in lower case: ``.nii.gz`` counts as one."""
    name = name.lower()
    return ".nii.gz" if name.endswith(".nii.gz") else os.path.splitext(name)[1]  # noqa: PTH122  # a hundred times faster


def picture_file(path: Path, facts: Mapping[str, Any] | None = None) -> PictureFile:
    """The picture of a file, by its suffix; ``file.npz#name`` and ``file.npz#name[3]`` are arrays of an NPZ file.

    Nothing is opened yet, but for the headers of an NPZ file. ``facts`` are added to those that a NIfTI file gives its
    volume. Raises `DataError` for a missing file or an extra that is not installed, `PictureError` for an unknown suffix;
    ``open()`` raises `PictureError` for a file that is not what its name says.
    """
    reference = npz_reference(str(path))
    if reference is not None:
        file, of = _resolved(Path(reference.file))
        _, shape = found(file, of, reference)
        name = path.name if "/" not in reference.name else str(path)
        modality = modality_of(reference.name, shape)
        return PictureFile(str(file), of, name, modality, partial(read_member, file, of, reference), str(reference[1:]))
    return _of_format(path, _format_of(path), facts)


def dicom_picture(path: Path) -> PictureFile:
    """The picture of a DICOM file whatever its name, for many have no suffix."""
    return _of_format(path, _DICOM, None)


def _of_format(path: Path, kind: _Format, facts: Mapping[str, Any] | None) -> PictureFile:
    _check_installed(kind)
    file, of = _resolved(path)
    if kind is not _NIFTI or not facts:
        return PictureFile(str(file), of, path.name, kind.modality, partial(kind.read, file))
    said = json.dumps(facts, sort_keys=True, default=str)
    return PictureFile(str(file), of, path.name, kind.modality, partial(kind.read, file, facts), said)


def _format_of(path: Path) -> _Format:
    suffix = suffix_of(path.name)
    if suffix in FORMATS:
        return FORMATS[suffix]
    if suffix == ".npz":
        raise PictureError(f"{path}: does not say which array is meant -- name it: {path.name}#images[0]")
    raise PictureError(
        f"{path}: no picture is known by the suffix '{suffix}' -- {did_you_mean(suffix, FORMATS)}"
        if suffix
        else f"{path}: a picture is known by its suffix, and this has none -- one of {', '.join(FORMATS)}"
    )


def _resolved(path: Path) -> tuple[Path, Stamp]:
    if not path.is_file():
        raise DataError(
            f"{path}: is a folder -- name a file in it" if path.is_dir() else f"{path}: no such file{near(path)}"
        )
    file = path.resolve()
    return file, stamp(file)


@cache
def _missing(needs: tuple[str, ...]) -> str | None:
    return next((module for module in needs if find_spec(module) is None), None)


def _check_installed(kind: _Format) -> None:
    missing = _missing(kind.needs)
    if missing is not None:
        raise DataError(f"opening this {kind.modality} needs {missing} -- pip install 'robustspec[{kind.extra}]'")


def referenced(folder: Path, reference: Any) -> PictureFile:
    """The picture that a record names by a path relative to ``folder``; `DataError` for what is no path."""
    if not isinstance(reference, str) or not reference or reference.isspace():
        raise DataError(f"a picture is named by its path, text, but this is {short(reference)}")
    return picture_file(folder / reference)
