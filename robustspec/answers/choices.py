"""Which of several choices an output states: by the rule of published benchmarks, and by a strict reading."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from robustspec.answers.base import Extractor, Unparsed
from robustspec.answers.values import READ, ends, last_match

Second = tuple[Any, ...]
"""What the other of two rules reads: one value, or nothing."""


class ChoiceExtractor(Extractor):
    """Base of extractors that find one of ``choices``; the value is spelled as there.

    An output that is a structure is read by its field ``label``, as models that rank choices give it.
    """

    choices: tuple[str, ...] = Field(min_length=2)
    """The choices, in the order of the benchmark."""

    @field_validator("choices")
    @classmethod
    def _stated(cls, choices: tuple[str, ...]) -> tuple[str, ...]:
        if not all(choice.strip() for choice in choices):
            raise ValueError("a choice is empty -- give every choice a text")
        if len(set(choices)) < len(choices):
            raise ValueError("two choices are the same -- name each choice once")
        return choices

    def extract(self, raw: Any) -> str:
        """The choice stated; `Unparsed` where there is none."""
        choice = self._found(_text(raw))
        if choice is None:
            raise Unparsed("the output states none of the choices")
        return choice

    def _found(self, text: str) -> str | None:
        raise NotImplementedError


class Benchmark(ChoiceExtractor):
    """The first of the choices that the output contains anywhere, as published benchmarks read it.

    The output is put in lower case, the choices are gone through in their order, and the first one that is a part of it
    wins, be it inside another word or denied: "not positive" is positive, and "Yesterday" contains yes. That is the rule
    of the FLARE tasks of PIXIU; ``aliases`` and ``default`` are those of its stock movement task, and a default of good that
    of its credit tasks. Take ``strict`` for what was meant, and the metric ``extractor_disagreement`` for the difference.

    >>> Benchmark(choices=("positive", "neutral", "negative")).extract("Not positive, so negative.")
    'positive'
    >>> rise = Benchmark(choices=("Rise", "Fall"), aliases={"Rise": ("yes",), "Fall": ("no",)}, default="Fall")
    >>> rise.extract("Yesterday it was at 40."), rise.extract("Hard to tell.")
    ('Rise', 'Fall')

    Source: PIXIU (Xie et al., 2023, arXiv:2306.05443), whose tasks take the first choice that the answer contains.
    """

    kind: Literal["benchmark"] = "benchmark"
    aliases: dict[str, tuple[str, ...]] = Field(default={})
    """Of a choice, further texts that count as it."""
    default: str | None = None
    """The choice that an output without any counts as; without a default it is unparsed."""

    @model_validator(mode="after")
    def _among_the_choices(self) -> Self:
        stray = next((name for name in (*self.aliases, self.default) if name not in (*self.choices, None)), None)
        if stray is not None:
            raise ValueError(
                f"'{stray}' is none of the choices -- aliases and default name one of: {', '.join(self.choices)}"
            )
        return self

    @cached_property
    def _signs(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return tuple(
            (choice, (choice.lower(), *(alias.lower() for alias in self.aliases.get(choice, ()))))
            for choice in self.choices
        )

    def beside(self, raw: Any) -> Second:
        """What `Strict` reads of the same choices."""
        return _second(self._other, raw)

    @cached_property
    def _other(self) -> Strict:
        return Strict(choices=self.choices)

    def _found(self, text: str) -> str | None:
        low = text.lower()
        found = (choice for choice, signs in self._signs if any(sign in low for sign in signs))
        return next(found, self.default)


class Strict(ChoiceExtractor):
    """The last choice that the output states: as a whole word, not denied, and not in a list of the choices.

    Where the ``marker`` stands ("Final Answer:", at the end of a chain of thought), only what follows the last one counts.
    A denied choice ("not positive", "isn't positive", "rather than positive", "neither positive nor negative") is not
    stated, nor is one that only stands in a list of several ("positive, neutral, or negative"), as a repeated instruction
    has it. Of choices one of which is part of another ("very positive") the longer is read. English.

    >>> strict = Strict(choices=("positive", "neutral", "negative"))
    >>> strict.extract("It is not positive. I say: Neutral.")
    'neutral'
    >>> strict.extract("Sales fell, but costs too.\\nFinal Answer: NEGATIVE")
    'negative'
    """

    kind: Literal["strict"] = "strict"
    case_sensitive: bool = False
    """Whether case counts; set it for letters such as A and B, where "a" is also a word."""
    marker: str = "Final Answer:"
    """The words before the answer, where there are any; case does not count. Empty: the whole output counts."""

    @cached_property
    def _words(self) -> re.Pattern[str]:
        longest_first = sorted(self.choices, key=lambda choice: (-len(choice), choice))
        either = "|".join(r"\s+".join(map(re.escape, choice.split())) for choice in longest_first)
        return re.compile(rf"{_BEGINS}(?:{either}){_ENDS}", re.NOFLAG if self.case_sensitive else re.IGNORECASE)

    @cached_property
    def _marked(self) -> re.Pattern[str] | None:
        return re.compile(re.escape(self.marker), re.IGNORECASE) if self.marker else None

    def beside(self, raw: Any) -> Second:
        """What `Benchmark` reads of the same choices."""
        return _second(self._other, raw)

    @cached_property
    def _other(self) -> Benchmark:
        return Benchmark(choices=self.choices)

    def _found(self, text: str) -> str | None:
        marker = last_match(self._marked, text) if self._marked else None
        said = text[marker.end() :] if marker else text
        stated = _not_denied(said, deque(self._words.finditer(said), maxlen=_MENTIONS))
        listed = {match for one, other in pairwise(stated) if self._lists(said, one, other) for match in (one, other)}
        last = next((match for match in reversed(stated) if match not in listed), None)
        return None if last is None else self._spelled(last[0])

    def _lists(self, text: str, one: re.Match[str], other: re.Match[str]) -> bool:
        different = self._spelled(one[0]) != self._spelled(other[0])
        return different and _IN_A_LIST.fullmatch(text, one.end(), other.start()) is not None

    def _spelled(self, found: str) -> str:
        words = " ".join(found.split())
        key = words if self.case_sensitive else words.casefold()
        return next(
            c for c in self.choices if " ".join(c.split() if self.case_sensitive else c.casefold().split()) == key
        )


_IN_A_LIST = re.compile(
    r"[\s\"'“”‘’*_`()\[\]]*(?:[,/|]|(?:,\s*)?\b(?:or|and|nor)\b)[\s\"'“”‘’*_`()\[\]]*", re.IGNORECASE
)
_MENTIONS = 500
"""How many mentions, from the last, are looked at."""
_BEFORE = 80
_BEGINS = r"(?<![^\W_])(?<![^\W_]_)(?<![^\W_]__)(?<![^\W_]___)"
_ENDS = r"(?!_{0,3}[^\W_])"
"""Where a word begins and ends: underscores around it may be Markdown's, but those that join it to another are not."""
_DENIED = re.compile(
    r"(?:(?:(?<![^\W_])(?:not|never|neither|nor|no(?!\s+(?:it|this|that)\b)|cannot|hardly|rather\s+than|instead\s+of|"
    r"other\s+than|far\s+from|anything\s+but)|n['’]t)[*_]*"
    r"(?:\s+(?:an?|the|be|is|been|being|call|say|think|believe|find|feel|considered?|seen?|labell?ed|as|would|"
    r"(?:it|this|that)(?:['’]s)?|at\s+all|in\s+any\s+way|really|clearly|very|particularly|quite|entirely|purely|simply|truly|"
    r"necessarily|just|so|longer))*\s+|(?<![^\W_])non[\s\-‐‑–]\s*)[\"'“‘*_`(]*$",
    re.IGNORECASE,
)


_OR = re.compile(r"[\s\"'”’*_`)\],]*\b(?:or|nor)\s+[\"'“‘*_`(\[]*", re.IGNORECASE)


def _not_denied(text: str, found: Iterable[re.Match[str]]) -> list[re.Match[str]]:
    """The matches that no word before them denies; what follows a denied one by "or" is denied with it."""
    kept: list[re.Match[str]] = []
    last_denied: re.Match[str] | None = None
    for match in found:
        with_last = last_denied is not None and _OR.fullmatch(text, last_denied.end(), match.start())
        if with_last or _DENIED.search(text[max(0, match.start() - _BEFORE) : match.start()]):
            last_denied = match
        else:
            last_denied = None
            kept.append(match)
    return kept


def _text(raw: Any) -> str:
    said = raw.get("label") if isinstance(raw, dict) else raw
    if not isinstance(said, str | int | float):
        raise Unparsed("the output is not a text that could state a choice")
    return ends(str(said), READ)


def _second(other: ChoiceExtractor, raw: Any) -> Second:
    try:
        return (other.extract(raw),)
    except Unparsed:
        return ()
