"""The pages of the project's front, and the fenced blocks in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md")])
"""Every page of the front: README, ARCHITECTURE, CONTRIBUTING, CHANGELOG and docs/."""

_FENCE = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FILE_NAME = re.compile(r"(?:#|//) ([\w./-]+\.(?:py|yaml|toml))$")


@dataclass(frozen=True)
class Block:
    """A fenced block: its page, its line, what stands behind the fence, and its text."""

    page: Path
    line: int
    info: str
    text: str

    @property
    def place(self) -> str:
        """``README.md:12``."""
        return f"{name_of(self.page)}:{self.line}"

    @property
    def file_name(self) -> str | None:
        """The file that the block is, as its first line says in a comment."""
        found = _FILE_NAME.match(self.text.split("\n", 1)[0])
        return found[1] if found else None


def name_of(page: Path) -> str:
    """The page's path in the repository."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    for match in _FENCE.finditer(text):
        yield Block(page, text.count("\n", 0, match.start()) + 1, match[1].strip(), match[2])


def prose(page: Path) -> str:
    """The page without its fenced blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def all_blocks(*infos: str) -> list[Block]:
    """The blocks of all pages whose fence says one of ``infos``."""
    return [block for page in PAGES for block in blocks(page) if block.info in infos]
