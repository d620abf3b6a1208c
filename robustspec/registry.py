"""From a kind's name to its class: a table of strings, looked up when a specification uses the kind.

Nothing is imported before it is named. First-party kinds have bare names and stand in the ``KINDS`` table of their folder;
a third-party package adds its own by entry points and its kinds are named ``package/kind``::

    [project.entry-points."robustspec.perturbations"]
    shout = "acme_robustness.operators:Shout"        # kind: acme-robustness/shout

The operators of the folder ``perturbations`` are plugin number one. That name is a common one for a user's own package,
so the folder is loaded under an alias and ``import perturbations`` keeps meaning whatever the user means by it.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from robustspec.errors import RegistryError

OPERATORS_ALIAS = "robustspec_perturbations"

SETS = {
    "perturbations": "perturbation",
    "metrics": "metric",
    "aggregates": "aggregate",
    "adapters": "adapter",
    "sources": "data source",
    "extractors": "extractor",
    "recognisers": "recogniser",
    "users": "simulated user",
}
"""The open sets, each with the word for one member."""

_FIRST_PARTY = {
    "metrics": ("robustspec.metrics", "KINDS"),
    "aggregates": ("robustspec.aggregates", "KINDS"),
    "adapters": ("robustspec.adapters", "KINDS"),
    "sources": ("robustspec.data", "KINDS"),
    "extractors": ("robustspec.answers", "EXTRACTORS"),
    "recognisers": ("robustspec.answers", "RECOGNISERS"),
    "users": ("robustspec.users", "KINDS"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a kind comes from: its name, ``module:Class``, and the distribution that brings it."""

    kind: str
    target: str
    owner: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A line of ``robustspec list``: an entry, its class, or the reason why it cannot be imported."""

    entry: Entry
    cls: type[Any] | None
    broken: str = ""


def load_operators() -> ModuleType:
    """The package of first-party operators, under its alias, whatever else is called ``perturbations``."""
    if OPERATORS_ALIAS in sys.modules:
        return sys.modules[OPERATORS_ALIAS]
    folder = Path(__file__).resolve().parent.parent / "perturbations"
    spec = importlib.util.spec_from_file_location(
        OPERATORS_ALIAS, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None or not (folder / "__init__.py").is_file():
        raise RegistryError(f"the operators of robustspec are missing at {folder} -- reinstall robustspec")
    module = importlib.util.module_from_spec(spec)
    sys.modules[OPERATORS_ALIAS] = module
    spec.loader.exec_module(module)
    return module


def _first_party(which: str) -> Iterable[Entry]:
    if which == "perturbations":
        module, name = load_operators(), "KINDS"
    else:
        place, name = _FIRST_PARTY[which]
        module = importlib.import_module(place)
    for kind, target in getattr(module, name).items():
        yield Entry(kind, f"{module.__name__}.{target}", "robustspec")


def _third_party(which: str) -> Iterable[Entry]:
    for point in entry_points(group=f"robustspec.{which}"):
        owner = point.dist.name if isinstance(point, EntryPoint) and point.dist is not None else "unknown"
        kind = point.name if "/" in point.name else f"{owner}/{point.name}"
        yield Entry(kind, point.value, owner)


@cache
def _own_table(which: str) -> dict[str, Entry]:
    return {entry.kind: entry for entry in _first_party(which)}


@cache
def table(which: str) -> dict[str, Entry]:
    """Every kind of an open set by name, nothing imported; a kind that two distributions claim is an error."""
    found: dict[str, Entry] = {}
    for entry in (*_own_table(which).values(), *_third_party(which)):
        earlier = found.get(entry.kind)
        if earlier is not None and earlier.target != entry.target:
            raise RegistryError(
                f"{SETS[which]} '{entry.kind}' is claimed twice: {earlier.target} of {earlier.owner} and "
                f"{entry.target} of {entry.owner} -- uninstall one of them"
            )
        found[entry.kind] = entry
    return found


def _import(which: str, entry: Entry) -> type[Any]:
    module_name, _, attribute = entry.target.partition(":")
    try:
        cls = getattr(importlib.import_module(module_name), attribute)
    except Exception as error:  # whatever a third party's import raises, the user must learn whose it was
        raise RegistryError(
            f"{SETS[which]} '{entry.kind}' of {entry.owner} does not import: {type(error).__name__}: {error} "
            f"(entry point {entry.target})"
        ) from error
    return cls  # type: ignore[no-any-return]  # an entry point may name anything; `lookup` callers validate with it


def lookup(which: str, kind: str) -> type[Any]:
    """The class of a kind; an unknown one is an error with the nearest names."""
    # A bare name is first-party: what else is installed is read only by those who use it.
    entry = _own_table(which).get(kind) or table(which).get(kind)
    if entry is None:
        entries = table(which)
        near = difflib.get_close_matches(kind, entries, n=1)
        hint = f"did you mean '{near[0]}'? " if near else ""
        raise RegistryError(f"unknown {SETS[which]} '{kind}' -- {hint}(see: robustspec list {which})")
    return _import(which, entry)


def listing(which: str) -> list[Listing]:
    """Every kind of a set with its class, broken ones marked."""
    lines = []
    for entry in table(which).values():
        try:
            lines.append(Listing(entry, _import(which, entry)))
        except RegistryError as error:
            lines.append(Listing(entry, None, str(error)))
    return lines
