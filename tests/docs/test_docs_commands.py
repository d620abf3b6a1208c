"""Commands, options, extras and targets that the pages name exist."""

from __future__ import annotations

import argparse
import importlib.util
import re
import shlex
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from docs_pages import PAGES, ROOT, all_blocks, blocks, name_of, prose

from robustspec.cli import parser

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WRITTEN = {block.file_name for block in all_blocks("python")}
"""The Python files that a reader of the pages writes."""
INLINE = re.compile(r"(?<!`)`((?:robustspec|pytest|make|pip|python|\.venv/bin/pytest) [^`]+)`(?!`)")


def commands(page: Path) -> list[str]:
    """The command lines of a page: in sh and console blocks, and in running text."""
    found = INLINE.findall(prose(page))
    for block in blocks(page):
        if block.info == "sh":
            found += [line for line in block.text.splitlines() if line and not line.startswith(("#", " "))]
        if block.info == "console":
            found += [line.removeprefix("$ ") for line in block.text.splitlines() if line.startswith("$ ")]
    return found


@cache
def subcommands() -> dict[str, set[str]]:
    """Each command of robustspec with its options."""
    (choices,) = [action.choices for action in parser()._actions if isinstance(action, argparse._SubParsersAction)]
    return {name: {o for action in sub._actions for o in action.option_strings} for name, sub in choices.items()}


@cache
def targets() -> set[str]:
    return set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def unknown(command: str, pytest_options: set[str]) -> list[str]:
    """What of a command line does not exist."""
    program, *words = shlex.split(command, comments=True)
    options = {word.partition("=")[0] for word in words if word.startswith("--")}
    if program == "robustspec":
        return robustspec_unknown(words, options)
    if program.endswith("pytest"):
        return sorted(options - pytest_options)
    if program == "make":
        return sorted(set(words) - targets())
    if program == "pip":
        extras = {name for word in words for part in re.findall(r"\[(.*)\]", word) for name in part.split(",")}
        return sorted(extras - set(PROJECT["optional-dependencies"]))
    return python_unknown(words) if program == "python" else []


def robustspec_unknown(words: list[str], options: set[str]) -> list[str]:
    name = next((word for word in words if not word.startswith("-")), None)
    if name is None:
        return sorted(options - {"--help", "--version"})
    if name == "COMMAND":
        return []
    return sorted(options - subcommands()[name]) if name in subcommands() else [name]


def python_unknown(words: list[str]) -> list[str]:
    if words[0] == "-m":
        return [] if f"{words[1]}.py" in WRITTEN or importlib.util.find_spec(words[1]) else [words[1]]
    return [] if (ROOT / words[0]).is_file() else [words[0]]


@pytest.fixture
def pytest_options(request: pytest.FixtureRequest) -> set[str]:
    """The long options of pytest and the plugins that are installed."""
    parser: Any = request.config._parser  # there is no public list of options
    return {name for group in [*parser._groups, parser._anonymous] for o in group.options for name in o.names()}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_the_commands_of_a_page_exist(page: Path, pytest_options: set[str]) -> None:
    """Programs, subcommands, options, extras, make targets and scripts are real."""
    assert [(command, bad) for command in commands(page) if (bad := unknown(command, pytest_options))] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_options_in_running_text_exist(page: Path, pytest_options: set[str]) -> None:
    """Every --robustspec option that is mentioned anywhere is one of the plugin's."""
    named = set(re.findall(r"--robustspec(?:-[a-z]+)*", page.read_text(encoding="utf-8")))
    assert named - pytest_options == set()


@pytest.mark.parametrize(
    "command",
    [
        "robustspec chekc spec.yaml",
        "robustspec check spec.yaml --fast",
        "pytest --robustspec-modle=x",
        "make dmeo",
        "pip install 'robustspec[mir]'",
        "python benchmarks/none.py",
    ],
)
def test_a_wrong_command_is_seen(command: str, pytest_options: set[str]) -> None:
    """The rule finds what does not exist."""
    assert len(unknown(command, pytest_options)) == 1


def test_the_readme_begins_with_the_two_commands() -> None:
    """A newcomer's first two commands are make demo and make test."""
    assert [command.split("#")[0].strip() for command in commands(ROOT / "README.md") if "#" in command][:2] == [
        "make demo",
        "make test",
    ]


def test_the_readme_names_every_extra() -> None:
    """Each extra is explained where the installation is, those without a use in this version too."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [extra for extra in PROJECT["optional-dependencies"] if extra != "dev" and f"{extra}" not in text] == []
