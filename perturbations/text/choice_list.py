"""The list of choices in a prompt: "positive, neutral, or negative"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from robustspec.perturbation.base import Range

_BETWEEN = r"""[\s"'“”‘’()\[\]{}*`_;,/|•–-]+(?:(?:or|and)\b[\s"'“”‘’()\[\]{}*`_]*)?"""


def listed(text: str, choices: Sequence[str]) -> list[Range]:
    """Where the choices stand that ``text`` lists one after the other, each once, in any order and case.

    Between them stand commas, slashes, bars, bullets, brackets, quotes, "or" and "and", and nothing else: choices that are
    explained, numbered or lettered are no list. Of several lists the first counts; without one the result is empty.
    """
    words = _words(tuple(choices))
    found = [match.span() for match in words.finditer(text)]
    for start in range(len(found) - len(choices) + 1):
        places = found[start : start + len(choices)]
        named = {" ".join(text[a:z].casefold().split()) for a, z in places}
        if len(named) == len(choices) and all(
            _GAP.fullmatch(text, left[1], right[0]) for left, right in pairwise(places)
        ):
            return places
    return []


_GAP = re.compile(_BETWEEN, re.IGNORECASE)


@lru_cache(maxsize=32)
def _words(choices: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(choices, key=lambda choice: (-len(choice), choice))
    either = "|".join(r"\s+".join(map(re.escape, choice.split())) for choice in longest_first)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)


def named_lines(text: str, choices: Sequence[str]) -> list[Range]:
    """Where the choices stand in those lines of ``text`` that name every one of them: in the instruction, mostly."""
    words, places = _words(tuple(choices)), []
    start = 0
    for line in text.splitlines(keepends=True):
        inside = [match.span() for match in words.finditer(line)]
        named = {" ".join(line[a:z].casefold().split()) for a, z in inside}
        if len(named) == len(choices):
            places += [(start + a, start + z) for a, z in inside]
        start += len(line)
    return places


def checked(choices: Sequence[str]) -> tuple[str, ...]:
    """The choices with single blanks; `ValueError` where one is empty or two are the same but for case."""
    spelled = tuple(" ".join(choice.split()) for choice in choices)
    if not all(spelled):
        raise ValueError("a choice is empty -- give every choice a text")
    if len({choice.casefold() for choice in spelled}) < len(spelled):
        raise ValueError("two choices are the same -- name each choice once")
    return spelled
