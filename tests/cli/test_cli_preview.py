"""robustspec preview."""

import importlib
import json
import re
import sys

import pytest

from robustspec.commands.arguments import CACHE
from robustspec.engine.session import Options, load_plan, open_model, run_plan


def put_in(line):
    """The perturbed text of a line with marks."""
    text = re.sub(r"\[-[^]]*-\]", "", line)
    return re.sub(r"\{\+([^}]*)\+\}", r"\1", text).strip()


def taken_out(line):
    """The clean text of a line with marks."""
    return re.sub(r"\[-([^]]*)-\]", r"\1", re.sub(r"\{\+[^}]*\+\}", "", line)).strip()


@pytest.fixture
def called(folder):
    """What the model is called with in a real run."""
    sys.modules.pop("cli_model", None)
    options = Options(cache=folder / "elsewhere")
    plan = load_plan(folder / "spec.yaml", options)
    model, timeout_s = open_model(plan)
    with model:
        run_plan(plan, model, options, timeout_s=timeout_s)
    yield importlib.sys.modules["cli_model"].CALLED
    sys.modules.pop("cli_model", None)


def test_what_is_shown_is_what_the_model_gets(command, folder, called):
    """The marked lines, read as perturbed, are inputs of a real run; read as clean, they are the row above."""
    code, out, _ = command(
        "preview", "spec.yaml", "--scenario", "typos", "--perturbation", "keyboard_typo", "--rows", "4"
    )
    lines = out.splitlines()
    marked = [number for number, line in enumerate(lines) if "{+" in line]
    assert code == 0
    assert len(marked) == 4
    assert all(put_in(lines[number]) in called for number in marked)
    assert [taken_out(lines[number]) for number in marked] == [lines[number - 2].strip() for number in marked]


def test_unchanged_rows_are_said(command, folder):
    """Rows without a contraction are unchanged, and counted at the end."""
    _, out, _ = command("preview", "spec.yaml", "--scenario", "short", "--rows", "40")
    assert out.count("    contraction (contraction): unchanged") == 20
    assert "of 40 rows:\n    contraction: 20 changed" in out
    assert "20 unchanged\n" in out


def test_the_magnitude_is_in_the_operators_unit(command, folder):
    """The realised share of letters stands beside the nominal one."""
    _, out, _ = command("preview", "spec.yaml", "--perturbation", "keyboard_typo-3", "--rows", "1")
    assert re.search(r"keyboard_typo-3 \(keyboard_typo, letter_fraction 0\.05, magnitude 0\.0\d+\):", out)


def test_an_unknown_perturbation_is_a_usage_error(command, folder):
    """The nearest name is suggested."""
    code, _, err = command("preview", "spec.yaml", "--perturbation", "keybord_typo")
    assert code == 4
    assert "did you mean 'keyboard_typo'?" in err


def test_an_unknown_scenario_is_a_usage_error(command, folder):
    """The nearest name is suggested."""
    code, _, err = command("preview", "spec.yaml", "--scenario", "typo")
    assert code == 4
    assert "there is no scenario 'typo' -- did you mean 'typos'?" in err


def test_no_model_is_needed(command, folder):
    """A model that cannot be imported does not matter."""
    (folder / "cli_model.py").write_text("raise ImportError")
    assert command("preview", "spec.yaml")[0] == 0


def test_escapes_in_rows_are_shown(command, folder):
    """Data cannot steer the terminal."""
    row = {"id": "n0", "input": "I am \x1b[31mred and happy today", "label": "well"}
    (folder / "notes.jsonl").write_text(json.dumps(row) + "\n" + json.dumps({**row, "id": "n1", "input": "I am fine"}))
    _, out, _ = command("preview", "spec.yaml", "--scenario", "short")
    assert "\x1b" not in out
    assert "\\x1b[31m" in out


def test_rows_of_patients_are_announced(command, folder):
    """Whoever records a terminal is told what is printed."""
    text = (folder / "spec.yaml").read_text()
    (folder / "spec.yaml").write_text(text + "privacy: {contains: patient_data}\n")
    assert "patient data" in command("preview", "spec.yaml")[2]


def test_the_index_is_cached_in_the_nearest_cache(command, folder):
    """A cache in a folder above is used, as pytest's root has one."""
    (folder / CACHE).mkdir()
    (folder / "below").mkdir()
    code, _, _ = command("preview", "spec.yaml")
    assert code == 0
    assert list((folder / CACHE / "index").glob("*.npz"))
