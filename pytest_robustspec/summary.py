"""What the plugin prints: progress while a run goes on, a section at the end, and the reports it writes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from robustspec.engine.evidence import ArmResult, RunResult
from robustspec.engine.session import Background
from robustspec.errors import RobustspecError
from robustspec.reports.terminal import progress_line, summary_lines

SILENT_S = 2.0
"""Seconds before the first word on progress."""
LINE_EVERY_S = 30.0
"""Seconds between lines where the output is not a terminal."""
REDRAW_EVERY_S = 0.5


class Meter:
    """Progress of the run that an item waits for: one line redrawn on a terminal, a line now and then elsewhere."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self._background: Background | None = None
        self._since = self._drawn_at = 0.0
        self._drawn = 0

    @contextmanager
    def watching(self, background: Background) -> Iterator[None]:
        """While an item waits for ``background``."""
        self._background, self._since = background, time.monotonic()
        try:
            yield
        finally:
            self._background = None

    def tick(self) -> None:
        """Called a few times a second in the waiting thread."""
        progress = self._background.progress if self._background else None
        now = time.monotonic()
        reporter = self.config.pluginmanager.get_plugin("terminalreporter")
        if progress is None or reporter is None or now - self._since < SILENT_S:
            return
        on_terminal = reporter.isatty
        if now - self._drawn_at < (REDRAW_EVERY_S if on_terminal else LINE_EVERY_S):
            return
        self._drawn_at = now
        self._write(reporter, progress_line(progress), on_terminal)

    def _write(self, reporter: Any, line: str, on_terminal: bool) -> None:
        capture = self.config.pluginmanager.get_plugin("capturemanager")
        if capture is None:
            self._put(reporter, line, on_terminal)
            return
        with capture.global_and_fixture_disabled():
            self._put(reporter, line, on_terminal)

    def _put(self, reporter: Any, line: str, on_terminal: bool) -> None:
        if on_terminal:
            reporter.write("\r" + line.ljust(self._drawn), flush=True)
            self._drawn = len(line)
        else:
            reporter.write_line(line)

    def close(self) -> None:
        """Leave the terminal on a line of its own."""
        self._background = None


def write_reports(config: pytest.Config, results: Sequence[RunResult]) -> tuple[list[Path], list[str]]:
    """Write what ``--robustspec-report`` asks for; a folder gets report.json and report.html.

    Returns the files, and a sentence for each that could not be written: verdicts must be told all the same.
    """
    written, faults = [], []
    for target in _targets(config):
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _writer(target)(results, target)
            written.append(target)
        except RobustspecError as error:
            faults.append(str(error))
        except OSError as error:
            faults.append(f"{target}: the report cannot be written: {error.strerror} -- name another path")
    return written, faults


def _targets(config: pytest.Config) -> Iterator[Path]:
    for name in config.getoption("robustspec_report"):
        path = config.invocation_params.dir / name
        yield from [path] if path.suffix in (".json", ".html") else [path / "report.json", path / "report.html"]


def _writer(target: Path) -> Callable[[Sequence[RunResult], Path], None]:
    # The template engine is loaded by those who want a page.
    if target.suffix == ".html":
        from robustspec.reports.html import write_html

        return write_html
    from robustspec.reports.json import write_json

    return write_json


def write_summary(
    reporter: Any,
    results: Sequence[RunResult],
    reports: Sequence[Path],
    faults: Sequence[str],
    heard: Sequence[ArmResult],
) -> None:
    """The section at the end of a session; with -q only where something is not green."""
    arms = [arm for result in results for arm in result.arms] or list(heard)
    if not arms:
        return
    if reporter.config.get_verbosity() >= 0 or not all(arm.is_green for arm in arms):
        reporter.section("robustness specifications", sep="-")
        for result in results:
            for line in summary_lines(result):
                reporter.write_line(line)
        if not results:
            reporter.write_line(f"{len(heard)} verdicts were heard of, but no worker ended its run")
    for path in reports:
        reporter.write_line(f"report: {path}")
    for fault in faults:
        reporter.write_line(f"ERROR: {fault}", red=True)
