"""What a verdict's evidence belongs to: specification, data, model and seed, and what these data were used for before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from robustspec.adapters.base import Model
from robustspec.engine.judge import ArmRun
from robustspec.engine.looks import Looks, digest, reuse_note
from robustspec.engine.plan import ArmPlan, Plan
from robustspec.engine.proof.record import keys, record, record_table
from robustspec.statistics.base import Word


class Provenance:
    """The looks and the evidence records of one run; without ``looks`` nothing is remembered."""

    def __init__(self, plan: Plan, model: Model, looks: Looks | None) -> None:
        self.plan, self._model = plan, model
        self._looks = None if plan.quick else looks
        self._fingerprint = model.fingerprint or model.name
        hashes = {data.content_hash for data in plan.datasets.values()}
        before = max((looks.models_before(each, self._fingerprint) for each in hashes), default=0) if looks else 0
        self.note = "" if plan.quick else reuse_note(before)
        """How many other models these data have judged, as a sentence; empty for none."""

    def look(self, arm: ArmPlan, word: Word) -> tuple[int, list[str]]:
        """The number of this look at an arm, from 1, and what a reader must know of earlier ones; it is remembered."""
        if self._looks is None or word not in ("PASS", "FAIL", "INCONCLUSIVE"):
            return 1, []
        topic, chosen = self._topic(arm), self._chosen(arm)
        question, settings = digest({**topic, "model": self._fingerprint}), digest(chosen)
        look, warnings = self._looks.look(question, settings), self._looks.warnings(digest(topic), chosen)
        self._looks.record(
            question,
            settings,
            word,
            arm.id,
            topic=digest(topic),
            chosen=chosen,
            data=str(topic["data"]),
            model=self._fingerprint,
        )
        return look, warnings

    def record(self, run: ArmRun, look: int) -> dict[str, Any]:
        """All that it takes to compute the verdict of a decided arm again."""
        arm, settings = run.plan, run.plan.settings
        data = self.plan.datasets[self.plan.spec.scenarios[arm.scenario].data]
        belongs_to = keys(
            spec_hash=self.plan.spec_hash,
            data_hash=data.content_hash,
            fingerprint=self._model.fingerprint,
            seed=self.plan.seed,
            arm=arm.id,
            look=look,
        )
        if arm.metric.shape == "table":
            texts = self.plan.spec.privacy.examples == "full"
            return record_table(arm, run.tables(), finished=run.ran_out, keys=belongs_to, texts=texts)
        return record(
            "gap" if arm.is_gap else "units",
            settings.method,
            settings.population,
            run.given(),
            finished=run.ran_out,
            margin=settings.margin,
            keys=belongs_to,
            shared=arm.requirement.gap_over in ("cell", "perturbation", "level"),
            disjoint=arm.disjoint,
        )

    def _topic(self, arm: ArmPlan) -> dict[str, Any]:
        """What is asked of which data, of whatever model and under whatever settings."""
        spec, scenario = self.plan.spec, self.plan.spec.scenarios[arm.scenario]
        req, baseline = arm.requirement, arm.aggregate.baseline
        metric = spec.metrics[req.metric].model_dump(mode="json") if req.metric in spec.metrics else req.metric
        return {
            "data": self.plan.datasets[scenario.data].content_hash,
            "arm": arm.id,
            "cells": req.cells,
            "metric": metric,
            "aggregate": arm.aggregate.model_dump(mode="json"),
            "baseline": None if baseline is None else spec.baselines[baseline].model_dump(mode="json"),
            "perturbations": scenario.model_dump(mode="json", include={"perturbations", "policy"}),
            "output": spec.output.model_dump(mode="json"),
        }

    def _chosen(self, arm: ArmPlan) -> Mapping[str, Any]:
        hypothesis, chosen = arm.streams[0].hypothesis, arm.settings
        return {
            "bound": hypothesis.bound,
            "at_least": hypothesis.at_least,
            "method": chosen.method,
            "population": chosen.population,
            "margin": chosen.margin,
            "horizons": [stream.hypothesis.horizon for stream in arm.streams],
            "confidence": [chosen.confidence, chosen.fail_confidence],
            "seed": self.plan.seed,
        }
