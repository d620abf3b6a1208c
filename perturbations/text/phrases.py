"""Finding words and phrases of a table in a text, and putting others in their place with the same capitals."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from robustspec.perturbation.base import Passage, Range

_WORD = re.compile(r"\w+")


def fold(text: str) -> str:
    """``text`` in lower case with straight apostrophes, position by position (its length never changes)."""
    low = text.lower()
    if len(low) != len(text):  # a few capitals have a longer lower case: leave those as they are
        low = "".join(lower if len(lower := character.lower()) == 1 else character for character in text)
    return low.replace("’", "'")


class Phrases:
    """A set of words and phrases, found as wholes in any case; the longest wins where several begin at one word.

    The cost of `find` grows with the text, not with the number of phrases. A word that continues with a hyphen or an
    apostrophe is another word: "child" is found in "my child," but not in "child-proof" nor in "child's". Names are
    ``possessive``: "Ford" is found in "Ford's" too.
    """

    __slots__ = ("_by_first", "_possessive")

    def __init__(self, phrases: Iterable[str], *, possessive: bool = False) -> None:
        self._possessive = possessive
        by_first: dict[str, list[str]] = {}
        for phrase in sorted({fold(phrase) for phrase in phrases}, key=lambda phrase: (-len(phrase), phrase)):
            first = _WORD.match(phrase)
            if first:
                by_first.setdefault(first.group(), []).append(phrase)
        self._by_first = by_first

    def find(self, text: str) -> Iterator[Range]:
        """Where the phrases stand in ``text``, from left to right, disjoint."""
        low, by_first = fold(text), self._by_first
        done = 0
        for word in _WORD.finditer(low):
            phrases = by_first.get(word.group())
            if phrases is None:
                continue
            start = word.start()
            if start < done or (start and low[start - 1] in "-'"):
                continue
            for phrase in phrases:
                end = start + len(phrase)
                if low.startswith(phrase, start) and (_ends_word(low, end) or (self._possessive and _owns(low, end))):
                    yield start, end
                    done = end
                    break


def _ends_word(low: str, end: int) -> bool:
    following = low[end : end + 2]
    if not following:
        return True
    if following[0] in "-'":
        return not following[1:].isalnum()
    return not (following[0].isalnum() or following[0] == "_")


def _owns(low: str, end: int) -> bool:
    return low[end : end + 2] == "'s" and not low[end + 2 : end + 3].isalnum()


def inside(ranges: Sequence[Range], start: int, end: int) -> bool:
    """Whether one of the ascending, disjoint ``ranges`` holds everything from ``start`` to ``end``."""
    index = bisect_right(ranges, start, key=lambda span: span[0]) - 1
    return index >= 0 and end <= ranges[index][1]


def confined(passage: Passage) -> bool:
    """Whether edits are confined to some spans (``within``): there is text that is neither free nor a known span."""
    done = 0
    for start, end in sorted([*passage.free, *((span.start, span.end) for span in passage.spans)]):
        if start > done:
            return True
        done = max(done, end)
    return done < len(passage.text)


def with_case_of(original: str, new: str) -> str:
    """``new`` with the capitals of ``original``: all of them, or the first."""
    if original.isupper() and sum(map(str.isalpha, original)) > 1:
        return new.upper()
    if original[:1].isupper():
        return capitalised(new)
    return new


def capitalised(text: str) -> str:
    """``text`` with its first character in upper case, the rest as it is."""
    return text[:1].upper() + text[1:]


_SENTENCE_END = re.compile(r"(?:[.!?:…][\"'”’)\]]*\s|\n)\s*$")


def begins_sentence(text: str, start: int) -> bool:
    """Whether a sentence of ``text`` begins at ``start``."""
    return not text[:start].strip() or _SENTENCE_END.search(text[max(0, start - 8) : start]) is not None


_CUE = re.compile(r"\n[ \t]*[^\W\d_][\w ]{0,24}:[ \t]*\Z")


def before_cue(text: str) -> tuple[str, str]:
    """``text`` in two: all of it, and the cue at its end after which the answer is to be written ("\\nAnswer:"), often none.

    What is added after a text belongs before its cue: behind it stands the answer.
    """
    cue = _CUE.search(text, max(0, len(text) - 40))
    return (text[: cue.start()], cue[0]) if cue and text[: cue.start()].strip() else (text, "")


def pick(draw: float, count: int) -> int:
    """Which of ``count`` a uniform ``draw`` from [0, 1) means: the same on every version of Python."""
    return int(draw * count)
