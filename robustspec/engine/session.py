"""What the plugin and the command line share: from a file and a model's name to a run, in the foreground or behind.

The pieces are `load_plan`, `open_model`, `run_plan` and `Background`; nothing here prints.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from robustspec.adapters.base import AdapterSpec, Model, taken
from robustspec.data.dataset import Dataset
from robustspec.data.row import images_of
from robustspec.engine.compile import check_ids, compile_spec
from robustspec.engine.conversation import SIDE
from robustspec.engine.dispatch import Dispatcher
from robustspec.engine.evidence import ArmResult, RunResult
from robustspec.engine.looks import Looks
from robustspec.engine.plan import Plan
from robustspec.engine.run import Caller, MayStart, OnProgress, Progress, Run
from robustspec.engine.spending import Spending
from robustspec.engine.store import Store
from robustspec.errors import AdapterError, RobustspecError, SpecError
from robustspec.language.kinds import validate_kind
from robustspec.metrics.base import OpinionMetric

CACHE_FOLDER = ".robustspec_cache"


@dataclass(frozen=True, slots=True)
class Options:
    """How to run, beside what the specification says.

    ``cache`` is the folder of indexes, outputs and looks; ``fresh`` ignores stored outputs; ``offline`` allows no call;
    ``max_samples`` makes a quick look of so many units per arm, which is no gate.
    """

    cache: Path = field(default_factory=lambda: Path(CACHE_FOLDER))
    fresh: bool = False
    offline: bool = False
    max_samples: int | None = None


def load_plan(path: Path, options: Options, name: str | None = None) -> Plan:
    """The plan of a specification file: loaded, checked against its data, compiled. Opens no model."""
    from robustspec.language.lint import check, check_rows
    from robustspec.language.load import read_file

    document = read_file(path)
    marks = document.marks()
    if faults := check(document.spec, path.resolve().parent, path=str(path), marks=marks):
        raise SpecError(faults)
    plan = compile_spec(
        document.spec,
        path.resolve().parent,
        name=name or path.name,
        cache=options.cache,
        line_of=lambda *loc: document.mark(*loc)[0],
        max_samples=options.max_samples,
    )
    check_ids(plan)
    if faults := check_rows(document.spec, plan.datasets, path=str(path), marks=marks):
        raise SpecError(faults)
    return plan


def adapter_of(plan: Plan, chosen: str | None) -> AdapterSpec:
    """The adapter to open: ``chosen`` wins over the specification's ``model:``.

    ``chosen`` is ``module:name`` of a callable, a mapping in YAML (``{kind: recorded, path: out.jsonl}``), or a ``.jsonl`` or
    ``.csv`` file of recorded outputs.
    """
    if chosen is None:
        if plan.spec.model is None:
            raise AdapterError(
                f"{plan.name} names no model -- add `model:`, give --robustspec-model=package.module:name, or define the "
                "fixture robustspec_model"
            )
        return plan.spec.model
    try:
        return validate_kind("adapters", _choice(chosen))  # type: ignore[return-value]  # adapters are AdapterSpec
    except ValueError as error:
        # A mapping is not repeated, here or in a traceback: somebody may have written a key into it.
        shown = "{...}" if chosen.lstrip().startswith("{") else chosen
        raise AdapterError(f"--robustspec-model={shown}: {_first_line(error)}") from None


def _choice(chosen: str) -> Any:
    if chosen.lstrip().startswith("{"):
        import yaml

        return yaml.safe_load(chosen)
    if Path(chosen).suffix in (".jsonl", ".csv"):
        return {"kind": "recorded", "path": str(Path(chosen).resolve())}
    return {"kind": "callable", "target": chosen}


def _first_line(error: ValueError) -> str:
    errors = getattr(error, "errors", None)
    if errors is None:
        return str(error)
    found = ((".".join(map(str, item["loc"])), item["msg"].removeprefix("Value error, ")) for item in errors())
    return "; ".join(f"{field}: {message}" if field else message for field, message in found)


def open_model(plan: Plan, chosen: Any = None) -> tuple[Model, float]:
    """The live model and its time limit in seconds; ``chosen`` is None, a string as for `adapter_of`, or an object."""
    if chosen is not None and not isinstance(chosen, str):
        from robustspec.adapters.callable import wrap

        return (chosen if isinstance(chosen, Model) else wrap(chosen)), AdapterSpec.model_fields["timeout_s"].default
    adapter = adapter_of(plan, chosen)
    return adapter.open(plan.folder), adapter.limit_s


def run_plan(
    plan: Plan,
    model: Model,
    options: Options,
    *,
    timeout_s: float = 60.0,
    selected: Iterable[str] | None = None,
    on_arm: Callable[[ArmResult], None] | None = None,
    on_progress: OnProgress | None = None,
    may_start: MayStart | None = None,
    cancelled: threading.Event | None = None,
) -> RunResult:
    """Run ``plan`` on ``model``, outputs stored under each model's fingerprint (or the plan's, where it has none).

    Models under ``baselines:`` that the selected arms compare with are opened here, and closed at the end.
    """
    chosen = None if selected is None else set(selected)
    with ExitStack() as stack:
        caller = Caller(model, stack.enter_context(store_of(plan, model, options)), timeout_s)
        baselines = _open_baselines(plan, chosen, options, stack)
        models: dict[str | None, Model] = {name: each.model for name, each in baselines.items()}
        models[None] = model
        live = not all(each.by_case for each in models.values())
        others = open_others(plan, chosen, options, stack, users=live)
        check_privacy(plan, [*models.values(), *(each.model for each in others.values())])
        check_modalities(plan, models, chosen)
        looks = None if plan.quick else stack.enter_context(Looks(options.cache))
        return Run(
            plan,
            caller,
            baselines=baselines,
            others=others,
            selected=chosen,
            offline=options.offline,
            looks=looks,
            on_arm=on_arm,
            on_progress=on_progress,
            may_start=may_start,
            cancelled=cancelled,
        ).execute()


def store_of(plan: Plan, model: Model, options: Options) -> Store:
    """The stored outputs of ``model``: its own under its fingerprint, else those of this plan."""
    fingerprint = model.fingerprint or f"unpinned-{plan.digest(model.name)}"
    return Store(options.cache, fingerprint, fresh=options.fresh, offline=options.offline)


def check_privacy(plan: Plan, models: Iterable[Model]) -> None:
    """`AdapterError` where data that contains patient data would go to an endpoint that is not listed."""
    privacy = plan.spec.privacy
    for endpoint in (model.endpoint for model in models):
        if privacy.contains == "patient_data" and endpoint is not None and endpoint not in privacy.may_send_to:
            raise AdapterError(
                f"the data contains patient data and {endpoint} is not in privacy.may_send_to -- add it there if it may "
                "receive this data, or use a local model"
            )


_LOOKED_AT = 50
"""Rows of a data set that are looked at for what they show."""


def check_modalities(plan: Plan, models: Mapping[str | None, Model], selected: set[str] | None = None) -> None:
    """`AdapterError` where data of the selected arms show what a model does not take, as far as the first rows tell.

    ``models`` are the model under test, under None, and those that it is compared with, by name. A later row of another
    kind has no output.
    """
    arms = [arm for arm in plan.arms if (selected is None or arm.id in selected) and arm.problem is None]
    data_of = {scenario.id: scenario.dataset for scenario in plan.scenarios}
    asked = dict.fromkeys((name, arm.scenario) for arm in arms for name in (None, arm.baseline) if name in models)
    for name, scenario in asked:
        _check_taken(models[name], data_of[scenario])


def _check_taken(model: Model, dataset: Dataset) -> None:
    rows = dataset.rows(range(min(_LOOKED_AT, dataset.n_rows)))
    shown = {picture.modality for row in rows for picture in images_of(row.input)}
    beyond = sorted(shown - model.modalities)
    if not beyond and (shown or "text" in model.modalities):
        return
    what, remedy = (f"{beyond[0]}s", "use a model that takes them") if beyond else ("no pictures", "use another model")
    raise AdapterError(
        f"data '{dataset.name}' shows a model {what}, and {model.name} takes {taken(model)} -- {remedy}, or give it "
        "other data"
    )


def _open_baselines(plan: Plan, selected: set[str] | None, options: Options, stack: ExitStack) -> dict[str, Caller]:
    """The models that the selected arms compare with, by name."""
    arms = [arm for arm in plan.arms if selected is None or arm.id in selected]
    names = dict.fromkeys(arm.baseline for arm in arms if arm.baseline is not None and arm.problem is None)
    return {name: _opened(plan, plan.spec.baselines[name], options, stack) for name in names}


def open_others(
    plan: Plan,
    selected: set[str] | None,
    options: Options,
    stack: ExitStack,
    *,
    users: bool = True,
    judges: bool = True,
) -> dict[str, Caller]:
    """The models under ``models:`` that judge the selected arms (``judges``) or play users in their scenarios (``users``).

    A recording holds what its simulated users said, so nobody needs to play them.
    """
    wanted: dict[str, None] = {}
    for scenario in plan.scenarios:
        arms = [arm for arm in scenario.arms if selected is None or arm.id in selected]
        user = scenario.scenario.simulated_user
        if users and arms and user is not None and user.model is not None:
            wanted[user.model] = None
        if judges:
            wanted.update({arm.metric.model: None for arm in arms if isinstance(arm.metric, OpinionMetric)})
    return {name: _opened(plan, plan.spec.models[name], options, stack) for name in wanted}


class Calling:
    """Dispatchers for the model under test (under "") and for those that play users in some scenarios, or (``judges``) judge.

    For commands that call without judging; a context that yields them by name and closes what it opened.
    """

    def __init__(
        self,
        plan: Plan,
        model: Model,
        timeout_s: float,
        options: Options,
        scenarios: set[str],
        *,
        judges: bool = True,
    ) -> None:
        self._judges = judges
        self._plan, self._model, self._timeout_s, self._options = plan, model, timeout_s, options
        self._arms = {arm.id for arm in plan.arms if arm.scenario in scenarios}
        self._stack = ExitStack()

    def __enter__(self) -> Mapping[str, Dispatcher]:
        with self._stack:
            own = Caller(
                self._model,
                self._stack.enter_context(store_of(self._plan, self._model, self._options)),
                self._timeout_s,
            )
            users = not self._model.by_case
            others = open_others(self._plan, self._arms, self._options, self._stack, users=users, judges=self._judges)
            callers = {"": own, **{SIDE + name: each for name, each in others.items()}}
            if not self._options.offline:
                check_privacy(self._plan, [each.model for each in callers.values()])
            spending = Spending(self._plan.spec.budget)
            dispatchers = {
                name: self._stack.enter_context(
                    Dispatcher(each.model, each.store, timeout_s=each.timeout_s, spending=spending)
                )
                for name, each in callers.items()
            }
            self._stack = self._stack.pop_all()
            return dispatchers

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()


def _opened(plan: Plan, adapter: Any, options: Options, stack: ExitStack) -> Caller:
    assert isinstance(adapter, AdapterSpec)
    model = stack.enter_context(adapter.open(plan.folder))
    return Caller(model, stack.enter_context(store_of(plan, model, options)), adapter.limit_s)


class Background:
    """One run in a thread of its own; callers wait for the arms they want.

    With ``lazily``, a scenario starts only when somebody waits for one of its arms: a session that stops at the first
    failure then makes no call for what it never came to.
    """

    def __init__(
        self,
        plan: Plan,
        chosen: Any,
        options: Options,
        selected: Iterable[str],
        *,
        lazily: bool = False,
        on_progress: OnProgress | None = None,
    ) -> None:
        self.plan, self.options = plan, options
        self.result: RunResult | None = None
        self.error: BaseException | None = None
        self.progress: Progress | None = None
        self._chosen, self._selected, self._lazily = chosen, list(selected), lazily
        self._on_progress = on_progress
        self._arms: dict[str, ArmResult] = {}
        self._asked: set[str] = set()
        self._changed = threading.Condition()
        self._cancelled = threading.Event()
        self._thread: threading.Thread | None = None

    def wait(self, arm_id: str, on_tick: Callable[[], None] | None = None) -> ArmResult:
        """The result of an arm, as soon as it is decided; ``on_tick`` is called while waiting.

        Raises what stopped the run.
        """
        with self._changed:
            self._asked.add(arm_id.split("::")[0])
            self._changed.notify_all()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="robustspec-run", daemon=True)
                self._thread.start()
            while arm_id not in self._arms:
                if self.error is not None:
                    raise self.error
                if self.result is not None:
                    raise RobustspecError(f"the run ended without a verdict on {arm_id}")
                # Short waits keep the thread that waits open to Ctrl-C.
                self._changed.wait(0.2)
                if on_tick is not None:
                    on_tick()
            return self._arms[arm_id]

    def close(self) -> None:
        """Stop the run if it is still going; its finished outputs are kept."""
        self._cancelled.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _run(self) -> None:
        try:
            model, timeout_s = open_model(self.plan, self._chosen)
            with model:
                result = run_plan(
                    self.plan,
                    model,
                    self.options,
                    timeout_s=timeout_s,
                    selected=self._selected,
                    on_arm=self._take,
                    on_progress=self._tell,
                    may_start=self._may_start if self._lazily else None,
                    cancelled=self._cancelled,
                )
            with self._changed:
                self.result = result
                self._changed.notify_all()
        except BaseException as error:  # handed to whoever waits; a thread has no caller to raise to
            if not isinstance(error, Exception):
                error = AdapterError(f"the model ended its thread with {type(error).__name__}: {error}")
            with self._changed:
                self.error = error
                self._changed.notify_all()

    def _take(self, result: ArmResult) -> None:
        with self._changed:
            self._arms[result.id] = result
            self._changed.notify_all()

    def _tell(self, progress: Progress) -> None:
        self.progress = progress
        if self._on_progress is not None:
            self._on_progress(progress)

    def _may_start(self, waiting: Sequence[str]) -> Sequence[str]:
        with self._changed:
            while not (asked := [scenario for scenario in waiting if scenario in self._asked]):
                if self._cancelled.is_set():
                    break
                self._changed.wait(0.2)
            return asked
