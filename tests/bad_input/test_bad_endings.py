"""Runs that are cut off: kill -9 and Ctrl-C. What was finished is kept, and the next run goes on from there."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable

import pytest

ROWS = 400

SPEC = """\
robustspec: 1
about: {title: Tickets}
model: {kind: callable, target: "models:slow"}
data:
  tickets: {kind: jsonl, path: tickets.jsonl, origin: synthetic}
statistics: {method: fixed, max_samples: 400}
scenarios:
  early:
    title: Early
    mechanism: Decided after ten calls.
    data: tickets
    requirements:
      - {metric: accuracy, at_least: 0.5, max_samples: 10}
  late:
    title: Late
    mechanism: Needs every row.
    data: tickets
    perturbations:
      - {kind: letter_case, style: upper}
    requirements:
      - {metric: accuracy, at_least: 0.8}
"""

SLOW = """
import asyncio, time

def slow(text):
    time.sleep(0.005)
    log(text)
    return right(text)

async def slow_async(text):
    await asyncio.sleep(0.05)
    log(text)
    return right(text)
"""

ALL_CALLS = ROWS + 10


@pytest.fixture
def slow(project):
    """The project with a model that takes its time and logs each call when it is finished."""
    project.spec(SPEC)
    project.models(SLOW)
    project.rows({}, count=ROWS)
    return project


@pytest.fixture
def cut(slow):
    """Start pytest, wait until outputs have reached the disk and the model goes on, send a signal; what it said."""

    def cut(signal_number: int, *arguments: str) -> tuple[int, str]:
        with subprocess.Popen(
            slow.command(*arguments),
            cwd=slow.folder,
            env=slow.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            wait_until(lambda: slow.stored() >= 50, process)
            process.send_signal(signal_number)
            said, _ = process.communicate(timeout=60)
        return process.returncode, said

    return cut


def wait_until(happened: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    for _ in range(3_000):
        if happened():
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    process.kill()
    pytest.fail("nothing was stored")


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_after_kill_9_only_what_was_not_flushed_is_called_again(slow, cut):
    """Finished outputs reach the disk while the run goes on; the next run repeats those of one flush interval at most."""
    code, _ = cut(signal.SIGKILL)
    assert code == -signal.SIGKILL
    first, stored = slow.calls(), slow.stored()
    assert len(first) == len(set(first))
    assert len(first) < ALL_CALLS
    assert slow.pytest("-q").returncode == 0
    second = slow.calls()
    assert len(set(first) & set(second)) == len(first) - stored
    assert len(second) == ALL_CALLS - stored
    assert len(set(first) & set(second)) <= 256
    assert slow.pytest("-q", "--robustspec-offline").returncode == 0
    assert slow.calls() == []


@pytest.mark.parametrize(("target", "in_flight"), [("models:slow", 1), ("models:slow_async", 16)])
def test_ctrl_c_exits_2_says_so_and_keeps_what_is_finished(slow, cut, target, in_flight):
    """pytest's own exit code and banner; calls under way are the only ones that may be lost."""
    slow.edit("models:slow", target)
    code, said = cut(signal.SIGINT)
    assert code == 2, said
    assert "KeyboardInterrupt" in said
    assert "INTERNALERROR" not in said
    first, stored = slow.calls(), slow.stored()
    assert len(first) - stored <= in_flight
    assert len(first) < ALL_CALLS
    assert slow.pytest("-q").returncode == 0
    assert len(slow.calls()) == ALL_CALLS - stored


def test_ctrl_c_still_writes_the_report_of_what_was_decided(slow, cut):
    """The scenario that had its verdict is in it; the other is named as not assessed; a note says why."""
    code, said = cut(signal.SIGINT, "--robustspec-report=report.json")
    assert code == 2, said
    assert "report:" in said
    [run] = slow.report()["results"]
    verdicts = {arm["id"]: arm["verdict"] for scenario in run["scenarios"] for arm in scenario["arms"]}
    assert verdicts == {"early::mean-accuracy::all": "PASS"}
    assert run["not_assessed"] == ["late::mean-accuracy::all was not decided before the run was stopped"]
    assert any("stopped before its end" in note for note in run["notes"])
