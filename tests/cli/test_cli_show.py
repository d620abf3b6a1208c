"""robustspec show."""

import json
import sys

import pytest

from robustspec.commands.arguments import CACHE
from robustspec.engine.session import Options, load_plan, open_model, run_plan


@pytest.fixture(autouse=True)
def own_model():
    """Each test imports its own cli_model."""
    sys.modules.pop("cli_model", None)
    yield
    sys.modules.pop("cli_model", None)


@pytest.fixture
def stored(folder):
    """The outputs of a run, in the cache of the current folder."""
    options = Options(cache=folder / CACHE)
    plan = load_plan(folder / "spec.yaml", options)
    model, timeout_s = open_model(plan)
    with model:
        run_plan(plan, model, options, timeout_s=timeout_s)
    sys.modules["cli_model"].CALLED.clear()


def first_case(folder, cell):
    """The id of the first case of a cell in evidence order."""
    plan = load_plan(folder / "spec.yaml", Options(cache=folder / CACHE))
    scenario = plan.scenarios[0]
    row = scenario.dataset.rows([int(scenario.rows[0])])[0]
    return f"{scenario.id}/{row.id}/{cell}"


def test_a_stored_case_is_shown_without_a_call(command, folder, stored):
    """Input with marks, outputs, answers, label and scores of a case; the model is not called."""
    code, out, err = command("show", "spec.yaml", first_case(folder, "keyboard_typo-3"))
    assert (code, err) == (0, "")
    assert sys.modules["cli_model"].CALLED == []
    assert "policy    answer\nexpected  well\n" in out
    assert out.count("  output  well\n  answer  answered: well\n") >= 1
    assert "{+" in out
    assert "scores    clean  keyboard_typo-3\n" in out


def test_a_perturbed_case_is_shown_where_the_clean_one_was_never_called(command, folder):
    """A requirement over perturbed cells alone calls no clean case; what it did call is shown and scored all the same."""
    text = (folder / "spec.yaml").read_text().replace("cells: clean", "cells: perturbed, name: again")
    (folder / "spec.yaml").write_text(text.partition("  short:\n")[0])
    options = Options(cache=folder / CACHE)
    plan = load_plan(folder / "spec.yaml", options)
    model, timeout_s = open_model(plan)
    with model:
        run_plan(plan, model, options, timeout_s=timeout_s)
    code, out, err = command("show", "spec.yaml", first_case(folder, "keyboard_typo-3"))
    clean, perturbed = out.split("\nclean\n")[1].split("\nkeyboard_typo-3\n")
    assert (code, err) == (0, "")
    assert "output  not stored" in clean
    assert "  output  " in perturbed
    assert "not stored" not in perturbed
    assert "scores    clean  keyboard_typo-3\n" in perturbed


def test_scores_are_those_of_the_metric(command, folder):
    """A wrong answer on the perturbed side scores 0, a right one on the clean side 1."""
    (folder / "cli_model.py").write_text(
        "import json, pathlib\n"
        "CLEAN = {json.loads(line)['input'] for line in pathlib.Path('notes.jsonl').read_text().splitlines()}\n"
        "def answer(text):\n    return 'well' if text in CLEAN else 'unwell'\n"
    )
    _, out, _ = command("show", "spec.yaml", first_case(folder, "keyboard_typo-3"), "--call")
    assert out.splitlines()[-1].split() == ["accuracy", "1", "0"]


def test_an_output_that_is_not_stored(command, folder):
    """What is known is shown, and how to get the rest is said; exit code 1."""
    code, out, err = command("show", "spec.yaml", first_case(folder, "keyboard_typo-3"))
    assert code == 1
    assert "{+" in out
    assert "  output  not stored\n" in out
    assert "--call" in err
    assert sys.modules["cli_model"].CALLED == []


def test_call_stores_what_it_got(command, folder):
    """--call asks the model once; the next look is answered by the store."""
    case = first_case(folder, "keyboard_typo-3")
    assert command("show", "spec.yaml", case, "--call")[0] == 0
    assert len(sys.modules["cli_model"].CALLED) == 2
    assert command("show", "spec.yaml", case)[0] == 0
    assert len(sys.modules["cli_model"].CALLED) == 2


def test_recorded_outputs_are_shown(command, folder):
    """--model takes a file of recorded outputs."""
    case = first_case(folder, "clean")
    (folder / "out.jsonl").write_text(json.dumps({"case_id": case, "output": "well, I think"}) + "\n")
    code, out, _ = command("show", "spec.yaml", case, "--model", "out.jsonl")
    assert code == 0
    assert "  output  well, I think\n" in out
    assert out.splitlines()[-1].split() == ["accuracy", "0"]


def test_an_unchanged_case_is_said(command, folder):
    """A case that its perturbation left alone is no evidence and is not called."""
    _, out, _ = command("show", "spec.yaml", "short/n2/contraction", "--call")
    assert "unchanged: this case is no evidence" in out
    assert out.splitlines()[-1].split() == ["accuracy", "1", "unchanged"]


@pytest.mark.parametrize(
    ("case", "fault"),
    [
        ("typo/n1/clean", "there is no scenario 'typo' -- did you mean 'typos'?"),
        ("typos/n1/keyboard_typo-2", "there is no cell 'keyboard_typo-2' -- did you mean 'keyboard_typo-3'?"),
        ("typos/n99/clean", "there is no row 'n99' in notes.jsonl"),
        ("typos/n1", "a case is scenario/row/cell, such as typos/"),
        ("typos/n1/clean/3", "draws count from 0 to 0 here, and repeats from 0 to 0"),
    ],
)
def test_an_unknown_case_says_what_is_unknown(command, folder, case, fault):
    """Scenario, row, cell or draw: the part at fault is named."""
    code, _, err = command("show", "spec.yaml", case)
    assert code == 4
    assert fault in err


def test_a_row_id_may_hold_slashes(command, folder):
    """The cell is the last name that is one."""
    rows = [{"id": f"a/{number}/clean", "input": "I am happy", "label": "well"} for number in range(30)]
    (folder / "notes.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    code, out, _ = command("show", "spec.yaml", "short/a/3/clean/contraction", "--call")
    assert code == 0
    assert "row       a/3/clean\n" in out


def test_each_draw_can_be_shown(command, folder):
    """Draw 1 is another perturbation of the row than draw 0."""
    text = (folder / "spec.yaml").read_text()
    (folder / "spec.yaml").write_text(text.replace("level: [3]}", "level: [3], draws: 2}"))
    shown = [command("show", "spec.yaml", f"typos/n1/keyboard_typo-3/{draw}", "--call")[1] for draw in (0, 1)]
    marked = [next(line for line in out.splitlines() if "{+" in line) for out in shown]
    assert marked[0] != marked[1]


def test_an_error_of_the_model_is_shown(command, folder):
    """A call that raises is a missing output with its reason."""
    (folder / "cli_model.py").write_text("def answer(text):\n    raise ValueError('out of order')\n")
    _, out, _ = command("show", "spec.yaml", first_case(folder, "clean"), "--call")
    assert "  output  none: ValueError: out of order" in out
    assert out.splitlines()[-1].split() == ["accuracy", "no", "output"]


def test_without_a_model(command, folder):
    """A specification without a model needs --model."""
    text = (folder / "spec.yaml").read_text()
    (folder / "spec.yaml").write_text(text.replace("model: {kind: callable, target: cli_model:answer}\n", ""))
    code, _, err = command("show", "spec.yaml", "typos/n1/clean")
    assert code == 4
    assert "--model" in err


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    """The current folder, with photos, scans and a specification about them."""
    picture_folder = pytest.importorskip("picture_folder", exc_type=ImportError)
    picture_folder.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_pictures_of_a_case_are_described(command, pictures):
    """The clean one, and what is left of the changed one."""
    _, out, _ = command("show", "spec.yaml", "blurred/v1/smoothing-4")
    clean, changed = out.split("\nclean\n")[1].split("\nsmoothing-4\n")
    assert clean.startswith("  input   user: [image 1: volume 20 x 24 x 20, 3 x 3 x 3 mm, RAS, s1.nii.gz]\n")
    assert changed.startswith("  input   [image 1: volume 20 x 24 x 20, 3 x 3 x 3 mm, RAS, s1.nii.gz] SSIM 0.")


def test_words_beside_an_unchanged_picture(command, pictures):
    """A perturbation of the text leaves the picture: it has no line of its own on that side."""
    _, out, _ = command("show", "spec.yaml", "turned/r1/keyboard_typo-3")
    clean, changed = out.split("\nclean\n")[1].split("\nkeyboard_typo-3\n")
    assert "[image 1: 48 x 64 RGB uint8, p1.png]" in clean
    assert "{+" in changed
    assert "[image 1" not in changed


def test_a_case_whose_picture_cannot_be_used(command, pictures):
    """It is missing, the reason is there, and nothing else is made up."""
    _, out, _ = command("show", "spec.yaml", "turned/r3/rotate-1", "--call")
    clean, changed = out.split("\nclean\n")[1].split("\nrotate-1\n")
    assert "cell      rotate-1: rotate, degrees 5\n" in out
    assert "[image 1: p3.png, cannot be used: " in clean
    assert changed.startswith("  input   none, the case is missing: ")
    assert out.splitlines()[-1].split() == ["accuracy", "no", "output", "no", "output"]


def test_patient_data_go_to_no_endpoint_that_is_not_listed(command, folder):
    """--call keeps to privacy.may_send_to as a run does: nothing is sent, and the way out is told."""
    text = (folder / "spec.yaml").read_text() + "privacy: {contains: patient_data}\n"
    (folder / "spec.yaml").write_text(
        text.replace(
            "{kind: callable, target: cli_model:answer}",
            "{kind: openai, base_url: 'http://127.0.0.1:9/v1', model: m, api_key_env: null}",
        )
    )
    code, _, err = command("show", "spec.yaml", first_case(folder, "keyboard_typo-3"), "--call")
    assert code != 0
    assert "is not in privacy.may_send_to" in err
