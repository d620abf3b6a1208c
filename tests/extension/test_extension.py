"""A third party's package, built and installed as a user would: its kinds work, and what is broken of it is named."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("hatchling", reason="building the package needs its build backend")

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

SPEC = """
robustspec: 1
about: {title: Tickets}
model: {kind: acme-robustness/parrot, times: TIMES}
data:
  tickets: {kind: jsonl, path: tickets.jsonl, origin: synthetic}
metrics:
  same_length: {kind: acme-robustness/length_match, slack: 1}
statistics: {max_samples: 60}
scenarios:
  loud:
    title: Loud customers
    mechanism: People press the capitals lock.
    data: tickets
    perturbations:
      - {kind: OPERATOR, LEVEL}
    requirements:
      - {metric: same_length, at_least: 0.9}
      - {metric: acme-robustness/length_match, worst_over: cell, at_least: 0.9}
"""

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def install(name: str, target: Path, scratch: Path) -> Path:
    """Build the package ``name`` and install it into ``target``; its sources stay as they are."""
    source = scratch / name
    shutil.copytree(HERE / name, source)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    done = subprocess.run([*command, "--target", target, source], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return target


@pytest.fixture(scope="session")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package installed."""
    folder = tmp_path_factory.mktemp("acme")
    return install("acme_robustness", folder / "site", folder)


@pytest.fixture(scope="session")
def rival(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package that claims the same kind."""
    folder = tmp_path_factory.mktemp("rival")
    return install("rival_robustness", folder / "site", folder)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run Python in a project folder with installed packages on the path."""

    def run(*arguments: str, packages: tuple[Path, ...], cwd: Path = tmp_path) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join(str(package) for package in packages)
        environment = {**os.environ, "PYTHONPATH": path, "COLUMNS": "200", "PYTEST_ADDOPTS": ""}
        command = [sys.executable, "-m", *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, cwd=cwd, env=environment, timeout=300, check=False
        )

    return run


@pytest.fixture
def write_spec(tmp_path: Path) -> Callable[..., None]:
    """Write a specification that uses the third party's kinds, and its data."""

    def write(operator: str = "acme-robustness/shout", level: str = "level: [1, 3]", times: int = 1) -> None:
        text = SPEC.replace("OPERATOR", operator).replace("LEVEL", level).replace("TIMES", str(times))
        (tmp_path / "spec.yaml").write_text(text)
        rows = [{"id": f"t{n}", "input": f"please look into ticket {n}", "label": "a b c d e"} for n in range(60)]
        (tmp_path / "tickets.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    return write


def test_its_kinds_run_like_ours(run: Run, acme: Path, write_spec: Callable[..., None]) -> None:
    """Operator, metric and adapter from outside make a run, with cells, ids and verdicts like any other."""
    write_spec()
    done = run("pytest", "--robustspec=spec.yaml", "-v", "--robustspec-report=report.json", packages=(acme,))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "spec.yaml::loud::mean-same_length::all PASSED" in done.stdout
    for cell in ("acme-robustness-shout-1", "acme-robustness-shout-3"):
        assert f"spec.yaml::loud::mean-acme-robustness-length_match-worst-over-cell::{cell} PASSED" in done.stdout


def test_its_verdicts_can_be_red(run: Run, acme: Path, write_spec: Callable[..., None]) -> None:
    """A parrot that says everything twice fails the same specification: the third party's classes were really used."""
    write_spec(times=2)
    done = run("pytest", "--robustspec=spec.yaml", "-q", packages=(acme,))
    assert done.returncode == 1
    assert "FAIL: same_length" in done.stdout


def test_list_shows_owner_page_and_the_broken_one(run: Run, acme: Path) -> None:
    """`robustspec list` gives the owner, the ladder, and for what does not import the reason."""
    done = run("robustspec.cli", "list", "perturbations", packages=(acme,))
    assert done.returncode == 0
    text = " ".join(done.stdout.split())
    assert "of acme-robustness:" in text
    assert (
        "acme-robustness/shout Writes a share of the words in capitals. level 1 to 3: word_fraction 0.25, 0.5, 1"
        in text
    )
    assert "acme-robustness/whisper BROKEN:" in text
    assert "No module named 'acme_signal_processing'" in text


def test_a_page_of_its_own(run: Run, acme: Path) -> None:
    """The page of a third party's kind shows its docstring and fields."""
    done = run("robustspec.cli", "list", "metrics", "acme-robustness/length_match", packages=(acme,))
    assert done.returncode == 0
    assert "metric of acme-robustness" in done.stdout
    assert "Words that an answer may be longer or shorter." in done.stdout


def test_the_schema_has_its_kinds(run: Run, acme: Path) -> None:
    """`robustspec schema` describes installed kinds, and the built-in schema does not."""
    done = run("robustspec.cli", "schema", packages=(acme,))
    assert done.returncode == 0, done.stderr
    assert "acme-robustness/shout" in done.stdout
    assert "acme-robustness" not in run("robustspec.cli", "schema", "--builtin", packages=(acme,)).stdout


def test_using_the_broken_kind_names_its_owner(run: Run, acme: Path, write_spec: Callable[..., None]) -> None:
    """One sentence with file, line, owner and cause; exit code 4."""
    write_spec("acme-robustness/whisper", "name: quiet")
    done = run("pytest", "--robustspec=spec.yaml", packages=(acme,))
    assert done.returncode == 4
    line = next(line for line in done.stderr.splitlines() if "whisper" in line)
    assert "spec.yaml:16:16" in line
    assert "'acme-robustness/whisper' of acme-robustness does not import" in line
    assert "ModuleNotFoundError: No module named 'acme_signal_processing'" in line


def test_the_broken_kind_harms_nobody_else(run: Run, acme: Path, write_spec: Callable[..., None]) -> None:
    """A specification that does not use it runs, and one of ours never imports the third party's modules."""
    write_spec("keyboard_typo", "level: [1]")
    assert run("robustspec.cli", "check", "spec.yaml", packages=(acme,)).returncode == 0
    code = "import sys\nfrom robustspec import registry\nregistry.lookup('perturbations', 'synonym')\n"
    (Path(acme) / "look.py").write_text(code + "print([name for name in sys.modules if name.startswith('acme')])\n")
    assert run("look", packages=(acme,)).stdout.strip() == "[]"


def test_a_kind_that_is_not_installed_is_unknown(run: Run, write_spec: Callable[..., None]) -> None:
    """Without the package its kinds are unknown, each told at its line."""
    write_spec()
    done = run("robustspec.cli", "check", "spec.yaml", packages=())
    assert done.returncode == 4
    assert "unknown perturbation 'acme-robustness/shout'" in done.stderr
    assert "unknown adapter 'acme-robustness/parrot'" in done.stderr


def test_two_claims_on_a_kind_name_both_owners(
    run: Run, acme: Path, rival: Path, write_spec: Callable[..., None]
) -> None:
    """Which of the two would run must not depend on the order of the path."""
    write_spec()
    for packages in ((acme, rival), (rival, acme)):
        done = run("pytest", "--robustspec=spec.yaml", packages=packages)
        assert done.returncode == 4
        assert "'acme-robustness/shout' is claimed twice" in done.stderr
        assert "of acme-robustness" in done.stderr
        assert "of rival-robustness" in done.stderr
        assert "Traceback" not in done.stdout + done.stderr


def test_our_contract_holds_for_its_operator(run: Run, acme: Path, tmp_path: Path) -> None:
    """The contract tests take kinds from the registry: run with the package installed, they judge its operator."""
    contract = ROOT / "tests" / "contract" / "test_perturbation_contract.py"
    shutil.copy(contract, tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    done = run("pytest", contract.name, "-k", "shout", "-v", "-p", "no:cacheprovider", packages=(acme,))
    assert done.returncode == 0, done.stdout
    assert "test_level_0_is_the_row_itself[acme-robustness/shout] PASSED" in done.stdout
    assert "test_protected_spans_survive[acme-robustness/shout] PASSED" in done.stdout


def test_our_contract_finds_the_broken_kind(run: Run, acme: Path, tmp_path: Path) -> None:
    """The contract is red where a registered kind does not import."""
    shutil.copy(ROOT / "tests" / "contract" / "test_perturbation_contract.py", tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    done = run("pytest", "test_perturbation_contract.py", "-k", "imports_and_says", packages=(acme,))
    assert done.returncode == 1
    assert "acme-robustness/whisper" in done.stdout
