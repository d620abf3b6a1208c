"""Methods and allocations: what has a test, and what a requirement is told that has none."""

from __future__ import annotations

import pytest
from language_specs import BASE, fault, faults, with_requirement

NO_TABLE_TEST = "'mcc' is a number of the whole table, for which there is no"
ECE = BASE.replace("  match:", "  ece: {kind: expected_calibration_error, field: action}\n  match:")


@pytest.mark.parametrize(
    ("requirement", "message"),
    [
        ("metric: mcc, at_least: 0.5", f"{NO_TABLE_TEST} sequential test -- add method: approximate, or method: point"),
        ("metric: mcc, at_least: 0.5, method: fixed", f"{NO_TABLE_TEST} fixed test"),
        (
            "metric: mcc, gap_over: vendor, at_most: 0.1",
            "no sequential test of a gap between numbers of a table -- use worst_over,",
        ),
        (
            "metric: mcc, gap_over: vendor, at_most: 0.1, method: approximate",
            "no approximate test of a gap between numbers",
        ),
        (
            "metric: match, gap_over: vendor, at_most: 0.1, method: approximate",
            "there is no approximate test of a gap -- use",
        ),
        ("metric: exact, gap_over: vendor, at_most: 0.1", "no sequential test of a gap between ratios"),
        (
            "metric: exact, gap_over: vendor, at_most: 0.1, method: approximate",
            "no approximate test of a gap between ratios",
        ),
        (
            "metric: match, aggregate: retention, gap_over: vendor, at_most: 0.1",
            "no sequential test of a gap between ratios",
        ),
        (
            "metric: latency, at_most: 2",
            "metric: 'latency' has no bounds, so 'mean' has no sequential test -- use aggregate: "
            "{kind: quantile, q: ...}, or method: approximate",
        ),
        ("metric: latency, at_most: 2, method: fixed", "so 'mean' has no fixed test"),
        ("metric: latency, aggregate: drop, at_most: 2", "so 'drop' has no sequential test"),
        ("metric: latency, aggregate: trend, at_most: 2", "so 'trend' has no sequential test"),
        ("metric: latency, gap_over: vendor, at_most: 2", "so 'mean' has no sequential test"),
        (
            "metric: latency, aggregate: {kind: tail_mean, share: 0.1}, at_most: 2",
            "'tail_mean' has no sequential test -- use "
            "aggregate: {kind: quantile, q: ...}, or method: point (no guarantee)",
        ),
    ],
)
def test_what_has_no_test(requirement: str, message: str) -> None:
    """One fault with a remedy."""
    assert message in fault(with_requirement(f"{{{requirement}}}"))


@pytest.mark.parametrize(
    "requirement",
    [
        "metric: match, at_least: 0.9, method: approximate",
        "metric: exact, at_least: 0.9, method: approximate",
        "metric: flip_rate, at_most: 0.9, method: approximate",
        "metric: mcc, at_least: 0.5, method: approximate",
        "metric: mcc, at_least: 0.5, method: point",
        "metric: mcc, at_least: 0.5, population: dataset",
        "metric: mcc, gap_over: vendor, at_most: 0.5, population: dataset",
        "metric: mcc, gap_over: vendor, at_most: 0.5, method: point",
        "metric: latency, at_most: 2, method: approximate",
        "metric: latency, at_most: 2, method: point",
        "metric: latency, aggregate: {kind: share_above, threshold: 2}, at_most: 0.05",
        "metric: match, gap_over: vendor, at_most: 0.1, method: fixed",
        "metric: latency, at_most: 2, population: dataset",
        "metric: latency, aggregate: {kind: tail_mean, share: 0.1}, at_most: 2, population: dataset, method: fixed",
        "metric: latency, gap_over: vendor, at_most: 2, population: dataset",
    ],
)
def test_what_has_a_test(requirement: str) -> None:
    """Approximate is for every shape; what is counted in units needs no bounds, nor do rows that are all in."""
    assert faults(with_requirement(f"{{{requirement}}}")) == []


@pytest.mark.parametrize("method", ["sequential", "fixed", "approximate", "point"])
def test_a_table_metric_of_absolute_means_has_every_method(method: str) -> None:
    """Calibration error is bounded bin by bin."""
    assert faults(with_requirement(f"{{metric: ece, at_most: 0.3, method: {method}}}", ECE)) == []


@pytest.mark.parametrize("method", ["approximate", "point"])
def test_the_method_may_come_from_scenario_or_file(method: str) -> None:
    """A table metric may take it from there."""
    text = with_requirement("{metric: mcc, at_least: 0.5}")
    assert faults(text + f"    statistics: {{method: {method}}}\n") == []
    assert faults(text + f"statistics: {{method: {method}}}\n") == []


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("", "allocation: focused spreads samples over the arms of worst_over -- add worst_over, or remove this"),
        (
            ", worst_over: cell, method: fixed",
            "allocation: focused stops when it has seen enough, and method: fixed looks once",
        ),
        (", worst_over: cell, method: approximate", "and method: approximate looks once -- use method: sequential, or"),
        (
            ", worst_over: cell, population: dataset",
            "focused leaves rows out, and population: dataset is a claim about all",
        ),
    ],
)
def test_focused_needs_arms_and_early_stops(keys: str, message: str) -> None:
    """What it cannot do is told where it was asked for."""
    assert message in fault(with_requirement(f"{{metric: match, at_least: 0.9, allocation: focused{keys}}}"))


def test_focused_is_for_worst_over() -> None:
    """On the requirement, and for all requirements of the file, of which others take no notice."""
    worst = "      - {metric: match, worst_over: cell, at_least: 0.8}\n"
    assert faults(with_requirement("{metric: match, worst_over: cell, at_least: 0.9, allocation: focused}")) == []
    assert faults(BASE + worst + "statistics: {allocation: focused}\n") == []
    assert faults(BASE + "statistics: {allocation: focused, method: fixed}\n") == []


def test_focused_for_the_file_meets_a_method_it_cannot_have() -> None:
    """The requirement with the method is the one to change."""
    lines = BASE + "      - {metric: match, worst_over: cell, at_least: 0.8, method: fixed}\n"
    found = fault(lines + "statistics: {allocation: focused}\n")
    assert found.startswith("spec.yaml:18:")
    assert "use method: sequential, or allocation: uniform" in found
    assert faults(lines.replace("method: fixed", "method: fixed, allocation: uniform")) == []
