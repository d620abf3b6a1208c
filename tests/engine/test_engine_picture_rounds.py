"""Runs with pictures that go through files: shown, recorded, and exported to be answered elsewhere and judged here."""

from __future__ import annotations

import json

import cv2
import pytest
from picture_specs import TALKS, Asked, Shapes, brighter, image, naive, nearest, spec, write_shapes, write_talks
from spec_factory import judged

from robustspec.adapters.callable import wrap
from robustspec.adapters.recorded import RecordedAdapter
from robustspec.cli import main
from robustspec.data.picture import Image
from robustspec.engine.session import run_plan

TEXT = spec("method: fixed, population: dataset, max_error_rate: 0.2")
LOOKER = """
from picture_specs import naive

def look(image):
    return naive(image)
"""
TORN = "003"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Thirty images, one of them cut short, a specification and its model, in the current folder."""
    write_shapes(tmp_path, 30)
    (torn,) = tmp_path.glob(f"shapes/*/{TORN}.png")
    torn.write_bytes(torn.read_bytes()[:90])
    (tmp_path / "looker_of_rounds.py").write_text(LOOKER)
    model = "model: {kind: callable, target: looker_of_rounds:look, form: picture}\ndata:\n"
    (tmp_path / "spec.yaml").write_text(TEXT.replace("data:\n", model, 1))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def command(capsys):
    """Run a command in this process: gives its exit code, stdout and stderr."""

    def run(*arguments):
        code = main([*arguments, "--cache", "cache"])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def verdicts(folder, model):
    """What a run on the folder's specification makes of a model."""
    bench = Shapes(folder)
    plan = bench.plan((folder / "spec.yaml").read_text())
    return judged(run_plan(plan, model, bench.options(fresh=True)))


def recorded(folder, name):
    with RecordedAdapter(path=name).open(folder) as model:
        return verdicts(folder, model)


def test_a_recording_is_judged_like_the_model(folder, command):
    """The same verdicts and numbers from the file, the torn picture missing in both."""
    code, _, err = command("record", "spec.yaml", "-o", "out.jsonl")
    assert code == 0, err
    lines = [json.loads(line) for line in (folder / "out.jsonl").read_text().splitlines()]
    assert len(lines) == 29 * 5
    assert not [line for line in lines if TORN in line["case_id"]]
    live = verdicts(folder, wrap(naive, form="picture"))
    assert recorded(folder, "out.jsonl") == live
    assert {arm["missing"] for arm in live.values()} == {1}


def test_a_recording_does_not_fit_other_pictures(folder, command):
    """An image painted over after the recording: its outputs are of another input, and missing."""
    command("record", "spec.yaml", "-o", "out.jsonl")
    cv2.imwrite(str(folder / "shapes" / "bar" / "000.png"), 255 - image("bar", 0))
    assert {arm["missing"] for arm in recorded(folder, "out.jsonl").values()} == {2}


def test_exported_pictures_answered_elsewhere(folder, command):
    """Somebody reads the PNG files, answers each line, and the verdicts are those of the same model called here."""
    code, _, err = command("export-cases", "spec.yaml", "-o", "cases.jsonl")
    assert code == 0, err
    with (folder / "out.jsonl").open("w") as out:
        for line in (folder / "cases.jsonl").read_text().splitlines():
            case = json.loads(line)
            (file,) = case["messages"][-1]["images"]
            pixels = cv2.imread(str(folder / file), cv2.IMREAD_UNCHANGED)
            answer = {"case_id": case["case_id"], "output": naive(Image(pixels)), "input_sha": case["input_sha"]}
            out.write(json.dumps(answer) + "\n")
    assert recorded(folder, "out.jsonl") == verdicts(folder, wrap(naive, form="picture"))


def test_a_recorded_conversation_is_judged_whole(tmp_path, monkeypatch, command):
    """Recorded turn by turn, judged by the last output of each case: the same verdicts as live."""
    monkeypatch.chdir(tmp_path)
    bench = Shapes(tmp_path)
    write_talks(bench)
    model = "model: {kind: callable, target: picture_specs:brighter, form: conversation}\ndata: "
    text = TALKS.replace("data: ", model, 1).replace("PERTURBATION", "{kind: gaussian_noise, level: [5], on: image.2}")
    (tmp_path / "spec.yaml").write_text(text)
    assert command("record", "spec.yaml", "-o", "out.jsonl")[0] == 0
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert {line["output"] for line in lines} == {"first", "second"}
    assert recorded(tmp_path, "out.jsonl") == verdicts(tmp_path, wrap(brighter, form="conversation"))


def test_a_case_is_shown_with_its_picture(folder, command):
    """What a run has stored is found again by what the picture shows; nothing is called."""
    bench, model = Shapes(folder), Asked(nearest)
    live = wrap(model, form="picture", fingerprint="rounds")
    run_plan(bench.plan((folder / "spec.yaml").read_text()), live, bench.options())
    asked = len(model.digests)
    chosen = "{kind: callable, target: 'looker_of_rounds:look', form: picture, fingerprint: rounds}"
    code, out, err = command("show", "spec.yaml", "looks/bar/000.png/gaussian_noise-5", "--model", chosen)
    assert code == 0, err
    assert "expected  bar" in out
    assert out.count("answered: bar") == 2
    assert "000.png" in out
    assert "24 x 24 grey uint8" in out
    assert len(model.digests) == asked


def test_a_missing_case_is_shown_with_its_reason(folder, command):
    """Which file, and what is wrong with it."""
    _, out, _ = command("show", "spec.yaml", f"looks/bar/{TORN}.png/rotate-1", "--call")
    assert f"{TORN}.png: cannot be read as" in out
