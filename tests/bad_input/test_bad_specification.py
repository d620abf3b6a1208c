"""Files that are no specification: each is one sentence with place and remedy, exit code 4, and no call."""

from __future__ import annotations

import shutil

import pytest


def test_the_sound_project_runs(project, ends_well):
    """What the other tests break is sound: everything passes, with calls."""
    assert project.check().returncode == 0
    done = project.pytest()
    ends_well(done)
    assert done.returncode == 0
    assert project.calls()


def test_a_missing_file(project):
    """The near name is offered."""
    (project.folder / "spec.yaml").rename(project.folder / "specs.yaml")
    assert project.check().stderr == "spec.yaml: no such file -- did you mean 'specs.yaml'?\n"
    done = project.pytest()
    assert done.returncode == 4
    assert "--robustspec=spec.yaml: no such file -- did you mean" in done.stderr


def test_a_folder_instead_of_a_file(project):
    """A folder of that name is not read as a file."""
    (project.folder / "spec.yaml").unlink()
    (project.folder / "spec.yaml").mkdir()
    assert project.check().stderr == "spec.yaml: cannot be read: Is a directory\n"
    assert project.pytest().returncode == 4


ALIAS_BOMB = "robustspec: 1\nx-a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"x-{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)

FILES = {
    "empty": ("", "spec.yaml:1:1: the file is empty -- start with: robustspec init"),
    "comments-only": ("# later\n", "spec.yaml:1:1: the file is empty -- start with: robustspec init"),
    "list": (
        "- robustspec: 1\n- about: {title: x}\n",
        "spec.yaml:1:1: a specification is a mapping that starts with robustspec: 1 -- see: robustspec init",
    ),
    "scalar": (
        "robustspec\n",
        "spec.yaml:1:1: a specification is a mapping that starts with robustspec: 1 -- see: robustspec init",
    ),
    "alias-in-itself": (
        "robustspec: 1\nx-a: &a [*a]\n",
        "spec.yaml:2:10: x-a[0]: the alias *a stands inside its own anchor -- remove it",
    ),
    "nested": (
        "robustspec: 1\nx-a: " + "[" * 5_000 + "]" * 5_000,
        "spec.yaml:2:69: x-a[0][0]: nested more than 64 deep -- no specification needs that",
    ),
    "huge": (
        "robustspec: 1\n" + "# filler\n" * 200_000,
        "spec.yaml:1:1: larger than 1 MiB -- move data to data files",
    ),
    "two-documents": (
        "robustspec: 1\n---\nrobustspec: 1\n",
        "spec.yaml:2:1: a second document starts here -- keep one specification in a file",
    ),
    "tab": (
        "robustspec: 1\n\tabout: {title: x}\n",
        "spec.yaml:2:1: a tab stands where YAML wants spaces -- indent by spaces",
    ),
    "binary": (bytes(range(256)), "spec.yaml:2:118: this is not UTF-8 -- save the file as UTF-8"),
    "latin-1": (
        "robustspec: 1\nabout: {title: Müller}\n".encode("latin-1"),
        "spec.yaml:2:17: this is not UTF-8 -- save the file as UTF-8",
    ),
}


@pytest.mark.parametrize(("content", "sentence"), FILES.values(), ids=FILES)
def test_a_file_that_is_no_specification(project, content, sentence):
    """One sentence from both commands, whatever is in the file."""
    project.write("spec.yaml", content)
    assert project.refused() == sentence


def test_an_alias_bomb(project):
    """Nine lines that stand for 43 million values stop where they have become too many."""
    project.write("spec.yaml", ALIAS_BOMB)
    told = project.refused()
    assert told.startswith("spec.yaml:7:")
    assert "the aliases expand to more than 200,000 values -- " in told


@pytest.mark.parametrize("name", ["großschreibung", "'a::b'", "'a b'", "'a[1]'", "''"])
def test_an_id_that_cannot_be_selected(project, name):
    """The key of a scenario is part of node ids, so it is a plain name; the sentence says of which characters."""
    project.edit("  capitals:", f"  {name}:")
    told = project.refused()
    assert told.startswith("spec.yaml:8:3: scenarios.")
    assert "should be a name of letters A to Z, digits, '.', '_' and '-'" in told


def test_a_tag_of_python_builds_nothing(project):
    """YAML cannot run code: the tag is a fault like any other."""
    project.edit("title: Tickets", "title: !!python/object/apply:os.mkdir [pwned]")
    told = project.check()
    assert told.returncode == 4
    assert "the tag !!python/object/apply:os.mkdir is not allowed" in told.stderr
    assert not (project.folder / "pwned").exists()


def test_every_fault_is_told_at_once(project):
    """Three faults, three lines, in the order of the file."""
    project.edit("kind: letter_case", "kind: leter_case")
    project.edit("worst_over: site", "worst_over: sight")
    project.edit("    title: Capitals\n", "    titel: Capitals\n")
    lines = project.check().stderr.splitlines()
    numbers = [int(line.split(":")[1]) for line in lines]
    assert numbers == sorted(numbers)
    assert {9, 13} <= set(numbers)
    assert len(lines) == 3


def test_a_specification_that_cannot_be_read(project):
    """A link that leads nowhere is a missing file."""
    shutil.move(project.folder / "spec.yaml", project.folder / "gone.yaml")
    (project.folder / "spec.yaml").symlink_to(project.folder / "nowhere.yaml")
    assert project.check().returncode == 4
    assert project.pytest().returncode == 4
