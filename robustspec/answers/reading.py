"""From a raw output to an `Answer`: which act it is, and what was said."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from robustspec.answers.base import Extractor, Recogniser, Unparsed
from robustspec.answers.withheld import is_withheld
from robustspec.data.row import Act, Answer

_REMEMBERED = 2_048
_SHORT = 10_000


class Reader:
    """Reads outputs as a specification's ``output:`` block says.

    An output is refused if the refusal recogniser says so, else asked if the asking one says so, else answered if a
    value can be extracted, else unparsed. The recognisers are asked even where nothing can be extracted. What the service
    withheld (its content filter) is refused.

    Short texts come up again and again, so their answers are remembered and shared: an `Answer` must not be changed.
    """

    def __init__(self, extract: Extractor, refusal: Recogniser | None = None, asking: Recogniser | None = None) -> None:
        self._extract = extract
        self._refusal = refusal
        self._asking = asking
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._read)

    def read(self, raw: Any) -> Answer:
        """The answer in ``raw``, text or JSON-able data; its value is None where nothing could be extracted."""
        if type(raw) is str and len(raw) < _SHORT:
            return self._remembered(raw)
        return self._read(raw)

    def _read(self, raw: Any) -> Answer:
        if is_withheld(raw):
            return Answer(None, "refused")
        try:
            value, extracted = self._extract.extract(raw), True
        except Unparsed:
            value, extracted = None, False
        return Answer(value, self._act(raw, value, extracted), self._extract.beside(raw))

    def _act(self, raw: Any, value: Any, extracted: bool) -> Act:
        if self._refusal is not None and self._refusal.recognise(raw, value):
            return "refused"
        if self._asking is not None and self._asking.recognise(raw, value):
            return "asked"
        return "answered" if extracted else "unparsed"
