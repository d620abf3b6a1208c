"""A folder of DICOM files, their headers as columns. Needs pydicom, the extra ``image`` or ``mri``."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar, Literal

from robustspec.data.base import Record, SourceKind
from robustspec.data.dicom_file import read_header
from robustspec.data.files import files_below
from robustspec.data.folder import FolderSource, folder_at
from robustspec.data.picture import Picture
from robustspec.data.picture_files import dicom_picture, suffix_of
from robustspec.errors import DataError

SUFFIXES = (".dcm", ".dicom", ".ima")
_PREAMBLE = 128
_MAGIC = b"DICM"


class DicomSource(SourceKind):
    """A folder of DICOM images, one row a file, in it and in the folders below.

    Columns: ``id`` (the path of the file below the folder), ``images`` (the picture), and each text or number field of the
    header under its keyword (``PatientID``, ``Modality``, ``Manufacturer``, ``MagneticFieldStrength``, ...), for groups,
    ``where`` and ``unit: PatientID``. A file counts that ends in .dcm, .dicom or .ima, or that begins as DICOM does; rows
    are sorted by path. Needs the extra ``robustspec[image]``.
    """

    reads_folder: ClassVar[bool] = True

    kind: Literal["dicom"] = "dicom"

    def open(self, path: Path) -> DicomFolder:
        """The live folder; `DataError` when it is missing or holds no DICOM file, or pydicom is not installed."""
        return DicomFolder(path)


class DicomFolder(FolderSource):
    """A folder of DICOM files; headers are read when a record is."""

    def __init__(self, path: Path) -> None:
        if find_spec("pydicom") is None:
            raise DataError(f"{path}: DICOM needs pydicom -- pip install 'robustspec[image]'")
        names = [name for name in files_below(folder_at(path)) if _is_dicom(path / name)]
        super().__init__(path, names, f"DICOM files -- one ends in {', '.join(SUFFIXES)} or begins as DICOM does")

    def record(self, name: str) -> Record:
        """The record of a file."""
        return {**read_header(self.path / name), "id": name, "images": name}

    def picture(self, reference: Any) -> Picture:
        """The picture of a file."""
        return dicom_picture(self.path / str(reference))


def _is_dicom(file: Path) -> bool:
    if file.name == "DICOMDIR":
        return False
    suffix = suffix_of(file.name)
    if suffix in SUFFIXES:
        return True
    if suffix and not suffix[1:].isdecimal():  # a part of a number, as in MR.1.2.840, is no suffix
        return False
    with file.open("rb") as handle:
        return handle.read(_PREAMBLE + len(_MAGIC))[_PREAMBLE:] == _MAGIC
