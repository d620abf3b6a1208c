"""From a raw output to an `Answer`: extractors find the value, recognisers tell a refusal or a question."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Unparsed(Exception):  # noqa: N818  # named as the act that it stands for
    """The raw output holds no answer of the form that was asked for."""


class Extractor(BaseModel):
    """Finds the answer's value in a raw output."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    kind: str

    def extract(self, raw: Any) -> Any:
        """The value; raises `Unparsed` where there is none."""
        raise NotImplementedError


class Recogniser(BaseModel):
    """Tells whether an output performs an act, such as refusing."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    kind: str

    def recognise(self, raw: Any, value: Any) -> bool:
        """Whether the output performs the act; ``value`` is None where nothing could be extracted."""
        raise NotImplementedError
