"""Simulated studies: JSON Lines whose pictures are recipes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

from robustspec.data.base import SourceKind
from robustspec.data.jsonl import JsonlFile
from robustspec.data.picture import Picture
from robustspec.data.values import short
from robustspec.errors import DataError


class PhantomsSource(SourceKind):
    """A file of JSON Lines whose ``images`` are recipes: simulated heads with lesions, other organs, or no MRI at all.

    Everything is as in a file of kind ``jsonl``, but an image is a mapping such as ``{"kind": "head", "seed": 17,
    "sequence": "FLAIR", "lesions": [...]}`` instead of a path; `robustspec.data.phantom` says what recipes hold. Every
    picture is simulated: a data block of this kind cannot have the origin ``real``.
    """

    simulated: ClassVar[bool] = True
    kind: Literal["phantoms"] = "phantoms"

    def open(self, path: Path) -> PhantomsFile:
        """The live file; `DataError` when it is missing or empty."""
        return PhantomsFile(path)


class PhantomsFile(JsonlFile):
    """A JSON Lines file whose pictures are recipes."""

    def picture(self, reference: Any) -> Picture:
        """The picture of a recipe, which is read now and rendered when it is used."""
        from robustspec.data.phantom import picture  # drawing code, which no other source needs

        if not isinstance(reference, Mapping):
            raise DataError(
                f"an image of simulated data is a recipe, but this is {short(reference)} -- use kind jsonl for paths"
            )
        return picture(reference)
