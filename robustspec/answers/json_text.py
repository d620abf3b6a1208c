"""The JSON that a text holds, wherever in it the model put it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from robustspec.answers.base import Unparsed
from robustspec.answers.values import READ, at, ends

_ATTEMPTS = 1_000
_START = re.compile(r'\{(?=\s*["}])|\[(?=\s*[\[{"\-\dtfn\]])')
_FENCE = re.compile(r"```json", re.IGNORECASE)
_DECODER = json.JSONDecoder(parse_constant=lambda name: None)  # JSON has no NaN and no Infinity: they say nothing


def read_json(raw: Any, field: str | None = None) -> Any:
    """The JSON value of an output; raises `Unparsed` where there is none.

    ``raw`` may be a mapping or a list already. In a text it is, in this order: the text itself, what follows the first
    fence marked ``json``, the first object in the prose. With ``field``, only a document that has that field counts;
    without, lists of plain values and empty objects count only where there is nothing else (``see [1]`` is seldom an
    answer). Of a text longer than 512 KiB that does not itself begin with JSON, the first and last 256 KiB are
    searched.
    """
    if isinstance(raw, dict | list):
        return raw
    if not isinstance(raw, str):
        raise Unparsed("the output is neither text nor a JSON object or array")
    whole = _whole(raw)
    if _answers(whole, field):
        return whole
    text = ends(raw, READ)
    fence = _FENCE.search(text)
    plain = []
    for document in (*(_documents(text, fence.end()) if fence else ()), *_documents(text, 0)):
        if _answers(document, field):
            return document
        plain.append(document)
    if plain and field is None:
        return plain[0]
    raise Unparsed("the output holds no JSON object or array" + (f" with a field '{field}'" if field else ""))


def _answers(document: Any, field: str | None) -> bool:
    if field is not None:
        return at(document, field) is not None
    return (isinstance(document, dict) and bool(document)) or _has_object(document)


def _has_object(document: Any) -> bool:
    return isinstance(document, list) and any(isinstance(item, dict) for item in document)


def _whole(text: str) -> Any:
    """The document with which a text begins, however long; None where it does not begin with one."""
    stripped = text.lstrip()
    return next(_documents(stripped, 0, attempts=1), None) if stripped[:1] in ("{", "[") else None


def _documents(text: str, position: int, attempts: int = _ATTEMPTS) -> Iterator[Any]:
    """Every JSON object and array from ``position``, outermost only; what a torn one held is skipped with it."""
    for _ in range(attempts):
        start = _START.search(text, position)
        if start is None:
            return
        try:
            value, position = _DECODER.raw_decode(text, start.start())
        except json.JSONDecodeError as error:
            position = max(error.pos, start.start() + 1)
        except (ValueError, RecursionError):  # thousands of digits or of brackets: nobody's answer
            return
        else:
            yield value
