"""A case as a conversation: where the model speaks, and what it is given each time."""

from __future__ import annotations

import json
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from robustspec.adapters.callable import wrap
from robustspec.data.row import Message, Output, Row
from robustspec.engine.episode import Episode, OneTurn, Script, episode_of, turns
from robustspec.engine.session import Options, load_plan, run_plan


def held(episode: Episode, answers: Sequence[str]) -> list[str]:
    """The inputs of an episode as text, answered one after the other."""
    outputs: list[Output] = []
    inputs = []
    while (content := episode.course(outputs).step) is not None:
        inputs.append(content if isinstance(content, str) else "|".join(f"{m.role[0]}:{m.content}" for m in content))
        outputs.append(Output(raw=answers[len(outputs)]))
    return inputs


def messages(*parts: str) -> tuple[Message, ...]:
    """Messages from "u:text" notation."""
    roles = {"u": "user", "a": "assistant", "s": "system"}
    return tuple(Message(roles[part[0]], part[2:]) for part in parts)


def test_a_text_is_one_turn():
    """A single text is handed over once."""
    assert held(episode_of(Row("r", "hello")), ["x"]) == ["hello"]


def test_the_models_own_answers_stand_between_the_turns():
    """Each unanswered message of the user is a turn, after what the model said before."""
    script = episode_of(Row("r", messages("s:rules", "u:one", "u:two", "u:three")))
    assert held(script, ["A", "B", "C"]) == [
        "s:rules|u:one",
        "s:rules|u:one|a:A|u:two",
        "s:rules|u:one|a:A|u:two|a:B|u:three",
    ]


def test_answers_that_the_row_brings_are_history():
    """A message that the row answers itself makes no call."""
    script = episode_of(Row("r", messages("u:one", "a:given", "u:two")))
    assert held(script, ["x"]) == ["u:one|a:given|u:two"]


def test_a_failed_turn_ends_the_conversation():
    """What would follow has no answer to follow on."""
    script = Script(messages("u:one", "u:two"))
    assert script.course([Output(error="down")]).step is None


def test_one_unanswered_message_is_one_turn():
    """A conversation whose earlier turns the row answers itself needs one call."""
    assert isinstance(episode_of(Row("r", messages("u:one", "a:given", "u:two"))), OneTurn)


def test_documents_are_no_turns():
    """A message with a name is a document handed over as context."""
    documents = (Message("user", "the leaflet", "leaflet"), Message("user", "what is the dose?"))
    assert turns(documents) == [2]


@given(st.lists(st.sampled_from("uas"), min_size=1, max_size=12))
def test_the_last_turn_holds_every_message(kinds):
    """Whatever the order of roles, the last input ends with the row's last message and loses none of them."""
    script = Script(messages(*(f"{kind}:{place}" for place, kind in enumerate(kinds))))
    inputs = held(script, ["answer"] * len(kinds))
    assert len(inputs) == len(script.stops)
    said = [part.partition(":")[2] for part in inputs[-1].split("|")]
    assert [text for text in said if text != "answer"] == [str(place) for place in range(len(kinds))]


SPEC = """
robustspec: 1
about: {title: Conversations}
data:
  talks: {kind: jsonl, path: talks.jsonl}
scenarios:
  talks:
    title: Talks
    mechanism: Patients tell the facts one after the other.
    data: talks
    perturbations: [{kind: letter_case, style: upper}]
    requirements:
      - {metric: accuracy, cells: all, at_least: 0.6, max_samples: 40, method: fixed}
"""


def test_a_run_holds_conversations_turn_by_turn(tmp_path):
    """The model is called once for each unanswered turn, sees its own answers, and its last answer is scored."""
    (tmp_path / "spec.yaml").write_text(SPEC)
    rows = []
    for n in range(40):
        words = [{"role": "user", "content": f"patient {n} takes one"}, {"role": "user", "content": "and one more"}]
        rows.append({"id": f"r{n}", "input": words, "label": "2 before: 1"})
    (tmp_path / "talks.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    seen = []

    def model(talk):
        seen.append([message["role"] for message in talk])
        own = [message["content"] for message in talk if message["role"] == "assistant"]
        return f"{sum(m['role'] == 'user' for m in talk)} before: {own[-1][0] if own else 0}"

    options = Options(cache=tmp_path / "cache")
    plan = load_plan(tmp_path / "spec.yaml", options)
    result = run_plan(plan, wrap(model), options)
    (arm,) = result.arms
    assert (arm.verdict, arm.value, arm.units) == ("PASS", 1.0, 40)
    # The first turn is the same in both cells: it is called once for both.
    assert sorted(map(len, seen)) == [1] * 40 + [3] * 80
    assert seen.count(["user", "assistant", "user"]) == 80
