"""The registry: names to classes, suggestions, owners, and the alias under which our operators are loaded."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from robustspec import registry
from robustspec.errors import RegistryError


class Distribution:
    """Stands for an installed distribution."""

    def __init__(self, name: str) -> None:
        self.name = name


@pytest.fixture
def installed(monkeypatch):
    """Pretend that distributions with these entry points are installed: (distribution, set, name, target)."""

    def install(*points):
        def entry_points(group):
            found = []
            for owner, which, name, target in points:
                if f"robustspec.{which}" == group:
                    point = EntryPoint(name, target, group)
                    vars(point).update(dist=Distribution(owner))
                    found.append(point)
            return found

        monkeypatch.setattr(registry, "entry_points", entry_points)
        registry.table.cache_clear()

    yield install
    registry.table.cache_clear()


@pytest.mark.parametrize("which", registry.SETS)
def test_every_first_party_kind_imports(which):
    """Each set has kinds, and each line of its table leads to a class that says its own name."""
    lines = registry.listing(which)
    assert lines
    assert [line.broken for line in lines if line.broken] == []
    ours = [line for line in lines if line.entry.owner == "robustspec"]
    names = [line.cls.model_fields["kind"].default for line in ours]
    assert [line.entry.kind for line in ours] == names


@pytest.mark.parametrize(
    ("which", "asked", "meant"),
    [
        ("perturbations", "keybord_typo", "keyboard_typo"),
        ("metrics", "acuracy", "accuracy"),
        ("aggregates", "instance_wrost", "instance_worst"),
        ("sources", "json1", "jsonl"),
    ],
)
def test_an_unknown_kind_comes_with_the_nearest(which, asked, meant):
    """One sentence: what is unknown, what may have been meant, where to look."""
    with pytest.raises(RegistryError) as caught:
        registry.lookup(which, asked)
    expected = f"unknown {registry.SETS[which]} '{asked}' -- did you mean '{meant}'? (see: robustspec list {which})"
    assert expected == str(caught.value)


def test_a_kind_unlike_all_others_gets_no_guess():
    """Where nothing is near, nothing is suggested."""
    with pytest.raises(RegistryError) as caught:
        registry.lookup("metrics", "zzzzzz")
    assert str(caught.value) == "unknown metric 'zzzzzz' -- (see: robustspec list metrics)"


def test_a_third_party_kind_is_prefixed_with_its_package(installed):
    """`shout` of acme-robustness is `acme-robustness/shout`."""
    installed(("acme-robustness", "perturbations", "shout", "collections:OrderedDict"))
    entry = registry.table("perturbations")["acme-robustness/shout"]
    assert (entry.owner, entry.target) == ("acme-robustness", "collections:OrderedDict")


def test_a_third_party_cannot_take_a_bare_name(installed):
    """A package that calls its kind as we call ours gets its own name, and ours stays."""
    installed(("acme", "perturbations", "synonym", "collections:OrderedDict"))
    assert registry.table("perturbations")["synonym"].owner == "robustspec"
    assert "acme/synonym" in registry.table("perturbations")


def test_two_claims_name_both_owners(installed):
    """Neither is chosen in silence."""
    installed(
        ("acme", "metrics", "score", "collections:Counter"), ("rival", "metrics", "acme/score", "collections:deque")
    )
    with pytest.raises(
        RegistryError, match=r"'acme/score' is claimed twice: .* of acme and .* of rival -- uninstall one"
    ):
        registry.table("metrics")


def test_one_kind_seen_twice_is_one_kind(installed):
    """An editable and a plain installation of one package list the same entry point twice: no clash."""
    twice = ("acme", "metrics", "score", "collections:Counter")
    installed(twice, twice)
    assert "acme/score" in registry.table("metrics")


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("no_such_package_here:Shout", "ModuleNotFoundError: No module named 'no_such_package_here'"),
        ("collections:NoSuchClass", "AttributeError: module 'collections' has no attribute 'NoSuchClass'"),
    ],
)
def test_a_broken_kind_names_owner_and_reason(installed, target, reason):
    """It is an error when its kind is used, and a line marked broken in the listing of the others."""
    installed(("acme", "perturbations", "shout", target))
    with pytest.raises(RegistryError) as caught:
        registry.lookup("perturbations", "acme/shout")
    assert f"perturbation 'acme/shout' of acme does not import: {reason} (entry point {target})" == str(caught.value)
    broken = {line.entry.kind for line in registry.listing("perturbations") if line.cls is None}
    assert broken == {"acme/shout"}


def test_operators_are_loaded_under_the_alias():
    """Their modules do not take the name `perturbations`."""
    cls = registry.lookup("perturbations", "keyboard_typo")
    assert cls.__module__ == "robustspec_perturbations.text.keyboard_typo"
    assert registry.load_operators() is registry.load_operators()


def python(code, folder):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


USERS_OWN = """
{first}
from robustspec import registry
import perturbations
print(registry.lookup("perturbations", "synonym").__name__, perturbations.MINE, perturbations.__name__)
"""


@pytest.mark.parametrize("first", ["", "import perturbations"], ids=["ours-first", "theirs-first"])
def test_import_perturbations_of_the_user_is_theirs(first, tmp_path: Path):
    """A user's package of that name is neither hidden by ours nor hides it, whichever is imported first."""
    (tmp_path / "perturbations").mkdir()
    (tmp_path / "perturbations" / "__init__.py").write_text("MINE = 'mine'\n")
    assert python(USERS_OWN.format(first=first), tmp_path) == ["Synonym", "mine", "perturbations"]


def test_a_users_text_module_inside_perturbations_is_theirs(tmp_path: Path):
    """`perturbations.text` of the user is theirs too."""
    (tmp_path / "perturbations").mkdir()
    for name in ("__init__.py", "text.py"):
        (tmp_path / "perturbations" / name).write_text("WHOSE = 'mine'\n")
    code = "from robustspec import registry\nregistry.lookup('perturbations', 'synonym')\n"
    assert python(code + "from perturbations import text\nprint(text.WHOSE)", tmp_path) == ["mine"]


def test_a_table_imports_no_kind():
    """Looking at a table of names, or one metric, loads no other kind."""
    code = (
        "import sys\nfrom robustspec import registry\n"
        "registry.table('perturbations')\nregistry.lookup('metrics', 'accuracy')\n"
        "print(*[n for n in sys.modules if n.startswith(('robustspec.metrics.', 'robustspec_perturbations.text.'))])"
    )
    assert python(code, Path.cwd()) == ["robustspec.metrics.base", "robustspec.metrics.accuracy"]
