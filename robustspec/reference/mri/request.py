"""What the user of the copilot asks for, from the words of the last turn and the pictures of all turns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from robustspec.reference.mri.vocabulary import Reader, words_of

Intent = Literal["report", "question", "compare", "noted", "other"]
Messages = Sequence[Mapping[str, Any]]

_DATE = re.compile(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b")
_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_REPORT = ("report", "describe", "read", "findings", "interpret", "assess", "summarise", "summarize", "impression")
_COMPARE = ("changed", "change", "compare", "course", "evolution", "grown", "progression", "development", "evolved")
_SCAN = ("scan", "mri", "study", "image", "studies", "images", "volume", "head", "brain", "series", "acquisition")
_STUDY = ("scan", "mri", "study", "studies", "volume")
_ASKING = ("is", "are", "does", "do", "can", "any", "whether", "there", "show", "see")


@dataclass(frozen=True, slots=True)
class Study:
    """A picture of the conversation: its place among all pictures, from 1, and the date of its caption."""

    number: int
    date: str | None
    picture: Any


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. ``said`` holds the values that the words name; ``study`` is the one meant, None for all."""

    intent: Intent
    studies: tuple[Study, ...]
    said: Mapping[str, str] = field(default_factory=dict)
    study: Study | None = None


def understood(messages: Messages, reader: Reader = Reader()) -> Request:  # noqa: B008  # frozen
    """The request of the last user message, its words read by ``reader``."""
    studies = _studies(messages)
    text = next((m["content"] for m in reversed(messages) if m["role"] == "user"), "")
    fresh = bool(messages) and bool(messages[-1].get("images"))
    words = words_of(text)
    said = reader.values(words)
    intent = _intent(reader, words, said, fresh)
    if intent == "compare" and len({study.number for study in studies}) < 2:
        intent = "report"
    return Request(intent, studies, said, _meant(reader, text, words, studies))


def _studies(messages: Messages) -> tuple[Study, ...]:
    found: list[Study] = []
    for message in messages:
        for picture in message.get("images", ()):
            date = _DATE.search(message["content"])
            found.append(Study(len(found) + 1, date.group() if date else None, picture))
    return tuple(found)


def _intent(reader: Reader, words: Sequence[str], said: Mapping[str, str], fresh: bool) -> Intent:
    about_scan = reader.says(words, *_SCAN)
    if reader.says(words, *_COMPARE) and (about_scan or "finding" in said):
        return "compare"
    if reader.says(words[:2], *_ASKING) and "finding" in said and ({"side", "region", "signal"} & said.keys()):
        return "question"
    if reader.says(words, *_REPORT) and (about_scan or "finding" in said):
        return "report"
    if reader.says(words, "where", "which", "what") and "finding" in said:
        return "report"
    if fresh and len(words) <= 16 and (not words or reader.says(words, *_STUDY)):
        return "noted"
    return "other"


def _meant(reader: Reader, text: str, words: Sequence[str], studies: Sequence[Study]) -> Study | None:
    """The study that the words point at, by date or by place; the last one where they point at none."""
    dates = _DATE.findall(text)
    if dates:
        return next((study for study in studies if study.date == dates[0]), None)
    for number, ordinal in enumerate(_ORDINALS, 1):
        if any(reader.near(word, ordinal) for word in words):
            return next((study for study in studies if study.number == number), None)
    if any(reader.near(word, "last") for word in words) or not studies:
        return studies[-1] if studies else None
    number_after = re.search(r"\b(?:image|study|picture|scan) (?:number |no\.? ?)?([1-9])\b", text.lower())
    if number_after:
        return next((study for study in studies if study.number == int(number_after.group(1))), None)
    return studies[-1]
