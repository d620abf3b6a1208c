"""Every error that robustspec raises on purpose.

RobustspecError
├── SpecError            a specification cannot be used; carries every fault of the file at once
├── RegistryError        a kind is unknown, claimed twice, or its package fails to import
├── DataError            a data file is missing, torn, or not what the specification says it is
│   └── PictureError     a picture cannot be opened or used: its case counts as missing, and the run goes on
├── PerturbationError    an operator was asked for something it cannot do
├── AdapterError         a model cannot be opened, or answered in a shape that is not an answer
└── StoreError           stored outputs cannot be read or written
    └── OfflineMiss      an output was needed that is not in the store, and no call was allowed
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class RobustspecError(Exception):
    """Base of all errors below; its text is one sentence with place, fault and remedy."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a specification file, and where.

    ``line`` and ``column`` count from 1; 0 means that the fault has no place in the file.
    """

    message: str
    place: str = ""
    path: str = ""
    line: int = 0
    column: int = 0
    suggestion: str = ""

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        head = ": ".join(part for part in (where, self.place) if part)
        text = f"{head}: {self.message}" if head else self.message
        return f"{text} -- {self.suggestion}" if self.suggestion else text


class SpecError(RobustspecError):
    """A specification cannot be used. ``faults`` holds all of them, in file order."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class RegistryError(RobustspecError):
    """A kind is unknown, claimed twice, or its package fails to import."""


class DataError(RobustspecError):
    """A data file is missing, torn, or not what the specification says it is."""


class PictureError(DataError):
    """A picture cannot be opened or used; the case that holds it counts as missing, and the run goes on."""


class PerturbationError(RobustspecError):
    """An operator was asked for something it cannot do."""


class AdapterError(RobustspecError):
    """A model cannot be opened, or answered in a shape that is not an answer."""


class StoreError(RobustspecError):
    """Stored outputs cannot be read or written."""


class OfflineMiss(StoreError):  # noqa: N818  # a miss is what it is called everywhere
    """An output was needed that is not in the store, and no call was allowed."""
