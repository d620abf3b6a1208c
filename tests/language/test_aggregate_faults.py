"""What cannot be between an aggregate with parameters and the rest of its file or its data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from language_specs import BASE, fault, faults, with_requirement

from robustspec.data.dataset import open_dataset
from robustspec.language.lint import check_rows
from robustspec.language.load import dump, load

SICK = "{kind: reweighted, over: vendor, to: {siemens: 0.1}}"
RANGE = "{kind: reweighted, over: vendor, to: {siemens: [0.1, 0.2]}}"


@pytest.mark.parametrize(
    ("requirement", "message"),
    [
        ("aggregate: quantile, at_least: 0.5", "aggregate: 'quantile' needs 'q' -- write {kind: quantile, q: ...}"),
        ("aggregate: {kind: quantile, q: 5}, at_least: 0.5", "aggregate.q: should be less than 1"),
        (
            "aggregate: {kind: quantile, q: 0.05}, gap_over: vendor, at_most: 0.5",
            "gap_over: a gap is the best mean minus",
        ),
        (
            "aggregate: {kind: quantile, q: 0.05}, method: approximate, at_least: 0.5",
            "has no approximate test, and needs none",
        ),
        ("aggregate: {kind: tail_mean, share: 0}, at_least: 0.5", "aggregate.share: should be more than 0"),
        (
            "aggregate: {kind: tail_mean, share: 0.1}, gap_over: vendor, at_most: 0.5",
            "'tail_mean' is no mean -- use worst_over",
        ),
        ("aggregate: trend, at_most: 0.5", "at_most goes against the requirement: higher is better for this trend"),
        ("aggregate: trend, at_least: 1.5", "1.5 can never be met: the value lies between -1 and 1"),
        ("aggregate: trend, cells: clean, at_least: 0", "cells: 'trend' compares perturbed cells with the clean one"),
        ("aggregate: trend, cells: all, at_least: 0", "cells: 'trend' compares with the clean cell already"),
        (
            "aggregate: {kind: reweighted, over: vndor, to: balanced}, at_least: 0.5",
            "over: data 'requests' has no group 'vndor' -- did you mean 'vendor'?",
        ),
        ("aggregate: {kind: reweighted, over: site, to: balanced}, at_least: 0.5", "-- add it to data.requests.groups"),
        (
            "aggregate: {kind: reweighted, over: vendor, to: even}, at_least: 0.5",
            "aggregate.to: should be balanced, or the share",
        ),
        (
            "aggregate: {kind: reweighted, over: vendor, to: {a: '0.1'}}, at_least: 0.5",
            "aggregate.to: the share of a should be a number",
        ),
        (
            "aggregate: {kind: reweighted, over: vendor, to: {a: 3}}, at_least: 0.5",
            "aggregate.to: the share of a should be a number",
        ),
        (
            "aggregate: {kind: reweighted, over: vendor, to: {a: 0.7, b: 0.7}}, at_least: 0.5",
            "aggregate: the shares of 'to' add up to 1.4 -- they are parts of 1",
        ),
        (
            f"aggregate: {SICK}, worst_over: vendor, at_least: 0.5",
            "worst_over: 'vendor' is what the aggregate reweights",
        ),
        (
            f"aggregate: {RANGE}, worst_over: age, at_least: 0.5",
            "worst_over: a range of shares is judged at both its ends",
        ),
        (
            f"aggregate: {RANGE}, gap_over: age, method: point, at_most: 0.5",
            "gap_over: a range of shares is judged at both",
        ),
        (f"aggregate: {SICK}, gap_over: age, at_most: 0.5", "there is no sequential test of a gap between ratios"),
        (
            f"aggregate: {SICK}, at_least: 95",
            "95 can never be met: the value lies between 0 and 1 -- did you mean 0.95?",
        ),
        (
            f"aggregate: {SICK}, at_least: -0.1",
            "at_least: -0.1 asks for nothing: the value of 'reweighted' is 0 or more -- choose a bound above 0",
        ),
        ("aggregate: retention, at_least: -0.1, method: point", "-0.1 asks for nothing: the value of 'retention'"),
    ],
)
def test_requirements_that_cannot_be(requirement: str, message: str) -> None:
    """Each is one fault, at the key to change."""
    assert message in fault(with_requirement(f"{{metric: match, {requirement}}}"))


@pytest.mark.parametrize(
    "requirement",
    [
        "metric: match, aggregate: {kind: quantile, q: 0.05}, at_least: 0.5",
        "metric: latency, aggregate: {kind: quantile, q: 0.95}, at_most: 2",
        "metric: match, aggregate: {kind: tail_mean, share: 0.1}, worst_over: vendor, at_least: 0.5",
        "metric: match, aggregate: trend, at_least: -0.02",
        "metric: match, aggregate: trend, worst_over: perturbation, at_least: -0.02",
        "metric: refused, aggregate: trend, at_most: 0.05",
        f"metric: match, aggregate: {SICK}, at_least: 0.5",
        f"metric: exact, aggregate: {SICK}, at_least: 0.5",
        f"metric: flip_rate, aggregate: {RANGE}, at_most: 0.5",
        f"metric: match, aggregate: {SICK}, worst_over: age, at_least: 0.5",
        f"metric: match, aggregate: {RANGE}, at_least: 0.5, "
        "waived: {until: 2030-01-01, by: a, reason: b, arms: [siemens-at-0.2]}",
    ],
)
def test_requirements_that_can_be(requirement: str) -> None:
    """And are read back as they were."""
    text = with_requirement(f"{{{requirement}}}")
    assert faults(text) == []
    assert load(dump(load(text))) == load(text)


@pytest.mark.parametrize("bound", ["at_least: -0.1", "at_least: -0.1, population: dataset"])
def test_a_ratio_metric_is_never_negative(bound: str) -> None:
    """Nor is what it counts."""
    assert "-0.1 asks for nothing: the value of 'exact' is 0" in fault(with_requirement(f"{{metric: exact, {bound}}}"))


@pytest.mark.parametrize("method", ["sequential", "point"])
def test_no_share_of_what_may_be_negative(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clean score below 0 is no denominator under any method."""
    monkeypatch.setattr("robustspec.metrics.accuracy.Accuracy.lower", -1.0)
    line = f"{{metric: accuracy, aggregate: retention, at_least: 0.5, method: {method}}}"
    message = "'accuracy' may be negative, and 'retention' is a share of scores of 0 or more -- use aggregate: drop"
    assert f"aggregate: {message}" in fault(with_requirement(line))


def test_waived_ends_must_exist() -> None:
    """A range has the arms of its ends."""
    waived = "{until: 2030-01-01, by: a, reason: b, arms: [all]}"
    line = f"{{metric: match, aggregate: {RANGE}, at_least: 0.5, waived: {waived}}}"
    assert "unknown arm 'all' -- arms: siemens-at-0.1, siemens-at-0.2" in fault(with_requirement(line))


def test_a_trend_needs_levels() -> None:
    """A cell without one is not left out in silence, unless the arms are the levels."""
    base = BASE.replace("{kind: synonym, level: [2]}", "contraction")
    line = "metric: match, aggregate: trend, at_least: -0.1"
    found = fault(with_requirement(f"{{{line}}}", base))
    assert "aggregate: 'trend' goes along levels, and 'contraction' has none -- select cells with levels" in found
    assert faults(with_requirement(f"{{{line}, cells: [keyboard_typo]}}", base)) == []
    assert faults(with_requirement(f"{{{line}, worst_over: level}}", base)) == []


def test_parameters_do_not_enter_ids() -> None:
    """Two quantiles of one metric need a name."""
    lines = [f"{{metric: match, aggregate: {{kind: quantile, q: {q}}}, at_least: 0.5}}" for q in (0.05, 0.1)]
    text = with_requirement(lines[0]) + f"      - {lines[1]}\n"
    assert "has the same id as requirements[0]: 'quantile-match' -- give one of them a name" in fault(text)
    assert faults(text.replace("q: 0.1}", "q: 0.1}, name: tenth")) == []


@pytest.fixture
def datasets(tmp_path: Path) -> dict[str, object]:
    """Rows of three vendors."""
    rows = [{"id": str(k), "input": "hi", "label": {}, "vendor": v, "years": 30} for k, v in enumerate("abc")]
    (tmp_path / "requests.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    return {"requests": open_dataset("requests", load(BASE).data["requests"], tmp_path)}


@pytest.mark.parametrize(
    ("to", "message"),
    [
        ("{d: 0.1}", "no row has vendor d -- its values are a, b, c"),
        ("{a: 0.1}", "'to' gives no share to b, c of vendor, and one value can take the rest -- add the others"),
        ("{a: 0.4, b: 0.6}", "'to' leaves nothing for vendor c -- write c: 0 if it should not count"),
        ("{a: 0.1, b: 0.2, c: 0.3}", "the shares of 'to' add up to 0.6, and no vendor is left to take the rest"),
    ],
)
def test_shares_that_do_not_fit_the_rows(to: str, message: str, datasets: dict[str, object]) -> None:
    """Which values there are shows only when the data is indexed; the place is the mapping."""
    spec = load(
        with_requirement(f"{{metric: match, aggregate: {{kind: reweighted, over: vendor, to: {to}}}, at_least: 0.1}}")
    )
    (found,) = check_rows(spec, datasets)  # type: ignore[arg-type]  # of data sets
    assert str(found) == f"scenarios.typos.requirements[0].aggregate.to: {message}"


@pytest.mark.parametrize(
    "to", ["balanced", "{a: 0.1, b: 0.2}", "{a: [0.1, 0.2], b: 0.2}", "{a: [0, 0.4], b: 0.6}", "{a: 1, b: 0, c: 0}"]
)
def test_shares_that_fit_the_rows(to: str, datasets: dict[str, object]) -> None:
    """One value takes the rest, or nothing is left."""
    spec = load(
        with_requirement(f"{{metric: match, aggregate: {{kind: reweighted, over: vendor, to: {to}}}, at_least: 0.1}}")
    )
    assert check_rows(spec, datasets) == []  # type: ignore[arg-type]  # of data sets
