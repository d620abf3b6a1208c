"""The reference analyst: reads a prompt of the finance records by rules, and answers with a label.

It reads the statement, not the words: what moved, which way, whether that was denied, and whether its rise is good news. It
knows the vocabulary of the records and nothing else; misspelt words are read as the nearest word of that vocabulary.
"""

from __future__ import annotations

import re
from functools import lru_cache

from robustspec.reference.finance import wording
from robustspec.reference.normalise import normalise


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


UP_WORDS = _listed(
    """up rise rises rose rising increase increases increased grow grows grew growth climb climbs climbed jump jumps jumped
    advance advances advanced surge surges surged"""
)
DOWN_WORDS = _listed(
    """down fall falls fell falling decrease decreases decreased decline declines declined drop drops dropped shrink shrinks
    shrank slip slips slipped sink sinks sank"""
)
BAD_FIGURES = _listed("loss losses debt costs charges overdue")
"""Words of figures whose rise is bad news."""
GOOD_FIGURES = _listed("sales profit revenue turnover intake cash backlog income ebitda flow")
NOT = _listed("not didnt doesnt dont never")

GOOD_NEWS = (
    "won order", "raised guidance", "beat expectations", "returned profit", "special dividend", "awarded contract",
    "gained customers", "signed agreement", "received approval", "raised dividend",
)  # fmt: skip
BAD_NEWS = (
    "profit warning", "lost customer", "lay off", "missed expectations", "cut dividend", "lowered guidance", "fined",
    "recalled", "protection creditors", "close plant",
)  # fmt: skip
"""Events by the words that tell them, in their order."""

HAWKISH = (
    "range raised", "increases policy rate", "increases in policy", "restrictive", "tighter", "move up", "above target",
    "pressures broad", "climbed", "upside", "risk rising", "overheated", "adding inflation", "shortage", "sheet shrink",
    "end earlier", "withdraw",
)  # fmt: skip
DOVISH = (
    "range lowered", "cuts policy", "stay low", "looser", "move down", "below target", "pressures faded", "dropped",
    "downside", "risk falling", "market weak", "too high", "slack", "go on", "sheet grow", "more support",
)  # fmt: skip

_STATEMENT = re.compile(r"^text:\s*(.*?)\s*(?:^answer:\s*\Z|\Z)", re.MULTILINE | re.DOTALL)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_WORD = re.compile(r"[a-z]+")


def analyst(text: str) -> str:
    """The label of a prompt: its sentiment, or its stance where the prompt speaks of hawkish and dovish."""
    plain = normalise(text)
    read = stance_of if "hawkish" in plain else sentiment_of
    return next((label for sentence in sentences(plain) if (label := read(words_of(sentence)))), "neutral")


def sentences(plain: str) -> list[str]:
    """The sentences of the statement, in lower case, without those that speak to the reader."""
    found = _STATEMENT.search(plain)
    return [part for part in _SENTENCE.split(found[1] if found else plain) if not _ORDER.search(part)]


_ORDER = re.compile(r"\b(?:answer|reply|output|ignore|disregard|label|instructions?|respond|assistant|system)\b")


def words_of(sentence: str) -> list[str]:
    """The words of a sentence, each as the nearest one of the vocabulary."""
    return [_known(word) for word in _WORD.findall(sentence)]


def sentiment_of(words: list[str]) -> str | None:
    """The sentiment that a sentence tells; None where it tells none."""
    for events, label in ((GOOD_NEWS, "positive"), (BAD_NEWS, "negative")):
        if any(_in_order(event.split(), words) for event in events):
            return label
    for place, word in enumerate(words):
        if word in UP_WORDS or word in DOWN_WORDS:
            good = (word in UP_WORDS) != (_figure(words, place) in BAD_FIGURES)
            denied = any(other in NOT for other in words[:place])
            return "positive" if good != denied else "negative"
    return None


def stance_of(words: list[str]) -> str | None:
    """The stance that a sentence takes; None where it takes none."""
    for clauses, label in ((HAWKISH, "hawkish"), (DOVISH, "dovish")):
        if any(_in_order(clause.split(), words) for clause in clauses):
            return label
    return None


def _in_order(wanted: list[str], words: list[str]) -> bool:
    rest = iter(words)
    return all(word in rest for word in wanted)


def _figure(words: list[str], place: int) -> str:
    """The word of a figure that stands nearest to the movement at ``place``."""
    figures = [number for number, word in enumerate(words) if word in BAD_FIGURES or word in GOOD_FIGURES]
    return words[min(figures, key=lambda number: abs(number - place))] if figures else ""


def _vocabulary() -> frozenset[str]:
    signs = " ".join((*GOOD_NEWS, *BAD_NEWS, *HAWKISH, *DOVISH))
    return UP_WORDS | DOWN_WORDS | BAD_FIGURES | GOOD_FIGURES | NOT | frozenset(signs.split())


_TEXTS = (
    *wording.REMARKS, *wording.HEDGES, *wording.FLAT, *wording.GOOD_WHEN_UP, *wording.GOOD_WHEN_DOWN,
    *(text for table in (wording.EVENTS, wording.STANCE_CLAUSES) for texts in table.values() for text in texts),
    *(company.name for company in wording.companies()),
)  # fmt: skip
_COMMON = frozenset(word for text in _TEXTS for word in _WORD.findall(text.lower()))
_SIGNS = _vocabulary()


@lru_cache(maxsize=4096)
def _known(word: str) -> str:
    """The word itself where it is known or short; else a word of the vocabulary that one slip makes of it."""
    if len(word) < 4 or word in _SIGNS or word in _COMMON:
        return word
    return next((sign for sign in sorted(_SIGNS) if len(sign) > 3 and one_slip(word, sign)), word)


def one_slip(one: str, other: str) -> bool:
    """Whether a letter more, a letter less, another letter or two letters exchanged make ``other`` of ``one``."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
