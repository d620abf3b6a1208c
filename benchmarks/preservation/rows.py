"""The rows that cases are made from, and the protected spans of a text."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from robustspec.data.row import Content, Message, Row, Span
from robustspec.perturbation.protect import Lexicon, find

DATA = Path(__file__).resolve().parents[2] / "specs" / "data"
PHARMACY = DATA / "pharmacy"

Values = Counter[tuple[str, str | float]]
"""What a text says, each value as often as it is said."""


@cache
def rows(which: str) -> tuple[Row, ...]:
    """The rows of a folder under specs/data, in an order that mixes its files."""
    found = [row for path in sorted((DATA / which).glob("*.jsonl")) for row in _rows(path)]
    return tuple(sorted(found, key=lambda row: blake2b(row.id.encode(), digest_size=8).digest()))


def _rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8") as file:
        for record in map(json.loads, file):
            text = record.get("query") or record.get("text")
            content = text if text is not None else _messages(record["messages"])
            facts = record.get("facts") or {}
            spans = tuple(Span(span["text"], span["category"]) for span in record.get("spans", ()))
            yield Row(record["id"], content, record.get("request") or record.get("answer"), spans=spans, facts=facts)


def _messages(records: Sequence[dict[str, Any]]) -> tuple[Message, ...]:
    return tuple(Message(record["role"], record["content"], record.get("name")) for record in records)


@cache
def lexicon() -> Lexicon:
    """Names of medicines."""
    with (PHARMACY / "drugs.csv").open(encoding="utf-8", newline="") as file:
        return Lexicon({"drug": [record["term"] for record in csv.DictReader(file)]})


def said(content: Content) -> str:
    """All that is said in an input, turn after turn."""
    return content if isinstance(content, str) else "\n\x1e\n".join(message.content for message in content)


@cache
def spans_in(text: str) -> Values:
    """Every protected span of a text, capitals aside."""
    return Values((span.category, text[span.start : span.end].lower()) for span in find(text, lexicon()))


def spans(row: Row) -> Values:
    """Every protected span of an input, capitals aside."""
    return spans_in(said(row.input))
