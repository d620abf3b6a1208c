"""Two ways to read one output."""

from __future__ import annotations

from typing import ClassVar, Literal

from robustspec.answers.values import normal
from robustspec.data.row import Case
from robustspec.errors import RobustspecError
from robustspec.metrics.base import CaseMetric, Direction


class ExtractorDisagreement(CaseMetric):
    """Share of outputs in which the published rule and the strict reading find different choices.

    Formula: mean of 1[one reading differs from the other], where finding nothing is a reading too. Inputs: an answer that
    the extractor ``strict`` or ``benchmark`` has read; the other one of the two reads the same output with the same choices.
    Direction: lower is better; 0 or 1 for each case. A rate above 0 says how much of a published score rests on its way
    of reading.

    >>> from robustspec.answers.choices import Strict
    >>> from robustspec.answers.reading import Reader
    >>> from robustspec.data.row import Case, Row
    >>> answer = Reader(Strict(choices=("positive", "neutral", "negative"))).read("Not positive: negative.")
    >>> answer.value, answer.beside, ExtractorDisagreement().score(Case(Row("1", "..."), answer))
    ('negative', ('positive',), 1.0)

    Source: disagreement of answer extractors as a threat to benchmark scores, Molfese et al. 2025, "Right answer, wrong
    score" (arXiv:2503.14996).
    """

    kind: Literal["extractor_disagreement"] = "extractor_disagreement"
    direction: ClassVar[Direction] = "lower"
    binary: ClassVar[bool] = True

    def score(self, case: Case) -> float:
        """1 where the readings differ."""
        beside = case.answer.beside
        if beside is None:
            raise RobustspecError(
                "extractor_disagreement: the output is read by one rule only -- write output.extract: {kind: strict, "
                "choices: [...]}, or benchmark"
            )
        read = () if case.answer.value is None else (normal(case.answer.value),)
        return float(read != tuple(map(normal, beside)))
