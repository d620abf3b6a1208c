"""robustspec export-cases."""

import hashlib
import importlib
import json
import sys

import numpy as np
import pytest

from robustspec.commands.rows import perturbed
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

    def torn(scenario, seed, unusable):
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr("robustspec.commands.needed.cases_of", torn)
    assert command("export-cases", "spec.yaml", "-o", "cases.jsonl")[0] == 130
    assert (folder / "cases.jsonl").read_text() == "old"
    assert list(folder.glob("*.part*")) == []


def test_how_a_case_was_made_is_exported(command, folder):
    """Magnitude and params of perturbed cases; a clean case was not made."""
    command("export-cases", "spec.yaml", "-o", "cases.jsonl", "--scenario", "typos")
    cases = {case["case_id"].rpartition("/")[2]: case for case in lines_of(folder / "cases.jsonl")}
    assert cases["keyboard_typo-3"]["magnitude"] > 0
    assert set(cases["keyboard_typo-3"]["params"]) == {"seed"}
    assert "params" not in cases["clean"]
    assert "quality" not in cases["keyboard_typo-3"]


def test_params_make_the_case_again(command, folder):
    """The operator gives the exported input from the exported params."""
    command("export-cases", "spec.yaml", "-o", "cases.jsonl", "--scenario", "typos")
    case = next(each for each in lines_of(folder / "cases.jsonl") if each["case_id"].endswith("keyboard_typo-3"))
    plan = load_plan(folder / "spec.yaml", Options(cache=folder / "elsewhere"))
    scenario = plan.scenarios[0]
    row_id = case["case_id"].split("/")[1]
    row = scenario.dataset.rows([scenario.dataset.position(row_id)])[0]
    assert scenario.cells[1].scope.apply(row, case["params"], 3).input == case["input"]


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    """The current folder, with photos, scans and a specification about them."""
    picture_folder = pytest.importorskip("picture_folder", exc_type=ImportError)
    picture_folder.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def opened(path):
    """The pixels, or the voxels, of an exported file."""
    if path.suffix == ".png":
        return importlib.import_module("cv2").imread(str(path))[:, :, ::-1]
    return np.asarray(importlib.import_module("nibabel").load(path).dataobj)


def test_pictures_are_exported_beside_the_cases(command, pictures):
    """A message names its pictures relative to the file; what is in them is what a run shows the model."""
    (pictures / "out").mkdir()
    assert command("export-cases", "spec.yaml", "-o", "out/cases.jsonl")[0] == 0
    plan = load_plan(pictures / "spec.yaml", Options(cache=pictures / "elsewhere"))
    for case in lines_of(pictures / "out" / "cases.jsonl")[::5]:
        name, row_id, cell = case["case_id"].split("/")
        scenario = next(each for each in plan.scenarios if each.id == name)
        row = scenario.dataset.rows([scenario.dataset.position(row_id)])[0]
        cell = next(each for each in scenario.cells if each.name == cell)
        value = perturbed(cell, row, plan.seed).input[0].images[0].open()
        (file,) = case["messages"][0]["images"]
        assert file.startswith("cases.jsonl.pictures/")
        expected = value.pixels if name == "turned" else value.voxels
        np.testing.assert_array_equal(expected, opened(pictures / "out" / file))


def test_the_name_of_a_picture_is_its_digest(command, pictures):
    """Equal pictures are one file, and no part of one is ever left."""
    command("export-cases", "spec.yaml", "-o", "cases.jsonl", "--pictures", "elsewhere/shown")
    cases = lines_of(pictures / "cases.jsonl")
    named = {file for case in cases for message in case["messages"] for file in message["images"]}
    assert {f"elsewhere/shown/{path.name}" for path in (pictures / "elsewhere" / "shown").iterdir()} == named
    assert all(len(file.rpartition("/")[2].partition(".")[0]) == 32 for file in named)
    assert {file.partition(".")[2] for file in named} == {"png", "nii.gz"}


def test_each_picture_has_its_quality(command, pictures):
    """In the order of the pictures; a picture that only its text was perturbed beside is as it was."""
    command("export-cases", "spec.yaml", "-o", "cases.jsonl")
    cases = {case["case_id"]: case["quality"] for case in lines_of(pictures / "cases.jsonl")}
    turned = next(measured for case_id, measured in cases.items() if case_id.endswith("rotate-5"))
    typed = next(measured for case_id, measured in cases.items() if case_id.endswith("keyboard_typo-3"))
    assert [sorted(each) for each in turned] == [["psnr_db", "snr", "ssim"]]
    assert 5 < turned[0]["psnr_db"] < 25
    assert (typed[0]["psnr_db"], typed[0]["ssim"]) == (None, 1.0)


def test_exported_pictures_come_back_as_recorded_outputs(command, pictures):
    """input_sha stands for the pictures too: outputs for the exported cases are taken."""
    command("export-cases", "spec.yaml", "-o", "cases.jsonl")
    answers = [
        {"case_id": case["case_id"], "output": "well", "input_sha": case["input_sha"]}
        for case in lines_of(pictures / "cases.jsonl")
    ]
    (pictures / "outputs.jsonl").write_text("".join(json.dumps(answer) + "\n" for answer in answers))
    options = Options(cache=pictures / "elsewhere")
    plan = load_plan(pictures / "spec.yaml", options)
    model, timeout_s = open_model(plan, str(pictures / "outputs.jsonl"))
    with model:
        result = run_plan(plan, model, options, timeout_s=timeout_s)
    assert {example.got for arm in result.arms for example in arm.examples} <= {"well"}
    assert result.counts.generated - result.counts.missing == len(answers)


def test_pictures_need_a_folder(command, pictures):
    """To stdout they cannot go: one sentence, exit code 4."""
    code, _, err = command("export-cases", "spec.yaml", "-o", "-")
    assert code == 4
    assert "--pictures DIR" in err
    assert command("export-cases", "spec.yaml", "-o", "-", "--pictures", "shown")[0] == 0
