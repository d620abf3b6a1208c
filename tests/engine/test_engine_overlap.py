"""IoU and Dice through the engine: the bound of their denominator is a field of the metric."""

import json

import pytest
from spec_factory import rows, scripted, spec_text

LABEL = ["rash", "fever", "cough"]
ANSWERS = {"r0": ["rash", "pain"], "r1": ["cough", "fever", "rash"]}


def arm(
    bench, kind, data, answers, *, default=(), bound=0.5, statistics="population: dataset, method: fixed", **fields
):
    """The only arm of a requirement on the clean cells."""
    named = "".join(f", {key}: {value}" for key, value in fields.items())
    spec = spec_text(
        f"- {{metric: items, cells: clean, at_least: {bound}}}",
        top=f"metrics: {{items: {{kind: {kind}{named}}}}}\noutput: {{extract: json}}",
        statistics=statistics,
    )
    written = {
        text: answer if isinstance(answer, Exception) else json.dumps(answer) for text, answer in answers.items()
    }
    return bench.arm(spec, data, scripted(written, json.dumps(list(default))))


def data(n):
    return rows(n, label=lambda k: LABEL)


@pytest.mark.parametrize(("kind", "expected"), [("iou", (1 + 3 + 0) / (4 + 3 + 3)), ("dice", (2 + 6) / (5 + 6 + 3))])
def test_the_value_is_the_ratio_of_the_sums(bench, kind, expected):
    """Three rows: one item of three and a wrong one, all three, none."""
    assert arm(bench, kind, data(3), ANSWERS, bound=0.1).value == pytest.approx(expected)


@pytest.mark.parametrize(("answer", "verdict"), [(LABEL, "PASS"), (["rash", "pain"], "FAIL")])
def test_a_verdict_is_reached_with_a_guarantee(bench, answer, verdict):
    """IoU 1 and IoU 1/4 against 0.8, by the sequential test."""
    found = arm(bench, "iou", data(200), {}, default=answer, bound=0.8, statistics="method: sequential", most=8)
    assert (found.verdict, found.value) == (verdict, 1.0 if verdict == "PASS" else 0.25)
    assert found.units < 200


def test_a_nearer_bound_of_the_denominator_takes_fewer_units(bench):
    """The same answers, and a guarantee that need not allow for cases of a hundred items."""
    near, far = (
        arm(bench, "iou", data(400), {}, default=LABEL, bound=0.7, statistics="method: sequential", most=most)
        for most in (4, 40)
    )
    assert near.verdict == far.verdict == "PASS"
    assert near.units < far.units / 4


def test_a_case_beyond_the_bound_makes_the_arm_invalid(bench):
    """It says which row, and what to do."""
    found = arm(bench, "iou", data(2), ANSWERS, most=3)
    assert found.verdict == "INVALID"
    assert "row r0: 2 items in the answer and 3 in the label" in found.reason
    assert "-- give iou a larger `most`" in found.reason


def test_a_missing_case_counts_as_the_largest(bench):
    """Against a PASS the failed call is 0 of 5 items: 3 / (3 + 5) is below 0.5, though what was answered is right."""
    answers = {"r0": RuntimeError("no answer"), "r1": LABEL}
    more = "population: dataset, method: fixed, max_error_rate: 1"
    assert arm(bench, "iou", data(2), answers, statistics=more, most=5).verdict != "PASS"
    assert arm(bench, "iou", data(2), answers, statistics=more, most=3).verdict == "PASS"
