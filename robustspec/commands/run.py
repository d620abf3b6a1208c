"""``robustspec run``: pytest with the specification as its tests."""

from __future__ import annotations

import argparse
import os
from importlib.metadata import entry_points
from typing import Any

from robustspec.commands.arguments import UsageError, add_command, positive

_DESCRIPTION = """\
Run a specification with pytest and exit as pytest does: 0 where every gate is green, 1 where one is red, 4 where the
specification or the arguments are wrong. Everything that is not listed below goes to pytest as it is:

  -k EXPR   only the arms whose id matches      -x    stop at the first red verdict
  -n N      on N processes (pytest-xdist)       -v    more of each failure
"""
_EXAMPLES = """\
  robustspec run specs/pharmacy.yaml
  robustspec run specs/pharmacy.yaml --model mypackage.chatbot:answer --report robustspec-report
  robustspec run specs/pharmacy.yaml -k "paraphrase and not vendor" -x
  robustspec run specs/pharmacy.yaml::limits                 one scenario
  robustspec run specs/pharmacy.yaml --max-samples 20        a quick look, which is no gate
"""
_SUFFIXES = (".yaml", ".yml")


def add(commands: Any) -> None:
    """The arguments of the command."""
    parser = add_command(commands, "run", "run a specification with pytest", _DESCRIPTION, _EXAMPLES)
    parser.usage = "robustspec run [options] SPEC [options of pytest]"
    parser.add_argument(
        "--model",
        action="append",
        default=[],
        metavar="MODEL",
        help="package.module:name, a file of recorded outputs, or '{kind: ..., ...}' (default: SPEC's model); "
        "repeat it to run several side by side",
    )
    parser.add_argument("--max-samples", type=positive, metavar="N", help="a quick look at N units per arm: no gate")
    parser.add_argument(
        "--report",
        action="append",
        default=[],
        metavar="PATH",
        help="write report.json or report.html (by suffix; a folder gets both)",
    )
    parser.add_argument("--fresh", action="store_true", help="call the model again, whatever is stored")
    parser.add_argument("--offline", action="store_true", help="make no call: a missing output is an error")
    parser.set_defaults(run=run, rest=[])


def run(args: argparse.Namespace) -> int:
    """Run pytest; returns its exit code."""
    import pytest

    return int(pytest.main(pytest_arguments(args)))


def pytest_arguments(args: argparse.Namespace) -> list[str]:
    """What pytest is called with."""
    specs = [item for item in args.rest if item.endswith(_SUFFIXES) and not item.startswith("-")]
    nodes = [item for item in args.rest if item.partition("::")[0].endswith(_SUFFIXES) and "::" in item]
    if not specs and not nodes:
        raise UsageError("robustspec run: name a specification, such as specs/pharmacy.yaml")
    found = [*_plugin(), *(f"--robustspec={spec}" for spec in specs)]
    found += [f"--robustspec-model={model}" for model in args.model]
    found += [f"--robustspec-report={path}" for path in args.report]
    found += [] if args.max_samples is None else [f"--robustspec-max-samples={args.max_samples}"]
    found += ["--robustspec-fresh"] * args.fresh + ["--robustspec-offline"] * args.offline
    return found + [item for item in args.rest if item not in specs]


def _plugin() -> list[str]:
    """What loads the plugin where pytest does not by itself: not installed, or told to load none."""
    installed = entry_points(group="pytest11", name="robustspec")
    return (
        [] if installed and not os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD") else ["-p", "pytest_robustspec.plugin"]
    )
