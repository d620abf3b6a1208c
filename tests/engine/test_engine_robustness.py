"""What extensions, data and models may do wrong without taking a run's other verdicts with them."""

import threading

import pytest
from spec_factory import A12, B1, later, rows, scripted, spec_text

from robustspec.adapters.base import Model
from robustspec.errors import AdapterError, DataError, PerturbationError

A1 = "- {kind: test/mark, word: a, name: a, level: [1]}"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("raise", "RuntimeError: cannot score this"),
        ("nan", "score nan is outside [0, 1]"),
        ("seven", "score 7.0 is outside [0, 1]"),
    ],
)
@pytest.mark.parametrize("aggregate", ["mean", "instance_worst", "drop", "{kind: share_above, threshold: 0.5}"])
def test_a_metric_that_fails_breaks_its_own_arms_only(bench, answer, reason, aggregate):
    """Other metrics, and arms of the same metric on other cells, are judged."""
    bound = "at_most" if aggregate == "drop" else "at_least"
    spec = spec_text(
        f"- {{metric: test/breaks, aggregate: {aggregate}, worst_over: cell, {bound}: 0.5}}\n"
        "- {metric: contains_r, at_least: 0.5}",
        perturbations=f"{A1}\n{B1}",
        top="metrics:\n  contains_r: {kind: regex_match, pattern: .}",
    )
    broken, whole, other = bench.run(spec, rows(60), lambda text: answer if "a1" in text else "yes").arms
    assert (broken.verdict, whole.verdict, other.verdict) == ("INVALID", "PASS", "PASS")
    assert reason in broken.reason


def test_a_metric_that_does_not_know_whether_it_applies(bench):
    """Is INVALID as well."""
    spec = spec_text("- {metric: test/picky, at_least: 0.5}\n- {metric: accuracy, at_least: 0.5}")
    broken, other = bench.run(spec, rows(60)).arms
    assert (broken.verdict, other.verdict) == ("INVALID", "PASS")
    assert "RuntimeError: does not know" in broken.reason


def test_a_row_metric_that_is_not_a_number(bench):
    """As is one over rows."""
    spec = spec_text("- {metric: test/not_number, at_least: 0.5}", perturbations=A1)
    arm = bench.arm(spec, rows(60))
    assert (arm.verdict, "score nan is outside [0, 1]" in arm.reason) == ("INVALID", True)


def test_a_metric_that_fails_after_the_decision(bench):
    """A unit beyond the decision is no evidence, in the same batch or not."""
    spec = spec_text("- {metric: test/breaks, at_least: 0.5}")
    plan = bench.plan(spec, rows(60))
    order = [f"r{k}" for k in plan.scenarios[0].rows.tolist()]
    decided = bench.arm(plan).units
    assert decided < 8
    assert bench.arm(plan, model=scripted({order[decided]: "raise"})).verdict == "PASS"
    assert bench.arm(plan, model=scripted({order[decided - 1]: "raise"})).verdict == "INVALID"


def test_a_gap_of_a_metric_that_fails(bench):
    """INVALID, not a hang and not a verdict on the rest."""
    spec = spec_text("- {metric: test/breaks, gap_over: vendor, at_most: 0.5}", data="groups: [vendor]")
    data = rows(60, vendor=lambda k: "AB"[k % 2])
    arm = bench.arm(spec, data, scripted({f"r{k}": "raise" for k in range(0, 60, 2)}))
    assert arm.verdict == "INVALID"


def test_an_operator_that_raises_names_the_case(bench, monkeypatch):
    """It is an error of the extension, and nothing is judged."""

    def fail(self, passage, params, level):
        raise ZeroDivisionError("oops")

    plan = bench.plan(spec_text("- {metric: accuracy, at_least: 0.5}", perturbations=A1), rows(10))
    monkeypatch.setattr(type(plan.scenarios[0].cells[1].scope.operator), "apply", fail)
    with pytest.raises(PerturbationError, match=r"case s/r\d/a-1: 'test/mark' failed: ZeroDivisionError: oops"):
        bench.run(plan)


def unlabelled(n, **more):
    return [
        {key: value for key, value in row.items() if key != "label" or k % 2} for k, row in enumerate(rows(n, **more))
    ]


def test_labels_that_a_metric_reads(bench):
    """The count of rows without one stands in the error, before any call."""
    spec = spec_text("- {metric: accuracy, at_least: 0.5}")
    with pytest.raises(DataError, match="10 rows have no label, which 'accuracy' reads in scenario 's'"):
        bench.plan(spec, unlabelled(20))


def test_labels_that_no_metric_reads(bench):
    """Under must_refuse no answer can be right, so none is missed; nor by a metric of acts."""
    data = unlabelled(60, policy=lambda k: "answer" if k % 2 else "must_refuse")
    spec = spec_text(
        "- {metric: accuracy, at_least: 0.5}\n- {metric: refused, at_most: 0.9}",
        top="output: {refusal: {kind: patterns, any: [sorry]}}",
    )
    plan = bench.plan(spec, data)
    assert [arm.streams[0].n_units for arm in plan.arms] == [60, 60]


def test_labels_that_only_the_clean_side_of_a_drop_reads(bench):
    """The perturbed cases must be refused, but clean is scored under the row's answer."""
    entry = "- {kind: test/mark, word: a, name: a, level: [1], policy: must_refuse}"
    mean = spec_text("- {metric: accuracy, at_least: 0.5}", perturbations=entry)
    bench.plan(mean, unlabelled(20))
    drop = spec_text("- {metric: accuracy, aggregate: drop, at_most: 0.5}", perturbations=entry)
    with pytest.raises(DataError, match="10 rows have no label"):
        bench.plan(drop, unlabelled(20))


def test_two_metrics_of_one_kind_differ_in_what_they_read(bench):
    """Of the answered cases, one metric reads labels and the other does not."""
    spec = spec_text(
        "- {metric: matches, at_least: 0.5}\n- {metric: right, at_least: 0.5}",
        top="metrics:\n  matches: {kind: regex_match, pattern: ., among: answered}\n"
        "  right: {kind: accuracy, among: answered}",
    )
    with pytest.raises(DataError, match="10 rows have no label"):
        bench.plan(spec, unlabelled(20))


def test_examples(bench):
    """The worst cases of a failed arm with their clean twins."""
    spec = spec_text("- {metric: accuracy, cells: all, at_least: 0.9}", perturbations=A12)
    result = bench.run(spec, rows(60), lambda text: "no" if "a2" in text else "yes")
    (arm,) = result.arms
    assert arm.verdict == "FAIL"
    assert len(arm.examples) == 3
    for example in arm.examples:
        assert (
            example.cell, example.score, example.expected, example.got, example.got_clean
        ) == ("a-2", 0.0, "yes", "no", "yes")  # fmt: skip
        assert f"s/{example.clean}/a-2" == example.case_id
        assert f"{example.clean} a2" == example.perturbed


def test_examples_cost_no_calls(bench):
    """A clean twin that no arm called is not called for its example."""
    asked = []

    def model(text):
        asked.append(text)
        return "no"

    arm = bench.arm(spec_text("- {metric: accuracy, at_least: 0.9}", perturbations=A1), rows(60), model)
    assert (arm.verdict, len(arm.examples)) == ("FAIL", 3)
    assert all(text.endswith("a1") for text in asked)
    assert [example.got_clean for example in arm.examples] == [None] * 3
    assert all(example.clean == example.perturbed.removesuffix(" a1") for example in arm.examples)


def test_examples_offline(bench):
    """Nor is the lack of it an error in a run that may not call."""
    spec = spec_text("- {metric: accuracy, at_least: 0.9}", perturbations=A1)
    plan = bench.plan(spec, rows(60))

    def model(text):
        return "no"

    bench.run(plan, model=model, fresh=False)
    from robustspec.adapters.callable import wrap
    from robustspec.engine.session import run_plan

    (arm,) = run_plan(plan, wrap(model), bench.options(offline=True)).arms
    assert (arm.verdict, len(arm.examples)) == ("FAIL", 3)


def test_examples_of_recorded_outputs(bench):
    """A model that answers by case is asked for the cases of examples again, and for no others."""
    asked = []

    class Recorded(Model):
        by_case = True

        def predict(self, inputs):
            asked.extend(item.case_id for item in inputs)
            return ["no"] * len(inputs)

    arm = bench.arm(spec_text("- {metric: accuracy, at_least: 0.9}", perturbations=A1), rows(60), Recorded())
    assert [example.got for example in arm.examples] == ["no"] * 3
    assert all(case_id.endswith("/a-1") for case_id in asked)


@pytest.mark.parametrize(("shown", "fields"), [("none", None), ("ids", {"case_id", "cell", "score"})])
def test_examples_obey_privacy(bench, shown, fields):
    """None at all, or nothing but the id of the case."""
    spec = spec_text("- {metric: accuracy, at_least: 0.9}", top=f"privacy: {{examples: {shown}}}")
    arm = bench.arm(spec, rows(60), lambda text: "no")
    assert arm.verdict == "FAIL"
    if fields is None:
        assert arm.examples == []
    else:
        assert len(arm.examples) == 3
        assert all({name for name in e.__slots__ if getattr(e, name) is not None} == fields for e in arm.examples)


def test_examples_of_a_ratio_are_of_its_denominator(bench):
    """A true negative says nothing about precision, so it is no bad example."""
    spec = spec_text(
        "- {metric: precise, at_least: 0.9}",
        top="metrics:\n  precise: {kind: precision, positive: 'yes'}",
        statistics="method: point",
    )
    data = rows(20, label=lambda k: "yes" if k < 5 else "no")
    arm = bench.arm(spec, data, scripted({f"r{k}": "no" for k in range(6, 20)}))
    assert (arm.verdict, [example.clean for example in arm.examples]) == ("FAIL", ["r5"])


def test_an_example_of_several_draws_shows_one_that_was_changed(bench):
    """The text in it is one that the model saw."""
    asked = []

    def model(text):
        asked.append(text)
        return "no"

    spec = spec_text("- {metric: accuracy, at_least: 0.9}", perturbations="- {kind: test/draw, name: d, draws: 2}")
    arm = bench.arm(spec, rows(60), model)
    assert all(example.perturbed in asked and example.case_id.endswith("/d/0") for example in arm.examples)


def remote(answer):
    from robustspec.adapters.callable import wrap

    model = wrap(answer)
    model.endpoint = "api.example.org"
    return model


PATIENTS = "privacy: {contains: patient_data, may_send_to: [%s]}"


def test_patient_data_goes_nowhere_that_is_not_listed(bench):
    """An error before the first call."""
    asked = []
    spec = spec_text("- {metric: accuracy, at_least: 0.5}", top=PATIENTS % "")
    with pytest.raises(AdapterError, match=r"patient data and api.example.org is not in privacy.may_send_to"):
        bench.run(spec, rows(20), remote(asked.append))
    assert asked == []


def test_patient_data_may_go_where_it_is_listed(bench):
    """And to a local model."""
    listed = spec_text("- {metric: accuracy, at_least: 0.5}", top=PATIENTS % "api.example.org")
    assert bench.arm(listed, rows(20), remote(lambda text: "yes")).verdict == "PASS"
    assert bench.arm(spec_text("- {metric: accuracy, at_least: 0.5}", top=PATIENTS % ""), rows(20)).verdict == "PASS"


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_run_that_is_stopped(bench, asynchronous):
    """Gives what was decided by then, says so, and keeps its outputs for the next one."""
    stop, asked = threading.Event(), []

    def model(text):
        asked.append(text)
        if len(asked) == 40:
            stop.set()
        return "yes"

    spec = spec_text(
        "- {metric: accuracy, cells: clean, at_least: 0.5}\n- {metric: accuracy, at_least: 0.97}", perturbations=A1
    )
    plan = bench.plan(spec, rows(300))
    live = later(model, 4) if asynchronous else model
    result = bench.run(plan, model=live, fresh=False, cancelled=stop)
    assert [arm.id for arm in result.arms] == ["s::mean-accuracy-clean::all"]
    assert any("stopped before its end" in note for note in result.notes)
    assert result.not_assessed == ["s::mean-accuracy::all was not decided before the run was stopped"]
    assert result.suite_claim == ""
    again = bench.run(plan, model=live, fresh=False)
    assert again.counts.reused > 0
    assert [arm.verdict for arm in again.arms] == ["PASS", "PASS"]
