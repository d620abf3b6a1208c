"""``baselines:`` models and published numbers by name, and the requirements that compare with them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from language_specs import BASE, fault, faults, with_requirement

from robustspec.adapters.recorded import RecordedAdapter
from robustspec.language.baselines import Published
from robustspec.language.cells import cells_of
from robustspec.language.lint import check, spec_hash
from robustspec.language.load import dump, load
from robustspec.metrics.accuracy import Accuracy

PRODUCTION = "  production: {kind: recorded, path: production.jsonl}\n"
PAPER = "  paper: {kind: published, source: 'X 2020, table 3', scores: {keyboard_typo: 0.5, synonym-2: 0.9}}\n"
BOTH = "baselines:\n" + PRODUCTION + PAPER


def against(requirement: str, baselines: str = BOTH) -> str:
    """The base with one requirement and some baselines; these start in line 19."""
    return with_requirement(f"{{{requirement}}}") + baselines


def test_a_baseline_is_a_model_or_a_table() -> None:
    """Each is typed by its kind."""
    spec = load(BASE + BOTH)
    assert spec.baselines["production"] == RecordedAdapter(path="production.jsonl")
    paper = Published(source="X 2020, table 3", scores={"keyboard_typo": 0.5, "synonym-2": 0.9})
    assert spec.baselines["paper"] == paper


def test_they_are_dumped_as_they_were_written() -> None:
    """After the metrics, and read back as the same."""
    spec = load(BASE + BOTH)
    text = dump(spec)
    assert load(text) == spec
    assert "baselines:\n  production: {kind: recorded, path: production.jsonl}\n  paper:\n    kind: published\n" in text


def test_a_perturbations_number_stands_for_its_levels() -> None:
    """A cell's own number wins."""
    table = Published(source="s", scores={"keyboard_typo": 0.5, "keyboard_typo-2": 0.4, "clean": 0.9})
    scores = {cell.name: table.score(cell) for cell in cells_of(load(BASE).scenarios["typos"])}
    assert scores == {"clean": 0.9, "keyboard_typo-1": 0.5, "keyboard_typo-2": 0.4, "synonym-2": None}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            "{kind: publishd, source: a, scores: {a: 1}}",
            "p.kind: unknown adapter 'publishd' -- did you mean 'published'?",
        ),
        ("{kind: recoded, path: a}", "p.kind: unknown adapter 'recoded' -- did you mean 'recorded'?"),
        ("{kind: published, sorce: a, scores: {a: 1}}", "p.sorce: unknown key 'sorce' -- did you mean 'source'?"),
        ("{kind: published, source: a, scores: {a: '1'}}", "p.scores.a: should be a number, is the text '1'"),
        ("{kind: published, source: a, scores: {a: .nan}}", "p.scores.a: should be a finite number"),
        ("{kind: published, source: a, scores: {}}", "p.scores: should have 1 or more entries, has 0"),
        ("{kind: published, source: '', scores: {a: 1}}", "p.source: should have at least 1 characters"),
        ("{kind: published, scores: {a: 1}}", "p.source: is missing"),
        (
            "{kind: published, source: a, scores: {a: 1}, metric: mach}",
            "p.metric: unknown metric 'mach' -- did you mean",
        ),
        ("{kind: recorded, pth: a}", "p.pth: unknown key 'pth' -- did you mean 'path'?"),
        ("3", "p: should be an adapter"),
    ],
)
def test_baselines_that_cannot_be(entry: str, message: str) -> None:
    """Each is one fault, at the key to change."""
    found = fault(BASE + f"baselines: {{p: {entry}}}\n")
    assert f"baselines.{message}" in found


@pytest.mark.parametrize(
    ("requirement", "message"),
    [
        (
            "metric: match, aggregate: {kind: difference, against: prodction}, at_least: 0",
            "aggregate.against: unknown baseline 'prodction' -- did you mean 'production'?",
        ),
        (
            "metric: match, cells: all, aggregate: {kind: difference, against: paper}, at_least: 0",
            "aggregate.against: 'paper' has no number for 'clean' -- add it to baselines.paper.scores, or",
        ),
        (
            "metric: rouge1, aggregate: {kind: difference, against: paper}, at_most: 0",
            "at_most: at_most goes against the requirement: higher is better for this difference",
        ),
        (
            "metric: match, aggregate: {kind: difference, against: paper}, at_least: 0.6",
            "0.6 can never be met: the value lies between -0.9 and 0.5",
        ),
        (
            "metric: flip_rate, aggregate: {kind: difference, against: production}, at_most: 0",
            "'difference' has no meaning for 'flip_rate', a row metric",
        ),
        (
            "metric: match, aggregate: {kind: corruption_error, against: production}, at_most: 1",
            "aggregate: against a model 'corruption_error' holds one perturbation at a time, and this selects several -- "
            "add worst_over: perturbation",
        ),
        (
            "metric: match, aggregate: {kind: corruption_error, against: production}, worst_over: vendor, at_most: 1",
            "one perturbation at a time",
        ),
        (
            "metric: match, aggregate: {kind: corruption_error, against: production}, worst_over: level, at_most: 1",
            "one perturbation at a time",
        ),
        (
            "metric: match, aggregate: {kind: corruption_error, against: production}, gap_over: cell, at_most: 1",
            "one perturbation at a time",
        ),
        (
            "metric: refused, aggregate: {kind: corruption_error, against: production}, at_most: 1",
            "'corruption_error' must know which way is better",
        ),
        (
            "metric: latency, aggregate: {kind: corruption_error, against: production}, cells: [synonym], at_most: 1",
            "'latency' has no bounds, so 'corruption_error' has no sequential test",
        ),
    ],
)
def test_comparisons_that_cannot_be(requirement: str, message: str) -> None:
    """Unknown names, absent numbers, and values that have no statistic."""
    assert any(message in line for line in faults(against(requirement)))


@pytest.mark.parametrize(
    "requirement",
    [
        "metric: match, aggregate: {kind: difference, against: production}, at_least: -0.02",
        "metric: over_asking, aggregate: {kind: difference, against: production}, at_most: 0.02",
        "metric: refused, aggregate: {kind: difference, against: production}, at_most: 0.02",
        "metric: match, aggregate: {kind: difference, against: paper}, at_least: 0, worst_over: cell",
        "metric: match, aggregate: {kind: corruption_error, against: paper}, at_most: 0.9",
        "metric: match, aggregate: {kind: corruption_error, against: production}, worst_over: perturbation, at_most: 1",
        "metric: match, aggregate: {kind: corruption_error, against: production}, worst_over: cell, at_most: 1",
        "metric: match, aggregate: {kind: corruption_error, against: production}, cells: [keyboard_typo], at_most: 1",
        "metric: match, aggregate: {kind: corruption_error, against: production}, cells: [keyboard_typo], "
        "worst_over: vendor, at_most: 3",
    ],
)
def test_comparisons_that_can_be(requirement: str) -> None:
    """Against a model and against published numbers."""
    assert faults(against(requirement)) == []


def test_without_baselines_the_remedy_is_to_define_one() -> None:
    """Nothing could be meant."""
    text = with_requirement("{metric: match, aggregate: {kind: difference, against: production}, at_least: 0}")
    assert "unknown baseline 'production' -- define it under baselines:" in fault(text)


def test_a_faulty_baseline_is_not_also_unknown() -> None:
    """One fault, where it is."""
    requirement = "metric: match, aggregate: {kind: difference, against: production}, at_least: 0"
    assert "baselines.production.pth" in fault(
        against(requirement, "baselines: {production: {kind: recorded, pth: a}}\n")
    )


@pytest.mark.parametrize(
    ("aggregate", "scores", "message"),
    [
        (
            "difference",
            "{keyboard_typo: 50, synonym: 0.9}",
            "scores.keyboard_typo: 50 is no value of 'match', which lies between 0 and 1 -- did you mean 0.5?",
        ),
        ("difference", "{keyboard_typo: 0.5, synonym: -3}", "scores.synonym: -3 is no value of 'match'"),
        ("corruption_error", "{keyboard_typo: 0.5, synonym: 1}", "scores.synonym: 1 leaves no error to compare with"),
    ],
)
def test_published_numbers_that_the_metric_cannot_have(aggregate: str, scores: str, message: str) -> None:
    """The fault is at the number."""
    requirement = f"metric: match, aggregate: {{kind: {aggregate}, against: p}}, " + (
        "at_least: 0" if aggregate == "difference" else "at_most: 1"
    )
    found = fault(against(requirement, f"baselines: {{p: {{kind: published, source: s, scores: {scores}}}}}\n"))
    assert f"baselines.p.{message}" in found
    assert found.startswith("spec.yaml:18:")


def test_published_numbers_of_cells_that_are_not_selected_do_not_matter() -> None:
    """A table may hold more than a scenario asks."""
    table = "baselines: {p: {kind: published, source: s, scores: {keyboard_typo: 0.5, synonym: 0.5, fog: 77}}}\n"
    assert faults(against("metric: match, aggregate: {kind: difference, against: p}, at_least: 0", table)) == []


def test_published_numbers_of_another_metric() -> None:
    """A table that says what it is of is held to it."""
    table = "baselines: {p: {kind: published, source: s, metric: match, scores: {keyboard_typo: 0.5, synonym: 0.5}}}\n"
    same = "metric: match, aggregate: {kind: difference, against: p}, at_least: 0"
    assert faults(against(same, table)) == []
    assert "'p' holds numbers of 'match', and this measures 'rouge1'" in fault(
        against(same.replace("metric: match", "metric: rouge1"), table)
    )


def test_a_metric_without_a_best_value_has_no_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing to count from, whatever the method; where lower is better, 0 is the best of a latency."""
    line = "metric: {}, aggregate: {{kind: corruption_error, against: paper}}, method: point, at_most: 1"
    assert faults(against(line.format("latency"))) == []
    monkeypatch.setattr(Accuracy, "upper", float("inf"))
    assert "aggregate: 'accuracy' has no best value, from which errors" in fault(against(line.format("accuracy")))


def test_levels_of_one_perturbation_each_are_arms() -> None:
    """Cells without a level are in none of them."""
    base = BASE.replace("{kind: synonym, level: [2]}", "contraction\n      - {kind: letter_case, style: lower}")
    line = "metric: match, aggregate: {kind: corruption_error, against: production}, worst_over: level, at_most: 1"
    assert faults(with_requirement(f"{{{line}}}", base) + BOTH) == []


def test_baselines_are_part_of_the_claim() -> None:
    """Another table is another specification, and so is another recorded run."""
    hashes = {
        spec_hash(load(BASE + each))
        for each in ("", BOTH, BOTH.replace("0.5", "0.6"), BOTH.replace("production.", "x."))
    }
    assert len(hashes) == 4


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the data of the base specification."""
    row = {"id": "a", "input": "hello there", "label": {"action": "x"}, "vendor": "v", "years": 30}
    (tmp_path / "requests.jsonl").write_text(json.dumps(row))
    return tmp_path


def test_a_run_that_is_not_there(folder: Path) -> None:
    """Told before any call, with what to write; only where something compares with it."""
    used = load(against("metric: match, aggregate: {kind: difference, against: production}, at_least: 0"))
    (found,) = check(used, folder)
    assert str(found).startswith("baselines.production: ")
    assert str(found).endswith("no such file -- baselines.production.path must name recorded outputs")
    assert check(load(BASE + BOTH), folder) == []
    (folder / "production.jsonl").touch()
    assert check(used, folder) == []


def test_a_run_named_by_a_variable_is_looked_for_when_it_is_opened(folder: Path) -> None:
    """It may be known elsewhere."""
    text = against("metric: match, aggregate: {kind: difference, against: production}, at_least: 0")
    assert check(load(text.replace("production.jsonl", "$NOWHERE/x.jsonl")), folder) == []
