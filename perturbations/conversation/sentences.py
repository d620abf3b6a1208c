"""The sentences of what the user says, and where a stated fact stands among them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from robustspec.perturbation.base import Range

_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s|$)|\n+")
_SHORT = re.compile(
    r"(?:^|[\s(])(?:etc|approx|vs|dr|mr|mrs|ms|prof|st|resp|incl|tab|tabs|cap|caps|min|max|(?:[a-z]\.)*[a-z]\.[a-z])$",
    re.IGNORECASE,
)
"""What a full stop may follow without ending a sentence."""
_NEAR = 64  # characters that are looked at on either side of a full stop


def sentences(text: str, whole: Iterable[str] = ()) -> list[str]:
    """The sentences of a text in their order, stripped; none of the ``whole`` texts is cut in two.

    >>> sentences("I take 2.5 mg, e.g. at night. Is that all right? Thanks")
    ['I take 2.5 mg, e.g. at night.', 'Is that all right?', 'Thanks']
    """
    kept = [span for each in whole for span in _places(text, each)]
    cuts, start = list[str](), 0
    for match in _END.finditer(text):
        end = match.end()
        inside = any(first < end < last for first, last in kept)
        if inside or (text[match.start()] == "." and _continues(text, match.start(), end)):
            continue
        cuts.append(text[start:end].strip())
        start = end
    return [each for each in (*cuts, text[start:].strip()) if each]


def _continues(text: str, stop: int, end: int) -> bool:
    """Whether a full stop ends an abbreviation in the midst of a sentence."""
    following = text[end : end + _NEAR].lstrip()
    return bool(following) and (following[0].islower() or bool(_SHORT.search(text[max(0, stop - _NEAR) : stop])))


def _places(text: str, part: str) -> list[Range]:
    return [match.span() for match in re.finditer(re.escape(part), text)] if part else []


def told(facts: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The sentences that state each fact, from ``facts: {told: {FIELD: sentence or list of them}}``; else nothing."""
    found = facts.get("told")
    if not isinstance(found, Mapping):
        return {}
    return {field: _several(each) for field, each in found.items()}


def _several(value: Any) -> tuple[str, ...]:
    each = value if isinstance(value, list | tuple) else (value,)
    return tuple(text.strip() for text in each if isinstance(text, str) and text.strip())


def without(text: str, sentence: str, instead: str = "") -> str:
    """``text`` with the first ``sentence`` replaced and any other one removed, with the blanks that its place leaves.

    >>> without("I am 34. I weigh 60 kg. What helps?", "I weigh 60 kg.")
    'I am 34. What helps?'
    """
    for start, end in reversed(_places(text, sentence)):
        first = not text[:start].count(sentence)
        before, after = text[:start].rstrip(" \t"), text[end:].lstrip(" \t")
        middle = instead if first else ""
        text = _joined(_joined(before, middle), after)
    return text.strip() if text.strip() else ""


def _joined(before: str, after: str) -> str:
    if not before or not after or before.endswith("\n") or after.startswith("\n"):
        return before + after
    return f"{before} {after}"
