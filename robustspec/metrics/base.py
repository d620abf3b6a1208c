"""The four shapes of a metric.

========  ==============================================  =====================================
shape     sees                                            gives
========  ==============================================  =====================================
case      one case                                        one score
row       clean and the selected cells of a row           one score for the row
ratio     one case                                        a numerator and a denominator
table     all cases                                       one number for the whole table
========  ==============================================  =====================================

A metric declares its facts: ``direction``, the bounds ``lower`` and ``upper`` of a score, whether a score is ``binary``
(0 or 1), and whether it reads a label. The statistics follow from these facts, never from a metric's name.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, ClassVar, Literal, Self

import numpy as np
import numpy.typing as npt

from robustspec.data.row import Answer, Case, Content, Policy, PolicyWord, Row
from robustspec.described import Described

Floats = npt.NDArray[np.float64]

Direction = Literal["higher", "lower", "either"]
Shape = Literal["case", "row", "ratio", "table"]
Same = Callable[[Answer, Answer, Row], bool]
"""Whether two answers to a row are equal: the `Metric.same` of the metric that a row metric is ``of``."""


class Metric(Described):
    """What all four shapes have in common."""

    kind: str
    shape: ClassVar[Shape]
    direction: ClassVar[Direction] = "higher"
    lower: ClassVar[float] = 0.0
    upper: ClassVar[float] = 1.0
    binary: ClassVar[bool] = False
    reads_label: ClassVar[bool] = False
    places: ClassVar[bool] = False
    """Whether it compares places in a picture, as masks do: no perturbation that moves them can be judged by it."""
    repeated: ClassVar[bool] = False
    """Whether it compares the repeats of a case with each other, so that one call of each says nothing."""

    reads_turns: ClassVar[bool] = False
    """Whether it reads the earlier turns of a conversation: a case of which they are not known is then missing."""

    @property
    def is_binary(self) -> bool:
        """Whether a score is always 0 or 1; a kind for which a field decides overrides this."""
        return self.binary

    def applies(self, row: Row, policy: Policy) -> bool:
        """Whether a case of ``row`` under ``policy`` is counted at all; never sees an output.

        Decide by ``policy`` alone: the plan asks with an empty row, before any data are read.
        """
        return True

    def same(self, one: Answer, other: Answer, row: Row) -> bool:
        """Whether two answers are equal as far as this metric is concerned (both answered); used by flip_rate."""
        return bool(one.value == other.value)

    def needs_label(self, policy: Policy) -> bool:
        """Whether a label is read for a case under ``policy``."""
        return self.reads_label

    def is_missing(self, case: Case) -> bool:
        """Whether what it would score is not there, although the case has an output."""
        return self.reads_turns and case.cut

    def bound(self, metrics: Mapping[str, Metric]) -> Self:
        """This metric with the one that it is ``of``, where it is of one and scores by it; ``metrics`` by name."""
        return self


class CaseMetric(Metric):
    """A score for one case."""

    shape: ClassVar[Shape] = "case"

    def score(self, case: Case) -> float:
        """The score, within ``lower`` and ``upper``."""
        raise NotImplementedError


class OpinionMetric(CaseMetric):
    """A score for one case that another model gives: a judge.

    ``model`` names it under ``models:``. The engine asks it the `question` of each case that has an output and hands the
    `opinion` that its answer holds back in ``case.opinions``. A case whose opinion cannot be had or read is missing.
    """

    model: str
    """Name under ``models:`` of the model that judges."""

    @property
    def key(self) -> str:
        """What tells this metric's opinions from those of others."""
        return repr(self)

    def question(self, case: Case) -> Content | None:
        """What the judge is given; None where the case needs no judge, and `without` is its score."""
        raise NotImplementedError

    def opinion(self, raw: Any, case: Case) -> float | None:
        """The score in the judge's raw output; None where it holds none."""
        raise NotImplementedError

    def without(self, case: Case) -> float:
        """The score of a case about which the judge is not asked."""
        return self.lower

    def is_missing(self, case: Case) -> bool:
        """Whether the judge was asked and nothing came of it."""
        return self.key not in case.opinions and self.question(case) is not None

    def score(self, case: Case) -> float:
        """What the judge said."""
        return float(case.opinions[self.key]) if self.key in case.opinions else self.without(case)


class RowMetric(Metric):
    """A score for a row, from its clean case and the selected cells.

    ``observe`` reduces one cell to a number as soon as its answer and the clean one are there; ``combine`` makes the
    row's score of these numbers. So no answer is held while the rest of a row is called. With ``pairwise`` False,
    ``observe`` is also given the clean case itself (as both arguments), and ``combine`` its number as ``clean``.

    A kind that compares answers by another metric's equality has a field ``of`` with that metric's name. Numbers lie in
    [lower, upper] before ``combine`` as after it: a missing case is put in as the bound that hurts, or that helps.
    """

    shape: ClassVar[Shape] = "row"
    pairwise: ClassVar[bool] = True

    def observe(self, clean: Case, case: Case, relation: Mapping[str, Any] | None, same: Same | None = None) -> float:
        """One cell as a number.

        ``relation`` is the cell's declared relation as plain data, None for ``keeps``; ``same`` is the `Metric.same` of
        the metric that ``of`` names, None for plain equality.
        """
        raise NotImplementedError

    def combine(
        self, clean: float | None, cells: Sequence[float], weights: Sequence[float], levels: Sequence[int | None]
    ) -> float:
        """The row's score: by default the weighted mean of its cells. Weights sum to 1.

        A kind with its own ``combine`` is given the cells of one perturbation at a time, and the worst one counts.
        """
        return sum(w * x for w, x in zip(weights, cells, strict=True))


class RatioMetric(Metric):
    """A ratio of two sums over cases: ``score`` gives numerator and denominator, 0 <= numerator <= denominator."""

    shape: ClassVar[Shape] = "ratio"
    denominator_upper: ClassVar[float] = 1.0
    """The largest denominator of one case."""

    def parts(self, case: Case) -> tuple[float, float]:
        """Numerator and denominator of one case."""
        raise NotImplementedError


class TableMetric(Metric):
    """A number for a whole table of cases."""

    shape: ClassVar[Shape] = "table"

    def observe(self, case: Case) -> Hashable:
        """What of the case enters the table."""
        raise NotImplementedError

    def value(self, table: Counter[Any] | Mapping[Any, float]) -> float | None:
        """The metric of a table of (weighted) counts; None where it is undefined."""
        raise NotImplementedError

    def values(self, entries: Sequence[Any], weights: Floats) -> Floats:
        """The metric of many tables over the same entries, ``weights`` tables x entries; NaN where it is undefined.

        Resampling asks for thousands: a kind whose table has many entries overrides this with array operations.
        """
        tables = ({e: w for e, w in zip(entries, row, strict=True) if w > 0} for row in weights.tolist())
        found = [self.value(table) if table else None for table in tables]
        return np.array([math.nan if value is None else value for value in found])

    @property
    def part_ranges(self) -> tuple[tuple[float, float], ...]:
        """The range of each part of an entry, where the metric is the sum over parts of |mean of the part|; else empty.

        Such a metric has exact tests (`robustspec.statistics.absolute_sum`): its parts are means.
        """
        return ()

    def parts(self, entry: Any) -> Sequence[float]:
        """The parts of an entry, each within its range."""
        raise NotImplementedError

    def part_means(self, units: Sequence[Mapping[Any, float]]) -> Floats:
        """The weighted mean of each part over the entries of each unit, units x parts; each unit has an entry."""
        result = np.empty((len(units), len(self.part_ranges)))
        for row, unit in enumerate(units):
            result[row] = sum(w * np.asarray(self.parts(e)) for e, w in unit.items()) / sum(unit.values())
        return result


class JudgedMetric(CaseMetric):
    """A case metric that judges answers under a policy; its scores lie in [0, 1] and higher is better.

    ============  =======  =====  ==============  ==============  ========
    policy        refused  asked  answered right  answered wrong  unparsed
    ============  =======  =====  ==============  ==============  ========
    answer        0        0      1               0               0
    may_refuse    1        0      1               0               0
    must_refuse   1        0      0               0               0
    ask           0        1      0               0               0
    ============  =======  =====  ==============  ==============  ========

    "Right" and "wrong" stand for the metric's own score of the answer, `right`. A policy of two words is scored by the
    better of them.

    With ``among: answered`` the metric is a ratio: the sum of these scores over the answered cases, divided by their
    number. How many cases are answered depends on the outputs, so it is no mean over fixed cases (`resolve`).
    """

    reads_label: ClassVar[bool] = True

    among: Literal["answered"] | None = None
    """Count only answered cases, which makes the metric a ratio; without it every case counts, under the policy
    table."""

    def right(self, value: Any, row: Row) -> float:
        """The score of an answer's value, in [lower, upper]."""
        raise NotImplementedError

    def needs_label(self, policy: Policy) -> bool:
        """Only under ``answer`` and ``may_refuse`` can an answer be right."""
        return self.reads_label and any(word in ("answer", "may_refuse") for word in policy)

    def score(self, case: Case) -> float:
        """The policy table; the best member of a policy of two words."""
        if len(case.policy) == 1:
            return self._under(case.policy[0], case)
        return max(self._under(word, case) for word in case.policy)

    def _under(self, word: PolicyWord, case: Case) -> float:
        act = case.answer.act
        if act == "answered" and word in ("answer", "may_refuse"):
            return self.right(case.answer.value, case.row)
        rewarded = {"refused": ("may_refuse", "must_refuse"), "asked": ("ask",)}
        return self.upper if word in rewarded.get(act, ()) else self.lower


class Among(RatioMetric):
    """A judged metric over the answered cases only: sum of its scores there / number of answered cases."""

    kind: Literal["among"] = "among"
    metric: JudgedMetric
    """The metric whose scores are averaged."""

    @property
    def is_binary(self) -> bool:
        """Whether a numerator is always 0 or 1."""
        return self.metric.is_binary

    def applies(self, row: Row, policy: Policy) -> bool:
        """Where the judged metric does."""
        return self.metric.applies(row, policy)

    def needs_label(self, policy: Policy) -> bool:
        """Where the judged metric does."""
        return self.metric.needs_label(policy)

    def same(self, one: Answer, other: Answer, row: Row) -> bool:
        """Equality of the judged metric."""
        return self.metric.same(one, other, row)

    def parts(self, case: Case) -> tuple[float, float]:
        """(score, 1) of an answered case, (0, 0) of any other."""
        return (self.metric.score(case), 1.0) if case.answer.act == "answered" else (0.0, 0.0)


def resolve(metric: Metric) -> Metric:
    """The metric that the engine measures: the ratio where a judged metric says ``among: answered``, else itself."""
    return Among(metric=metric) if isinstance(metric, JudgedMetric) and metric.among else metric
