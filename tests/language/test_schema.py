"""The JSON Schema of the language: current, valid, and of one mind with the loader."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from language_specs import BASE, faults
from test_fuzz import RICH

from robustspec import registry
from robustspec.language.schema import FILE, schema, schema_text
from robustspec.language.tree import parse

SCHEMA = schema(builtin=True)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def data_of(text: str) -> Any:
    """The plain data of a text."""
    return parse(text, "f")[0].plain()


def test_the_committed_schema_is_current() -> None:
    """Write it anew: python -m robustspec.language.schema > robustspec/language/robustspec.schema.json."""
    assert FILE.read_text(encoding="utf-8") == schema_text(builtin=True)


def test_it_is_a_schema_of_its_draft() -> None:
    """The schema itself is valid, and every reference resolves."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    names = {text.removeprefix("#/$defs/") for text in json.dumps(SCHEMA).split('"') if text.startswith("#/$defs/")}
    assert names == set(SCHEMA["$defs"])


@pytest.mark.parametrize("text", [BASE, RICH, "x-anchor: {a: 1}\n" + BASE])
def test_specifications_are_valid(text: str) -> None:
    """What the loader takes, the schema takes."""
    assert [error.message for error in VALIDATOR.iter_errors(data_of(text))] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: A bot", "title: 5"),
        ("title: A bot", "titel: A bot"),
        ("robustspec: 1", "robustspec: 2"),
        ("about: {title: A bot}", "about: {title: A bot}\nthreat: {}"),
        ("kind: keyboard_typo", "kind: keybord_typo"),
        ("level: [1, 2]", "level: [6]"),
        ("level: [1, 2]", "level: 1"),
        ("level: [1, 2]", "draws: 2"),
        ("level: [1, 2]", "level: [1], letter_fraction: 0.1"),
        ("{kind: synonym, level: [2]}", "synonym"),
        ("{kind: synonym, level: [2]}", "{kind: contraction, level: [2]}"),
        ("kind: jsonl", "kind: josnl"),
        ("column: years", "colum: years"),
        ("fields: [action]", "field: [action]"),
        ("at_least: 0.9", "name: x"),
        ("at_least: 0.9", "at_least: 0.9, at_most: 0.9"),
        ("at_least: 0.9", "at_least: '0.9'"),
        ("at_least: 0.9", "at_least: 0.9, gate: blok"),
        ("at_least: 0.9", "at_least: 0.9, aggregate: dorp"),
        ("at_least: 0.9", "at_least: 0.9, aggregate: share_above"),
        ("at_least: 0.9", "at_least: 0.9, aggregate: {kind: quantile, q: 1}"),
        ("at_least: 0.9", "at_least: 0.9, aggregate: {kind: reweighted, over: vendor, to: even}"),
        ("at_least: 0.9", "at_least: 0.9, aggregate: {kind: reweighted, over: vendor, to: {a: [0.1]}}"),
        ("scenarios:", "baselines: {p: published}\nscenarios:"),
        ("scenarios:", "baselines: {p: {kind: published, source: s, scores: {}}}\nscenarios:"),
        ("scenarios:", "baselines: {p: {kind: recorded, pth: p}}\nscenarios:"),
        ("scenarios:", "baselines: {pé: {kind: recorded, path: p}}\nscenarios:"),
        ("  typos:", "  typös:"),
    ],
)
def test_counter_examples_are_refused_by_both(old: str, new: str) -> None:
    """What the loader refuses because of one value, the schema refuses too."""
    text = BASE.replace(old, new)
    assert text != BASE
    assert faults(text)
    assert not VALIDATOR.is_valid(data_of(text))


@pytest.mark.parametrize("policy", ["answer", "must_refuse", ["answer", "ask"]])
def test_policies_are_words_or_pairs(policy: Any) -> None:
    """A policy may stand as one word, in every place."""
    data = data_of(BASE)
    data["scenarios"]["typos"]["policy"] = policy
    data["scenarios"]["typos"]["perturbations"][0]["policy"] = policy
    data["data"]["requests"]["policy"] = [{"when": {"a": 1}, "is": policy}]
    assert VALIDATOR.is_valid(data)


@pytest.mark.parametrize("which", registry.SETS)
def test_every_kind_has_its_fields_in_it(which: str) -> None:
    """Each registered kind of each open set has a definition with a description."""
    for kind in registry.table(which):
        assert SCHEMA["$defs"][f"{which}.{kind}"]["description"], kind


def test_fields_are_described() -> None:
    """Editors show the attribute docstrings."""
    assert SCHEMA["$defs"]["Requirement"]["properties"]["because"]["description"] == "Why this bound."
    assert (
        "letter_fraction {1: " in SCHEMA["$defs"]["perturbations.keyboard_typo"]["properties"]["level"]["description"]
    )
