"""From ``package.module:name`` to the object, and what identifies it."""

from __future__ import annotations

import difflib
import importlib
import inspect
import os
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any

from robustspec.data.files import expand
from robustspec.errors import AdapterError, DataError


def expanded(text: str, field: str) -> str:
    """``text`` with ``$NAME`` taken from the environment; an unset one is an `AdapterError` that names ``field``."""
    try:
        return expand(text)
    except DataError as error:
        raise AdapterError(f"model.{field}: {error}") from error


def import_target(target: str, folder: Path) -> tuple[Any, Any]:
    """The module and object of ``module:name``, looked for on Python's path, in the current folder, and in ``folder``.

    Raises `AdapterError` for a module that is missing or does not import and for a name that it lacks, with the nearest
    name there is.
    """
    module_name, _, path = target.partition(":")
    with _also_importable(str(Path.cwd()), str(folder.resolve())):
        module = _module(module_name, target)
    found = module
    for attribute in path.split("."):
        if not hasattr(found, attribute):
            near = difflib.get_close_matches(attribute, dir(found), n=1)
            hint = (
                f"did you mean '{near[0]}'?" if near else f"{module_name} is {getattr(module, '__file__', 'built in')}"
            )
            raise AdapterError(f"model.target '{target}': {module_name} has no '{attribute}' -- {hint}")
        found = getattr(found, attribute)
    return module, found


@contextmanager
def _also_importable(*folders: str) -> Iterator[None]:
    """Python's path with ``folders`` behind it, so that they shadow nothing, for as long as the import takes."""
    added = [folder for folder in folders if folder not in sys.path]
    sys.path.extend(added)
    importlib.invalidate_caches()
    try:
        yield
    finally:
        for folder in added:
            if folder in sys.path:
                sys.path.remove(folder)


def _module(name: str, target: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not (name == error.name or name.startswith(f"{error.name}.")):
            raise AdapterError(
                f"model.target '{target}': {name} does not import: it needs the module '{error.name}', "
                "which is not installed"
            ) from error
        near = difflib.get_close_matches(name, _importable_beside(name), n=1)
        hint = f"did you mean '{near[0]}'?" if near else "install it, or run where it can be imported"
        raise AdapterError(f"model.target '{target}': there is no module '{error.name}' -- {hint}") from error
    except Exception as error:  # the module is the user's and may raise anything
        raise AdapterError(
            f"model.target '{target}': {name} does not import: {type(error).__name__}: {error}"
        ) from error


def _importable_beside(name: str) -> list[str]:
    parent, _, _ = name.rpartition(".")
    try:
        paths = list(importlib.import_module(parent).__path__) if parent else None
    except (ImportError, AttributeError):
        return []
    prefix = f"{parent}." if parent else ""
    return [f"{prefix}{module.name}" for module in pkgutil.iter_modules(paths)]


def source_fingerprint(target: str, module: Any, found: Any) -> str | None:
    """``target`` with a hash of the source files of its module and of where the object is defined.

    None for ``__main__`` and for what has no source file. What those files import or load is not seen.
    """
    defining = inspect.getmodule(found if hasattr(found, "__qualname__") else type(found))
    files = [getattr(place, "__file__", None) for place in (module, defining)]
    if getattr(module, "__name__", "__main__") == "__main__" or files[0] is None:
        return None
    digest = blake2b(target.encode(), digest_size=16)
    for file in dict.fromkeys(os.fspath(file) for file in files if file):
        with_source = Path(file)
        if not with_source.is_file():
            return None
        digest.update(with_source.read_bytes())
    return f"{target}-{digest.hexdigest()}"
