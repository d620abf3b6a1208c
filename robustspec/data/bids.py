"""A folder of NIfTI files with JSON sidecars, in the layout of the Brain Imaging Data Structure.

The layout: `BIDS 1.10 <https://bids-specification.readthedocs.io>`_, common principles: entities in file names, and the
inheritance principle of sidecars.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from pydantic import BeforeValidator, Field

from robustspec.data.base import Record, SourceKind
from robustspec.data.files import files_below
from robustspec.data.folder import FolderSource, folder_at
from robustspec.data.picture import Picture
from robustspec.data.picture_files import picture_file, suffix_of
from robustspec.data.values import short
from robustspec.errors import DataError

HELD_SIDECARS = 256
_NOTHING = "n/a"
"""How tables of BIDS spell a missing value."""


class BidsSource(SourceKind):
    """A folder of MRI in BIDS layout: ``sub-01/ses-1/anat/sub-01_ses-1_T1w.nii.gz`` beside ``sub-01_ses-1_T1w.json``.

    Columns: ``id`` (the file's name without ending), ``images`` (the volume), ``datatype`` (``anat``), ``suffix`` (``T1w``),
    each entity of the name (``sub``, ``ses``, ``acq``, ``run``, ...), each field of the sidecar (``Manufacturer``,
    ``MagneticFieldStrength``, ``ManufacturersModelName``, ...), and each column of ``participants.tsv``. Groups, ``where``
    and ``unit: sub`` work on them. A sidecar may stand higher up (``T1w.json`` beside the folders of the subjects) and
    applies to all files whose names hold its entities; what stands nearer to the file wins. Only folders ``sub-*``
    are looked into.
    """

    reads_folder: ClassVar[bool] = True

    kind: Literal["bids"] = "bids"
    sidecar: Literal["required", "optional"] = "required"
    """Whether a volume without any sidecar is an error, or a row without its fields."""
    suffix: Annotated[
        tuple[Annotated[str, Field(min_length=1)], ...],
        BeforeValidator(
            lambda value: (value,) if isinstance(value, str) else value, json_schema_input_type=str | list[str]
        ),
    ] = ()
    """Only files of this suffix, or of one of these, count: ``T1w``, [T1w, T2w]; default: all."""

    def open(self, path: Path) -> BidsFolder:
        """The live folder; `DataError` when it is missing or holds no volumes of these suffixes in BIDS layout."""
        return BidsFolder(path, needs_sidecar=self.sidecar == "required", suffixes=self.suffix)


class BidsName(NamedTuple):
    """The parts of a file name of BIDS: ``sub-01_acq-fast_T1w.nii.gz`` has two entities and the suffix ``T1w``."""

    entities: Mapping[str, str]
    suffix: str


def parsed(name: str) -> BidsName | None:
    """The parts of a file's name; None where it is not made as BIDS asks.

    >>> parsed("sub-01_acq-fast_T1w.nii.gz")
    BidsName(entities={'sub': '01', 'acq': 'fast'}, suffix='T1w')
    """
    *pairs, suffix = stem(name).split("_")
    entities = dict(pair.split("-", 1) for pair in pairs if "-" in pair)
    whole = len(entities) == len(pairs) and all(key and value for key, value in entities.items())
    return BidsName(entities, suffix) if whole and suffix.isalnum() else None


def stem(name: str) -> str:
    """The name of a file without its folders and without its ending.

    >>> stem("anat/sub-01_T1w.nii.gz")
    'sub-01_T1w'
    """
    base = PurePosixPath(name).name
    return base[: len(base) - len(suffix_of(base))]


class BidsFolder(FolderSource):
    """A folder in BIDS layout. At most `HELD_SIDECARS` sidecars are held in memory."""

    def __init__(self, path: Path, *, needs_sidecar: bool = True, suffixes: Sequence[str] = ()) -> None:
        below = _subjects_files(folder_at(path))
        volumes = [name for name in below if suffix_of(name) in (".nii", ".nii.gz")]
        for name in volumes:
            if parsed(name) is None:
                raise DataError(f"{path / name}: is not named as BIDS asks -- such as sub-01_T1w.nii.gz")
        names = [name for name in volumes if not suffixes or _named(name).suffix in suffixes]
        of = f" of suffix {' or '.join(suffixes)}" if suffixes and volumes else ""
        super().__init__(path, names, f"volumes{of} in BIDS layout -- sub-01/anat/sub-01_T1w.nii.gz is one")
        self._needs_sidecar = needs_sidecar
        self._sidecars = _by_folder(name for name in below if name.endswith(".json"))
        self._load = lru_cache(HELD_SIDECARS)(self._read_json)
        self._participants = _participants(path / "participants.tsv")

    def record(self, name: str) -> Record:
        """The record of a volume. `DataError` where it has no sidecar and needs one."""
        entities, suffix = _named(name)
        datatype = PurePosixPath(name).parent.name
        own = {"id": stem(name), "images": name, "datatype": datatype, "suffix": suffix, **entities}
        return {**self._participants.get(entities.get("sub", ""), {}), **self._fields(name), **own}

    def _fields(self, name: str) -> dict[str, Any]:
        """The fields of all sidecars that apply, the nearer ones winning."""
        fields: dict[str, Any] = {}
        applying = self._applying(name)
        if not applying and self._needs_sidecar:
            raise DataError(
                f"{self.path / name}: has no sidecar {stem(name)}.json beside it, nor one higher up -- write one, or say "
                "`sidecar: optional`"
            )
        for sidecar in applying:
            fields.update(self._load(sidecar))
        return fields

    def _applying(self, name: str) -> list[str]:
        """The sidecars that apply to a volume, from the top folder down, in a folder the more general first."""
        entities, suffix = _named(name)
        found = []
        for folder in reversed(PurePosixPath(name).parents):
            for sidecar, about in self._sidecars.get(str(folder), ()):
                if about.suffix == suffix and about.entities.items() <= entities.items():
                    found.append(sidecar)
        return found

    def _read_json(self, name: str) -> dict[str, Any]:
        file = self.path / name
        try:
            fields = json.loads(file.read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise DataError(f"{file}: cannot be read: {error.strerror}") from error
        except (ValueError, RecursionError) as error:
            raise DataError(f"{file}: not valid JSON: {error} -- write the sidecar again") from None
        if not isinstance(fields, dict):
            raise DataError(f"{file}: a sidecar is one JSON object, but this is {short(fields)}")
        return {key: value for key, value in fields.items() if value != _NOTHING}

    def picture(self, reference: Any) -> Picture:
        """The volume of a file, with the fields of its sidecars as facts."""
        return picture_file(self.path / reference, self._fields(reference))

    def parts(self) -> Sequence[Path]:
        """The volumes, all sidecars, and the table of participants."""
        sidecars = sorted(name for folder in self._sidecars.values() for name, _ in folder)
        table = self.path / "participants.tsv"
        return [*super().parts(), *(self.path / name for name in sidecars), *([table] if table.is_file() else [])]


def _named(name: str) -> BidsName:
    about = parsed(name)
    assert about is not None
    return about


def _subjects_files(folder: Path) -> list[str]:
    """The files of the top folder and of the folders of subjects, leaving out ``derivatives``, ``sourcedata`` and others."""
    top = sorted(entry.name for entry in folder.iterdir())
    subjects = [name for name in top if name.startswith("sub-") and (folder / name).is_dir()]
    below = [f"{name}/{file}" for name in subjects for file in files_below(folder / name)]
    return [*(name for name in top if name.endswith(".json")), *below]


def _by_folder(names: Any) -> dict[str, list[tuple[str, BidsName]]]:
    """The sidecars of each folder with what their names say, those of fewer entities first."""
    found: dict[str, list[tuple[str, BidsName]]] = {}
    for name in names:
        about = parsed(name)
        if about is not None:
            found.setdefault(str(PurePosixPath(name).parent), []).append((name, about))
    for sidecars in found.values():
        sidecars.sort(key=lambda pair: (len(pair[1].entities), pair[0]))
    return found


def _participants(file: Path) -> dict[str, dict[str, str]]:
    """The other columns of ``participants.tsv`` by subject; nothing where there is no such table."""
    if not file.is_file():
        return {}
    with file.open(encoding="utf-8-sig", newline="") as lines:
        try:
            rows = list(csv.DictReader(lines, delimiter="\t"))
        except (csv.Error, UnicodeDecodeError) as error:
            raise DataError(f"{file}: not a table of tab-separated text: {error}") from None
    if rows and "participant_id" not in rows[0]:
        raise DataError(f"{file}: has no column 'participant_id' -- BIDS asks for it")
    return {str(row.pop("participant_id") or "").removeprefix("sub-"): _known(row) for row in rows}


def _known(row: Mapping[Any, Any]) -> dict[str, str]:
    return {key: value for key, value in row.items() if isinstance(key, str) and value not in (None, "", _NOTHING)}
