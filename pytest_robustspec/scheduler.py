"""Under xdist, all arms of one model stay on one worker: a GPU holds one copy, a budget of calls is one process's."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

SCHEDULERS = ("load", "worksteal", "loadgroup", "loadscope")
"""The xdist modes that we take over; loadfile keeps a file together already."""


def wanted(config: pytest.Config) -> bool:
    """Whether this session may run specifications and their arms need to be kept together."""
    if config.getvalue("dist") == "each" and config.getoption("robustspec"):
        raise pytest.UsageError("--dist=each would call the model once per worker -- use -n with --dist=load")
    if config.getvalue("dist") not in SCHEDULERS or config.getoption("robustspec_dist") == "off":
        return False
    return bool(config.getoption("robustspec")) or any(_holds_specification(config, str(arg)) for arg in config.args)


def _holds_specification(config: pytest.Config, arg: str) -> bool:
    """Whether an argument is, or a folder holds, a file that may be a specification. The controller collects nothing."""
    path = config.invocation_params.dir / arg.split("::")[0]
    if path.is_file():
        return path.suffix in (".yaml", ".yml")
    patterns = config.getini("robustspec_files")
    for folder, folders, _ in os.walk(path):
        folders[:] = [name for name in folders if not name.startswith(".") and name != "node_modules"]
        if any(next(Path(folder).glob(pattern), None) is not None for pattern in patterns):
            return True
    return False


def make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A scheduler that keeps arms together and treats other tests as its mode would, or None where xdist has changed."""
    try:
        from xdist.scheduler import LoadScopeScheduling
    except ImportError:  # the scheduler's class is not a documented part of xdist
        return None
    per_scenario = config.getoption("robustspec_dist") == "scenario"
    by_scope = config.getvalue("dist") == "loadscope"

    class ArmScheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
        """One scope for the arms of a file (and model, and scenario); one for each other test."""

        def _split_scope(self, nodeid: str) -> str:
            if by_scope and not is_arm(nodeid):
                return nodeid.rpartition("::")[0]
            return scope_of(nodeid, per_scenario)

    return ArmScheduling(config, log)


def is_arm(nodeid: str) -> bool:
    """Whether an id is that of an arm of a specification file."""
    return Path(nodeid.split("::")[0]).suffix in (".yaml", ".yml")


def scope_of(nodeid: str, per_scenario: bool) -> str:
    """What must stay on one worker with the test ``nodeid``."""
    path, *names = nodeid.split("::")
    if not is_arm(nodeid):
        # The last @group is xdist's own way to keep tests together.
        return nodeid.rsplit("@", 1)[-1] if "@" in nodeid.rsplit("]", 1)[-1] else nodeid
    # Ids end in requirement and arm; what stands before is scenario, or model and scenario.
    return "::".join([path, *(names[:-2] if per_scenario else names[:-3])])
