"""From a raw output to an `Answer`: extractors find the value, recognisers tell a refusal or a question."""

from __future__ import annotations

from typing import Any

from robustspec.described import Described


class Unparsed(Exception):  # noqa: N818  # named as the act that it stands for
    """The raw output holds no answer of the form that was asked for."""


class Extractor(Described):
    """Finds the answer's value in a raw output."""

    kind: str

    def extract(self, raw: Any) -> Any:
        """The value; raises `Unparsed` where there is none."""
        raise NotImplementedError

    def beside(self, raw: Any) -> tuple[Any, ...] | None:
        """What a second rule reads in the same output: one value, or nothing; None where the kind has no second rule."""
        return None


class Recogniser(Described):
    """Tells whether an output performs an act, such as refusing."""

    kind: str

    def recognise(self, raw: Any, value: Any) -> bool:
        """Whether the output performs the act; ``value`` is None where nothing could be extracted."""
        raise NotImplementedError
