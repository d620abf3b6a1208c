"""One arm during a run: which units it wants next, what it makes of them, and when it is decided.

An arm's evidence is always a prefix of its own order. It asks for as many units as cannot be in vain, and where many calls
are in flight for some more; takes them in that order, and stops at the first unit at which its test decides. Whatever was
called beyond that unit is cost, not evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from robustspec.engine.plan import ArmPlan, Ints, Stream
from robustspec.engine.proof.record import Given
from robustspec.engine.table import ScoreTable
from robustspec.engine.table_tests import new_test
from robustspec.engine.units import Table, UnitValues
from robustspec.metrics.base import TableMetric
from robustspec.statistics.base import Summary
from robustspec.statistics.side import Pair

FIRST_BATCH = 8
"""The most units at first; later at most `SMALLEST_BATCH`, or `GROWTH` of the evidence, whichever is more."""
FIRST_FOCUSED_BATCH = 5
"""Units that every arm gets before ``allocation: focused`` compares them (`statistics.md`, section 6E)."""
GROWTH = 0.25
SMALLEST_BATCH = 7
WHOLE_BATCH = 8192
"""Units at once where the verdict falls only at the end."""


@dataclass(slots=True)
class _Reading:
    """How far one stream has been read: units asked for, taken, and with evidence among these."""

    stream: Stream
    asked: int = 0
    taken: int = 0
    evidence: int = 0
    units: list[npt.NDArray[np.int64]] = field(default_factory=list)
    given: list[Any] = field(default_factory=list)

    @property
    def exhausted(self) -> bool:
        """Whether no more units can come."""
        return self.asked >= self.stream.n_units or self.evidence >= self.stream.hypothesis.horizon


class ArmRun:
    """An arm while it runs. Call `wants`, have these cases scored, call `consume`; until ``done``."""

    def __init__(self, plan: ArmPlan) -> None:
        self.plan = plan
        self.done = plan.problem is not None
        self.decision: Literal["PASS", "FAIL"] | None = None
        self.fault = ""
        self._readings = [_Reading(stream) for stream in plan.streams]
        self._stepwise = plan.settings.method == "sequential"
        self.ran_out = False
        """Whether its units ended before its test decided on the way."""
        self.stopped = ""
        """Why it was given up before it was decided."""
        self.needless = ""
        """The arm whose FAIL made this one unnecessary, under ``allocation: focused``."""
        self._is_table = isinstance(plan.metric, TableMetric)
        self._test: Any = None
        if not self.done:
            try:
                self._test = new_test(plan)
            except ValueError as error:  # a metric of an extension may declare what no test takes
                self.fault, self.done = str(error), True

    def wants(self, ahead: int = 0) -> Iterator[tuple[Ints, tuple[int, ...]]]:
        """The next units: slots, and the cells they are wanted on (clean included where it is needed).

        As many as can come to a decision no earlier than with the last one, or ``ahead`` more than that to keep calls in
        flight; in any case at most 7 or a quarter of the evidence. Units after a decision are cost, never evidence.
        """
        for number, reading in enumerate(self._readings):
            count = self._batch(number, reading, ahead)
            if count <= 0:
                continue
            stream = reading.stream
            slots, _ = stream.rows(reading.asked, reading.asked + count)
            reading.asked += count
            yield slots, self.plan.cells_called(stream)

    def _batch(self, number: int, reading: _Reading, ahead: int) -> int:
        stream, seen = reading.stream, reading.evidence
        room = min(stream.n_units - reading.asked, stream.hypothesis.horizon - seen)
        if not self._stepwise:
            return min(room, WHOLE_BATCH)
        if self.plan.is_gap:
            return min(room, int(self._test.needs(number)))
        if seen == 0:
            most = FIRST_FOCUSED_BATCH if self.plan.is_focused else FIRST_BATCH
        else:
            most = max(SMALLEST_BATCH, int(seen * GROWTH))
        if hasattr(self._test, "soonest") and not (self.plan.is_focused and seen == 0):
            # Which arm is tried next must not depend on the calls in flight.
            spare = 0 if self.plan.is_focused else ahead
            # A look costs time too: one in 128 units is spent to save looks.
            most = min(most, max(int(self._test.soonest(most)), seen >> 7) + spare)
        return min(room, most)

    @property
    def promise(self) -> float:
        """How good the arm may at least be: the lowest is tried next under ``allocation: focused``.

        It is p - sqrt(p (1 - p) / n) with p = (s + 1) / (n + 2), s the sum of the units on a scale where 1 is best. Any rule
        of allocation is valid, since each arm's evidence is a prefix of its own order; this one saves calls.
        """
        hypothesis, seen, n = self.plan.streams[0].hypothesis, self.observed, self.units
        if seen is None or seen.estimate is None:
            return 0.0
        low, high = hypothesis.lower, hypothesis.upper
        share = seen.estimate if hypothesis.denominator_upper else (seen.estimate - low) / (high - low)
        good = min(max(share if hypothesis.at_least else 1 - share, 0.0), 1.0)
        p = (good * n + 1) / (n + 2)
        return float(p - np.sqrt(p * (1 - p) / n))

    def not_needed(self, because: str) -> None:
        """Another arm of the requirement failed, so this one need not be tried further."""
        self.done, self.needless = True, because

    def stop(self, because: str) -> None:
        """No more calls may be made: what has been taken stays its evidence."""
        self.done, self.stopped = True, because

    def consume(self, table: ScoreTable, baseline: ScoreTable | None = None) -> None:
        """Take the units that were asked for, now scored, and judge; ``baseline`` is what they are compared with."""
        try:
            faults = [self._take(number, reading, table, baseline) for number, reading in enumerate(self._readings)]
            fault = next((fault for fault in faults if fault), "")
            if not self.done and not fault and all(reading.exhausted for reading in self._readings):
                self.done = self.ran_out = True
                self.decision = self._test.finish()
        except ValueError as error:
            self.done, fault = False, str(error)
        if not self.done and fault:
            self.fault, self.done = fault, True

    def _take(self, number: int, reading: _Reading, table: ScoreTable, baseline: ScoreTable | None) -> str:
        """Take a stream's new units; what is wrong with the unit after them, if it could not be scored."""
        first, last = reading.taken, reading.asked
        if first == last or self.done:
            return ""
        reading.taken = last
        batch = UnitValues(self.plan, reading.stream, table, baseline).read(first, last)
        drawn = batch.units + first
        reading.units.append(drawn)
        reading.evidence += len(batch.units)
        given: Any = (batch.tables,) if self._is_table else batch.views
        reading.given.append(given)
        if self.plan.is_gap:
            self._test.extend(number, *given)
            if reading.asked >= reading.stream.n_units:
                self._test.exhaust(number)
        else:
            self._test.extend(*given, *(() if self._is_table else (drawn + 1,)))
        if self._test.decision is not None:
            self.decision, self.done = self._test.decision, True
        return batch.fault

    def summary(self) -> Summary:
        """Estimate and bounds over the evidence."""
        return replace(self._test.summary(), n=self.units)  # type: ignore[no-any-return]  # every test returns a Summary

    @property
    def observed(self) -> Any:
        """What the test has seen, for the remedy of an INCONCLUSIVE; None of a gap or a table."""
        return None if self._test is None or self.plan.is_gap or self._is_table else self._test.observed()

    @property
    def units(self) -> int:
        """Units in the evidence."""
        if self._test is None:
            return 0
        return self.plan.count_units(self._taken(number) for number in range(len(self._readings)))

    def _taken(self, number: int) -> int:
        """Units of one stream in the evidence."""
        return int(self._test.taken(number) if self.plan.is_gap else self._test.n)

    @property
    def note(self) -> str:
        """Why its test came to no verdict, where it can say."""
        return str(getattr(self._test, "reason", ""))

    @property
    def all_in(self) -> bool:
        """Whether every unit that its claim may be about is in the evidence."""
        return self.ran_out or self.units == self.plan.most_units()

    @property
    def untried(self) -> bool:
        """Whether it has no evidence yet."""
        return all(reading.evidence == 0 for reading in self._readings)

    def given(self) -> list[Given]:
        """What each stream's test took, up to the decision: the evidence record. Not of a table metric."""
        return [self._given(number, reading) for number, reading in enumerate(self._readings)]

    def _given(self, number: int, reading: _Reading) -> Given:
        n = self._taken(number)
        on_pass, on_fail = ([views[side] for views in reading.given] for side in (0, 1))
        against_pass = _joined(on_pass, n)
        same = all(one is other for one, other in zip(on_pass, on_fail, strict=True))
        drawn = np.concatenate(reading.units)[:n] + 1 if reading.units else np.empty(0, dtype=np.int64)
        gapless = len(drawn) == 0 or int(drawn[-1]) == len(drawn)
        return Given(
            name=reading.stream.name,
            hypothesis=self.plan.tested(reading.stream),
            against_pass=against_pass,
            against_fail=against_pass if same else _joined(on_fail, n),
            drawn=None if gapless else drawn,
        )

    def tables(self) -> list[Table]:
        """What a table metric observed in each unit of the evidence."""
        reading = self._readings[0]
        return [table for (tables,) in reading.given for table in tables][: self._taken(0)]

    def evidence(self) -> Iterator[tuple[Stream, Ints]]:
        """Each stream with the slots that were read up to the decision, in evidence order."""
        for number, reading in enumerate(self._readings):
            units = np.concatenate(reading.units) if reading.units else np.empty(0, dtype=np.int64)
            n = 0 if self._test is None else min(len(units), self._taken(number))
            stopped = n and self._stepwise and self.decision and not self.ran_out
            last = int(units[n - 1]) + 1 if stopped else reading.taken
            yield reading.stream, reading.stream.rows(0, last)[0]


def _joined(pairs: Sequence[Pair], n: int) -> Pair:
    """The first ``n`` units of several batches."""
    if not pairs:
        return np.empty(0), None
    bottoms = [bottom for _, bottom in pairs if bottom is not None]
    return np.concatenate([top for top, _ in pairs])[:n], np.concatenate(bottoms)[:n] if bottoms else None
