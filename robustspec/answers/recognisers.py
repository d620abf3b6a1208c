"""The first-party recognisers: how a refusal, or a question back, shows in an output."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any, Literal

from pydantic import Field, field_validator

from robustspec.answers.base import Recogniser, Unparsed
from robustspec.answers.json_text import read_json
from robustspec.answers.values import at, ends, normal, text_of


class Patterns(Recogniser):
    """The act shows in words: one of some regular expressions is found in the raw text, case ignored.

    Of a text longer than 16 KiB the first and last 8 KiB are searched.

    >>> Patterns(any=("i (?:cannot|can't) help",)).recognise("Sorry, I can't help with that.", None)
    True
    """

    kind: Literal["patterns"] = "patterns"
    any: tuple[str, ...] = Field(min_length=1)
    """Regular expressions, of which one is enough."""

    @field_validator("any")
    @classmethod
    def _compiles(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"'{pattern}' is not a regular expression: {error} -- correct or escape it") from error
        return patterns

    @cached_property
    def _compiled(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(pattern, re.IGNORECASE) for pattern in self.any)

    def recognise(self, raw: Any, value: Any) -> bool:
        """Whether one pattern is found."""
        text = ends(text_of(raw))
        return any(pattern.search(text) for pattern in self._compiled)


class JsonField(Recogniser):
    """The act shows in a field of the JSON answer; texts are compared without case and spare spaces.

    >>> JsonField(field="action", equals="refuse").recognise('{"action": "Refuse"}', {"action": "Refuse"})
    True
    """

    kind: Literal["json_field"] = "json_field"
    field: str
    """The field to look at, dotted where nested."""

    equals: str | bool | int | float | None
    """The field's value when the act is performed; null also stands for an absent field."""

    @cached_property
    def _wanted(self) -> Any:
        return normal(self.equals)

    def recognise(self, raw: Any, value: Any) -> bool:
        """Whether the field has the value; an output without JSON performs no act."""
        if not isinstance(value, dict):
            try:
                value = read_json(raw)
            except Unparsed:
                return False
        return bool(normal(at(value, self.field)) == self._wanted)
