"""What a perturbation is: the operator's contract, its ladder, the spans it leaves alone, and where it is applied.

The package itself can be called, ``robustspec.perturbation("keyboard_typo", level=2)``: it shares its name with the
front door's function, and Python makes the package the attribute once anything in it is imported.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


class _CallablePackage(ModuleType):
    def __call__(self, kind: str, /, **fields: Any) -> Any:
        """A perturbation entry, as `robustspec.language.build.perturbation` makes it."""
        return import_module("robustspec.language.build").perturbation(kind, **fields)


sys.modules[__name__].__class__ = _CallablePackage
