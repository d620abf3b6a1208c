"""The run: draw units, perturb, call, score, and stop as soon as every selected arm is decided.

`run` knows nothing of pytest, printing or files: its callers hand in a model, a store and two callbacks.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from robustspec.adapters.base import Model
from robustspec.data.row import Output
from robustspec.engine.cases import Cases, Wanted, converse
from robustspec.engine.dispatch import Cancelled, Dispatcher, Request, Status
from robustspec.engine.episode import episode_of
from robustspec.engine.evidence import ArmResult, RunResult
from robustspec.engine.looks import Looks
from robustspec.engine.plan import Plan
from robustspec.engine.results import ResultBuilder, hold_back
from robustspec.engine.scenario import ScenarioRun
from robustspec.engine.store import Store
from robustspec.errors import AdapterError


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands. ``most`` is the most calls it may still come to."""

    arms_done: int
    arms: int
    calls: int
    most: int
    seconds: float
    scenario: str


OnArm = Callable[[ArmResult], None]
OnProgress = Callable[[Progress], None]
MayStart = Callable[[Sequence[str]], Sequence[str]]
"""Which of some waiting scenarios may go on now. Waits until one may; none is an answer where the run is cancelled."""


class Run:
    """One specification on one model. `execute` does all of it, in the calling thread."""

    def __init__(
        self,
        plan: Plan,
        model: Model,
        store: Store,
        *,
        selected: Iterable[str] | None = None,
        timeout_s: float = 60.0,
        offline: bool = False,
        looks: Looks | None = None,
        on_arm: OnArm | None = None,
        on_progress: OnProgress | None = None,
        may_start: MayStart | None = None,
        cancelled: threading.Event | None = None,
    ) -> None:
        self.plan, self.model, self.store = plan, model, store
        self.on_arm = on_arm or (lambda result: None)
        self.on_progress = on_progress or (lambda progress: None)
        self.may_start = may_start or (lambda waiting: waiting)
        chosen = {arm.id for arm in plan.arms} if selected is None else set(selected)
        self.selected = chosen
        self.scenarios = [
            ScenarioRun(plan, scenario, arms, model.by_case)
            for scenario in plan.scenarios
            if (arms := [arm for arm in scenario.arms if arm.id in chosen])
        ]
        self._cancelled = cancelled or threading.Event()
        self.dispatcher = Dispatcher(model, store, timeout_s=timeout_s, offline=offline, cancelled=self._cancelled)
        self.builder = ResultBuilder(plan, model, self._recall, looks)
        self._started = time.monotonic()
        self._clock = 0.0
        self._most: int | None = None
        self._results: dict[str, ArmResult] = {}
        self._reported: set[str] = set()

    def execute(self) -> RunResult:
        """Run every selected arm to its verdict. Finished outputs are in the store whatever happens."""
        self._check_privacy()
        started = datetime.now(UTC).isoformat(timespec="seconds")
        notes: list[str] = []
        with self.dispatcher:
            try:
                self._rounds()
            except Cancelled:
                notes.append("the run was stopped before its end; what is missing below has no verdict")
        self.store.flush()
        if errors := self.dispatcher.errors:
            notes.append(f"{errors} call{'s' * (errors > 1)} gave no answer, the first: {self.dispatcher.first_error}")
        notes += [*self.store.notes, *(note for data in self.plan.datasets.values() for note in data.warnings)]
        seconds = time.monotonic() - self._started
        return self.builder.run_result(self.scenarios, self._results, started, seconds, notes)

    def _rounds(self) -> None:
        for scenario in self.scenarios:
            self._settle(scenario)
        while waiting := [scenario for scenario in self.scenarios if scenario.undecided]:
            self._round(waiting)

    def _check_privacy(self) -> None:
        privacy, endpoint = self.plan.spec.privacy, self.model.endpoint
        if privacy.contains == "patient_data" and endpoint is not None and endpoint not in privacy.may_send_to:
            raise AdapterError(
                f"the data contains patient data and {endpoint} is not in privacy.may_send_to -- add it there if it may "
                "receive this data, or use a local model"
            )

    def _round(self, waiting: Sequence[ScenarioRun]) -> None:
        """One batch: the first scenario's, and of later ones as much as fills the calls in flight."""
        window = 2 * self.model.in_flight if self.model.is_async else 1
        allowed = self.may_start([scenario.plan.id for scenario in waiting])
        if self._cancelled.is_set():
            raise Cancelled("the run was stopped")
        taking: list[tuple[ScenarioRun, Iterator[Wanted]]] = []
        total = 0
        for scenario in waiting:
            if scenario.plan.id not in allowed:
                continue
            count, wanted = scenario.wanted()
            taking.append((scenario, wanted))
            total += count
            if total >= window:
                break
        involved = [scenario.cases for scenario, _ in taking]
        converse(self.dispatcher, self._requests(taking), self._take, involved)
        for scenario, _ in taking:
            for arm in scenario.undecided:
                arm.consume(scenario.cases.table)
            self._settle(scenario)

    def _requests(self, taking: Sequence[tuple[ScenarioRun, Iterator[Wanted]]]) -> Iterator[Request]:
        for scenario, wanted in taking:
            yield from scenario.cases.requests(wanted)

    def _take(self, request: Request, output: Output, how: Status) -> None:
        cases: Cases = request.tag[0]
        cases.take(request, output, how)
        now = time.monotonic()
        if now - self._clock >= 0.2:
            self._clock = now
            self._tell(cases.plan.id)

    def _recall(self, request: Request) -> Output | None:
        """The output of a case that was called in this run."""
        if not self.model.by_case:
            return self._last_stored(request)
        outputs: list[Output] = []
        self.dispatcher.run([request], lambda _, output, how: outputs.append(output))
        return outputs[0]

    def _last_stored(self, request: Request) -> Output | None:
        """The last output of a conversation whose turns are all in the store."""
        episode, outputs = episode_of(request.content), list[Output]()
        while (content := episode.next(outputs)) is not None:
            output = self.store.get(self.store.key(content, request.repeat))
            if output is None:
                return None
            outputs.append(output)
        return outputs[-1]

    def _tell(self, scenario: str) -> None:
        if self._most is None:
            self._most = sum(each.plan.most_calls(self.selected) for each in self.scenarios)
        done = sum(arm.done for each in self.scenarios for arm in each.arms)
        arms = sum(len(each.arms) for each in self.scenarios)
        calls = self.dispatcher.calls + self.dispatcher.reused
        seconds = time.monotonic() - self._started
        self.on_progress(Progress(done, arms, calls, self._most, seconds, scenario))

    def _settle(self, scenario: ScenarioRun) -> None:
        """Report the arms that have been decided since the last time."""
        for arm in scenario.arms:
            if arm.done and arm.plan.id not in self._results:
                self._results[arm.plan.id] = self.builder.arm(scenario, arm)
        for result in hold_back(self.plan, scenario, self._results):
            if result.id not in self._reported:
                self._reported.add(result.id)
                self.on_arm(result)
