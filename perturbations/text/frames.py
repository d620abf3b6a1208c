"""Requests in another frame, phrases by other ones, and courtesies: what stands in tables.

As in `alternates`, what a rule cannot parse with certainty it leaves alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from ..table_file import column, our_table, records
from .alternates import Sentence, begun_like, lowered_start
from .phrases import Phrases, fold, with_case_of

# Frames: "Can I have X?", "I would like X.", "Please give me X."

_OPENING = (
    r"(?P<opening>(?:(?:hello|hi|hey|dear [a-z]+|good (?:morning|afternoon|evening|day)|excuse me|so|ok|okay|well|sorry|and)"
    r"(?: there)?,?\s+)*)"
)
_CONTINUES = re.compile(
    r"(?:\b(?:and|but|so|or|then)\s+|,\s*)(?:i|i'm|im|we|you|he|she|it|they|my|can|could|would|should|please|is|are|do|does|"
    r"have|hope|what|how|which|there|that)\b|\?|\bwant(?:s|ed)?\b|\bplease\b.*\bplease\b",
    re.IGNORECASE,
)
_NO_THING = re.compile(
    r"(?:to|you|him|her|them|it|that|this|these|those|my|your|everything|anything|no|not|none|nothing|be|been|more|less|me|us|"
    r"going|getting|somebody|someone|for|\W)\b|$|[^\w£$€]",
    re.IGNORECASE,
)
_NO_DOING = re.compile(
    r"(?:have|get|be|know|please|help|not|never|also|still|see|hear|only|just|you|the|a|an|\d)\b|$|\W", re.I
)
_NO_TELLING = re.compile(r"(?!(?:the|my|your|our)\s)", re.IGNORECASE)
_NO_ASKING = re.compile(
    r"(?:tell|give|not|be|see|imagine|i|me|the|a|an|you|may|can|could|would|\d)\b|$|\W", re.IGNORECASE
)
_BARRED = {
    "have": _NO_THING,
    "do": _NO_DOING,
    "wish": _NO_DOING,
    "you": _NO_ASKING,
    "should": _NO_DOING,
    "tell": _NO_TELLING,
}


def request_frames(sentence: Sentence) -> list[Sentence]:
    """A request as a question, a statement or a wish, with what is asked for word by word."""
    found = _framed(sentence)
    if found is None:
        return []
    group, own, opening, thing = found
    asked_nicely = "please" in thing.lower()
    frames = [each for each in _frames()[group] if each != own and not (asked_nicely and "please" in each.lower())]
    mark = sentence.end
    made = []
    for frame in frames:
        before, after = frame.split("{x}")
        begin = lowered_start(before) if opening else begun_like(sentence, _decapitalised(before, sentence))
        end = mark and (mark if mark == "!" and after == "." else after)
        if begin is not None:
            made.append(Sentence(f"{opening}{begin}{thing}", end))
    return made


def _decapitalised(before: str, sentence: Sentence) -> str:
    """The beginning of a frame in small letters, where the sentence is written without capitals."""
    return (
        before
        if sentence.body[:1].isupper()
        else before.replace("I", "i")
        if before.startswith("I")
        else before.lower()
    )


def _framed(sentence: Sentence) -> tuple[str, str, str, str] | None:
    """Group and frame of the sentence, what stands before it and what it asks for."""
    match = _pattern().fullmatch(sentence.body)
    if match is None:
        return None
    group, frame = _by_beginning()[match["frame"].lower()]
    thing = match["x"]
    mistaken = frame.endswith("?") and sentence.end in (".", "!")
    if mistaken or _BARRED[group].match(thing) or _CONTINUES.search(thing):
        return None
    return group, frame, match["opening"], thing


@cache
def _frames() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for _, record in records(our_table("text/request_frames.csv"), ("group", "frame")):
        found.setdefault(record["group"], []).append(record["frame"])
    return found


@cache
def _by_beginning() -> dict[str, tuple[str, str]]:
    """Group and frame by the words before what is asked for."""
    return {frame.split("{x}")[0].lower(): (group, frame) for group, frames in _frames().items() for frame in frames}


@cache
def _pattern() -> re.Pattern[str]:
    """Every frame, the longest beginnings first: "I want to" before "I want"."""
    beginnings = sorted(_by_beginning(), key=len, reverse=True)
    return re.compile(
        f"{_OPENING}(?P<frame>{'|'.join(map(re.escape, beginnings))})(?P<x>\\S.*)", re.IGNORECASE | re.DOTALL
    )


# Wording


def wording(sentence: Sentence) -> list[Sentence]:
    """One phrase of ``tables/alternates.csv`` by its other form."""
    phrases, others = _alternates()
    made = []
    for start, end in phrases.find(sentence.body):
        old = sentence.body[start:end]
        new = with_case_of(old, others[fold(old)]) if start == 0 else others[fold(old)]
        made.append(Sentence(sentence.body[:start] + new + sentence.body[end:], sentence.end))
    return made


@cache
def _alternates() -> tuple[Phrases, dict[str, str]]:
    lines = records(our_table("text/alternates.csv"), ("phrase", "alternate"))
    others = {fold(record["phrase"]): record["alternate"] for _, record in lines}
    return Phrases(others), others


# Courtesies: of the whole text

_GREETED = re.compile(
    r"\s*(?:hello|hi|hiya|hey|greetings|dear|good (?:day|morning|afternoon|evening))\b(?:\s(?:there|again))?",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"\s*(?:hello there|hi there|hello|hi|hey there|hey|good day|greetings)(?P<mark>[.,!])\s", re.IGNORECASE
)
_THANKED = re.compile(r"\b(?:thanks?|thank you|cheers|regards|thx)\b", re.IGNORECASE)
_ASKS = re.compile(r"\b(?:i|i'm|im|my|me|please|can|could|may|should|would|what|how|which)\b", re.IGNORECASE)


def greeted(text: str) -> Iterator[str]:
    """The text with a greeting, or with another one where it begins with a plain one."""
    if not _ASKS.search(text):
        return
    words = column("text/courtesies.csv", "words", ("place", "greeting"))
    if match := _GREETING.match(text):
        old = text[: match.start("mark")].strip()
        yield from (text.replace(old, _like(old, word[:-1]), 1) for word in words if word[:-1].lower() != old.lower())
    elif not _GREETED.match(text):
        lead = text[: len(text) - len(text.lstrip())]
        yield from (f"{lead}{word if _has_capital(text) else word.lower()} {text.lstrip()}" for word in words)


def thanked(text: str) -> Iterator[str]:
    """The text with thanks or a farewell at its end, where it has none."""
    end = text.rstrip()
    if not _ASKS.search(text) or _THANKED.search(text) or not end:
        return
    words = column("text/courtesies.csv", "words", ("place", "closing"))
    if end[-1] in ".!?…":
        yield from (f"{end} {word if _has_capital(text) else word.lower()}{text[len(end) :]}" for word in words)
    elif "\n" not in end:
        yield from (f"{end}, {word[:-1].lower()}{text[len(end) :]}" for word in words)


def _like(old: str, new: str) -> str:
    return new.lower() if old[:1].islower() else new


def _has_capital(text: str) -> bool:
    return text != text.lower()
