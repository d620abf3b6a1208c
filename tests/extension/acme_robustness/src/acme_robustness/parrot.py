"""A model that says again what it was told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from robustspec.adapters.base import AdapterSpec, Model
from robustspec.data.row import Input


class ParrotAdapter(AdapterSpec):
    """Repeats the input ``times`` times."""

    kind: Literal["acme-robustness/parrot"] = "acme-robustness/parrot"
    times: int = 1
    """How often the input is said."""

    def open(self, folder: Path) -> Model:
        """The parrot."""
        return Parrot(self.times)


class Parrot(Model):
    """Repeats what it is given, eight inputs a call."""

    name = "parrot"
    batch_size = 8

    def __init__(self, times: int) -> None:
        self.times = times
        self.fingerprint = f"parrot-{times}"

    def predict(self, inputs: Sequence[Input]) -> Sequence[Any]:
        """Each input again."""
        return [" ".join([item.text] * self.times) for item in inputs]
