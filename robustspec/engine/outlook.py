"""What to expect of a plan: how often each arm would pass if its true value were this or that, and the calls it would take.

The plan fixes every boundary before the first call, so all of this follows from an assumed true value; see
`robustspec.statistics.planning.planner` for how, and for what is taken for granted of the units.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from robustspec.engine.hypotheses import fewest_units, gap_units_of
from robustspec.engine.plan import ArmPlan, ScenarioPlan
from robustspec.metrics.base import TableMetric
from robustspec.statistics.base import Hypothesis
from robustspec.statistics.planning import planner
from robustspec.statistics.planning.planner import Outlook
from robustspec.statistics.side import value_range

OFFSETS = (-0.05, -0.02, -0.01, 0.0, 0.01, 0.02, 0.05)
"""Distances from the bound at which a plan looks, in parts of the scale."""

_EQUAL = 1e-9


@dataclass(frozen=True, slots=True)
class Expectations:
    """True values to plan with: ``at_least`` for requirements of that direction, ``named`` for metrics and requirements.

    A requirement's own name wins over its metric's, and that over ``at_least``. Metric and ``at_least`` speak about values
    on the metric's own scale: not a drop, a retention, a gap, nor a quantile, which need their own name.
    """

    at_least: float | None = None
    named: Mapping[str, float] = field(default_factory=dict)

    def of(self, arm: ArmPlan) -> float:
        """The true value expected of an arm; without a word on it, `planner.expected`."""
        named = self.named.get(arm.requirement.key)
        if named is None and on_own_scale(arm) and not arm.is_gap:
            named = self.named.get(arm.requirement.metric)
            if named is None and arm.requirement.at_least is not None:
                named = self.at_least
        return planner.expected(claim(arm)) if named is None else named


@dataclass(frozen=True, slots=True)
class ArmOutlook:
    """An arm if ``value`` were true. ``outlook`` is None where nothing is worked out, and ``reason`` says why."""

    arm: ArmPlan
    value: float
    outlook: Outlook | None
    reason: str = ""

    @property
    def p_pass(self) -> float | None:
        """The probability of a PASS; 0 where the verdict is known beforehand to be another one."""
        if self.arm.problem is not None:
            return 0.0
        return None if self.outlook is None else self.outlook.p_pass

    @property
    def units(self) -> int:
        """The units that it takes on average, rounded up; the most where that is not worked out."""
        if self.arm.problem is not None:
            return 0
        return self.arm.most_units() if self.outlook is None else math.ceil(self.outlook.mean_units - _EQUAL)


def on_own_scale(arm: ArmPlan) -> bool:
    """Whether the units of an arm are values of its metric: not differences, ratios to something, nor a quantile's."""
    return not (arm.aggregate.paired or arm.aggregate.baseline or arm.aggregate.form == "quantile")


def claim(arm: ArmPlan) -> Hypothesis:
    """The hypothesis that a plan's values speak about: on [0, 1] for a table metric and a quantile's share of units."""
    return planner.as_share(arm.streams[0].hypothesis)


def outlook_of(arm: ArmPlan, value: float) -> ArmOutlook:
    """What to expect of an arm if ``value`` were true. ValueError for a value that is not possible."""
    if arm.problem is not None:
        return ArmOutlook(arm, value, None, arm.problem[0])
    reason = _unknown(arm)
    if reason:
        return ArmOutlook(arm, value, None, reason)
    low, high = value_range(claim(arm))
    if not low <= value <= high:
        raise ValueError(f"{arm.requirement.key} lies in [{low:g}, {high:g}], so {value:g} cannot be expected of it")
    if isinstance(arm.metric, TableMetric):
        return ArmOutlook(arm, value, _of_table(arm, value))
    chosen = arm.settings
    return ArmOutlook(arm, value, planner.outlook(chosen.method, chosen.population, arm.streams[0].hypothesis, value))


def _unknown(arm: ArmPlan) -> str:
    """Why nothing can be said of an arm beforehand, "" where something can."""
    about = claim(arm)
    if arm.is_gap:
        return "a gap depends on all its values"
    if about.form == "tail_mean":
        return "a tail mean depends on how the worst units spread"
    if not (math.isfinite(about.lower) and math.isfinite(about.upper)):
        return "values without declared bounds may spread in any way"
    if isinstance(arm.metric, TableMetric) and _is_guaranteed(arm):
        return f"{arm.requirement.metric} is bounded by its parts, one by one"
    return ""


def _is_guaranteed(arm: ArmPlan) -> bool:
    """Whether bounds decide, not a comparison of numbers."""
    return arm.settings.method in ("sequential", "fixed") and arm.settings.population != "dataset"


def _of_table(arm: ArmPlan, value: float) -> Outlook:
    """A number of a whole table, as if it were the mean of one number per unit at either end of the scale."""
    hypothesis, chosen = arm.streams[0].hypothesis, arm.settings
    span = hypothesis.upper - hypothesis.lower
    bound, at = ((number - hypothesis.lower) / span for number in (hypothesis.bound, value))
    plain = replace(hypothesis, lower=0.0, upper=1.0, bound=bound, margin=hypothesis.margin / span)
    # The number of these rows is compared with the bound once all are in, whatever the method.
    method = "point" if chosen.population == "dataset" else chosen.method
    found = planner.outlook(method, chosen.population, plain, at)
    return replace(found, how="approximate", assumed="a table's number that spreads like a share on its scale")


def fewest(arm: ArmPlan) -> int | None:
    """The fewest units that can pass an arm, all as good as can be; None where none can, and for a table metric's gap."""
    if not arm.is_gap:
        return fewest_units(arm.settings, arm.requirement, arm.streams[0], arm.metric)
    if isinstance(arm.metric, TableMetric):
        return None
    units = gap_units_of(arm, 1.0, min(stream.hypothesis.horizon for stream in arm.streams))
    return None if units is None else arm.count_units([units] * len(arm.streams))


def grid(arm: ArmPlan, expected: float) -> list[float]:
    """The true values at which a plan looks: about the bound, and the expected one; those that are possible, ascending."""
    about = claim(arm)
    low, high = value_range(about)
    values = [round(about.bound + offset * planner.unit_of(about), 9) for offset in OFFSETS]
    if all(abs(value - expected) > _EQUAL for value in values):
        values.append(expected)
    return sorted(value for value in values if low <= value <= high)


def calls(scenario: ScenarioPlan, outlooks: Iterable[ArmOutlook]) -> int:
    """About the calls where each arm takes its mean number of units: every case once, whichever arms share it.

    The longest of several arms is longer on average than each of them is, and a run calls up to a quarter more than it
    uses: so this is somewhat low.
    """
    arms = [(each.arm, each.units / max(each.arm.most_units(), 1)) for each in outlooks if each.arm.problem is None]
    total = 0
    for number, cell in enumerate(scenario.cells):
        needed = np.zeros(len(scenario.rows), dtype=bool)
        for arm, part in arms:
            for stream in arm.streams:
                if number in arm.cells_called(stream):
                    taken = math.ceil(part * stream.hypothesis.horizon - _EQUAL)
                    needed[stream.rows(0, taken)[0]] = True
        total += int(needed.sum()) * cell.draws * scenario.repeats
    return round(total * scenario.turns)


def all_pass(outlooks: Iterable[ArmOutlook]) -> tuple[float, float, int]:
    """P(every arm passes): the least that it can be whatever arms have in common, and what it is if they have nothing.

    And the number of arms left out, about which nothing is known.
    """
    known = [each.p_pass for each in outlooks]
    chances = [chance for chance in known if chance is not None]
    return max(0.0, 1 - sum(1 - chance for chance in chances)), math.prod(chances), len(known) - len(chances)
