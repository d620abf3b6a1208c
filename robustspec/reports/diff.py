"""What changed between two texts, first by words, then by characters within words that stayed alike.

Terminal and HTML reports mark the same segments. The work is bounded: texts over `BY_CHARACTERS` characters are compared
by words only, and texts over `WHOLE` keep only their head and tail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

from robustspec.reports.text import shortened, visible, visible_change

BY_CHARACTERS = 2_000
"""Characters of the longer text up to which words are compared by characters."""
WHOLE = 20_000
"""Characters up to which a text is compared whole."""
MOST_PAIRS = 4_000_000
"""Pairs of differing tokens up to which they are aligned; beyond, one is removed and the other added."""
LONGEST_CHANGE = 4_000
"""Characters of one change that a report shows; a change is never cut below that."""
LONGEST_WORD = 200
"""Characters of a word or phrase up to which it is compared by characters."""
ALIKE = 0.6
"""Similarity from which two words count as one word with an edit in it."""

Kind = Literal["equal", "removed", "added"]

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text that both texts have, or only the first (removed), or only the second (added)."""

    kind: Kind
    text: str


def diff(before: str, after: str) -> list[Segment]:
    """The segments that lead from ``before`` to ``after``.

    Joined without the added ones they are ``before``, without the removed ones ``after`` (texts over `WHOLE`: what is
    left of them).

    >>> [(s.kind, s.text) for s in diff("take ibuprofen", "take iboprofen")]
    [('equal', 'take ib'), ('removed', 'u'), ('added', 'o'), ('equal', 'profen')]
    """
    before, after = shortened(before, WHOLE), shortened(after, WHOLE)
    if before == after:
        return [Segment("equal", before)] if before else []
    by_characters = max(len(before), len(after)) <= BY_CHARACTERS
    return _joined(_by_words(_TOKEN.findall(before), _TOKEN.findall(after), by_characters))


def _by_words(before: Sequence[str], after: Sequence[str], by_characters: bool) -> Iterator[Segment]:
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    yield Segment("equal", "".join(before[:head]))
    if len(old) * len(new) > MOST_PAIRS:
        yield from _replaced("".join(old), "".join(new))
    else:
        for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new).get_opcodes():
            if tag == "equal":
                yield Segment("equal", "".join(old[i1:i2]))
            else:
                yield from _within(old[i1:i2], new[j1:j2], by_characters)
    yield Segment("equal", "".join(before[len(before) - tail :]))


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many leading tokens are the same."""
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _within(old: Sequence[str], new: Sequence[str], by_characters: bool) -> Iterator[Segment]:
    """A replaced run of words: word against word where their gaps agree, else as one."""
    if not by_characters:
        yield from _replaced("".join(old), "".join(new))
    elif len(old) == len(new) and all(a.isspace() == b.isspace() for a, b in zip(old, new, strict=True)):
        for one, other in zip(old, new, strict=True):
            yield from _by_characters(one, other)
    else:
        yield from _by_characters("".join(old), "".join(new))


def _by_characters(one: str, other: str) -> Iterator[Segment]:
    """Edits within what still is the same word or phrase; else the one removed and the other added."""
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    short = 0 < len(one) <= LONGEST_WORD and 0 < len(other) <= LONGEST_WORD
    if not short or matcher.quick_ratio() < ALIKE or matcher.ratio() < ALIKE:
        yield from _replaced(one, other)
        return
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            yield Segment("equal", one[i1:i2])
        else:
            yield from _replaced(one[i1:i2], other[j1:j2])


def _replaced(old: str, new: str) -> Iterator[Segment]:
    yield Segment("removed", old)
    yield Segment("added", new)


def _joined(segments: Iterator[Segment]) -> list[Segment]:
    """Neighbours of one kind as one segment, empty ones left out."""
    kept = (segment for segment in segments if segment.text)
    return [Segment(kind, "".join(s.text for s in run)) for kind, run in groupby(kept, key=lambda s: s.kind)]


def fitted(segments: Sequence[Segment], longest: int) -> list[Segment]:
    """Segments whose equal parts are cut in their middle until all is about ``longest`` characters; changes stay whole."""
    segments = [
        segment if segment.kind == "equal" else Segment(segment.kind, shortened(segment.text, LONGEST_CHANGE))
        for segment in segments
    ]
    equal = sorted(len(segment.text) for segment in segments if segment.kind == "equal")
    left = longest - sum(len(segment.text) for segment in segments if segment.kind != "equal")
    if sum(equal) <= left:
        return segments
    share = 24
    for position, length in enumerate(equal):
        share = max(24, left // (len(equal) - position))
        if length > share:
            break
        left -= length
    return [s if s.kind != "equal" else Segment("equal", shortened(s.text, share)) for s in segments]


def marked(segments: Sequence[Segment]) -> str:
    """Segments in one line of plain text: ``take ib[-u-]{+o+}profen``. Control characters are shown as escapes."""
    marks = {"removed": ("[-", "-]"), "added": ("{+", "+}")}
    parts = []
    for segment in segments:
        if segment.kind == "equal":
            parts.append(visible(segment.text))
        else:
            opening, closing = marks[segment.kind]
            text = segment.text.replace(" ", "␣") if segment.text.isspace() else segment.text
            parts.append(f"{opening}{visible_change(text)}{closing}")
    return "".join(parts)
