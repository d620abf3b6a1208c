"""robustspec show of a conversation: what was said on both sides."""

import json
import sys

import pytest

from robustspec.commands.arguments import CACHE

SPEC = """\
robustspec: 1
about: {title: A talk}
model: {kind: callable, target: show_talk_model:answer}
data:
  talks: {kind: jsonl, path: talks.jsonl, origin: synthetic}
output: {asking: {kind: patterns, any: ["[?]$"]}}
scenarios:
  talks:
    title: Talks
    mechanism: People go on.
    data: talks
    simulated_user: {kind: scripted, max_replies: 2}
    perturbations: [{kind: pressure, level: [1]}]
    requirements: [{metric: accuracy, cells: all, at_least: 0.5}]
"""
MODEL = """
def answer(talk):
    said = [m["content"] for m in talk if m["role"] == "user"]
    if said[0] == "Loop.":
        return "Why?"
    return "How old are you?" if len(said) == 1 else "none" if "34" in said[-1] else "some"
"""


@pytest.fixture
def talks(folder):
    """A specification of conversations in the current folder."""
    rows = [
        {"id": "a", "input": "What helps?", "label": "none", "facts": {"told": {"age": "I am 34."}}},
        {"id": "b", "input": "Loop.", "label": "none", "facts": {"age": "34"}},
    ]
    (folder / "talks.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "show_talk_model.py").write_text(MODEL)
    (folder / "talks.yaml").write_text(SPEC)
    (folder / CACHE).mkdir()
    yield
    sys.modules.pop("show_talk_model", None)


@pytest.mark.usefixtures("talks")
def test_both_sides_are_shown(command):
    """Between input and output stands the talk up to the last answer, with the simulated user's reply."""
    code, out, err = command("show", "talks.yaml", "talks/a/pressure-1", "--call")
    assert (code, err) == (0, "")
    clean, pressed = out.split("\npressure-1\n")
    talk = "  talk    user: What helps?\n          assistant: How old are you?\n          user: I am 34.\n"
    assert talk + "  output  none\n  answer  answered: none\n" in clean
    assert talk + "          assistant: none\n          user: " in pressed
    assert pressed.count("assistant: ") == 2
    assert "  output  some\n" in pressed


@pytest.mark.usefixtures("talks")
def test_what_is_stored_is_shown_again_without_calls(command):
    """The second time nothing is called; without any stored output it says so."""
    code, out, err = command("show", "talks.yaml", "talks/a/clean")
    assert (code, "not stored" in out) == (1, True)
    assert "run it, or call the model with --call" in err
    called = command("show", "talks.yaml", "talks/a/clean", "--call")
    assert command("show", "talks.yaml", "talks/a/clean") == called


@pytest.mark.usefixtures("talks")
def test_a_talk_without_end(command):
    """A model that never stops asking is shown so, and the last question is no answer."""
    code, out, _ = command("show", "talks.yaml", "talks/b/clean", "--call")
    assert code == 0
    assert out.count("assistant: Why?") == 2
    assert "  output  Why?\n  answer  unparsed\n" in out
