"""Paraphrases that a model has written: read from its output, and held against the text that they are to say again.

A paraphrase is kept only where every protected span of the text stands in it as often as there: a paraphraser that changes
a dose is a fault, whatever else it does well.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Any

from robustspec.answers.base import Unparsed
from robustspec.answers.json_text import read_json
from robustspec.data.row import Row
from robustspec.perturbation.protect import Lexicon, find
from robustspec.perturbation.vocabulary import STANDARD

_LONGEST = 4
"""A paraphrase that is this many times as long as its text, and then some, is an answer or an essay."""

_INVISIBLE = {*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}
"""Embeddings, overrides and isolates of writing direction: what is shown is not the order that a model reads."""

_LISTED = re.compile(r"[ \t]*(?:\d{1,2}[.)]|[-*•])[ \t]+(?P<text>\S.*)")
_FENCE = re.compile(r"^```.*$", re.MULTILINE)


def read_candidates(raw: Any) -> list[str]:
    """The paraphrases in an output: a JSON list of texts (or of objects with ``text``), numbered lines, or lines.

    Nothing is cut but the marks of a list and quotes around a line. Empty where there are none.
    """
    if isinstance(raw, str):
        listed = _of_json(raw)
        return [*_lines(raw)] if listed is None else listed
    return _texts(raw)


def _of_json(raw: str) -> list[str] | None:
    """The texts of the JSON in an output; None where it holds none."""
    bare = _FENCE.sub("", raw).strip()
    try:
        return _texts(json.loads(bare)) or None
    except (ValueError, RecursionError):
        pass
    try:
        return _texts(read_json(raw)) or None
    except Unparsed:
        return None


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        if isinstance(value.get("text"), str):
            return [value["text"].strip()]
        return next((_texts(item) for item in value.values() if isinstance(item, list)), [])
    if not isinstance(value, list):
        return []
    return [text for item in value for text in (_texts(item) if isinstance(item, dict) else [str(item).strip()])]


def _lines(raw: str) -> Iterator[str]:
    """Numbered or bulleted lines where there are any, else all that are no heading."""
    lines = [line for line in _FENCE.sub("", raw).splitlines() if line.strip()]
    listed = [match["text"] for line in lines if (match := _LISTED.fullmatch(line))]
    for line in listed or [line for line in lines if len(lines) == 1 or not line.rstrip().endswith(":")]:
        text = line.strip()
        quoted = len(text) > 1 and text[0] + text[-1] in ('""', "“”", "''")
        yield text[1:-1].strip() if quoted else text


class Original:
    """A text with the spans that its paraphrases must hold, and the paraphrases that are kept so far."""

    def __init__(self, row: Row, text: str, lexicon: Lexicon | None) -> None:
        self.row, self.text = row, text
        self.kept: list[str] = []
        self.seen: list[str] = []
        """Every candidate so far, kept or not, that can be shown to a model, so that it is asked for others."""
        self._spans = tuple((span.text, span.category) for span in row.spans)
        self._lexicon = lexicon
        self._expected = self._counts(text)
        self._known = {_folded(text)}

    @property
    def protected(self) -> list[str]:
        """What must stand in every paraphrase, as it stands in the text, each once."""
        found = find(self.text, self._lexicon, self._spans)
        widest = [span for span in found if not any(_inside(span, other) for other in found if other is not span)]
        return list(dict.fromkeys(self.text[span.start : span.end] for span in widest))

    def take(self, candidate: str) -> str | None:
        """Keep a candidate; the reason where it is rejected."""
        if _controls(candidate) - _controls(self.text):
            return "control characters"
        reason = self._fault(candidate)
        if candidate:
            self.seen.append(candidate)
            self._known.add(_folded(candidate))
        if reason is None:
            self.kept.append(candidate)
        return reason

    def _fault(self, candidate: str) -> str | None:
        folded = _folded(candidate)
        if not folded:
            return "empty"
        if folded == _folded(self.text):
            return "unchanged"
        if folded in self._known:
            return "duplicate"
        if len(candidate) > _LONGEST * len(self.text) + 100:
            return "too long"
        counts = self._counts(candidate)
        categories = [*STANDARD, *sorted({*self._expected, *counts} - {*STANDARD})]
        changed = (name for name in categories if self._expected.get(name) != counts.get(name))
        return next((f"another {_NAMES.get(name, name)}" for name in changed), None)

    def _counts(self, text: str) -> dict[str, Counter[str]]:
        """How often each protected span stands in a text, by category."""
        found: dict[str, Counter[str]] = {}
        for span in find(text, self._lexicon, self._spans):
            found.setdefault(span.category, Counter())[_same(text[span.start : span.end], span.category)] += 1
        return found


_NAMES = {"laterality": "side"}


def _controls(text: str) -> set[str]:
    """The characters of a text that no one sees and that change how it is stored or shown; tabs and new lines are none."""
    return {
        char
        for char in text
        if char in _INVISIBLE or (unicodedata.category(char) in ("Cc", "Cs") and char not in "\t\r\n")
    }


def _inside(span: Any, other: Any) -> bool:
    longer = other.end - other.start > span.end - span.start
    return bool(longer and other.start <= span.start and span.end <= other.end)


def _folded(text: str) -> str:
    """A text without what no reader would call another text: capitals and blanks."""
    return " ".join(text.lower().split())


def _same(span: str, category: str) -> str:
    """A span as it is compared: "400mg" is "400 mg", and "don't" is "do not"."""
    low = "".join(span.lower().replace("’", "'").split())
    return "not" if category == "negation" and low.endswith(("n't", "not")) else low
