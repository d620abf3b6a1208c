"""ROUGE-1: overlap of words."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import Any, Literal

from robustspec.answers.values import text_of
from robustspec.data.row import Answer, Row
from robustspec.metrics.base import JudgedMetric

_WORD = re.compile(r"[a-z0-9]+")


class Rouge1(JudgedMetric):
    """Mean ROUGE-1 F1 of answer and label.

    Formula: F = 2PR / (P + R), P = overlap / words of the answer, R = overlap / words of the label, the overlap
    counting each word at most as often as the label has it. Words are runs of a-z and 0-9 in the lower-cased text, not
    stemmed: the measure says nothing about scripts other than Latin. Of a label that is a list of references the best
    one counts. Inputs: answer and label as text. Direction: higher is better; each case lies in [0, 1].

    >>> from robustspec.data.row import Answer, Case, Row
    >>> round(Rouge1().score(Case(Row("1", "...", label="the cat sat"), Answer("The cat ran off"))), 4)
    0.5714

    Source: Lin 2004, "ROUGE: a package for automatic evaluation of summaries".
    """

    kind: Literal["rouge1"] = "rouge1"

    def right(self, value: Any, row: Row) -> float:
        """F1 against the label, or the best of a list of labels; 0 where either side has no word."""
        words = _words(text_of(value))
        references = row.label if isinstance(row.label, list | tuple) else (row.label,)
        return max((_f1(words, _reference(text_of(reference))) for reference in references), default=0.0)

    def same(self, one: Answer, other: Answer, row: Row) -> bool:
        """Whether both consist of the same words, in any order."""
        return _words(text_of(one.value)) == _words(text_of(other.value))


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.lower()))


@lru_cache(maxsize=1024)
def _reference(text: str) -> Counter[str]:
    return _words(text)


def _f1(answer: Counter[str], reference: Counter[str]) -> float:
    overlap = (answer & reference).total()
    return 2.0 * overlap / (answer.total() + reference.total()) if overlap else 0.0
