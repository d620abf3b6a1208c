"""The Python door: the arms of a specification as a parametrised test in a user's own file."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ATTRIBUTE = "robustspec_file"
ARGUMENT = "robustspec_arm"


def scenarios(spec: str | Path) -> Callable[..., None]:
    """A test with one case for each arm of the specification; ``spec`` is relative to the calling file.

    Assign it to a name that pytest collects::

        from pytest_robustspec import scenarios

        test_pharmacy = scenarios("specs/pharmacy.yaml")

    The model comes from ``--robustspec-model``, else from the fixture ``robustspec_model``, else from the file.
    """
    caller = sys._getframe(1).f_globals.get("__file__")
    path = (Path(caller).parent if caller else Path.cwd()) / spec

    def test_robustspec(robustspec_arm: str, robustspec_model: Any, request: pytest.FixtureRequest) -> None:
        __tracebackhide__ = True
        from pytest_robustspec.runs import runs_of

        runs_of(request.config).judge_parametrised(request.node, path.resolve(), robustspec_arm, robustspec_model)

    test_robustspec.__doc__ = f"The arms of {path.name}."
    setattr(test_robustspec, ATTRIBUTE, path.resolve())
    return test_robustspec
