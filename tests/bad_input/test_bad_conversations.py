"""Conversations that cannot be held: each fault is one sentence with its place and remedy, before any call or counted."""

from __future__ import annotations

import pytest

HELLO = {"role": "user", "content": "Hello."}
ASKS = {"role": "user", "content": "ticket 7, please"}

MESSAGES = {
    "ends with the model's turn": (
        [ASKS, {"role": "assistant", "content": "odd"}],
        "'input' ends with an answer of the model's -- end with the turn that it is to answer",
    ),
    "an empty turn": (
        [{"role": "user", "content": "  "}, ASKS],
        "'input' message 1 is empty -- leave the turn out, or say something in it",
    ),
    "an unknown role": (
        [{"role": "patient", "content": "Hello."}, ASKS],
        "'input' message 1 has the role 'patient' -- there are: system, user, assistant, tool",
    ),
    "a role that is nearly one": (
        [{"role": "asistant", "content": "Hello."}, ASKS],
        "'input' message 1 has the role 'asistant' -- did you mean 'assistant'?",
    ),
    "nobody to answer": (
        [{"role": "system", "content": "Be brief."}],
        "'input' has no turn of the user -- say what the model is to answer",
    ),
    "an expectation of the last turn": (
        [HELLO, {**ASKS, "expect": "even"}],
        "'input' message 2 is the last turn -- the row's own label and policy say what is right there",
    ),
    "an expectation of what the data answer": (
        [{**HELLO, "expect": "odd"}, {"role": "assistant", "content": "Hi."}, ASKS],
        "'input' message 1 is answered in the data, so the model is not asked there -- leave out expect and policy, or the "
        "answer",
    ),
    "an answer that is right, and none given": (
        [{**HELLO, "policy": "may_refuse"}, ASKS],
        "'input' message 1 allows an answer, and expects none -- write expect as well",
    ),
    "an expectation of the system": (
        [{"role": "system", "content": "Be brief.", "expect": "odd"}, ASKS],
        "'input' message 1 is no turn of the user, so no answer to it can be expected",
    ),
    "a policy of a document": (
        [{"role": "user", "content": "A leaflet.", "name": "leaflet", "policy": "ask"}, ASKS],
        "'input' message 1 is no turn of the user, so no answer to it can be expected",
    ),
    "an unknown policy": (
        [{**HELLO, "policy": "aks"}, ASKS],
        "unknown policy 'aks' -- did you mean 'ask'?",
    ),
    "an unknown key": (
        [{**HELLO, "expected": "odd"}, ASKS],
        "'input' message 1 has an unknown key 'expected' -- known: role, content, name, images, expect, policy",
    ),
    "no messages": ([], "'input' is text or a list of messages, but this is []"),
}


@pytest.mark.parametrize(("messages", "sentence"), MESSAGES.values(), ids=MESSAGES)
def test_a_bad_conversation(project, messages, sentence):
    """The line, the row and what to do; nothing is called."""
    project.rows({7: {"input": messages}})
    told = project.refused()
    assert told.startswith("tickets.jsonl:8: row 't7': ")
    assert sentence in told


ASKING = 'output: {asking: {kind: patterns, any: ["[?]$"]}}\n'
USER = """\

def answer(talk):
    said = [m["content"] for m in talk if m["role"] == "user"]
    log(said[-1])
    return "odd?" if STUBBORN or len(said) == 1 else right(said[0])

STUBBORN = False

def patient(text):
    if not os.path.exists("up.txt"):
        raise ConnectionError("the patient is out")
    return "Yes."
"""


def with_user(project, user, models=""):
    project.models(USER)
    project.edit("data:\n", f"{ASKING}{models}data:\n")
    project.edit("    data: tickets\n", f"    data: tickets\n    simulated_user: {user}\n")


def test_a_simulated_user_without_facts(project):
    """The row without facts is named."""
    project.rows({number: {"facts": {"seen": "yes"}} for number in range(60) if number != 31})
    with_user(project, "scripted")
    assert project.refused() == (
        "spec.yaml:13:5: scenarios.capitals.simulated_user: row t31 of data 'tickets' has no facts, so the simulated user "
        "has nothing to tell -- give every row facts, or remove simulated_user"
    )


def clean_only(project):
    """One requirement, on the clean rows."""
    project.edit("  - {metric: accuracy, at_least: 0.8}", "  - {metric: accuracy, cells: clean, at_least: 0.8}")
    project.edit("      - {metric: accuracy, worst_over: site, at_least: 0.5}\n", "")


def judged(project):
    """How a session ended, and the only arm of its report."""
    done = project.pytest("--robustspec-report=report.json")
    (result,) = project.report()["results"]
    (arm,) = result["scenarios"][0]["arms"]
    return done, arm


def test_a_model_that_never_stops_asking(project, ends_well):
    """Its turns are bounded and the cases count as failures."""
    project.rows({number: {"facts": {"seen": "yes"}} for number in range(60)})
    with_user(project, "{kind: scripted, max_replies: 2}")
    project.models(USER.replace("STUBBORN = False", "STUBBORN = True"))
    clean_only(project)
    done, arm = judged(project)
    ends_well(done)
    assert (arm["verdict"], arm["value"], arm["missing"]) == ("FAIL", 0.0, 0)
    assert len(project.calls()) <= 3 * 60


def test_a_simulated_users_model_that_is_down(project):
    """The run ends with one sentence that says which model; what is finished is kept for the next run."""
    project.rows({number: {"facts": {"seen": "yes"}} for number in range(60)})
    models = 'models:\n  patient: {kind: callable, target: "models:patient"}\n'
    with_user(project, "{kind: chat, model: patient}", models)
    clean_only(project)
    done = project.pytest()
    assert done.returncode != 0
    assert "Traceback" not in done.stdout + done.stderr
    sentence = (
        "models:patient cannot be called: the first 20 calls all failed, the last with: ConnectionError: the patient"
    )
    assert sentence in done.stdout
    first = project.calls()
    assert project.stored() == len(first) > 0
    project.write("up.txt", "")
    done, arm = judged(project)
    assert (done.returncode, arm["verdict"], arm["value"]) == (0, "PASS", 1.0)
    assert not set(first) & set(project.calls())  # what the model under test had answered is not asked again
