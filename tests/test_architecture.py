"""Who may import whom, held by reading the imports; and what a process must not have loaded, held by looking."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

ORDER = (
    "errors",
    "described",
    "data",
    "statistics",
    "perturbation",
    "answers",
    "users",
    "metrics",
    "aggregates",
    "adapters",
    "registry",
    "language",
    "engine",
    "reports",
    "commands",
    "cli",
)
"""The packages of robustspec from left to right: each imports what stands left of it, and nothing right of it."""

FRONT_DOORS = {("robustspec/perturbation/__init__.py", "robustspec.language.build")}
"""The package that can be called as the front door's function of the same name; it imports only when called."""

APART = ("reference", "starter")
"""Models that a newcomer's first run calls: they import nothing of robustspec, and nothing but an adapter calls them."""

ML_FRAMEWORKS = {
    "albumentations",
    "cv2",
    "jax",
    "keras",
    "nibabel",
    "nlpaug",
    "nltk",
    "open_clip",
    "PIL",
    "pandas",
    "ray",
    "sentence_transformers",
    "skimage",
    "sklearn",
    "tensorflow",
    "torch",
    "torchaudio",
    "torchio",
    "torchvision",
    "transformers",
}

MAY_USE_ML = ("robustspec/adapters/", "robustspec/reference/", "perturbations/")
READERS = {"PIL", "cv2", "nibabel", "pydicom"}
"""Readers of picture files, which data sources may use as well."""
TRAININGS = ("robustspec/reference/mri/train.py", "robustspec/reference/clip/train_order.py")
"""Run by hand, by nobody imported: they make weights of reference models from our phantoms, operators and heads."""


@dataclass(frozen=True)
class Import:
    """One imported module: where, whether inside a function, and whether it only serves the type checker."""

    path: str
    line: int
    module: str
    in_function: bool
    for_types: bool

    def __str__(self) -> str:
        return f"{self.path}:{self.line} imports {self.module}"


def imports_of(source: str, path: str) -> Iterator[Import]:
    """Every import of a source, relative ones made absolute."""
    package = path.removesuffix(".py").split("/")[:-1]

    def visit(node: ast.AST, in_function: bool, for_types: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            for module in modules(child):
                yield Import(path, child.lineno, module, in_function, for_types)  # type: ignore[attr-defined]  # a statement
            inner = in_function or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            typing_only = isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING")
            yield from visit(child, inner, for_types or typing_only)

    def modules(node: ast.AST) -> list[str]:
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            return [text for argument in node.args[:1] if (text := leading_text(argument))]
        if isinstance(node, ast.Import):
            return [alias.name for alias in node.names]
        if not isinstance(node, ast.ImportFrom):
            return []
        if node.level == 0:
            # `from robustspec import registry` is an import of robustspec.registry.
            return [f"robustspec.{a.name}" for a in node.names] if node.module == "robustspec" else [node.module or ""]
        stem = ".".join(package[: len(package) - node.level + 1])
        return [f"{stem}.{node.module}" if node.module else f"{stem}.{alias.name}" for alias in node.names]

    yield from visit(ast.parse(source), in_function=False, for_types=False)


def leading_text(node: ast.AST) -> str:
    """What a string, or an f-string, starts with."""
    first = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else node
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def all_imports(*packages: str) -> list[Import]:
    files = [path for package in packages for path in sorted((ROOT / package).rglob("*.py"))]
    assert files, f"no sources under {packages}"
    named = [(path, path.relative_to(ROOT).as_posix()) for path in files]
    return [found for path, name in named for found in imports_of(path.read_text(encoding="utf-8"), name)]


def part_of(name: str) -> str:
    """The package of robustspec that a module or a path belongs to; '' for the front door."""
    parts = name.removesuffix(".py").replace("/", ".").split(".")
    return parts[1] if len(parts) > 1 and parts[1] != "__init__" else ""


def too_far_right(found: Import) -> bool:
    """Whether a module of robustspec imports something that stands right of it."""
    if found.path in TRAININGS:
        return False
    here, there = part_of(found.path), part_of(found.module)
    if found.module.split(".")[0] != "robustspec" or there not in (*ORDER, *APART):
        return False
    if here in (there, ""):
        return False
    if (found.path, found.module) in FRONT_DOORS and found.in_function:
        return False
    if here in APART or there in APART:
        return True
    return ORDER.index(there) > ORDER.index(here)


def test_every_part_of_robustspec_has_its_place() -> None:
    """A package or module that the order does not name could import anything."""
    parts = {part_of(found.path) for found in all_imports("robustspec")} - {""}
    assert parts <= {*ORDER, *APART}


def test_nothing_further_left_imports_anything_further_right() -> None:
    """errors <- data, statistics <- ... <- registry <- language <- engine <- reports <- commands, cli."""
    assert [str(found) for found in all_imports("robustspec") if too_far_right(found)] == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("robustspec/data/row.py", "from robustspec.engine.plan import Plan"),
        ("robustspec/data/row.py", "def late():\n    from ..language import spec"),
        ("robustspec/engine/plan.py", "import robustspec.reports.html"),
        ("robustspec/metrics/base.py", "from robustspec import registry"),
        ("robustspec/reference/model.py", "from robustspec.errors import DataError"),
        ("robustspec/data/row.py", "importlib.import_module('robustspec.cli')"),
    ],
)
def test_a_wrong_import_is_found(path: str, source: str) -> None:
    """The rule sees absolute, relative and late imports, and `from robustspec import part`."""
    assert [too_far_right(found) for found in imports_of(source, path)] == [True]


def test_nobody_imports_the_training() -> None:
    """What trains a reference model may import what it likes because no run does."""
    modules = [path.removesuffix(".py").replace("/", ".") for path in TRAININGS]
    assert [str(found) for found in all_imports("robustspec", "pytest_robustspec") if found.module in modules] == []


def test_the_front_door_imports_only_when_asked() -> None:
    """`robustspec/__init__.py` imports its parts for the type checker alone."""
    front = [found for found in all_imports("robustspec") if found.path == "robustspec/__init__.py"]
    eager = [found for found in front if found.module.startswith("robustspec.") and not found.for_types]
    assert [str(found) for found in eager if not found.in_function] == []


def test_operators_import_robustspec_and_themselves() -> None:
    """`perturbations` names itself only by relative imports, for it is loaded under an alias."""
    absolute = [found for found in all_imports("perturbations") if found.module.split(".")[0] == "perturbations"]
    source = {str(found) for found in absolute if not relative_at(found)}
    assert source == set()
    parts = {part_of(found.module) for found in all_imports("perturbations") if found.module.startswith("robustspec")}
    assert parts <= {"errors", "described", "data", "perturbation", "registry"}


def relative_at(found: Import) -> bool:
    line = (ROOT / found.path).read_text(encoding="utf-8").splitlines()[found.line - 1]
    return line.lstrip().startswith("from .")


def test_the_plugin_imports_robustspec_and_pytest() -> None:
    """`pytest_robustspec` needs robustspec, pytest and, inside functions, xdist; nothing else that is installed."""
    foreign = {
        str(found)
        for found in all_imports("pytest_robustspec")
        if (top := found.module.split(".")[0]) not in (*sys.stdlib_module_names, "robustspec", "pytest_robustspec")
        and not (top == "pytest" or (top == "xdist" and found.in_function))
    }
    assert foreign == set()


def test_the_plugin_leaves_private_pytest_alone() -> None:
    """No module of `_pytest`: it changes with every release."""
    assert [str(f) for f in all_imports("pytest_robustspec", "robustspec") if f.module.startswith("_pytest")] == []


def test_robustspec_knows_no_pytest() -> None:
    """Only the command `run` starts it, and only then imports it."""
    found = [each for each in all_imports("robustspec", "perturbations") if each.module.split(".")[0] == "pytest"]
    assert [str(each) for each in found if each.path != "robustspec/commands/run.py" or not each.in_function] == []


def test_ml_frameworks_are_imported_late_and_in_few_places() -> None:
    """Only adapters, reference models and operators use one, and only inside functions."""
    found = [
        each
        for each in all_imports("robustspec", "perturbations", "pytest_robustspec")
        if each.module.split(".")[0] in ML_FRAMEWORKS
    ]
    assert [str(each) for each in found if not (each.in_function or each.for_types)] == []
    data = [each for each in found if each.module.split(".")[0] in READERS and each.path.startswith("robustspec/data/")]
    assert [str(each) for each in found if not each.path.startswith(MAY_USE_ML) and each not in data] == []
    assert found, "the rule would also hold if the reader of imports saw nothing"


def test_what_a_module_exports_is_sorted() -> None:
    """`__all__` is in the order in which a reader looks a name up."""
    files = [path for package in ("robustspec", "pytest_robustspec") for path in (ROOT / package).rglob("*.py")]
    lists = [names for path in files for names in exported(path)]
    assert [names for names in lists if names != sorted(names)] == []
    assert lists


def exported(path: Path) -> Iterator[list[str]]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets):
            yield ast.literal_eval(node.value)


# What a process has loaded.


def loaded(code: str, folder: Path) -> set[str]:
    """The top-level packages that a fresh Python has loaded after ``code``, which runs in ``folder``."""
    tell = "\nimport sys, json\nprint('LOADED', json.dumps(sorted({name.split('.')[0] for name in sys.modules})))\n"
    done = subprocess.run([sys.executable, "-c", code + tell], capture_output=True, text=True, cwd=folder, timeout=120)
    line = next((line for line in done.stdout.splitlines() if line.startswith("LOADED ")), None)
    assert line is not None, done.stdout + done.stderr
    return set(json.loads(line.removeprefix("LOADED ")))


SPEC = """
robustspec: 1
about: {title: Tickets}
model: {kind: callable, target: heavy_model:answer}
data:
  tickets: {kind: jsonl, path: tickets.jsonl, origin: synthetic}
scenarios:
  typos:
    title: Typos
    mechanism: People mistype.
    data: tickets
    perturbations:
      - {kind: keyboard_typo, level: [1, 2]}
      - {kind: letter_case, style: upper}
    requirements:
      - {metric: accuracy, at_least: 0.8}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A specification, its data, and a model that imports a framework."""
    (tmp_path / "spec.yaml").write_text(SPEC)
    (tmp_path / "heavy_model.py").write_text("import fake_torch\n\ndef answer(text):\n    return 'yes'\n")
    (tmp_path / "fake_torch.py").write_text("")
    rows = [{"id": f"t{n}", "input": f"please look into ticket number {n}", "label": "yes"} for n in range(60)]
    (tmp_path / "tickets.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def run_cli(*arguments: str) -> str:
    return f"from robustspec.cli import main\nassert main({list(arguments)!r}) == 0\n"


def run_pytest(*arguments: str) -> str:
    return f"import pytest\nassert pytest.main({['-q', '-p', 'no:cacheprovider', *arguments]!r}) == 0\n"


NUMERIC = {"numpy", "pydantic", "pydantic_core", "scipy", "torch", "yaml", "jinja2", "pytest"}


@pytest.mark.parametrize("code", ["import robustspec", run_cli("--help"), run_cli("--version")])
def test_the_front_door_costs_nothing(code: str, tmp_path: Path) -> None:
    """`import robustspec` and `robustspec --help` load neither numpy nor pydantic nor any framework."""
    assert loaded(code, tmp_path) & (NUMERIC | ML_FRAMEWORKS) == set()


@pytest.mark.parametrize(
    "code",
    [
        run_pytest("--collect-only", "--robustspec=spec.yaml"),
        run_cli("check", "spec.yaml"),
        run_cli("plan", "spec.yaml"),
        run_cli("list"),
        run_cli("schema"),
    ],
    ids=["collect-only", "check", "plan", "list", "schema"],
)
def test_looking_at_a_specification_loads_no_framework(code: str, folder: Path) -> None:
    """Collecting, checking, planning, listing and printing the schema import no ML library that a kind would use."""
    assert loaded(code, folder) & ML_FRAMEWORKS == set()


def test_a_listing_does_not_import_the_model(folder: Path) -> None:
    """`--collect-only` leaves the model's own module alone, however heavy; a run imports it."""
    listing = loaded(run_pytest("--collect-only", "--robustspec=spec.yaml"), folder)
    assert listing & {"fake_torch", "heavy_model"} == set()
    assert {"fake_torch", "heavy_model"} <= loaded(run_pytest("--robustspec=spec.yaml"), folder)


def test_the_check_can_fail(folder: Path) -> None:
    """What is loaded is seen."""
    assert "pydantic" in loaded(run_cli("check", "spec.yaml"), folder)
