"""Faults that need two places of a file to see."""

from __future__ import annotations

import pytest
from language_specs import BASE, fault, faults, with_requirement

MONOTONE = BASE.replace(
    "{kind: synonym, level: [2]}",
    "{kind: synonym, level: [1, 2], relation: {kind: monotone, field: w, order: [a, b]}}",
)
NO_PERTURBATIONS = BASE.replace(
    "    perturbations:\n      - {kind: keyboard_typo, level: [1, 2]}\n      - {kind: synonym, level: [2]}\n", ""
)


@pytest.mark.parametrize(
    ("requirement", "message"),
    [
        ("metric: mach, at_least: 0.9", "metric: unknown metric 'mach' -- did you mean 'match'?"),
        ("metric: acuracy, at_least: 0.9", "unknown metric 'acuracy' -- did you mean 'accuracy'?"),
        ("metric: precision, at_least: 0.9", "'precision' needs positive -- define it under metrics:"),
        ("metric: match, at_most: 0.9", "at_most: at_most goes against the requirement"),
        ("metric: flip_rate, at_least: 0.9", "at_least: at_least goes against the requirement"),
        ("metric: match, aggregate: drop, at_least: 0.1", "at_least: at_least goes against the requirement"),
        ("metric: refused, aggregate: drop, at_most: 0.1", "aggregate: aggregate 'drop' must know which way"),
        ("metric: over_asking, aggregate: retention, at_least: 0.9", "'retention' has no meaning for a metric where lower"),
        ("metric: flip_rate, aggregate: drop, at_most: 0.1", "'drop' has no meaning for 'flip_rate', a row metric"),
        ("metric: exact, aggregate: instance_worst, at_least: 0.1", "'instance_worst' has no meaning for 'exact'"),
        ("metric: match, at_least: 0.9, worst_over: turn", "'turn' is reserved for a later version"),
        ("metric: match, gap_over: component, at_most: 0.1", "'component' is reserved for a later version"),
        ("metric: match, gap_over: cell, cells: [synonym-2], at_most: 0.1", "a gap needs two values, and there is one cell"),
        ("metric: match, worst_over: perturbation, cells: clean, at_least: 0.1", "no selected cell has a perturbation"),
        ("metric: match, worst_over: level, cells: clean, at_least: 0.1", "no selected cell has a level"),
        ("metric: match, worst_over: vndor, at_least: 0.9", "no group 'vndor' -- did you mean 'vendor'?"),
        ("metric: match, worst_over: site, at_least: 0.9", "no group 'site' -- add it to data.requests.groups"),
        ("metric: match, cells: [keybord_typo], at_least: 0.9", "cells[0]: unknown cell or perturbation 'keybord_typo' --"),
        ("metric: match, cells: [keyboard_typo-3], at_least: 0.9", "unknown cell or perturbation 'keyboard_typo-3'"),
        ("metric: match, cells: [perturbed], at_least: 0.9", "-- write cells: perturbed"),
        ("metric: match, aggregate: drop, cells: all, at_most: 0.1", "'drop' compares with the clean cell already"),
        ("metric: match, aggregate: drop, cells: clean, at_most: 0.1", "cells: 'drop' compares perturbed cells with"),
        ("metric: flip_rate, cells: all, at_most: 0.1", "'flip_rate' compares with the clean cell already"),
        ("metric: match, at_least: 95", "95 can never be met: the value lies between 0 and 1 -- did you mean 0.95?"),
        ("metric: match, aggregate: drop, at_most: -2", "the value lies between -1 and 1"),
        ("metric: monotone_violation, at_most: 0.1", "needs relation: {kind: monotone, ...}, which 'keyboard_typo' does not"),
    ],
)  # fmt: skip
def test_requirements_that_cannot_be(requirement: str, message: str) -> None:
    """Each is one fault, at the key to change."""
    assert message in fault(with_requirement(f"{{{requirement}}}"))


@pytest.mark.parametrize(
    "requirement",
    [
        "metric: refused, at_most: 0.9",
        "metric: refused, at_least: 0.1",
        "metric: match, aggregate: instance_worst, cells: all, at_least: 0.5",
        "metric: match, gap_over: vendor, at_most: 0.1",
        "metric: exact, gap_over: vendor, at_most: 0.1, method: point",
        "metric: match, aggregate: drop, worst_over: age, at_most: 0.1",
        "metric: match, worst_over: level, at_least: 0.1, waived: {until: 2020-01-01, by: a, reason: b, arms: ['2']}",
        "metric: match, worst_over: vendor, at_least: 0.1, waived: {until: 2030-01-01, by: a, reason: b, arms: [philips]}",
    ],
)
def test_requirements_that_can_be(requirement: str) -> None:
    """What the language allows is not refused; a waiver that has run out is for the run to say."""
    assert faults(with_requirement(f"{{{requirement}}}")) == []


def test_requirement_ids_must_differ() -> None:
    """Two requirements that differ only in their bound have one id."""
    found = fault(BASE + "      - {metric: match, at_least: 0.8, gate: warn}\n")
    assert "requirements[1]: has the same id as requirements[0]: 'mean-match' -- give one of them a name" in found


def test_a_name_tells_requirements_apart() -> None:
    """The name stands in place of the id."""
    assert faults(BASE + "      - {metric: match, at_least: 0.8, gate: warn, name: goal}\n") == []


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{kind: keyboard_typo, level: [3], draws: 2}", "differs from perturbations[0] of the same name"),
        ("{kind: keyboard_typo, level: [3], protect: []}", "in protect -- give it a name of its own"),
        ("{kind: keyboard_typo, letter_fraction: 0.07}", "in its kind or parameters -- give it a name of its own"),
        ("{kind: keyboard_typo, level: [2]}", "the cell 'keyboard_typo-2' stands already in perturbations[0]"),
        ("{kind: synonym, level: [2, 2]}", "the cell 'synonym-2' stands already in perturbations[1]"),
        ("{kind: synonym, level: [2], name: clean}", "name: 'clean' has a meaning of its own in cells"),
        ("{kind: contraction, name: keyboard_typo-1}", "the cell 'keyboard_typo-1' stands already in perturbations[0]"),
    ],
)  # fmt: skip
def test_perturbation_names(entry: str, message: str) -> None:
    """Entries of one name are one perturbation and must agree; cells have one name each."""
    assert message in fault(BASE.replace("{kind: synonym, level: [2]}", entry))


def test_entries_of_one_name_may_differ_in_level_policy_and_relation() -> None:
    """Mild levels must be answered, strong ones may be refused."""
    text = BASE.replace("{kind: synonym, level: [2]}", "{kind: keyboard_typo, level: [4], policy: [may_refuse, ask]}")
    assert faults(text + "      - {metric: coverage, at_least: 0.8}\n") == []


def test_may_refuse_needs_coverage() -> None:
    """A model that refuses everything must not pass."""
    found = fault(BASE.replace("    title: Typos", "    policy: may_refuse\n    title: Typos"))
    assert "scenarios.typos: may_refuse without a requirement on coverage" in found


def test_may_refuse_by_a_rule_of_the_data_needs_coverage() -> None:
    """The rule may stand in the data block."""
    rule = "policy: [{when: {snr: {at_most: 4}}, is: may_refuse}], "
    text = BASE.replace("path: requests.jsonl, ", "path: requests.jsonl, " + rule)
    assert "may_refuse without a requirement on coverage" in fault(text)
    named = (
        text.replace("  match:", "  cover: coverage\n  match:") + "      - {metric: cover, cells: all, at_least: 0.5}\n"
    )
    assert faults(named) == []


def test_labels_are_not_read_where_the_answer_moves() -> None:
    """On monotone cells a label is not the right answer."""
    found = fault(MONOTONE)
    assert "'match' reads a label, and on 'synonym-1' the right answer moves with the level" in found


def test_monotone_violation_goes_along_one_perturbation() -> None:
    """Levels of different perturbations have no common order."""
    both = MONOTONE.replace("level: [1, 2]}", "level: [1, 2], relation: {kind: monotone, field: w, order: [a, b]}}")
    assert "add worst_over: perturbation" in fault(with_requirement("{metric: monotone_violation, at_most: 0.1}", both))
    fine = "{metric: monotone_violation, at_most: 0.1, worst_over: perturbation}"
    assert faults(with_requirement(fine, both)) == []


def test_monotone_violation_needs_all_levels() -> None:
    """A single cell has no order to break."""
    line = "{metric: monotone_violation, cells: [synonym], worst_over: cell, at_most: 0.1}"
    assert "worst_over: 'monotone_violation' needs all levels together" in fault(with_requirement(line, MONOTONE))


def test_comparisons_need_perturbations() -> None:
    """A scenario without perturbations has nothing to compare with clean."""
    line = "{metric: match, aggregate: drop, at_most: 0.1}"
    assert "-- give the scenario perturbations" in fault(with_requirement(line, NO_PERTURBATIONS))


def test_waived_arms_must_exist() -> None:
    """Arms of cells are known from the file."""
    waived = "{until: 2030-01-01, by: a, reason: b, arms: [synonim-2]}"
    line = f"{{metric: match, worst_over: cell, at_least: 0.9, waived: {waived}}}"
    assert "waived.arms[0]: unknown arm 'synonim-2' -- did you mean 'synonym-2'?" in fault(with_requirement(line))


@pytest.mark.parametrize(
    ("of", "message"),
    [
        ("mtch", "metrics.flips.of: unknown metric 'mtch' -- did you mean 'match'?"),
        ("mcc", "metrics.flips.of: 'mcc' does not judge single answers"),
        ("precision", "metrics.flips.of: 'precision' needs positive"),
    ],
)
def test_flip_rate_takes_its_equality_from_a_metric(of: str, message: str) -> None:
    """The metric that `of` names must exist and judge single answers."""
    assert message in fault(BASE.replace("  match:", f"  flips: {{kind: flip_rate, of: {of}}}\n  match:"))
