"""What holds for every registered metric."""

import doctest
import importlib
import pickle

import pytest

from robustspec.data.row import Answer, Case, Row
from robustspec.described import field_docs
from robustspec.metrics import KINDS
from robustspec.metrics.base import CaseMetric, RatioMetric, RowMetric, TableMetric

NEEDS = {kind: {"positive": "a"} for kind in ("auroc", "brier", "f1", "precision", "recall")}
NEEDS["expected_calibration_error"] = {"field": "a"}
NEEDS["judge"], NEEDS["invented"] = {"model": "grader"}, {"field": "a"}
NEEDS["hd95"] = {"worst_mm": 100, "spacing_mm": (1, 1)}
OVER_TURNS = ("aptitude", "first_failing_turn", "survival", "survives", "sycophancy", "unreliability")
"""Kinds that score turns by another metric."""
NEEDS |= {kind: {"of": "accuracy"} for kind in OVER_TURNS}
NEEDS["survival"] = {"of": "accuracy", "at": 2}
LABELS = {"json_match": {"a": 1}, "numeric_match": 1, "mask_dice": [[0, 1]], "hd95": [[0, 1]]}
LABELS |= {kind: ["a", "x"] for kind in ("item_precision", "item_recall", "kendall_tau", "order_accuracy")}
"""Labels of the kinds that cannot read any."""
BASES = {"case": CaseMetric, "row": RowMetric, "ratio": RatioMetric, "table": TableMetric}


def kind_class(kind):
    module, _, name = KINDS[kind].partition(":")
    return getattr(importlib.import_module(f"robustspec.metrics.{module}"), name)


@pytest.fixture(params=sorted(KINDS))
def metric(request):
    return bound(kind_class(request.param)(**NEEDS.get(request.param, {})))


def bound(metric):
    """The metric as it is measured, with the one that it is of."""
    return metric.bound({"accuracy": kind_class("accuracy")()})


def test_a_metric_is_named_as_its_kind(metric):
    """The table and the class agree, and the shape is that of the base class."""
    assert type(metric) is kind_class(metric.kind)
    assert isinstance(metric, BASES[metric.shape])


def test_a_metric_declares_facts_that_hold_together(metric):
    """Bounds are ordered and the direction is a known word."""
    assert metric.lower < metric.upper
    assert metric.direction in ("higher", "lower", "either")


def test_a_metric_documents_itself(metric):
    """Its page gives formula, inputs, direction, an example and the source."""
    page = type(metric).__doc__
    for word in ("Formula:", "Inputs:", "Direction:", ">>>", "Source:"):
        assert word in page
    assert set(type(metric).model_fields) == {"kind", *field_docs(type(metric))}


@pytest.mark.parametrize("module", sorted({target.partition(":")[0] for target in KINDS.values()}))
def test_the_worked_examples_run(module):
    """Every docstring's example gives what it says."""
    results = doctest.testmod(importlib.import_module(f"robustspec.metrics.{module}"))
    assert results.attempted > 0
    assert results.failed == 0


def test_a_metric_survives_its_dump_and_pickling(metric):
    """It can stand in a file and be sent to a worker."""
    assert bound(type(metric).model_validate(metric.model_dump())) == metric
    assert pickle.loads(pickle.dumps(metric)) == metric


@pytest.mark.parametrize("act", ["answered", "refused", "asked", "unparsed"])
@pytest.mark.parametrize("value", [None, "", "a", 3, 2.5, True, [1, "x"], {"a": {"b": None}}])
def test_no_answer_breaks_a_metric(metric, act, value):
    """Whatever a model says, a score lies within the declared bounds."""
    case = Case(Row("1", "...", label=LABELS.get(metric.kind, "a")), Answer(value, act))
    if metric.kind == "extractor_disagreement":
        case.answer.beside = ()
    if metric.kind == "constraint_retention":
        case.row.facts = {"avoid": ["a"]}
    if metric.shape == "case":
        assert metric.lower <= metric.score(case) <= metric.upper
    elif metric.shape == "ratio":
        top, bottom = metric.parts(case)
        assert 0 <= top <= bottom <= metric.denominator_upper
    elif metric.shape == "table":
        found = metric.value({metric.observe(case): 1.0})
        assert found is None or metric.lower <= found <= metric.upper
    else:
        relation = {"kind": "monotone", "field": "a", "order": ["a", 3]}
        assert metric.lower <= metric.observe(case, case, relation) <= metric.upper
