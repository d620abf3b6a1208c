"""Robustness specifications for AI models: write what a model must survive in one YAML file, run it with pytest.

Everything here is imported when it is first used, so that ``import robustspec`` costs nothing::

    spec = robustspec.load_file(Path("specs/pharmacy.yaml"))
    robustspec.check(spec, Path("specs"))

PYTEST_DONT_REWRITE: ``robustspec run`` imports this package before pytest, which would warn that it cannot rewrite it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from robustspec.errors import Fault, RobustspecError, SpecError
    from robustspec.language.build import perturbation
    from robustspec.language.lint import check
    from robustspec.language.load import dump, load, load_file
    from robustspec.language.spec import Requirement, Scenario, Spec

__version__ = "0.1.0"

__all__ = [
    "Fault",
    "Requirement",
    "RobustspecError",
    "Scenario",
    "Spec",
    "SpecError",
    "check",
    "dump",
    "load",
    "load_file",
    "perturbation",
]

_MODULES = {
    "Fault": "errors",
    "Requirement": "language.spec",
    "RobustspecError": "errors",
    "Scenario": "language.spec",
    "Spec": "language.spec",
    "SpecError": "errors",
    "check": "language.lint",
    "dump": "language.load",
    "load": "language.load",
    "load_file": "language.load",
    "perturbation": "language.build",
}


def __getattr__(name: str) -> Any:
    """Import a name of the front door when it is first used."""
    if name not in _MODULES:
        raise AttributeError(f"module 'robustspec' has no attribute '{name}'")
    return getattr(import_module(f"robustspec.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    """The front door's names."""
    return [*__all__, "__version__"]
