"""`baselines:` other models on the same cases, recorded runs and published numbers."""

from __future__ import annotations

import json
import sys
import textwrap

import pytest
from spec_factory import A12, judged, rows, scripted, spec_text

MODULE = """
    asked = []

    def old(text):
        asked.append(text)
        return "no" if text.split()[0] in LOST else "yes"
"""


@pytest.fixture
def old_model(bench, monkeypatch):
    """A module with a model ``old`` that is wrong on the rows named in LOST."""
    name = "baseline_under_test"

    def make(lost=()):
        source = f"LOST = {set(lost)!r}\n{textwrap.dedent(MODULE)}"
        (bench.folder / f"{name}.py").write_text(source)
        monkeypatch.syspath_prepend(str(bench.folder))
        sys.modules.pop(name, None)
        return name

    yield make
    sys.modules.pop(name, None)


def spec(requirement, baseline, **more):
    return spec_text(f"- {{{requirement}}}", top=f"baselines:\n  old: {baseline}", **more)


WHOLE = "population: dataset, method: fixed"
DIFFERENCE = "metric: accuracy, cells: clean, aggregate: {kind: difference, against: old}, at_least: -0.05"


def test_the_difference_to_another_model(bench, old_model):
    """Each row's score minus that of the baseline on the same row."""
    name = old_model(["r0", "r1", "r2"])
    arm = bench.arm(
        spec(DIFFERENCE, f"{{kind: callable, target: {name}:old}}", statistics=WHOLE),
        rows(10),
        scripted({"r2": "no", "r3": "no"}),
    )
    assert arm.value == pytest.approx(0.1)  # 8 right against 7


def test_the_baseline_is_asked_only_for_what_is_compared(bench, old_model):
    """A requirement without a baseline makes no call of it, and its calls are shared by those that compare."""
    name = old_model()
    text = spec_text(
        f"- {{{DIFFERENCE}}}\n- {{metric: accuracy, at_least: 0.5}}",
        top=f"baselines:\n  old: {{kind: callable, target: {name}:old}}",
        perturbations=A12,
        statistics=WHOLE,
    )
    bench.run(text, rows(10))
    assert sorted(sys.modules[name].asked) == sorted(f"r{k}" for k in range(10))


def test_a_baseline_that_no_selected_arm_needs_is_not_called(bench, old_model):
    """Selecting the requirement that compares with nothing leaves it alone."""
    name = old_model()
    text = spec_text(
        f"- {{{DIFFERENCE}}}\n- {{metric: accuracy, at_least: 0.5}}",
        top=f"baselines:\n  old: {{kind: callable, target: {name}:old}}",
    )
    result = bench.run(text, rows(40), selected=["s::mean-accuracy::all"])
    assert [arm.verdict for arm in result.arms] == ["PASS"]
    assert name not in sys.modules or sys.modules[name].asked == []


def recorded(bench, cells, wrong=(), without=()):
    lines = [
        {"case_id": f"s/r{k}/{cell}", "output": "no" if k in wrong else "yes"}
        for k in range(40)
        for cell in cells
        if k not in without
    ]
    (bench.folder / "old.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_the_difference_to_a_recorded_run(bench):
    """A run that was recorded elsewhere is as good a baseline as a live model."""
    recorded(bench, ["clean"], wrong={0})
    arm = bench.arm(spec(DIFFERENCE, "{kind: recorded, path: old.jsonl}", statistics=WHOLE), rows(40))
    assert arm.value == pytest.approx(1 / 40)


def test_a_case_that_the_baseline_lacks_counts_against_the_pass(bench):
    """In one view the baseline was right where its answer is missing, in the other it was wrong."""
    recorded(bench, ["clean"], without={0, 1})
    arm = bench.arm(
        spec(DIFFERENCE, "{kind: recorded, path: old.jsonl}", statistics=f"{WHOLE}, max_error_rate: 1"),
        rows(40),
        scripted({"r0": "no"}),
    )
    assert (arm.lower, arm.upper) == pytest.approx((-1 / 40, 1 / 40))
    assert arm.missing == 2


def test_a_model_against_itself_is_no_worse(bench, old_model):
    """Paired, two models that answer alike need few units; a model that lost a quarter fails."""
    name = old_model(f"r{k}" for k in range(0, 400, 10))
    text = spec(DIFFERENCE, f"{{kind: callable, target: {name}:old}}")
    same = scripted({f"r{k}": "no" for k in range(0, 400, 10)})
    passed = bench.arm(text, rows(400), same)
    assert (passed.verdict, passed.units < 150) == ("PASS", True)
    assert bench.arm(text, rows(400), scripted({f"r{k}": "no" for k in range(0, 400, 4)})).verdict == "FAIL"


def test_published_numbers(bench):
    """The score minus the published number, which stands for every level of its perturbation."""
    text = spec(
        "metric: accuracy, aggregate: {kind: difference, against: old}, at_least: -0.05",
        "{kind: published, source: a paper, scores: {a: 0.75}}",
        perturbations=A12,
        statistics=WHOLE,
    )
    assert bench.arm(text, rows(8), scripted({"r0 a1.0": "no", "r0 a1": "no"})).value == pytest.approx(
        1 - 1 / 16 - 0.75
    )


def test_corruption_error_against_a_model(bench, old_model):
    """Errors over errors: two rows wrong where the baseline has four."""
    name = old_model(["r0", "r1", "r2", "r3"])
    text = spec(
        "metric: accuracy, aggregate: {kind: corruption_error, against: old}, at_most: 1.5",
        f"{{kind: callable, target: {name}:old}}",
        perturbations=A12,
        statistics=WHOLE,
    )
    wrong = {f"r{k} a{level}": "no" for k in (0, 9) for level in (1, 2)}
    assert bench.arm(text, rows(10), scripted(wrong)).value == pytest.approx(0.5)


def test_the_order_of_calls_changes_nothing(bench, old_model):
    """Selection and a second requirement leave the verdict, its bounds and its evidence as they are."""
    name = old_model(f"r{k}" for k in range(0, 200, 9))
    text = spec_text(
        f"- {{{DIFFERENCE}}}\n- {{metric: accuracy, at_least: 0.5}}",
        top=f"baselines:\n  old: {{kind: callable, target: {name}:old}}",
        perturbations=A12,
    )
    plan = bench.plan(text, rows(200))
    model = scripted({f"r{k}": "no" for k in range(0, 200, 7)})
    arm = "s::difference-accuracy-clean::all"
    assert judged(bench.run(plan, model=model, selected=[arm]))[arm] == judged(bench.run(plan, model=model))[arm]


def test_patient_data_may_not_go_to_a_baseline_that_is_not_listed(bench, old_model, monkeypatch):
    """The rule on where data may be sent holds for every model of the run."""
    from robustspec.adapters.base import Model
    from robustspec.errors import AdapterError

    name = old_model()
    monkeypatch.setattr(Model, "endpoint", "api.example.org")
    privacy = "\nprivacy: {contains: patient_data}"
    text = spec_text(f"- {{{DIFFERENCE}}}", top=f"baselines:\n  old: {{kind: callable, target: {name}:old}}{privacy}")
    with pytest.raises(AdapterError, match="may_send_to"):
        bench.run(text, rows(10))
    assert sys.modules[name].asked == []
