"""From what a run has seen to the results that reports render."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from robustspec.adapters.base import Model
from robustspec.aggregates.reweighted import weight_warning
from robustspec.engine.breakdown import has_scores, means, overall, worst_cells, worst_groups
from robustspec.engine.evidence import (
    ArmResult,
    CellResult,
    Counts,
    DataResult,
    GroupResult,
    RunResult,
    ScenarioResult,
)
from robustspec.engine.examples import Examples, Recall
from robustspec.engine.facts import facts_before
from robustspec.engine.judge import ArmRun
from robustspec.engine.ladders import ladders
from robustspec.engine.looks import Looks
from robustspec.engine.plan import ArmPlan, Plan, ScenarioPlan
from robustspec.engine.provenance import Provenance
from robustspec.engine.scenario import ScenarioRun
from robustspec.engine.suite import suite_claim
from robustspec.engine.survival import survival_curves
from robustspec.engine.table import ACTS, MISSING, UNCHANGED
from robustspec.engine.units import Share, shares
from robustspec.engine.waivers import is_waived
from robustspec.statistics.base import Summary, Word
from robustspec.statistics.claim import Facts, counted, sentence
from robustspec.statistics.remedy import remedy
from robustspec.statistics.side import pass_side


class ResultBuilder:
    """Makes results of arms, scenarios and the run."""

    def __init__(self, plan: Plan, model: Model, recall: Recall, looks: Looks | None) -> None:
        self.plan, self.model, self.recall = plan, model, recall
        self.provenance = Provenance(plan, model, looks)
        self.today = date.today()

    def arm(self, scenario: ScenarioRun, run: ArmRun) -> ArmResult:
        """The result of one decided arm."""
        plan = run.plan
        evidence = self._evidence(run, scenario)
        summary = run.summary() if plan.problem is None and not run.fault else Summary(0, None, None, None)
        word, reason = self._verdict(run, evidence, scenario.plan)
        # An arm that was given up is no look: it goes on where it was.
        look, warnings = (1, []) if run.stopped else self.provenance.look(plan, word)
        facts = self._facts(run, word, reason, summary, evidence, look)
        result = self._blank(plan, word, reason, summary, run, evidence)
        result.edited = bool(warnings)
        result.look, result.warnings = look, [*warnings, *_trivial(plan), *_heavy_rows(plan)]
        result.certain = plan.settings.population == "dataset" and run.all_in
        if word in ("PASS", "FAIL", "INCONCLUSIVE"):
            result.record = self.provenance.record(run, look)
        if word == "INCONCLUSIVE":
            ways = remedy(facts, None if plan.is_gap else plan.streams[0].hypothesis, run.observed)
            ways = f"{run.note}. {ways}" if run.note else ways
            result.remedy = f"{run.stopped}." if run.stopped else ways
        self._waive(plan, result)
        result.claim = sentence(
            replace(facts, word=result.verdict, reason=result.reason, remedy=result.remedy, found=result.stored_verdict)
        )
        if plan.problem is None and not run.fault:
            result.worst_cells = worst_cells(run, scenario)
            result.worst_groups = worst_groups(run, scenario)
            result.survival = survival_curves(run, scenario)
            if word != "PASS":
                result.examples = Examples(scenario, self.recall, self.plan.spec.privacy).of(run, result.worst_cells)
        return result

    def _evidence(self, run: ArmRun, scenario: ScenarioRun) -> Share:
        total, baseline = Share(), scenario.baseline_table(run.plan)
        draws = [cell.draws for cell in scenario.plan.cells]
        for stream, slots in run.evidence():
            total.add(shares(run.plan, draws, scenario.cases.table, baseline, stream, slots))
        return total

    def _verdict(self, run: ArmRun, evidence: Share, scenario: ScenarioPlan) -> tuple[Word, str]:
        plan = run.plan
        if plan.problem is not None:
            return plan.problem
        if run.needless:
            return "NOT_NEEDED", f"{run.needless} failed, and every arm of this requirement must pass"
        if run.fault:
            return "INVALID", run.fault
        if run.stopped:
            return "INCONCLUSIVE", run.stopped
        rules = plan.settings
        lost = f"{counted(evidence.missing, 'cases')} {'has' if evidence.missing == 1 else 'have'} no output"
        if evidence.missing and rules.on_missing == "error":
            return "INVALID", f"{lost}, and on_missing is error"
        if evidence.missing and rules.on_missing == "worst_case" and plan.metric.shape == "table":
            return "INVALID", (
                f"{lost}, and {plan.metric.kind} has no worst case for them -- run again to call them once more, or "
                "write on_missing: exclude"
            )
        if evidence.missing_share > rules.max_error_rate:
            return "INVALID", (
                f"{evidence.missing} of {counted(evidence.scored + evidence.missing, 'cases')} have no output, more than "
                f"max_error_rate {rules.max_error_rate:g}"
            )
        for cell, share in evidence.unchanged_shares.items():
            if share > rules.max_unchanged:
                return "INVALID", (
                    f"{scenario.cells[cell].name} left {share:.0%} of the rows unchanged, more than max_unchanged "
                    f"{rules.max_unchanged:g}: it does not test this data"
                )
        if run.units == 0:
            return "INVALID", "no unit gave evidence"
        return run.decision or "INCONCLUSIVE", ""

    def _facts(self, run: ArmRun, word: Word, reason: str, summary: Summary, evidence: Share, look: int) -> Facts:
        return replace(
            facts_before(run.plan, self.plan),
            word=word,
            summary=summary,
            calls=evidence.calls,
            look=look,
            reason=reason,
            changes_only=evidence.unchanged > 0,
            missing=evidence.missing,
            all_in=run.all_in,
        )

    def _blank(
        self, plan: ArmPlan, word: Word, reason: str, summary: Summary, run: ArmRun, evidence: Share
    ) -> ArmResult:
        req, chosen = plan.requirement, plan.settings
        cells = self.plan_of(plan).cells
        origin = self.plan.spec.data[self.plan.spec.scenarios[plan.scenario].data].origin
        return ArmResult(
            id=plan.id,
            scenario=plan.scenario,
            requirement=req.key,
            arm=plan.name,
            line=plan.line,
            metric=req.metric,
            aggregate=req.aggregate.kind,
            cells=[cells[index].name for index in sorted({c for s in plan.streams for c in s.cells})],
            bound=req.bound,
            at_least=req.at_least is not None,
            verdict=word,
            value=summary.estimate,
            lower=summary.lower,
            upper=summary.upper,
            units=run.units if plan.problem is None else 0,
            horizon=plan.most_units(),
            cases=evidence.scored + evidence.missing,
            calls=evidence.calls,
            unchanged=evidence.unchanged,
            missing=evidence.missing,
            method=chosen.method,
            population=chosen.population,
            confidence=chosen.confidence,
            fail_confidence=chosen.fail_confidence,
            claim="",
            reason=reason,
            gate=req.gate,
            on_inconclusive=chosen.on_inconclusive,
            because=req.because,
            hazard=req.hazard,
            origin=origin,
            quick=self.plan.quick,
        )

    def plan_of(self, arm: ArmPlan) -> ScenarioPlan:
        """The scenario plan of an arm."""
        return next(scenario for scenario in self.plan.scenarios if scenario.id == arm.scenario)

    def _waive(self, plan: ArmPlan, result: ArmResult) -> None:
        waiver = plan.requirement.waived
        if waiver is None or not is_waived(plan):
            return
        if result.verdict in ("FAIL", "INCONCLUSIVE"):
            if self.today > waiver.until:
                result.reason = f"the waiver by {waiver.by} ended on {waiver.until.isoformat()}"
                return
            result.stored_verdict, result.verdict = result.verdict, "WAIVED"
            result.reason = f"waived until {waiver.until.isoformat()} by {waiver.by}: {waiver.reason}"

    def run_result(
        self,
        scenarios: Sequence[ScenarioRun],
        results: Mapping[str, ArmResult],
        started: str,
        seconds: float,
        notes: Sequence[str],
    ) -> RunResult:
        """Everything about the run."""
        from robustspec import __version__

        counts = Counts()
        for scenario in scenarios:
            counts.add(scenario.cases.counts)
        spec = self.plan.spec
        arms = list(results.values())
        return RunResult(
            robustspec=__version__,
            spec=self.plan.name,
            spec_hash=self.plan.spec_hash,
            about=spec.about.model_dump(mode="json"),
            model=self.model.name,
            fingerprint=self.model.fingerprint,
            deterministic=self.model.deterministic,
            seed=self.plan.seed,
            started=started,
            seconds=seconds,
            counts=counts,
            data=[self._data(name) for name in self.plan.datasets],
            scenarios=[self._scenario(scenario, results) for scenario in scenarios],
            notes=[*notes, *([self.provenance.note] if self.provenance.note else [])],
            not_assessed=self._not_assessed(
                {each.plan.id for each in scenarios},
                [arm.plan.id for each in scenarios for arm in each.arms],
                set(results),
            ),
            suite_claim=suite_claim(self.plan, arms),
            quick=self.plan.quick,
        )

    def _not_assessed(self, ran: set[str], selected: Sequence[str], results: set[str]) -> list[str]:
        """What this run says nothing about: scenarios and arms that were not selected, and the file's own limitations."""
        lines = [f"scenario {s.id} was not selected" for s in self.plan.scenarios if s.id not in ran]
        chosen = set(selected)
        left = [arm.id for arm in self.plan.arms if arm.scenario in ran and arm.id not in chosen]
        lines += _first(left, "was not selected", "more arms were not selected")
        open_ = [arm for arm in selected if arm not in results]
        lines += _first(open_, "was not decided before the run was stopped", "more arms were not decided")
        return lines + [f"by the specification's own words: {text}" for text in self.plan.spec.about.limitations]

    def _data(self, name: str) -> DataResult:
        dataset, block = self.plan.datasets[name], self.plan.spec.data[name]
        path = block.source.path
        return DataResult(
            name, path, dataset.n_rows, dataset.n_units, dataset.content_hash, block.origin, block.represents
        )

    def _scenario(self, run: ScenarioRun, results: Mapping[str, ArmResult]) -> ScenarioResult:
        plan, scenario = run.plan, run.plan.scenario
        return ScenarioResult(
            id=plan.id,
            title=scenario.title,
            mechanism=scenario.mechanism,
            source=scenario.source,
            priority=scenario.priority,
            concepts=list(scenario.concepts),
            data=scenario.data,
            line=plan.line,
            counts=run.cases.counts,
            cells=[self._cell(run, index) for index in range(len(plan.cells))],
            groups=list(self._groups(run)),
            arms=[results[arm.plan.id] for arm in run.arms if arm.plan.id in results],
            ladders=[] if self.plan.quick else ladders(plan, results),
        )

    def _cell(self, run: ScenarioRun, index: int) -> CellResult:
        cell, table = run.plan.cells[index], run.cases.table
        statuses = [status[index] for status in table.status.values()]
        seen = np.bincount(table.acts[index], minlength=1 + len(ACTS))
        slots = np.flatnonzero(table.made[index])
        return CellResult(
            cell=cell.name,
            perturbation=cell.perturbation,
            level=cell.level,
            rows=int(seen[1:].sum()),
            unchanged=max((int((status == UNCHANGED).sum()) for status in statuses), default=0),
            missing=max((int((status == MISSING).sum()) for status in statuses), default=0),
            magnitude=run.cases.magnitudes[index].mean if cell.scope is not None else None,
            acts={act: int(seen[1 + code]) for code, act in enumerate(ACTS)},
            scores={
                name: overall(table, measure, index, slots)[0] if has_scores(run.plan.metrics[name]) else None
                for name, measure in run.measures.items()
            },
        )

    def _groups(self, run: ScenarioRun) -> Iterator[GroupResult]:
        plan, table = run.plan, run.cases.table
        cells, slots = tuple(range(1, len(plan.cells))) or (0,), np.flatnonzero(table.made.any(axis=0))
        answered = slots[(table.acts[:, slots] > 0).any(axis=0)]
        for group in plan.dataset.group_names:
            codes, values = plan.dataset.group_codes(group)[plan.rows], plan.dataset.group_values(group)
            rows = np.bincount(codes[answered], minlength=len(values))
            found = {
                name: means(table, measure, cells, slots, codes, len(values))[0]
                if has_scores(plan.metrics[name])
                else None
                for name, measure in run.measures.items()
            }
            for k in np.flatnonzero(rows):
                scores = {
                    name: None if each is None or np.isnan(each[k]) else float(each[k]) for name, each in found.items()
                }
                yield GroupResult(group, values[k], int(rows[k]), scores)


def _trivial(plan: ArmPlan) -> Iterator[str]:
    """Where every model would pass."""
    if (
        plan.streams
        and not plan.is_gap
        and plan.aggregate.form == "mean"
        and pass_side(plan.streams[0].hypothesis).settled
    ):
        bound, margin = plan.requirement.bound, plan.settings.margin
        least = f", less its margin of {margin:g}," if margin else ""
        yield f"the bound {bound:g}{least} is the end of the scale, so that every model passes -- move it inside the scale"


def _heavy_rows(plan: ArmPlan) -> Iterator[str]:
    """Where a few rows decide alone under a `reweighted` value."""
    for stream in plan.streams:
        if stream.row_weights is not None:
            warning = weight_warning(stream.row_weights[stream.slots])
            if warning:
                yield warning


def _first(arms: Sequence[str], what: str, more: str) -> list[str]:
    """A line for each of the first 20 arms, and one for all others."""
    rest = len(arms) - 20
    return [*(f"{arm} {what}" for arm in arms[:20]), *([f"{rest} {more}"] if rest > 0 else [])]
