"""Python of the pages: examples run, files compile, the package of CONTRIBUTING works."""

from __future__ import annotations

import doctest
import tomllib
from pathlib import Path

import pytest
from docs_pages import PAGES, ROOT, Block, all_blocks, blocks, name_of

PYTHON = all_blocks("python")
EXAMPLE_PAGES = sorted({block.page for block in PYTHON if ">>>" in block.text and not block.file_name})


@pytest.mark.parametrize("page", EXAMPLE_PAGES, ids=name_of)
def test_examples_of_a_page_run(page: Path) -> None:
    """The examples of a page, taken together, print what the page shows."""
    text = "".join(block.text for block in blocks(page) if block.info == "python" and not block.file_name)
    test = doctest.DocTestParser().get_doctest(text, {}, name_of(page), name_of(page), 0)
    report: list[str] = []
    failed = doctest.DocTestRunner(verbose=False).run(test, out=report.append).failed
    assert failed == 0, "".join(report)


@pytest.mark.parametrize("block", PYTHON, ids=lambda block: block.place)
def test_every_python_block_is_an_example_or_a_file(block: Block) -> None:
    """A block is either run as an example, or is a whole file that compiles and says its name."""
    if block.file_name:
        compile(block.text, block.place, "exec")
    else:
        assert ">>>" in block.text


def test_the_python_door_of_the_readme_collects(reader: Path, run) -> None:
    """The test file of the README has a case for each arm of the shipped specification."""
    block = next(block for block in blocks(ROOT / "README.md") if block.file_name == "test_pharmacy.py")
    (reader / "test_pharmacy.py").write_text(block.text)
    result = run("pytest test_pharmacy.py --collect-only -q")
    assert result.returncode == 0
    assert "test_pharmacy[prescription-authority.mean-forbidden_answer-all.all]" in result.stdout


@pytest.fixture
def package(reader: Path) -> Path:
    """The package of CONTRIBUTING as an installer would leave it: its files, and its entry points."""
    files = {block.file_name: block.text for block in blocks(ROOT / "CONTRIBUTING.md") if block.file_name}
    for name, text in files.items():
        assert name is not None
        (reader / name).parent.mkdir(exist_ok=True)
        (reader / name).write_text(text, encoding="utf-8")
    (reader / "acme_robustness" / "__init__.py").touch()
    project = tomllib.loads(files["pyproject.toml"])["project"]
    installed = reader / "acme_robustness-0.1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: 0.1.0\n")
    lines = []
    for group, points in project["entry-points"].items():
        lines += [f"[{group}]", *(f"{name} = {target}" for name, target in points.items())]
    (installed / "entry_points.txt").write_text("\n".join(lines) + "\n")
    return reader


def test_the_package_of_contributing_works(package: Path, run) -> None:
    """A specification that uses a kind of each set passes, and fails on a model that it must reject."""
    words = ["billing", "delivery"]
    rows = [f"{words[n % 2]}\tPlease look into the {words[n % 2]} of order {n}, it is late\n" for n in range(60)]
    (package / "tickets.txt").write_text("".join(rows), encoding="utf-8")
    here = {"PYTHONPATH": str(package)}
    good = run("robustspec run tickets.robust.yaml", **here)
    assert good.returncode == 0, good.stdout
    assert "PASS 2" in good.stdout
    bad = run("robustspec run tickets.robust.yaml --model '{kind: acme-robustness/keyword, keywords: [order]}'", **here)
    assert bad.returncode == 1
    assert "FAIL 2" in bad.stdout


def test_the_package_of_contributing_is_listed(package: Path, run) -> None:
    """Every set shows the package's kind, none of them broken."""
    listed = run("robustspec list", PYTHONPATH=str(package)).stdout
    assert listed.count("of acme-robustness:") == 8
    assert "BROKEN" not in listed


@pytest.mark.parametrize("file", ["perturbations.py", "pictures.py"])
def test_the_operators_of_contributing_do_what_their_pages_say(package: Path, run, file: str) -> None:
    """Their examples run."""
    result = run(f"python -m doctest acme_robustness/{file}", PYTHONPATH=str(package))
    assert (result.returncode, result.stdout) == (0, "")


def test_pages_with_python_are_found() -> None:
    """The rules above have something to hold."""
    assert {"README.md", "CONTRIBUTING.md"} <= {name_of(block.page) for block in PYTHON}
    assert EXAMPLE_PAGES
    assert PAGES
