"""Options and hooks. Until a specification is asked for, this module imports nothing of robustspec and prints nothing."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

UNSET: Any = None
"""What the default fixture gives: no model of the user's own."""

ACTIVE = "robustspec-active"
REPORT_KEY = "robustspec"
"""Attribute of a test report, and key of a worker's output, that holds results as plain data."""
SNIFFED_LINES = 50


@pytest.fixture(scope="session")
def robustspec_model() -> Any:
    """The model under test: override it (session, package or module scope) to hand in a callable or an adapter's model.

    ``--robustspec-model`` wins over it, and it wins over ``model:`` in the specification.
    """
    return UNSET


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the plugin; every name starts with robustspec."""
    group = parser.getgroup("robustspec", "robustness specifications")
    group.addoption(
        "--robustspec", action="append", default=[], metavar="FILE", help="run this specification (may be repeated)"
    )
    group.addoption(
        "--robustspec-model",
        action="append",
        default=[],
        metavar="MODEL",
        help="the model under test: package.module:name, a file of recorded outputs, or {kind: ..., ...}; "
        "wins over the specification's model (repeat it to run several side by side)",
    )
    group.addoption(
        "--robustspec-max-samples",
        type=int,
        default=None,
        metavar="N",
        help="a quick look at N units per arm: no verdict, no gate",
    )
    group.addoption("--robustspec-fresh", action="store_true", help="call the model again, whatever the store holds")
    group.addoption("--robustspec-offline", action="store_true", help="make no call: a missing output is an error")
    group.addoption(
        "--robustspec-report",
        action="append",
        default=[],
        metavar="PATH",
        help="write report.json or report.html (by suffix; a folder gets both; may be repeated)",
    )
    group.addoption(
        "--robustspec-dist",
        choices=("model", "scenario", "off"),
        default="model",
        help="what stays together on one xdist worker (default: all arms of a model)",
    )
    parser.addini("robustspec_files", "file names that are specifications", type="args", default=["*.robust.yaml"])
    parser.addini("robustspec_cache", "folder of indexes and stored outputs", default=".robustspec_cache")


def pytest_configure(config: pytest.Config) -> None:
    """Take the specifications of ``--robustspec`` into the arguments; check them and the models before anything runs."""
    config.addinivalue_line("markers", "robustspec: an arm of a robustness specification")
    if config.getoption("robustspec"):
        activate(config).take_options()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A specification: named by option, matching ``robustspec_files``, or given as an argument and looking like one."""
    if file_path.suffix not in (".yaml", ".yml"):
        return None
    config = parent.config
    named = file_path in _named(config)
    matching = any(fnmatch(file_path.name, pattern) for pattern in config.getini("robustspec_files"))
    if not (named or matching or (parent.session.isinitpath(file_path) and _looks_like_one(file_path))):
        return None
    activate(config)
    from pytest_robustspec.collect import SpecFile, outside_id

    return SpecFile.from_parent(parent, path=file_path, **outside_id(config, file_path))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give the test of `pytest_robustspec.scenarios` its arms."""
    path = getattr(metafunc.function, "robustspec_file", None)
    if path is not None:
        activate(metafunc.config).parametrise(metafunc, path)


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """INCONCLUSIVE has a letter of its own."""
    verdict = (getattr(report, REPORT_KEY, None) or {}).get("verdict")
    if report.when == "call" and report.failed and verdict == "INCONCLUSIVE":
        return "failed", "I", "INCONCLUSIVE"
    return None


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: Any) -> None:
    """Take a worker's results; of specifications found by name the controller first hears here."""
    results = getattr(node, "workeroutput", {}).get(REPORT_KEY)
    if results is not None:
        activate(node.config).receive(results)


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep the arms of one model on one worker."""
    from pytest_robustspec.scheduler import make_scheduler, wanted

    return make_scheduler(config, log) if wanted(config) else None


def activate(config: pytest.Config) -> Any:
    """The plugin's working half, registered when it is first needed."""
    active = config.pluginmanager.get_plugin(ACTIVE)
    if active is None:
        from pytest_robustspec.runs import Runs

        active = Runs(config)
        config.pluginmanager.register(active, ACTIVE)
    return active


def _named(config: pytest.Config) -> set[Path]:
    base = config.invocation_params.dir
    return {(base / name).resolve() for name in config.getoption("robustspec")}


def _looks_like_one(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            return any(line.startswith("robustspec:") for line, _ in zip(file, range(SNIFFED_LINES), strict=False))
    except OSError:
        return False
