"""Text for a terminal: aligned tables, wrapped paragraphs, untrusted text made visible."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from robustspec.data.row import Content, Message

WIDTH = 110
LONGEST_NAME = 70
"""A first column wider than this gets a line of its own."""


def visible(text: str) -> str:
    """``text`` with characters that would steer a terminal as escapes, line ends kept."""
    from robustspec.reports.text import visible as shown

    return shown(text)


def marked(old: str, new: str) -> str:
    """Two texts as one line with what changed: ``take ib[-u-]{+o+}profen``, escaped as by `visible`."""
    from robustspec.reports.diff import diff
    from robustspec.reports.diff import marked as with_marks

    return with_marks(diff(old, new))


def wrapped(text: str, indent: str = "", hanging: str | None = None) -> str:
    """A paragraph of at most 110 columns; ``hanging`` is the indent of its second line on."""
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent if hanging is None else hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]], indent: str = "  ") -> Iterator[str]:
    """Lines of a table: the first column to the left, the others to the right, under their headings."""
    everything = [head, *rows]
    widths = [max(len(row[column]) for row in everything) for column in range(len(head))]
    widths[0] = max((len(row[0]) for row in everything if len(row[0]) <= LONGEST_NAME), default=LONGEST_NAME)
    for row in everything:
        rest = "".join(cell.rjust(width + 2) for cell, width in zip(row[1:], widths[1:], strict=True))
        if len(row[0]) > widths[0]:
            yield indent + row[0]
            yield (indent + " " * widths[0] + rest).rstrip()
        else:
            yield (indent + row[0].ljust(widths[0]) + rest).rstrip()


def counted(number: int, word: str) -> str:
    """A number with its noun: "1 arm", "1,115 calls"."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def plain(value: Any) -> str:
    """A value as one line: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def turns(content: Content) -> list[tuple[str, str]]:
    """An input as (who, text): one nameless part for plain text, one for each message of a conversation and its pictures."""
    if isinstance(content, str):
        return [("", content)]
    from robustspec.commands.pictures import lines_of

    pictures = lines_of(content)
    return [
        (message.name or message.role, "\n".join([*_said(message), *islice(pictures, len(message.images))]))
        for message in content
    ]


def _said(message: Message) -> list[str]:
    """The words of a message; none where it only shows pictures."""
    return [message.content] if message.content or not message.images else []


def block(lines: Iterable[tuple[str, str]], indent: str) -> Iterator[str]:
    """Parts of an input as visible lines, each with who said it; ``indent`` may hold a word for the first line."""
    for who, text in lines:
        for line in visible(f"{who}: {text}" if who else text).split("\n"):
            yield indent + line
            indent = " " * len(indent)
