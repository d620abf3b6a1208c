"""A folder of pictures in which each class has a folder of its own."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

from robustspec.data.base import Record, SourceKind
from robustspec.data.files import files_below
from robustspec.data.folder import FolderSource, folder_at
from robustspec.data.picture_files import FORMATS, suffix_of
from robustspec.errors import DataError

NOT_READ = (".bmp", ".gif", ".webp", ".heic", ".svg", ".mha", ".mhd", ".nrrd")
"""Suffixes of pictures that no reader opens: such a file is told, not passed over."""


class ImageFolderSource(SourceKind):
    """A folder of pictures by class: ``benign/001.png``, ``malignant/scans/002.nii.gz``. The first folder below is the class.

    Columns: ``id`` (the path of the file below the folder), ``label`` and ``class`` (the class), ``images`` (the picture).
    Rows are sorted by path. Files that are no pictures, and hidden ones, are left out; a picture beside the class folders,
    or in a format that is not read, is an error.
    """

    reads_folder: ClassVar[bool] = True

    kind: Literal["image_folder"] = "image_folder"

    def open(self, path: Path) -> ImageFolder:
        """The live folder; `DataError` when it is missing or holds no pictures by class."""
        return ImageFolder(path)


class ImageFolder(FolderSource):
    """A folder of pictures by class."""

    def __init__(self, path: Path) -> None:
        names = [name for name in files_below(folder_at(path)) if suffix_of(name) in (*FORMATS, *NOT_READ)]
        for name in names:
            if suffix_of(name) in NOT_READ:
                raise DataError(f"{path / name}: pictures of this format are not read -- convert it to PNG or NIfTI")
            if "/" not in name:
                raise DataError(f"{path / name}: lies beside the folders of the classes -- move it into one of them")
        super().__init__(path, names, f"pictures in folders of classes -- a picture ends in {', '.join(FORMATS)}")

    def record(self, name: str) -> Record:
        """The record of a picture."""
        label = name.partition("/")[0]
        return {"id": name, "label": label, "images": name, "class": label}
