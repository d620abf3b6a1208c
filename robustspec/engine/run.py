"""The run: draw units, perturb, call, score, and stop as soon as every selected arm is decided.

`run` knows nothing of pytest, printing or files: its callers hand in a model, a store and two callbacks.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

from robustspec.adapters.base import Model
from robustspec.data.row import Output
from robustspec.engine.cases import Cases
from robustspec.engine.conversation import SIDE, converse
from robustspec.engine.dispatch import Cancelled, Dispatcher, Request, Status
from robustspec.engine.episode import Talk, ToUser
from robustspec.engine.evidence import ArmResult, RunResult
from robustspec.engine.looks import Looks
from robustspec.engine.plan import Plan
from robustspec.engine.results import ResultBuilder
from robustspec.engine.scenario import Asked, ScenarioRun
from robustspec.engine.spending import BudgetSpent, Spending
from robustspec.engine.store import Store
from robustspec.engine.waivers import hold_back


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands. ``most`` is the most cases it may come to."""

    arms_done: int
    arms: int
    cases: int
    most: int
    seconds: float
    scenario: str


OnArm = Callable[[ArmResult], None]
OnProgress = Callable[[Progress], None]
MayStart = Callable[[Sequence[str]], Sequence[str]]
"""Which of some waiting scenarios may go on now. Waits until one may; none is an answer where the run is cancelled."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A live model, the store of its outputs, and the seconds after which a call of it is given up."""

    model: Model
    store: Store
    timeout_s: float = 60.0


class Run:
    """One specification on one model. `execute` does all of it, in the calling thread.

    ``baselines`` are the models under ``baselines:`` that the selected arms compare with, by name; ``others`` those under
    ``models:`` that judge or play users in them.
    """

    def __init__(
        self,
        plan: Plan,
        caller: Caller,
        *,
        baselines: Mapping[str, Caller] | None = None,
        others: Mapping[str, Caller] | None = None,
        selected: Iterable[str] | None = None,
        offline: bool = False,
        looks: Looks | None = None,
        on_arm: OnArm | None = None,
        on_progress: OnProgress | None = None,
        may_start: MayStart | None = None,
        cancelled: threading.Event | None = None,
    ) -> None:
        self.plan, self.model, self.store = plan, caller.model, caller.store
        callers = {"": caller, **(baselines or {}), **{SIDE + name: each for name, each in (others or {}).items()}}
        self.on_arm = on_arm or (lambda result: None)
        self.on_progress = on_progress or (lambda progress: None)
        self.may_start = may_start or (lambda waiting: waiting)
        chosen = {arm.id for arm in plan.arms} if selected is None else set(selected)
        self.selected = chosen
        self.scenarios = [
            ScenarioRun(plan, scenario, arms, {name: each.model.by_case for name, each in callers.items()})
            for scenario in plan.scenarios
            if (arms := [arm for arm in scenario.arms if arm.id in chosen])
        ]
        self._cancelled = cancelled or threading.Event()
        spending = Spending(plan.spec.budget)
        self._dispatchers = {
            name: Dispatcher(
                each.model,
                each.store,
                timeout_s=each.timeout_s,
                offline=offline,
                cancelled=self._cancelled,
                spending=spending,
            )
            for name, each in callers.items()
        }
        self.dispatcher = self._dispatchers[""]
        self._callers = callers
        self.builder = ResultBuilder(plan, caller.model, self._recall, looks)
        self._started = time.monotonic()
        self._clock = 0.0
        self._most: int | None = None
        self._results: dict[str, ArmResult] = {}
        self._reported: set[str] = set()

    def execute(self) -> RunResult:
        """Run every selected arm to its verdict. Finished outputs are in the store whatever happens."""
        started = datetime.now(UTC).isoformat(timespec="seconds")
        notes: list[str] = []
        with ExitStack() as stack:
            for dispatcher in self._dispatchers.values():
                stack.enter_context(dispatcher)
            try:
                self._rounds()
            except BudgetSpent as spent:
                notes.append(str(spent))
                self._give_up(str(spent))
            except Cancelled:
                notes.append("the run was stopped before its end; what is missing below has no verdict")
        notes += [*self._call_notes(), *self._unread_notes(), *self._picture_notes()]
        notes += [note for data in self.plan.datasets.values() for note in data.warnings]
        seconds = time.monotonic() - self._started
        return self.builder.run_result(self.scenarios, self._results, started, seconds, notes)

    def _call_notes(self) -> Iterator[str]:
        for name, caller in self._callers.items():
            caller.store.flush()
            dispatcher, of = self._dispatchers[name], _of(name)
            if errors := dispatcher.errors:
                yield f"{errors} call{'s' * (errors > 1)}{of} gave no answer, the first: {dispatcher.first_error}"
            yield from caller.model.notes()
            yield from caller.store.notes

    def _unread_notes(self) -> Iterator[str]:
        """Opinions of judges that say nothing: their cases are missing."""
        unread: dict[str, int] = {}
        for scenario in self.scenarios:
            for cases in (scenario.cases, *scenario.baselines.values()):
                for judge, count in cases.unread.items():
                    unread[judge] = unread.get(judge, 0) + count
        for judge, count in unread.items():
            what = "opinion" if count == 1 else "opinions"
            yield f"{count} {what} of {judge} could not be read, counted as missing"

    def _picture_notes(self) -> Iterator[str]:
        """Cases that nobody was asked, because a picture of theirs cannot be used."""
        cases = [scenario.cases for scenario in self.scenarios]
        if absent := sum(each.absent for each in cases):
            first = next(each.first_absent for each in cases if each.first_absent)
            what = "case shows a picture" if absent == 1 else "cases show pictures"
            told = f", the first: {first}" if self.plan.spec.privacy.examples == "full" else ""
            yield f"{absent} {what} that cannot be used{told}"

    def _give_up(self, because: str) -> None:
        """Judge what has come in, and give up what is still open."""
        for scenario in self.scenarios:
            for arm in scenario.undecided:
                arm.stop(because)
            self._settle(scenario)

    def _rounds(self) -> None:
        for scenario in self.scenarios:
            self._settle(scenario)
        while waiting := [scenario for scenario in self.scenarios if scenario.undecided]:
            self._round(waiting)

    def _round(self, waiting: Sequence[ScenarioRun]) -> None:
        """One batch: the first scenario's, and of later ones as much as fills the calls in flight."""
        window = 2 * self.model.in_flight if self.model.is_async else self.model.in_flight * self.model.batch_size
        allowed = self.may_start([scenario.plan.id for scenario in waiting])
        if self._cancelled.is_set():
            raise Cancelled("the run was stopped")
        taking: list[Asked] = []
        involved: list[ScenarioRun] = []
        total = 0
        for scenario in waiting:
            if scenario.plan.id not in allowed:
                continue
            asked = scenario.wanted(window if window > 1 else 0)
            taking += asked
            involved.append(scenario)
            total += asked[0].size
            if total >= window:
                break
        for name in self._dispatchers:
            mine = [asked for asked in taking if asked.model == name]
            if mine:
                converse(self._dispatchers, name, _requests(mine), self._take, [asked.cases for asked in mine])
        for scenario in involved:
            scenario.consume()
            self._settle(scenario)

    def _take(self, request: Request, output: Output, how: Status) -> None:
        cases: Cases = request.tag.cases
        cases.take(request, output, how)
        now = time.monotonic()
        if now - self._clock >= 0.2:
            self._clock = now
            self._tell(cases.plan.id)

    def _recall(self, request: Request) -> Output | None:
        """The output of a case that was called in this run; its conversation, the request's tag, is filled again."""
        talk: Talk | None = request.tag
        if self.model.by_case:
            outputs: list[Output] = []
            self.dispatcher.run([request], lambda _, output, how: outputs.append(output))
            if talk is not None:
                talk.recorded(outputs[0])
            return outputs[0]
        if talk is None:
            return self.store.get(self.store.key(request.content, request.repeat))
        return self._held_again(request, talk)

    def _held_again(self, request: Request, talk: Talk) -> Output | None:
        """The last output of a conversation whose turns are all in the store."""
        while (step := talk.course().step) is not None:
            user = step if isinstance(step, ToUser) else None
            store = self.store if user is None else self._callers[SIDE + request.to].store
            output = store.get(store.key(user.content if user else step, request.repeat))  # type: ignore[arg-type]  # narrowed
            if output is None:
                return None
            talk.go_on(output, by_user=user is not None)
        return talk.outputs[-1]

    def _tell(self, scenario: str) -> None:
        if self._most is None:
            self._most = sum(
                each.plan.most_cases(self.selected, name) for each in self.scenarios for name in (None, *each.baselines)
            )
        done = sum(arm.done for each in self.scenarios for arm in each.arms)
        arms = sum(len(each.arms) for each in self.scenarios)
        cases = sum(made.finished for each in self.scenarios for made in (each.cases, *each.baselines.values()))
        seconds = time.monotonic() - self._started
        self.on_progress(Progress(done, arms, cases, self._most, seconds, scenario))

    def _settle(self, scenario: ScenarioRun) -> None:
        """Report the arms that have been decided since the last time."""
        for arm in scenario.arms:
            if arm.done and arm.plan.id not in self._results:
                result = self._results[arm.plan.id] = self.builder.arm(scenario, arm)
                if result.verdict == "FAIL":
                    scenario.spare(arm.plan)
        for arm in scenario.arms:  # those that a FAIL has made unnecessary stand before it, too
            if arm.done and arm.plan.id not in self._results:
                self._results[arm.plan.id] = self.builder.arm(scenario, arm)
        for result in hold_back(self.plan, scenario, self._results):
            if result.id not in self._reported:
                self._reported.add(result.id)
                self.on_arm(result)


def _of(name: str) -> str:
    """Whose calls, in a note; empty for the model under test."""
    if name.startswith(SIDE):
        return f" of {name.removeprefix(SIDE)}"
    return f" of baseline {name}" if name else ""


def _requests(asked: Iterable[Asked]) -> Iterator[Request]:
    for each in asked:
        yield from each.cases.requests(each.wanted)
