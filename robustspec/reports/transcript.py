"""Conversations of examples as reports print them: what matters is shown, long stretches beside it are folded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from robustspec.engine.evidence import Example, Said
from robustspec.reports.diff import Segment, diff
from robustspec.statistics.claim import counted

FOLDED = 3
"""Messages in a row that matter little, from which they are folded."""


class Stretch(NamedTuple):
    """Messages in a row; ``summary`` says how many are folded, empty where all are shown."""

    messages: Sequence[Said]
    summary: str


def stretches(talk: Sequence[Said]) -> Iterator[Stretch]:
    """A conversation in its order: wrong turns, what they answer, what was changed, and the end stay shown."""
    shown = _shown(talk)
    for matters, run in groupby(range(len(talk)), key=lambda place: shown[place]):
        messages = [talk[place] for place in run]
        folded = not matters and len(messages) >= FOLDED
        yield Stretch(messages, counted(len(messages), "messages") if folded else "")


def _shown(talk: Sequence[Said]) -> list[bool]:
    wrong = [said.right is False for said in talk]
    end = len(talk) - 2
    return [
        place >= end or wrong[place] or wrong[place + 1] or said.before is not None for place, said in enumerate(talk)
    ]


def who(said: Said) -> str:
    """Who speaks: "user", "model, turn 3", "document stock"."""
    if said.turn is not None:
        return f"model, turn {said.turn}"
    return said.role if said.name is None else f"document {said.name}"


def segments(said: Said) -> list[Segment]:
    """The text of a message; what the perturbation took out of it and put in is apart."""
    if said.before is None:
        return [Segment("equal", said.text)]
    return diff(said.before, said.text)


def wanted(said: Said) -> str:
    """What was right in place of a wrong answer: the act where it is not to answer, and the label."""
    policy = "" if said.policy in (None, "answer") else str(said.policy)
    return ": ".join(part for part in (policy, said.expected) if part)


def is_judged(example: Example) -> bool:
    """Whether the conversation says itself what was expected and what came."""
    return any(said.right is False for said in example.talk or ())
