"""The shipped pharmacy specification on a chat endpoint: killed in its middle, resumed, and judged as on the model itself."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from stub_endpoint import StubEndpoint

from robustspec.reference.pharmacy import pharmacist

SPEC = Path(__file__).resolve().parents[2] / "specs" / "pharmacy.yaml"
IN_FLIGHT = 16
FLUSHED_AFTER_S = 1.5
"""The store reaches the disk every second, and the thread that sees to it looks every 0.2 s."""


def session(folder, url):
    """The command of a user, in a folder of its own."""
    model = f"{{kind: openai, base_url: '{url}', model: pharmacist, in_flight: {IN_FLIGHT}, api_key_env: BOT_KEY}}"
    options = [f"--robustspec={SPEC}", f"--robustspec-model={model}", "--rootdir=.", "-q", "-p", "no:cacheprovider"]
    environment = {**os.environ, "PYTEST_ADDOPTS": "", "BOT_KEY": "key-0123456789"}
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", *options],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def answered(messages):
    """The pharmacist's answer; a conversation of one message is a text to it."""
    return pharmacist(messages if len(messages) > 1 else messages[0]["content"])


def said(call):
    """What a call was given, as text."""
    return json.dumps(call.payload["messages"])


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_pharmacy_on_an_endpoint_survives_being_killed(tmp_path):
    """150 verdicts are passed; of the calls that had ended by the kill, only what was not yet on disk is made again."""
    with StubEndpoint(lambda call: answered(call.payload["messages"])) as stub:
        with session(tmp_path, stub.url) as first:
            until = time.monotonic() + 60
            while len(stub.calls) < 1500 and time.monotonic() < until:
                time.sleep(0.01)
            os.kill(first.pid, signal.SIGKILL)
            killed = time.monotonic()
        before = len(stub.calls)
        assert before >= 1500
        with session(tmp_path, stub.url) as second:
            out, _ = second.communicate(timeout=120)
        calls = list(stub.calls)
    assert second.returncode == 0, out
    assert re.search(r"\b150 passed\b", out)
    asked = Counter(map(said, calls))
    again = [call for call in calls[:before] if asked[said(call)] > 1]
    assert len(again) <= 256 + 2 * IN_FLIGHT
    assert [said(call) for call in again if call.ended is not None and call.ended < killed - FLUSHED_AFTER_S] == []
    assert max(asked.values()) <= 2
