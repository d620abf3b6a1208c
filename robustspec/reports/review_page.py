"""A page on which a person says, case by case, whether a changed input still has the answer that is claimed for it.

It is one self-contained page that reaches no network: its one script is ours and named by its hash, so that nothing else
can run; what data files wrote is escaped, and its control characters are shown as escapes. Verdicts are kept in the browser
until they are saved as CSV.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from robustspec.reports.diff import Segment
from robustspec.reports.pages import page_environment
from robustspec.reports.text import visible, visible_change, write_whole

if TYPE_CHECKING:
    from jinja2 import Template


@dataclass(frozen=True, slots=True)
class Part:
    """One turn or document of an input, before and after; ``who`` is "" of plain text."""

    who: str
    segments: Sequence[Segment]


@dataclass(frozen=True, slots=True)
class Item:
    """One case to judge. ``expected`` are the lines that say which answer is claimed to be right."""

    review_id: str
    parts: Sequence[Part]
    expected: Sequence[str]


@dataclass(frozen=True, slots=True)
class Queue:
    """Cases to judge in the order in which they are shown; ``name`` tells this queue from others."""

    name: str
    title: str
    items: Sequence[Item]


def write_review_page(queue: Queue, path: str | Path) -> None:
    """Write the page to a file in one step. Raises `RobustspecError` where the folder cannot be written to."""
    write_whole(path, render_review_page(queue))


def render_review_page(queue: Queue) -> str:
    """The page."""
    from markupsafe import Markup

    script = (Path(__file__).parent / "templates" / "review.js").read_text(encoding="utf-8")
    named = base64.b64encode(sha256(script.encode()).digest()).decode()
    ours = Markup(script)  # noqa: S704  # a file of this package
    return _template().render(queue=queue, script=ours, script_hash=named, side=_side)


@cache
def _template() -> Template:
    return page_environment(_printed).get_template("review.html.j2")


def _printed(value: Any) -> Any:
    """What the template prints of a value: text with its unseen characters shown; markup of our own as it is."""
    if hasattr(value, "__html__") or not isinstance(value, str):
        return value
    return visible(value)


def _side(part: Part, kind: Literal["removed", "added"]) -> Any:
    """One side of a part as markup, "" where the part is not on that side: its own stretches marked, all escaped."""
    from markupsafe import Markup, escape

    tag = {"removed": "del", "added": "ins"}[kind]
    return Markup("").join(
        escape(visible(segment.text))
        if segment.kind == "equal"
        else Markup("<{0}>{1}</{0}>").format(tag, visible_change(segment.text))
        for segment in part.segments
        if segment.kind in ("equal", kind)
    )
