"""Conversations for the tests of operators on them, and short ways to apply these."""

import csv
import doctest
import sys
from pathlib import Path

from robustspec.data.row import Message, Row
from robustspec.perturbation.protect import find
from robustspec.perturbation.scopes import scope_of
from robustspec.registry import load_operators, lookup


def talk(*turns, label="yes", **more):
    """A row from "u:text", "a:text" and "s:text"; "d:text" is a document of the user."""
    roles = {"u": "user", "a": "assistant", "s": "system", "d": "user"}
    messages = (Message(roles[turn[0]], turn[2:], "leaflet" if turn[0] == "d" else None) for turn in turns)
    return Row("r", tuple(messages), label, **more)


TALK = talk(
    "s:You are a pharmacist.",
    "u:Hello, my left knee hurts.",
    "a:How bad is it?",
    "d:Take with food.",
    "u:Bad. May I take 400 mg of ibuprofen every 6 hours?",
)


def changed(operator, row, level=None, seed=0, **more):
    """The row after an operator, given as its kind or itself."""
    operator = lookup("perturbations", operator)() if isinstance(operator, str) else operator
    scope = scope_of(operator, **more)
    return scope.apply(row, scope.sample(seed, row), level)


def said(row):
    """What the user says, in order."""
    return [message.content for message in row.input if message.role == "user" and message.name is None]


def examples_of(kind):
    """How many examples of the documentation failed, and how many there are."""
    ran = doctest.testmod(sys.modules[lookup("perturbations", kind).__module__])
    return ran.failed, ran.attempted


def table(name):
    """A table beside the operators, by column."""
    path = Path(load_operators().__path__[0]) / "conversation" / "tables" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def standard_spans(sentences):
    """Doses, numbers, units, negation and sides in sentences that should have none."""
    return [(text, text[span.start : span.end]) for text in sentences for span in find(text)]
