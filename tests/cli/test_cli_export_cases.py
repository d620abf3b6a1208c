"""robustspec export-cases."""

import hashlib
import importlib
import json
import sys

import pytest

from robustspec.engine.session import Options, load_plan, open_model, run_plan


def lines_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def called(folder):
    """What the model is called with in a run of one scenario that ends at its horizon."""
    sys.modules.pop("cli_model", None)
    options = Options(cache=folder / "elsewhere")
    plan = load_plan(folder / "spec.yaml", options)
    model, timeout_s = open_model(plan)
    selected = [arm.id for arm in plan.arms if arm.scenario == "short"]
    with model:
        run_plan(plan, model, options, timeout_s=timeout_s, selected=selected)
    yield importlib.sys.modules["cli_model"].CALLED
    sys.modules.pop("cli_model", None)


def test_exactly_what_a_run_needs_is_exported(command, folder, called):
    """Arms go past unchanged rows to their horizon: the export has the inputs of a full run, no more and no fewer."""
    assert command("export-cases", "spec.yaml", "-o", "cases.jsonl", "--scenario", "short")[0] == 0
    exported = [case["input"] for case in lines_of(folder / "cases.jsonl")]
    assert len(exported) > 16  # 10 contracted, 6 pairs, and clean cases of rows that turned out unchanged
    assert sorted(called) == sorted(exported)


def test_each_case_once(command, folder):
    """Arms share cases, and a case has one line."""
    command("export-cases", "spec.yaml", "-o", "cases.jsonl")
    ids = [case["case_id"] for case in lines_of(folder / "cases.jsonl")]
    assert len(ids) == len(set(ids))
    assert {"typos/n1/clean", "typos/n1/keyboard_typo-3"} <= set(ids)
    assert "typos/n1/contraction" not in ids  # no requirement goes over that cell


def test_the_sha_is_that_of_the_text(command, folder):
    """input_sha is the SHA-256 of the input in UTF-8."""
    command("export-cases", "spec.yaml", "-o", "cases.jsonl")
    for case in lines_of(folder / "cases.jsonl")[:5]:
        assert hashlib.sha256(case["input"].encode()).hexdigest() == case["input_sha"]


def test_a_conversation_is_exported_as_messages(command, folder):
    """Messages with role and content; the sha is that of their canonical JSON."""
    messages = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "I am happy"}]
    rows = [{"id": f"n{number}", "input": messages, "label": "well"} for number in range(30)]
    (folder / "notes.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    command("export-cases", "spec.yaml", "-o", "cases.jsonl", "--scenario", "short")
    clean = next(case for case in lines_of(folder / "cases.jsonl") if case["case_id"].endswith("/clean"))
    canonical = '[{"content":"Be kind.","role":"system"},{"content":"I am happy","role":"user"}]'
    assert messages == clean["messages"]
    assert hashlib.sha256(canonical.encode()).hexdigest() == clean["input_sha"]


def test_recorded_outputs_come_back(command, folder):
    """Outputs for the exported cases answer every case of a run: none is missing, and the verdicts are there."""
    command("export-cases", "spec.yaml", "-o", "cases.jsonl")
    answers = [
        {"case_id": case["case_id"], "output": "well", "input_sha": case["input_sha"]}
        for case in lines_of(folder / "cases.jsonl")
    ]
    (folder / "outputs.jsonl").write_text("".join(json.dumps(answer) + "\n" for answer in answers))
    options = Options(cache=folder / "elsewhere")
    plan = load_plan(folder / "spec.yaml", options)
    model, timeout_s = open_model(plan, str(folder / "outputs.jsonl"))
    with model:
        result = run_plan(plan, model, options, timeout_s=timeout_s)
    assert result.counts.missing == 0
    assert [arm.verdict for arm in result.arms] == ["PASS"] * 4


def test_a_quick_look_needs_less(command, folder):
    """--max-samples cuts the horizons: two clean and two perturbed cases."""
    command("export-cases", "spec.yaml", "-o", "cases.jsonl", "--scenario", "typos", "--max-samples", "2")
    assert len(lines_of(folder / "cases.jsonl")) == 4


def test_to_stdout(command, folder):
    """- is stdout, and progress stays on stderr."""
    _, out, err = command("export-cases", "spec.yaml", "-o", "-", "--scenario", "typos", "--max-samples", "1")
    assert len([json.loads(line) for line in out.splitlines()]) == 2
    assert err == "2 cases written\n"


def test_a_file_that_cannot_be_written(command, folder):
    """One sentence, exit code 4, nothing left behind."""
    code, _, err = command("export-cases", "spec.yaml", "-o", "nowhere/cases.jsonl")
    assert code == 4
    assert err.startswith("nowhere/cases.jsonl: No such file or directory -- ")


def test_an_export_that_fails_leaves_the_old_file(command, folder, monkeypatch):
    """The file appears under its name only when it is whole."""
    (folder / "cases.jsonl").write_text("old")

    def torn(scenario, seed):
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr("robustspec.commands.needed.requests", torn)
    assert command("export-cases", "spec.yaml", "-o", "cases.jsonl")[0] == 130
    assert (folder / "cases.jsonl").read_text() == "old"
    assert list(folder.glob("*.part*")) == []
