"""Output that the pages show is what the commands beside it print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from docs_pages import ROOT, Block, all_blocks, blocks, name_of

EDIT = re.compile(r"<!-- edit (\S+): (.*?) -> (.*?) -->")
CONSOLE_PAGES = sorted({block.page for block in all_blocks("console")})


def steps(page: Path) -> list[Block | tuple[str, str, str]]:
    """What a reader of the page does, in its order: files to write, commands to run, edits (file, old, new)."""
    text = page.read_text(encoding="utf-8")
    found: list[tuple[int, Block | tuple[str, str, str]]] = [
        (block.line, block) for block in blocks(page) if block.info == "console" or block.file_name
    ]
    found += [(text.count("\n", 0, m.start()) + 1, (m[1], m[2], m[3])) for m in EDIT.finditer(text)]
    return [step for _, step in sorted(found, key=lambda item: item[0])]


def commands(block: Block) -> list[tuple[str, list[str]]]:
    """The commands of a console block, each with the lines that are shown below it."""
    parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]
    return [(part.split("\n", 1)[0], part.split("\n")[1:]) for part in parts]


def plain(lines: list[str]) -> list[str]:
    """Lines without what differs from run to run: blank lines, times, the width of rules."""
    timeless = (re.sub(r"\b\d+(\.\d+)? ?s\b", "N s", line.rstrip()) for line in lines)
    return [re.sub(r"([=_-])\1{4,}", r"\1" * 5, line) for line in timeless if line]


def not_printed(shown: list[str], printed: list[str]) -> str | None:
    """The first shown line that was not printed where it stands; ``…`` stands for any lines."""
    real, at, loose = plain(printed), 0, False
    for line in plain(shown):
        if line == "…":
            loose = True
            continue
        if loose:
            at = next((place for place in range(at, len(real)) if real[place] == line), len(real))
        if at >= len(real) or real[at] != line:
            return line
        at, loose = at + 1, False
    return None if loose or at == len(real) else f"(the end: then comes {real[at]!r})"


@pytest.mark.parametrize("page", CONSOLE_PAGES, ids=name_of)
def test_shown_output_is_real(page: Path, reader: Path, run) -> None:
    """Each command of a page, run after those above it, prints what the page shows."""
    wrong = []
    for step in steps(page):
        if isinstance(step, tuple):
            name, old, new = step
            edited = (reader / name).read_text(encoding="utf-8")
            assert old in edited
            (reader / name).write_text(edited.replace(old, new), encoding="utf-8")
        elif step.file_name:
            (reader / step.file_name).write_text(step.text, encoding="utf-8")
        else:
            for command, shown in commands(step):
                printed = run(command).stdout
                line = not_printed(shown, printed.split("\n"))
                if line is not None:
                    wrong.append(f"{step.place}: $ {command}\nshows, but did not print there:\n{line}\nin\n{printed}")
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.parametrize(
    ("shown", "first_wrong"),
    [
        (["one", "two", "three in 5.00s"], None),
        (["…", "two", "…"], None),
        (["one", "three in 0.10s"], "three in N s"),
        (["…", "two", "one", "…"], "one"),
        (["one"], "(the end: then comes 'two')"),
        (["four"], "four"),
    ],
)
def test_the_comparison_can_fail(shown: list[str], first_wrong: str | None) -> None:
    """Left-out lines need a mark, times do not count, and the order does."""
    assert not_printed(shown, ["one", "", "two", "three in 0.10s"]) == first_wrong


def test_the_short_specification_of_the_readme_runs(reader: Path, run) -> None:
    """Saved beside the shipped one, it passes on the reference model and fails on the broken ones."""
    block = next(block for block in blocks(ROOT / "README.md") if block.info == "yaml")
    (reader / "specs" / "short.yaml").write_text(block.text, encoding="utf-8")
    assert run("pytest --robustspec=specs/short.yaml").returncode == 0
    for broken, scenario in (("typo_brittle", "typing"), ("complies_with_prescriptions", "pressure")):
        result = run(f"pytest --robustspec=specs/short.yaml --robustspec-model=robustspec.reference.pharmacy:{broken}")
        assert result.returncode == 1
        assert set(re.findall(r"^FAILED \S+?::(\w+)::", result.stdout, re.MULTILINE)) == {scenario}
