"""robustspec init, from a checkout and from an installed wheel."""

import os
import subprocess
import sys
import zipfile

import pytest

from robustspec.commands.init import files_named_in


def test_minimal_is_sound(command, tmp_path, monkeypatch):
    """What is copied checks without a fault, and the next command to type is told."""
    code, out, _ = command("init", tmp_path / "first")
    assert code == 0
    assert f"next: robustspec run {tmp_path / 'first' / 'reviews.robust.yaml'}\n" in out
    monkeypatch.chdir(tmp_path / "first")
    assert command("check", "reviews.robust.yaml")[0] == 0
    sys.modules.pop("reviews_model", None)


def test_minimal_runs_green(tmp_path):
    """The command that is told next really passes."""
    environment = {**os.environ, "PYTEST_ADDOPTS": "", "COLUMNS": "100"}
    robustspec = [sys.executable, "-m", "robustspec.cli"]
    options = {"cwd": tmp_path, "env": environment, "capture_output": True, "text": True, "timeout": 120}
    subprocess.run([*robustspec, "init", "first"], check=True, **options)
    done = subprocess.run([*robustspec, "run", "first/reviews.robust.yaml", "-p", "no:cacheprovider"], **options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout
    assert "warning" not in done.stdout


def test_minimal_has_a_requirement_that_can_fail(command, tmp_path, monkeypatch):
    """Level 5, as the comment proposes, is red: the model is a real one."""
    from robustspec.engine.session import Options, load_plan, open_model, run_plan

    command("init", tmp_path)
    spec = tmp_path / "reviews.robust.yaml"
    spec.write_text(spec.read_text().replace("level: [2]", "level: [5]"))
    sys.modules.pop("reviews_model", None)
    options = Options(cache=tmp_path / "cache")
    plan = load_plan(spec, options)
    model, timeout_s = open_model(plan)
    with model:
        result = run_plan(plan, model, options, timeout_s=timeout_s)
    sys.modules.pop("reviews_model", None)
    assert result.arms[0].verdict == "PASS"
    assert result.arms[1].verdict != "PASS"


def test_pharmacy_brings_its_data(command, tmp_path):
    """Every file that the specification names comes along, under the same relative name."""
    code, out, _ = command("init", tmp_path, "--example", "pharmacy")
    assert code == 0
    assert f"next: robustspec run {tmp_path / 'pharmacy.yaml'}\n" in out
    assert command("check", tmp_path / "pharmacy.yaml", "--cache", tmp_path / "cache")[0] == 0


def test_nothing_is_overwritten(command, tmp_path):
    """A file that is there stops the whole copy, with a remedy; --force overwrites."""
    (tmp_path / "reviews.csv").write_text("mine")
    code, _, err = command("init", tmp_path)
    assert code == 4
    assert f"{tmp_path / 'reviews.csv'} is there already -- name another folder, or give --force" in err
    assert (tmp_path / "reviews.csv").read_text() == "mine"
    assert not (tmp_path / "reviews.robust.yaml").exists()
    assert command("init", tmp_path, "--force")[0] == 0
    assert (tmp_path / "reviews.csv").read_text() != "mine"


def test_an_unknown_example(command, tmp_path):
    """The nearest name is suggested."""
    code, _, err = command("init", tmp_path, "--example", "farmacy")
    assert code == 4
    assert "there is no example 'farmacy' -- did you mean 'pharmacy'?" in err


def test_a_file_in_the_way_of_the_folder(command, tmp_path):
    """A folder that cannot be made is one sentence."""
    (tmp_path / "first").write_text("a file")
    code, _, err = command("init", tmp_path / "first")
    assert code == 4
    assert len(err.splitlines()) == 1


def test_files_that_a_specification_names(tmp_path):
    """Names of files are found wherever they stand; other words and files elsewhere are not taken."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_text("x")
    (tmp_path / "b.csv").write_text("x")
    (tmp_path / "spec.yaml").write_text("data: {x: {path: data/a.csv, t: [b.csv, c.csv, /etc/hosts, data]}}\n")
    assert files_named_in(tmp_path / "spec.yaml") == ["data/a.csv", "b.csv"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder into which the built wheel is installed, without dependencies and without a network."""
    pytest.importorskip("hatchling")
    from pathlib import Path

    root = Path(__file__).resolve().parents[2]
    folder = tmp_path_factory.mktemp("wheel")
    build = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", build, str(folder)], cwd=root, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("robustspec-*.whl")
    with zipfile.ZipFile(wheel) as packed:  # a pure wheel is installed by unpacking it
        packed.extractall(folder / "site")
    return folder / "site"


@pytest.mark.parametrize(("example", "spec"), [("minimal", "reviews.robust.yaml"), ("pharmacy", "pharmacy.yaml")])
def test_from_an_installed_wheel(installed, tmp_path, example, spec):
    """A wheel brings its examples: they are copied and are sound where there is no checkout."""
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    options = {"cwd": tmp_path, "env": environment, "capture_output": True, "text": True, "timeout": 120}
    where = subprocess.run([sys.executable, "-c", "import robustspec; print(robustspec.__file__)"], **options)
    assert where.stdout.startswith(str(installed))
    robustspec = [sys.executable, "-m", "robustspec.cli"]
    copied = subprocess.run([*robustspec, "init", "--example", example], **options)
    assert copied.returncode == 0, copied.stderr
    checked = subprocess.run([*robustspec, "check", spec], **options)
    assert (checked.returncode, checked.stderr) == (0, "")
