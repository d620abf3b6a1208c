"""The plugin's working half: plans, background runs, verdicts as outcomes, reports at the end.

One object of this class is registered per pytest process, when the first specification is asked for.
"""

from __future__ import annotations

import difflib
import json
import warnings
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from pytest_robustspec.plugin import REPORT_KEY, UNSET, activate
from pytest_robustspec.summary import Meter, write_reports, write_summary
from robustspec.data.names import slug
from robustspec.engine.evidence import ArmResult, RunResult
from robustspec.engine.plan import Plan
from robustspec.engine.session import Background, Options, adapter_of, load_plan
from robustspec.errors import RobustspecError
from robustspec.reports.json import from_data, to_data
from robustspec.reports.terminal import failure_text


class RobustspecWarning(UserWarning):
    """A verdict that is not green under ``gate: warn`` or ``on_inconclusive: warn``."""


class GateFailure(Exception):  # noqa: N818  # the word a user looks for in a traceback
    """A verdict that closes the gate."""

    def __init__(self, result: ArmResult) -> None:
        self.result = result
        super().__init__(f"{result.verdict}: {result.headline}")


def runs_of(config: pytest.Config) -> Runs:
    """The working half of this process."""
    runs = activate(config)
    assert isinstance(runs, Runs)
    return runs


class Runs:
    """Plans and background runs of one pytest process, with the hooks that need them."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        cache = Path(str(config.getini("robustspec_cache")))
        self.options = Options(
            cache=config.rootpath / cache,
            fresh=config.getoption("robustspec_fresh"),
            offline=config.getoption("robustspec_offline"),
            max_samples=config.getoption("robustspec_max_samples"),
        )
        self.models: list[str] = list(dict.fromkeys(config.getoption("robustspec_model")))
        self._plans: dict[Path, Plan] = {}
        self._selected: dict[tuple[Path, str], list[str]] = {}
        self._background: dict[tuple[Path, str], Background] = {}
        self._told: set[int] = set()
        self._meter = Meter(config)
        self._received: list[RunResult] = []
        self._heard: list[ArmResult] = []
        self._reports: list[Path] = []
        self._unwritten: list[str] = []

    # What the options say.

    def take_options(self) -> None:
        """Take the files of ``--robustspec`` into pytest's arguments; whatever is wrong is one usage error, exit code 4."""
        paths = []
        for name in self.config.getoption("robustspec"):
            path = (self.config.invocation_params.dir / name).resolve()
            if not path.is_file():
                raise pytest.UsageError(f"--robustspec={name}: no such file{_near(path)}")
            paths.append(path)
        self._warn_of_lost_settings(paths)
        try:
            for path in paths:
                self._check(path)
        except RobustspecError as error:
            raise pytest.UsageError(str(error)) from error
        config = self.config
        if config.args_source is not pytest.Config.ArgsSource.ARGS:
            config.args = []
        given = {str(arg).split("::")[0] for arg in config.args}
        given = {str((config.invocation_params.dir / arg).resolve()) for arg in given}
        config.args += [str(path) for path in dict.fromkeys(paths) if str(path) not in given]

    def _warn_of_lost_settings(self, paths: list[Path]) -> None:
        """Pytest takes the FILE of ``--robustspec FILE`` for an argument when it looks for its settings."""
        config, here = self.config, self.config.invocation_params.dir
        found = config.inipath is not None and here.is_relative_to(config.inipath.parent)
        if found or "--robustspec" not in config.invocation_params.args or config.getoption("rootdir"):
            return
        text = f"pytest took {config.rootpath} for its root, so settings and conftest.py of {here} may not count"
        for path in paths:
            if not path.is_relative_to(here):
                warning = RobustspecWarning(f"{text} -- write --robustspec={path}")
                config.issue_config_time_warning(warning, stacklevel=2)

    def _check(self, path: Path) -> None:
        plan = self.plan(path)
        if self.config.getoption("collectonly"):  # a listing must not cost the import of a model's framework
            return
        for model in self.models:
            adapter_of(plan, model).check(plan.folder)
        if not self.models and plan.spec.model is not None:
            plan.spec.model.check(plan.folder)

    def plan(self, path: Path) -> Plan:
        """The plan of a file, made once."""
        if path not in self._plans:
            self._plans[path] = load_plan(path, self.options, name=self._name(path))
            for arm in self._plans[path].arms:
                for tag in arm.requirement.tags:
                    self.config.addinivalue_line("markers", f"{tag}: tag of a requirement")
        return self._plans[path]

    def _name(self, path: Path) -> str:
        try:
            return path.relative_to(self.config.rootpath).as_posix()
        except ValueError:
            return path.name

    def named_models(self) -> Iterator[tuple[str, str]]:
        """Each model of the command line with the name of its node."""
        for model in self.models:
            yield slug(model.split(":")[-1] if ":" in model and "{" not in model else model), model

    # What is selected, and the run behind it.

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note which arms of which specification are selected: nothing else is called."""
        from pytest_robustspec.collect import ArmItem

        for item in session.items:
            if isinstance(item, ArmItem):
                key, arm = (Path(item.path), item.model or ""), item.arm.id
            elif (path := getattr(getattr(item, "obj", None), "robustspec_file", None)) is not None:
                key, arm = (path, self.models[0] if self.models else ""), item.callspec.params["robustspec_arm"]  # type: ignore[attr-defined]  # parametrised below
            else:
                continue
            self._selected.setdefault(key, []).append(arm)

    def parametrise(self, metafunc: pytest.Metafunc, path: Path) -> None:
        """The arms of a file as the cases of a test of `pytest_robustspec.scenarios`."""
        try:
            ids = [arm.id for arm in self.plan(path).arms]
        except RobustspecError as error:
            raise pytest.UsageError(str(error)) from error
        metafunc.parametrize("robustspec_arm", ids, ids=[arm_id.replace("::", ".") for arm_id in ids])

    def check_scope(self, item: pytest.Function) -> None:
        """A model that is built anew for every item would be a different model each time."""
        definitions = item._fixtureinfo.name2fixturedefs.get("robustspec_model", ())
        if definitions and definitions[-1].scope not in ("session", "package", "module"):
            raise RobustspecError(
                f"the fixture robustspec_model has scope '{definitions[-1].scope}' -- give it scope='session' so that all "
                "arms judge one model"
            )

    def judge_parametrised(self, item: pytest.Item, path: Path, arm_id: str, from_fixture: Any) -> None:
        """As `judge`, for a test in a user's own file: a red verdict is an assertion with the same text."""
        __tracebackhide__ = True
        chosen = self.models[0] if self.models else from_fixture
        try:
            self.judge(item, path, arm_id, chosen)
        except GateFailure as failure:
            pytest.fail(self.failure_text(item, failure), pytrace=False)

    def judge(self, item: pytest.Item, path: Path, arm_id: str, chosen: Any) -> None:
        """Wait for the verdict on an arm and make an outcome of it."""
        __tracebackhide__ = True
        background = self._run(path, chosen)
        with self._meter.watching(background):
            result = background.wait(arm_id, self._meter.tick)
        self._record(item, result)
        self._outcome(result)

    def _run(self, path: Path, chosen: Any) -> Background:
        key = (path, chosen if isinstance(chosen, str) else "")
        if key not in self._background:
            self._background[key] = Background(
                self.plan(path),
                None if chosen is UNSET else chosen,
                self.options,
                self._selected[key],
                lazily=bool(self.config.getoption("maxfail")),
            )
        return self._background[key]

    def _record(self, item: pytest.Item, result: ArmResult) -> None:
        item.result = result  # type: ignore[attr-defined]  # read by the report hook below
        numbers = {"value": result.value, "bound": result.bound, "lower": result.lower, "upper": result.upper}
        properties = [("robustspec.verdict", result.verdict), ("robustspec.claim", result.claim)]
        properties += [(f"robustspec.{key}", f"{value:.6g}") for key, value in numbers.items() if value is not None]
        properties += [("robustspec.units", str(result.units)), ("robustspec.cases", str(result.cases))]
        item.user_properties = [p for p in item.user_properties if not p[0].startswith("robustspec.")] + [*properties]

    def _outcome(self, result: ArmResult) -> None:
        __tracebackhide__ = True
        if result.quick:
            raise pytest.skip.Exception(f"quick look, no gate: {result.headline}", _use_item_location=True)
        if result.is_green or result.gate == "record":
            return
        if result.verdict == "NOT_NEEDED" or (result.verdict == "INCONCLUSIVE" and result.on_inconclusive == "skip"):
            raise pytest.skip.Exception(result.claim, _use_item_location=True)
        if result.gate == "warn" or (result.verdict == "INCONCLUSIVE" and result.on_inconclusive == "warn"):
            warnings.warn(RobustspecWarning(result.claim), stacklevel=2)
            return
        raise GateFailure(result)

    # What is said of it.

    def failure_text(self, item: pytest.Item, failure: GateFailure) -> str:
        """The text of a red verdict."""
        options = "".join(f' --robustspec-model="{model}"' for model in self.models)
        reproduce = f"pytest {self._selection(item)}{options}"
        path = Path(getattr(item.obj, "robustspec_file", item.path))  # type: ignore[attr-defined]  # both item kinds have obj
        return failure_text(failure.result, self._name(path), reproduce, self.config.get_verbosity())

    def _selection(self, item: pytest.Item) -> str:
        """Arguments that select an item: a file outside the root by option, as pytest reads the settings beside arguments."""
        arm = getattr(item, "arm", None)
        if arm is None or item.path.is_relative_to(self.config.rootpath):
            return f'"{item.nodeid}"'
        return f'--robustspec="{item.path}" -k "{arm.id}"'

    def error_text(self, error: RobustspecError) -> str:
        """What stopped a run: in full the first time, in a line for the other arms that it stopped."""
        if id(error) in self._told:
            return f"{type(error).__name__}: {str(error).splitlines()[0]} (as above)"
        self._told.add(id(error))
        return f"{type(error).__name__}: {error}"

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
        """Attach the verdict to the report as plain data, so that it survives the way from a worker."""
        report = yield
        result: ArmResult | None = getattr(item, "result", None)
        if result is not None and call.when == "call":
            # Examples and curves, which may be long, come with the worker's results; `asdict` would copy every list of
            # every arm, and a report may hold plain data alone.
            kept = (field.name for field in fields(result) if field.name not in ("examples", "survival"))
            setattr(report, REPORT_KEY, {name: getattr(result, name) for name in kept})
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the verdicts of workers: a worker that dies tells nothing else."""
        data = getattr(report, REPORT_KEY, None)
        if data is not None and hasattr(report, "node"):
            self._heard.append(ArmResult(**data))

    def receive(self, results: str) -> None:
        """Take the results of a worker, as `pytest_sessionfinish` hands them over there."""
        self._received += [from_data(data) for data in json.loads(results)]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Stop what still runs; on a worker hand the results over, else write the reports."""
        for background in self._background.values():
            background.close()
        self._meter.close()
        output = getattr(self.config, "workeroutput", None)
        if output is not None:
            output[REPORT_KEY] = json.dumps([to_data(result) for result in self.results])
            return
        if self.results:
            self._reports, self._unwritten = write_reports(self.config, self.results)
        if self._unwritten and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @property
    def results(self) -> list[RunResult]:
        """The results of every run so far, workers' merged."""
        own = [background.result for background in self._background.values() if background.result is not None]
        return merged([*own, *self._received])

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """The section of the terminal, and where the reports are."""
        write_summary(terminalreporter, self.results, self._reports, self._unwritten, self._heard)


def merged(results: list[RunResult]) -> list[RunResult]:
    """Results of one specification on one model as one, wherever its arms were run."""
    found: dict[tuple[str, str], RunResult] = {}
    for result in results:
        first = found.setdefault((result.spec, result.model), result)
        if first is not result:
            _merge(first, result)
    return list(found.values())


def _merge(first: RunResult, other: RunResult) -> None:
    first.counts.add(other.counts)
    first.seconds = max(first.seconds, other.seconds)
    first.notes = list(dict.fromkeys([*first.notes, *other.notes]))
    known = {scenario.id: scenario for scenario in first.scenarios}
    for scenario in other.scenarios:
        if scenario.id not in known:
            first.scenarios.append(scenario)
            continue
        mine = known[scenario.id]
        mine.counts.add(scenario.counts)
        ids = {arm.id for arm in mine.arms}
        mine.arms += [arm for arm in scenario.arms if arm.id not in ids]
    ran = {arm.id for arm in first.arms} | {f"scenario {scenario.id}" for scenario in first.scenarios}
    first.not_assessed = [line for line in first.not_assessed if line.removesuffix(" was not selected") not in ran]


def _near(path: Path) -> str:
    others = [str(other) for other in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
    near = difflib.get_close_matches(str(path), others, n=1)
    return f" -- did you mean {near[0]}?" if near else ""
