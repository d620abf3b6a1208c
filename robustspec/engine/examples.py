"""Cases shown to a reader: made again from their records, their outputs read back from the store. No call is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

import numpy as np

from robustspec.data.row import Case, Content, Message, Output, Row
from robustspec.engine.breakdown import Part
from robustspec.engine.dispatch import Request
from robustspec.engine.evidence import Example
from robustspec.engine.judge import ArmRun
from robustspec.engine.scenario import ScenarioRun
from robustspec.engine.table import SCORED
from robustspec.engine.talk import LONGEST_TEXT, plain, said_in, talk_of
from robustspec.errors import PictureError
from robustspec.language.spec import Privacy
from robustspec.metrics.base import Metric

EXAMPLES = 3
MESSAGES = 120
"""Messages of a conversation that an example holds: its last ones."""

Recall = Callable[[Request], Output | None]
"""The output of a case that has been called, without another call; None where it is not kept."""


class Examples:
    """Up to three of the worst cases of an arm."""

    def __init__(self, scenario: ScenarioRun, recall: Recall, privacy: Privacy) -> None:
        self.scenario, self.recall, self.privacy = scenario, recall, privacy

    def of(self, run: ArmRun, worst: Sequence[Part]) -> list[Example]:
        """The worst cases of the arm's evidence, from its worst cell on."""
        if self.privacy.examples == "none":
            return []
        by_name = {cell.name: index for index, cell in enumerate(self.scenario.plan.cells)}
        found = chain.from_iterable(self._slots(run, by_name[name]) for name, _, _ in worst)
        return [self._example(run.plan.metric, *each) for each in islice(found, EXAMPLES)]

    def _slots(self, run: ArmRun, cell: int) -> Iterator[tuple[int, int, float]]:
        """Slots of a cell whose score is not perfect, worst first, earlier evidence first."""
        better, table = run.plan.higher_is_better, self.scenario.cases.table
        perfect = run.plan.metric.upper if better else run.plan.metric.lower
        status, values = table.status[run.plan.measure], table.values[run.plan.measure]
        for stream, slots in run.evidence():
            if cell not in stream.cells:
                continue
            kept = slots[status[cell, slots] == SCORED]
            if len(values) == 2:  # of a ratio, only what is in its denominator counts for or against it
                kept = kept[values[1, cell, kept] > 0]
            scores = values[0, cell, kept] / (values[1, cell, kept] if len(values) == 2 else 1.0)
            order = np.argsort(scores if better else -scores, kind="stable")
            yield from ((int(kept[i]), cell, float(scores[i])) for i in order if scores[i] != perfect)

    def _example(self, metric: Metric, slot: int, index: int, score: float) -> Example:
        """One case with its clean twin, where that was called."""
        cases, plan = self.scenario.cases, self.scenario.plan
        cell, row = plan.cells[index], plan.dataset.rows([int(plan.rows[slot])])[0]
        try:
            draw, changed = cases.changed(cell, row)
        except PictureError:  # it opened when it was scored: somebody moved the file since
            return Example(cases.case_id(row.id, cell), cell.name, score)
        case_id = cases.case_id(row.id, cell, draw)
        if self.privacy.examples == "ids":
            return Example(case_id, cell.name, score)
        seen, clean = self._replayed(slot, index, changed, draw), self._replayed(slot, 0, row, 0)
        case = seen.case
        talk = talk_of(seen.transcript, changed.input, row.input, case, metric) if case and seen.transcript else []
        return Example(
            case_id=case_id,
            cell=cell.name,
            score=score,
            clean=text_of(clean.input or row.input),
            perturbed=text_of(seen.input or changed.input),
            expected=plain(changed.label),
            policy=" or ".join(cases.policy(index, row)),
            act=None if case is None else case.answer.act,
            got=None if case is None else plain(seen.raw if case.answer.value is None else case.answer.value),
            got_clean=None if clean.case is None else plain(clean.case.answer.value),
            talk=talk[-MESSAGES:] or None,
            left_out=len(talk) - MESSAGES if len(talk) > MESSAGES else None,
        )

    def _replayed(self, slot: int, index: int, row: Row, draw: int) -> _Replayed:
        """A case as it was scored; nothing where there was no output."""
        cases = self.scenario.cases
        if not cases.table.acts[index, slot]:
            return _Replayed()
        cell = cases.plan.cells[index]
        talk, user = cases.talk(row), cases.plan.scenario.simulated_user
        to = "" if user is None else user.model or ""
        output = self.recall(Request(row.input, cases.case_id(row.id, cell, draw), tag=talk, to=to))
        if output is None or output.error is not None:
            return _Replayed()
        transcript = () if talk is None else tuple(talk.course().transcript)
        return _Replayed(cases.case_of(index, row, output, talk), output.raw, transcript)


class _Replayed(NamedTuple):
    """A case, its raw output, and all that was said in it; the transcript is empty of a text and its answer."""

    case: Case | None = None
    raw: Any = None
    transcript: tuple[Message, ...] = ()

    @property
    def input(self) -> tuple[Message, ...]:
        """What was said before the last answer, where the model has spoken more than once."""
        return self.transcript[:-1] if len(self.transcript) > 2 else ()


def text_of(content: Content) -> str:
    """An input as text, cut to what an example shows."""
    if isinstance(content, str):
        return content[:LONGEST_TEXT]
    return "\n".join(f"{message.role}: {said_in(message)}" for message in content)[:LONGEST_TEXT]
