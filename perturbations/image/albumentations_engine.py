"""The package albumentations, imported without its call for updates, and what operators use of it."""

from __future__ import annotations

import importlib
import os
import threading
from functools import cache
from types import ModuleType
from typing import Any

from robustspec.errors import PerturbationError

_SWITCH = "NO_ALBUMENTATIONS_UPDATE"
_LOCK = threading.Lock()


@cache
def albumentations(module: str = "") -> ModuleType:
    """The package, or the ``module`` of it with this dotted name; importing it asks no server for its newest version.

    Raises PerturbationError with the reason and the remedy where it does not import.
    """
    name = f"albumentations.{module}" if module else "albumentations"
    with _LOCK:
        before = os.environ.get(_SWITCH)
        os.environ[_SWITCH] = "1"
        try:
            return importlib.import_module(name)
        except ImportError as error:
            raise PerturbationError(
                f'this needs the package albumentations, which does not import ({error}) -- pip install "robustspec[image]"'
            ) from error
        finally:
            if before is None:
                del os.environ[_SWITCH]
            else:
                os.environ[_SWITCH] = before


def geometric() -> Any:
    """Its functions that move pixels."""
    return albumentations("augmentations.geometric.functional")
