"""Faults of what conversations need: simulated users, other models, metrics over turns."""

from __future__ import annotations

import json

import pytest
from language_specs import BASE, fault, faults, with_requirement

from robustspec.language.lint import check
from robustspec.language.load import load

OUTPUT = "output: {extract: json, asking: {kind: json_field, field: action, equals: ask}}\n"
MODELS = "models:\n  patient: {kind: callable, target: 'm:f'}\n"
USER = "    data: requests\n"


def base(user: str = "", *, output: str = OUTPUT, models: str = "", metrics: str = "") -> str:
    text = BASE.replace("metrics:\n", f"{output}{models}metrics:\n{metrics}")
    return text.replace(USER, f"{USER}    simulated_user: {user}\n") if user else text


@pytest.mark.parametrize(
    "text",
    [
        base("scripted"),
        base("{kind: scripted, max_replies: 3, says: {age: 'I am {value}.'}}"),
        base("{kind: chat, model: patient}", models=MODELS),
        base(models=MODELS),
        base(metrics="  through: {kind: survives, of: match}\n"),
        base(metrics="  through: {kind: survives, of: accuracy}\n"),
    ],
)
def test_what_is_sound(text: str) -> None:
    """Each of these has no fault."""
    assert faults(text) == []


FAULTS = {
    "no asking": (
        base("scripted", output=""),
        "scenarios.typos.simulated_user: a simulated user answers questions, and nothing tells a question from an answer -- "
        "add output.asking, such as {kind: json_field, field: action, equals: ask}",
    ),
    "no such model": (
        base("{kind: chat, model: patiant}", models=MODELS),
        "scenarios.typos.simulated_user.model: unknown model 'patiant' -- did you mean 'patient'?",
    ),
    "no models at all": (
        base("{kind: chat, model: patient}"),
        "scenarios.typos.simulated_user.model: unknown model 'patient' -- add models: {patient: ...}",
    ),
    "a user without a model": (
        base("chat"),
        "scenarios.typos.simulated_user: 'chat' needs 'model' -- write {kind: chat, model: ...}",
    ),
    "no such user": (
        base("scriptd"),
        "scenarios.typos.simulated_user: unknown simulated user 'scriptd' -- did you mean 'scripted'? (see: robustspec "
        "list users)",
    ),
    "of what is unknown": (
        base(metrics="  through: {kind: survives, of: acuracy}\n"),
        "metrics.through.of: unknown metric 'acuracy' -- did you mean 'accuracy'?",
    ),
    "of a table": (
        base(metrics="  through: {kind: survival, of: exact, at: 3}\n"),
        "metrics.through.of: 'exact' does not judge single answers -- name a metric that does, such as accuracy",
    ),
    "of itself": (
        base(metrics="  through: {kind: survives, of: through}\n"),
        "metrics.through.of: 'through' judges turns itself, so it cannot judge each turn -- name another metric, such as "
        "accuracy",
    ),
    "of answered cases only": (
        base(metrics="  some: {kind: accuracy, among: answered}\n  through: {kind: sycophancy, of: some}\n"),
        "metrics.through.of: 'some' is a ratio over the answered cases, so it cannot judge each turn -- name another metric, "
        "such as accuracy",
    ),
}


@pytest.mark.parametrize(("text", "sentence"), FAULTS.values(), ids=FAULTS)
def test_a_fault(text: str, sentence: str) -> None:
    """One sentence with its place and its remedy."""
    found = fault(text)
    assert found.split(": ", 1)[1] == sentence
    assert found.startswith("spec.yaml:")


@pytest.mark.parametrize("kind", ["aptitude", "unreliability"])
def test_repeats_are_needed(kind: str) -> None:
    """One call of each case says nothing of how far calls lie apart."""
    text = base(metrics=f"  days: {{kind: {kind}, of: match}}\n")
    bound = "at_least: 0.9" if kind == "aptitude" else "at_most: 0.1"
    line = f"{{metric: days, cells: clean, {bound}, method: approximate}}"
    found = fault(with_requirement(line, text))
    assert "metric: 'days' compares the repeats of a case, and there is one -- add repeats: 10" in found
    assert faults(with_requirement(line.replace("approximate}", "approximate, repeats: 2}"), text)) == []


def test_a_first_failing_turn_without_end_has_no_mean() -> None:
    """With `to` it has bounds, and a test."""
    for to, n in (("", 1), (", to: 12", 0)):
        text = base(metrics=f"  first: {{kind: first_failing_turn, of: match{to}}}\n")
        found = faults(with_requirement("{metric: first, at_least: 8}", text))
        assert len(found) == n, found


def test_a_user_without_facts(tmp_path) -> None:  # type: ignore[no-untyped-def]  # a fixture
    """Found when the rows are looked at, before any call; the row is named."""
    from robustspec.engine.session import Options, load_plan
    from robustspec.errors import SpecError

    rows = [
        {"id": f"r{k}", "input": "x", "label": {"action": "a"}, "facts": {"age": "3"} if k else {}} for k in range(3)
    ]
    (tmp_path / "requests.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    text = base("scripted").replace(", groups: [vendor, {name: age, column: years, bins: [18, 65]}]", "")
    (tmp_path / "spec.yaml").write_text(text)
    with pytest.raises(SpecError) as caught:
        load_plan(tmp_path / "spec.yaml", Options(cache=tmp_path / "cache"))
    (only,) = caught.value.faults
    assert str(only).split("spec.yaml:")[1] == (
        "14:5: scenarios.typos.simulated_user: row r0 of data 'requests' has no facts, so the simulated user has nothing to "
        "tell -- give every row facts, or remove simulated_user"
    )


def test_other_models_are_looked_at(tmp_path) -> None:  # type: ignore[no-untyped-def]  # a fixture
    """A model that plays a user must be there; one that nobody names may be absent."""
    models = "models:\n  patient: {kind: callable, target: 'no_such_module_here:f'}\n"
    for user, n in (("{kind: chat, model: patient}", 1), ("scripted", 0)):
        found = [
            str(each) for each in check(load(base(user, models=models)), tmp_path) if "models.patient" in str(each)
        ]
        assert len(found) == n
        assert all("no_such_module_here" in each for each in found)
