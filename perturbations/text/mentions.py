"""Mentions of named things: which of them may be edited, and how another name takes their place."""

from __future__ import annotations

import re
from collections.abc import Iterable

from robustspec.perturbation.base import Passage, Range

from .phrases import begins_sentence, capitalised, confined, inside, with_case_of

_ARTICLE = re.compile(r"(?<![\w'’-])an?(?=[ \u00a0]$)", re.IGNORECASE)
_INITIALS = re.compile(r"[A-Z]{2,}s?\b|Rx\b")
_SAID_AS_YOU = re.compile(r"(?:uni(?![nm])|ure|uri|uro|use|usu|ute|uti|eu|ewe)|one\b|once\b", re.IGNORECASE)
_SAID_WITH_VOWEL = re.compile(r"[aeiou]|hour|honest|heir|8|(?:11|18)(?!\d)", re.IGNORECASE)


def editable(passage: Passage, ranges: Iterable[Range]) -> list[Range]:
    """Those of ``ranges`` that may be edited as wholes.

    A mention is free, or it covers every protected span that touches it: a name is what its operator edits, but not a
    name inside a longer one. With ``within`` only free mentions count.
    """
    found, free = list(ranges), passage.free
    if all(inside(free, start, end) for start, end in found):
        return found
    lifted = not confined(passage)
    return [(a, z) for a, z in found if inside(free, a, z) or (lifted and covers_spans(passage, a, z))]


def covers_spans(passage: Passage, start: int, end: int) -> bool:
    """Whether the known spans that touch the characters from ``start`` to ``end`` all lie inside them."""
    overlapping = [span for span in passage.spans if span.start < end and span.end > start]
    return all(start <= span.start and span.end <= end for span in overlapping)


def renamed(text: str, start: int, end: int, written: str, other: str) -> str:
    """The name ``other`` for the mention at ``start`` of one that is written ``written``, with fitting capitals."""
    mention = text[start:end]
    if mention == written:
        return capitalised(other) if mention[0].isupper() and begins_sentence(text, start) else other
    return with_case_of(mention, other)


def article_before(passage: Passage, start: int) -> int:
    """Where the "a" or "an" begins that stands free right before ``start``; ``start`` itself where there is none."""
    offset = max(0, start - 4)
    found = _ARTICLE.search(passage.text[offset:start])
    if found is None:
        return start
    first = offset + found.start()
    return first if inside(passage.free, first, start) else start


def after_article(lead: str, phrase: str) -> str:
    """``phrase`` after ``lead``, an article with its blank or nothing: the article as it is said before ``phrase``."""
    if not lead:
        return phrase
    article = "an" if takes_an(phrase) else "a"
    return (article.capitalize() if lead[0] == "A" else article) + lead[-1] + phrase


def takes_an(phrase: str) -> bool:
    """Whether "an" goes before ``phrase``: by its first sound, initials letter by letter, figures as they are said."""
    if _INITIALS.match(phrase):
        return phrase[0] in "AEFHILMNORSX"
    return bool(_SAID_WITH_VOWEL.match(phrase)) and not _SAID_AS_YOU.match(phrase)
