"""robustspec calibrate."""

import json

import pytest

from robustspec.commands import samples
from robustspec.registry import lookup

picture_folder = pytest.importorskip("picture_folder", exc_type=ImportError)


def test_every_level_of_the_ladder_is_measured(command, folder):
    """Levels that the specification does not use stand beside the one that it does, which is marked."""
    code, out, _ = command("calibrate", "spec.yaml", "--scenario", "typos", "--rows", "20")
    lines = [line.split() for line in out.splitlines()]
    assert code == 0
    assert [line[:2] for line in lines if line[:1] and line[0].rstrip("*").isdigit()][:5] == [
        ["1", "0.01"],
        ["2", "0.03"],
        ["3*", "0.05"],
        ["4", "0.1"],
        ["5", "0.2"],
    ]
    assert out.splitlines()[-1] == "1 ladder, all monotone; * marks levels that the specification uses"


def test_what_has_no_levels_is_left_out(command, folder):
    """An operator without a ladder is named, and where nothing is left there is nothing to trust: exit code 1."""
    code, out, _ = command("calibrate", "spec.yaml", "--scenario", "short")
    assert code == 1
    assert "left out: short: contraction has no levels\nno ladder was measured\n" in out


def test_a_ladder_that_falls_back_is_red(command, folder, monkeypatch):
    """Exit code 1, and the sentence says between which levels and on how many rows."""
    cls = lookup("perturbations", "keyboard_typo")
    rates = {1: 0.2, 2: 0.1, 3: 0.05, 4: 0.03, 5: 0.01}
    monkeypatch.setattr(cls, "amount", lambda self, level: rates.get(level, 0.0))
    code, out, _ = command("calibrate", "spec.yaml", "--scenario", "typos", "--rows", "20")
    assert code == 1
    assert "NOT MONOTONE: from level 1 to 2 the magnitude falls on 20 of 20 rows" in out
    assert out.splitlines()[-1].startswith("1 ladder; not monotone: typos: keyboard_typo")


def test_one_perturbation_can_be_chosen(command, folder):
    """An unknown one is a usage error with the nearest name."""
    assert command("calibrate", "spec.yaml", "--perturbation", "keyboard_typo")[0] == 0
    code, _, err = command("calibrate", "spec.yaml", "--perturbation", "keybord_typo")
    assert code == 4
    assert "did you mean 'keyboard_typo'?" in err


def test_the_measures_are_written_as_json(command, folder):
    """Each level with its measures, whether it is used, and whether the ladder is monotone."""
    command("calibrate", "spec.yaml", "--rows", "10", "--json", "out/levels.json")
    (ladder,) = json.loads((folder / "out" / "levels.json").read_text())["ladders"]
    assert (ladder["kind"], ladder["parameter"], ladder["monotone"]) == ("keyboard_typo", "letter_fraction", True)
    assert [level["level"] for level in ladder["levels"] if level["used"]] == [3]
    assert ladder["levels"][4]["edit_share"] > ladder["levels"][0]["edit_share"] > 0


def test_an_explicit_amount_is_measured_too(command, folder):
    """It stands under the levels, as set."""
    text = (folder / "spec.yaml").read_text()
    (folder / "spec.yaml").write_text(text.replace("level: [3]}", "letter_fraction: 0.5}"))
    _, out, _ = command("calibrate", "spec.yaml", "--scenario", "typos", "--rows", "5")
    assert any(line.split()[:2] == ["set*", "0.5"] for line in out.splitlines())


def test_pictures_have_ssim_psnr_and_snr(command, tmp_path, monkeypatch):
    """A torn picture is told and left out; the others are measured."""
    picture_folder.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    code, out, _ = command("calibrate", "spec.yaml", "--perturbation", "rotate", "--rows", "12")
    assert code == 0
    assert out.splitlines()[1].split() == [
        *("level", "degrees", "unchanged", "magnitude", "10", "to", "90", "of", "100"),
        *("SSIM", "PSNR", "dB", "SNR"),
    ]
    assert "0 of 11" in out
    assert "1 row left out: r3: " in out


def test_the_shipped_operators_on_texts_are_monotone(command, folder):
    """Every ladder of the shipped operators rises on the samples; those that need arguments are named."""
    code, out, _ = command("calibrate", "--builtin", "text", "--rows", "30")
    assert code == 0
    assert "text: keyboard_typo\n" in out
    assert "left out: variants needs to be told path" in out
    assert ", all monotone" in out.splitlines()[-1]


@pytest.mark.parametrize(("modality", "kind"), [("image", "gaussian_noise"), ("volume", "rician_noise")])
def test_a_shipped_operator_on_pictures_is_monotone(command, folder, monkeypatch, modality, kind):
    """The samples are made by code: no data are needed."""
    monkeypatch.setattr(samples, "SPACING_MM", 6.0)
    monkeypatch.setattr(samples, "SIDE_PX", 64)
    code, out, _ = command("calibrate", "--builtin", modality, "--perturbation", kind, "--rows", "2")
    assert code == 0
    assert f"{modality}: {kind}\n" in out


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ([], "there is nothing to measure -- name a specification, or --builtin"),
        (["spec.yaml", "--builtin", "text"], "leave out SPEC"),
        (["--builtin", "text", "--perturbation", "rotate"], "there is no perturbation 'rotate'"),
        (["nowhere.yaml"], "nowhere.yaml"),
    ],
)
def test_wrong_usage(command, folder, arguments, fault):
    """One sentence, exit code 4."""
    code, _, err = command("calibrate", *arguments)
    assert code == 4
    assert fault in err


def test_each_setting_of_an_operator_is_tried():
    """A field with a few values to choose from makes one setting for each value that is not its default."""
    found, _ = samples.settings("text")
    assert {"contraction", "contraction (direction: expand)"} <= {setting.name for setting in found}
