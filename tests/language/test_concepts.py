"""The concepts of Box 1: the table, its examples, who covers what, and what the loader takes."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from language_specs import BASE, fault, faults

from robustspec import registry
from robustspec.language.concepts import CONCEPTS, NOT_ASSESSED, ConceptName, coverage
from robustspec.language.entries import PerturbationEntry
from robustspec.language.load import load
from robustspec.language.schema import schema
from robustspec.language.spec import About, Requirement, Scenario, Spec

NAMES = [
    "natural", "adversarial", "interventional", "out-of-distribution", "average-case", "worst-case", "feature", "data",
    "development-stage", "deployment-stage", "component", "aggregated",
    "group", "instance-wise", "longitudinal", "knowledge", "vendor", "uncertainty-aware", "prevalence-shift", "behavioural",
]  # fmt: skip
"""The names of the source, in its order: 8 of theory, 4 of engineering, 8 of application."""

EXAMPLES = """\
robustspec: 1
about: {title: A bot}
data:
  requests: {kind: jsonl, path: requests.jsonl, groups: [vendor, site, period, age_band, finding]}
baselines:
  all_features: {kind: recorded, path: a.jsonl}
  all_data: {kind: recorded, path: b.jsonl}
  clean_training: {kind: recorded, path: c.jsonl}
  best_part: {kind: recorded, path: d.jsonl}
scenarios:
  one:
    title: One
    mechanism: Anything.
    data: requests
    perturbations:
      - {kind: keyboard_typo, level: [1, 2]}
      - {kind: entity_substitution, table: names.csv}
    requirements:
      - EXAMPLE
"""


def with_concepts(line: str) -> str:
    """The base specification whose scenario names these concepts."""
    return BASE.replace("data: requests\n", f"data: requests\n    concepts: {line}\n")


def test_the_twenty_names_are_those_of_the_source() -> None:
    """The table has each name once, in order, and so has the type that the loader checks."""
    assert [concept.name for concept in CONCEPTS] == NAMES
    assert list(get_args(ConceptName)) == NAMES


def test_the_parts_are_those_of_the_source() -> None:
    """Eight names belong to theory, four to engineering, eight to application, part by part."""
    parts = [concept.part for concept in CONCEPTS]
    assert parts == ["theory"] * 8 + ["engineering"] * 4 + ["application"] * 8


@pytest.mark.parametrize("concept", CONCEPTS, ids=lambda concept: concept.name)
def test_every_example_is_a_requirement(concept) -> None:
    """In a file with its groups and baselines an example loads, and says what it is said to measure."""
    spec = load(EXAMPLES.replace("EXAMPLE", concept.example))
    (requirement,) = spec.scenarios["one"].requirements
    over = [f"worst_over {requirement.worst_over}"] if requirement.worst_over else []
    over += [f"gap_over {requirement.gap_over}"] if requirement.gap_over else []
    assert ", ".join([requirement.metric, requirement.aggregate.kind, *over]) == concept.default


@pytest.mark.parametrize("concept", CONCEPTS, ids=lambda concept: concept.name)
def test_what_a_test_needs_exists(concept) -> None:
    """Each word in backticks is a registered kind or a key of the language."""
    kinds = {kind for which in registry.SETS for kind in registry.table(which)}
    keys = {name for model in (Spec, About, Scenario, Requirement) for name in model.model_fields}
    keys |= {*PerturbationEntry.COMMON, "groups", "of"}
    assert set(re.findall(r"`(\w+)`", concept.needs)) <= kinds | keys


def test_definitions_are_sentences() -> None:
    """Each is said, in at most 160 characters, and no two are alike."""
    said = [concept.definition for concept in CONCEPTS]
    assert len(set(said)) == len(CONCEPTS)
    assert [text for text in said if not text.endswith(".") or len(text) > 160] == []


def test_coverage_has_every_concept() -> None:
    """Scenarios stand in order under each concept that they name, once; what none names has none."""
    found = coverage([("b", ["vendor", "natural", "vendor"]), ("a", ["natural"]), ("c", [])])
    assert {name: each for name, each in found.items() if each} == {"natural": ["b", "a"], "vendor": ["b"]}
    assert list(found) == NAMES


def test_coverage_keeps_names_of_another_version() -> None:
    """A report may name what this version does not know: it comes last."""
    assert list(coverage([("a", ["grace"])]).items())[-1] == ("grace", ["a"])


def test_no_scenario_covers_nothing() -> None:
    """Without scenarios every concept is there, and none is covered."""
    assert set(NAMES) == {name for name, scenarios in coverage([]).items() if scenarios == []}
    assert NOT_ASSESSED == "not assessed"


def test_all_names_are_taken() -> None:
    """A scenario may name all twenty."""
    assert faults(with_concepts(f"[{', '.join(NAMES)}]")) == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("natral", "natural"),
        ("behavioral", "behavioural"),
        ("worst", "worst-case"),
        ("out of distribution", "out-of-distribution"),
        ("Vendor", "vendor"),
        ("uncertainty_aware", "uncertainty-aware"),
    ],
)
def test_a_wrong_name_gets_the_nearest(written: str, meant: str) -> None:
    """A slip, another spelling or another hyphen is an error with what was probably meant."""
    message = fault(with_concepts(f"[natural, {written}]"))
    assert f"scenarios.typos.concepts[1]: unknown word '{written}' -- did you mean '{meant}'?" in message


def test_a_name_like_none_gets_all() -> None:
    """Where nothing is near, the error lists the names."""
    message = fault(with_concepts("[zzz]"))
    assert "should be 'natural', 'adversarial', " in message
    assert "or 'behavioural', is the text 'zzz'" in message


def test_one_name_alone_is_told_to_be_a_list() -> None:
    """``concepts: natural`` is an error that says how to write it."""
    assert "concepts: should be a list, is the text 'natural' -- write [natural]" in fault(with_concepts("natural"))


def test_the_schema_lists_the_names() -> None:
    """An editor completes them, and says where they are explained."""
    key = schema(builtin=True)["$defs"]["Scenario"]["properties"]["concepts"]
    assert key["items"]["enum"] == NAMES
    assert "robustspec concepts" in key["description"]
