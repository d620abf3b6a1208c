"""The studies of a conversation: messages of the user that show pictures, and the dates in their captions."""

from __future__ import annotations

import re

from robustspec.data.row import Message

DATE = re.compile(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b")
"""A date as captions write it: 2024-03-01."""


def studies(messages: tuple[Message, ...]) -> list[int]:
    """Which messages show pictures, in their order."""
    return [place for place, message in enumerate(messages) if message.role == "user" and message.images]


def question(messages: tuple[Message, ...]) -> int | None:
    """Which message asks the question, whatever it shows: the last one of the user."""
    return max((place for place, message in enumerate(messages) if message.role == "user"), default=None)
