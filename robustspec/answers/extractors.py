"""The first-party extractors: where in a raw output the answer stands.

Outputs are untrusted and may be megabytes long: each extractor is linear in the text, and those that search it look at
the first and last 256 KiB.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any, Literal

from pydantic import Field, field_validator

from robustspec.answers.base import Extractor, Unparsed
from robustspec.answers.json_text import read_json
from robustspec.answers.values import READ, at, ends, last_match


class Whole(Extractor):
    """The whole output is the answer: text without the white space around it, or structured data as it is.

    >>> Whole().extract("  Rise\\n")
    'Rise'
    """

    kind: Literal["whole"] = "whole"

    def extract(self, raw: Any) -> Any:
        """The stripped text; empty text and None are `Unparsed`."""
        value = raw.strip() if isinstance(raw, str) else raw
        if value is None or value == "":
            raise Unparsed("the output is empty")
        return value


class LastLabel(Extractor):
    """The last of the known labels that the text states, as whole words, spelled as in ``labels``.

    Negation is not read: in "not Rise" the label is Rise. Where one label is part of another ("guilty", "not guilty")
    the longer one is taken.

    >>> LastLabel(labels=("Rise", "Fall")).extract("It could rise, but I say: FALL.")
    'Fall'
    """

    kind: Literal["last_label"] = "last_label"
    labels: tuple[str, ...] = Field(min_length=1)
    """The labels that an answer may state."""

    case_sensitive: bool = False
    """Whether case counts; set it for labels such as A and B, where "a" is also a word."""

    @field_validator("labels")
    @classmethod
    def _stated(cls, labels: tuple[str, ...]) -> tuple[str, ...]:
        if not all(label.strip() for label in labels):
            raise ValueError("a label is empty -- give every label a text")
        return labels

    @cached_property
    def _search(self) -> tuple[re.Pattern[str], tuple[str, ...]]:
        longest_first = tuple(sorted(self.labels, key=lambda label: (-len(label), label)))
        words = (r"\s+".join(map(re.escape, label.split())) for label in longest_first)
        groups = "|".join(f"({label})" for label in words)
        flags = re.NOFLAG if self.case_sensitive else re.IGNORECASE
        return re.compile(rf"(?<!\w)(?:{groups})(?!\w)", flags), longest_first

    def extract(self, raw: Any) -> str:
        """The last label stated; `Unparsed` where none is, or where the output is a structure."""
        if not isinstance(raw, str | int | float):
            raise Unparsed("the output is not a text that could state a label")
        pattern, labels = self._search
        last = last_match(pattern, ends(str(raw), READ))
        if last is None or last.lastindex is None:
            raise Unparsed("the output states none of the labels")
        return labels[last.lastindex - 1]


class Json(Extractor):
    """The JSON object or array of the output: the output itself, in a fence marked ``json``, or within prose.

    Of several, the first object (or array of objects) counts; an array of plain values only where there is no object.

    >>> Json().extract('Sure! ```json\\n{"action": "ask"}\\n``` Anything else?')
    {'action': 'ask'}
    >>> Json(field="dose.mg").extract('{"dose": {"mg": 200}}')
    200
    """

    kind: Literal["json"] = "json"
    field: str | None = None
    """The field that is the answer, dotted where nested; without it the whole object is."""

    def extract(self, raw: Any) -> Any:
        """The object, array or field; `Unparsed` where there is none, or where the field is absent or null."""
        document = read_json(raw, self.field)
        value = document if self.field is None else at(document, self.field)
        if value is None:
            raise Unparsed(f"the JSON of the output has no field '{self.field}'")
        return value


class AfterMarker(Extractor):
    """What follows the last marker, up to the end of its line; the next line with text where that one is empty.

    >>> AfterMarker().extract("Step 1: ...\\n**Final Answer:** Rise.")
    'Rise'
    """

    kind: Literal["after_marker"] = "after_marker"
    marker: str = Field(default="Final Answer:", min_length=1)
    """The words before the answer; case does not count."""

    strip: str = "*_`\"'"
    """Characters removed around the answer besides white space, and with them a closing full stop; with an empty text
    only white space is removed."""

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(re.escape(self.marker), re.IGNORECASE)

    def extract(self, raw: Any) -> str:
        """The text after the last marker; `Unparsed` where there is no marker or nothing after it."""
        text = ends(raw, READ) if isinstance(raw, str) else ""
        last = last_match(self._pattern, text)
        value = self._stripped(text[last.end() :]) if last else ""
        if not value:
            raise Unparsed(f"the output holds nothing after '{self.marker}'")
        return value

    def _stripped(self, rest: str) -> str:
        around = self.strip + " \t\r\n"
        line = rest.lstrip(around).partition("\n")[0].strip(around)
        return line.removesuffix(".").rstrip(around) if self.strip else line
