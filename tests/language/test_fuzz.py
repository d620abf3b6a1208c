"""Whatever stands in a file, the loader gives a specification or faults with lines, never a traceback."""

from __future__ import annotations

import json
import random
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from language_specs import BASE

from robustspec.errors import SpecError
from robustspec.language.load import dump, load
from robustspec.language.tree import parse

RICH = """\
robustspec: 1
about: {title: T, users: [a], references: [b]}
model: {kind: callable, target: "a:b"}
data:
  rows:
    kind: csv
    path: rows.csv
    columns: {input: text}
    unit: patient
    groups: [vendor, {name: age, column: y, bins: [1, 2], missing: u}, {name: both, of: [vendor, age]}]
    where: {site: [a, b], snr: {at_least: 3}}
    policy: [{when: {snr: {at_most: 4}}, is: must_refuse}]
    lexicon: {drug: drugs.csv}
output: {extract: json, refusal: {kind: json_field, field: a, equals: no}}
metrics: {match: {kind: json_match, fields: [a]}, flips: {kind: flip_rate, of: match}}
baselines:
  run: {kind: recorded, path: run.jsonl}
  paper: {kind: published, source: s, metric: match, scores: {keyboard_typo: 0.5, clean: 0.9}}
statistics: {method: fixed, confidence: 0.9, seed: 3, multiplicity: {pass: bonferroni}}
scenarios:
  one:
    title: T
    mechanism: M
    concepts: [natural]
    data: rows
    policy: [answer, ask]
    perturbations:
      - {kind: keyboard_typo, level: [1, 2], protect: [dose], draws: 2, policy: ask}
      - {kind: synonym, level: [1], within: [drug], relation: {kind: changes, field: s, to: {a: b}}}
      - {kind: chain, steps: [contraction, {kind: letter_case, style: lower}]}
      - {kind: entity_substitution, table: brands.csv}
    requirements:
      - {metric: match, cells: [clean, chain], at_least: 0.5, waived: {until: 2030-01-01, by: a, reason: b, arms: [all]}}
      - {metric: match, aggregate: {kind: share_above, threshold: 0.5}, worst_over: vendor, at_least: 0.5, tags: [slow]}
      - {metric: match, aggregate: {kind: difference, against: paper}, cells: [keyboard_typo], at_least: 0}
      - {metric: match, aggregate: {kind: reweighted, over: vendor, to: {a: [0.1, 0.2], b: 0.3}}, at_least: 0.5}
      - {metric: flips, at_most: 0.1, method: sequential, min_group_size: 4, gate: warn}
    statistics: {max_samples: 10}
privacy: {contains: patient_data, may_send_to: [localhost]}
"""

DATA = parse(RICH, "rich")[0].plain()

ODD: list[Any] = [
    None, True, 0, -1, 3, 1e308, float("inf"), float("nan"), "", "x", "no", "é", "a" * 200, [], [None], [[]], {},
    {"kind": None}, {"kind": "nope"}, {"kind": ["a"]}, {"kind": "accuracy"}, {"kind": "keyboard_typo"}, {"": 1},
    ["a", 1, {}], {"x": {"y": []}},
]  # fmt: skip


def judged(text: str) -> str:
    """ "spec" where the text loads, "faults" where it raises `SpecError` with a line for every fault."""
    try:
        load(text, "f.yaml")
    except SpecError as error:
        found = error.faults
    else:
        return "spec"
    assert found
    assert all(fault.line > 0 and fault.column > 0 and fault.path == "f.yaml" for fault in found)
    return "faults"


def test_the_rich_specification_has_no_faults() -> None:
    """The fuzzing starts from a specification that uses most of the language."""
    assert judged(RICH) == "spec"
    assert judged(dump(load(RICH))) == "spec"


def places(value: Any, loc: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of plain data."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [loc, *(place for key, item in inner for place in places(item, (*loc, key)))]


def mutate(data: Any, rng: random.Random) -> Any:
    """One random change: a value replaced, a key or entry removed, renamed or doubled."""
    loc = rng.choice([place for place in places(data) if place])
    parent = data
    for part in loc[:-1]:
        parent = parent[part]
    change = rng.choice(["replace", "replace", "remove", "rename", "wrap"])
    if change == "replace":
        parent[loc[-1]] = rng.choice(ODD)
    elif change == "wrap":
        parent[loc[-1]] = [parent[loc[-1]]]
    elif change == "rename" and isinstance(parent, dict):
        parent[str(loc[-1]) + "x"] = parent.pop(loc[-1])
    else:
        del parent[loc[-1]]
    return data


@pytest.mark.parametrize("changes", [1, 4])
def test_mutated_specifications_never_crash(changes: int) -> None:
    """Wrong types, missing parts and odd values in any place give faults with lines."""
    rng = random.Random(changes)
    seen = set()
    for _ in range(250):
        data = deepcopy(DATA)
        for _ in range(rng.randint(1, changes)):
            data = mutate(data, rng) if isinstance(data, dict) and data else data
        seen.add(judged(json.dumps(data, indent=1, ensure_ascii=False)))
    assert "faults" in seen


@pytest.mark.parametrize("place", [place for place in places(DATA) if place])
def test_every_place_takes_odd_values_without_a_crash(place: tuple[Any, ...]) -> None:
    """Each value of the specification in turn is replaced by a value of every other type."""
    for odd in ODD[::3]:
        data = deepcopy(DATA)
        parent = data
        for part in place[:-1]:
            parent = parent[part]
        parent[place[-1]] = odd
        judged(json.dumps(data, indent=1, ensure_ascii=False))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_torn_texts_never_crash(data: st.DataObject) -> None:
    """A text that was cut, or had characters put in, gives faults with lines."""
    start = data.draw(st.integers(0, len(BASE)))
    end = data.draw(st.integers(start, min(len(BASE), start + 40)))
    middle = data.draw(st.text(st.sampled_from("{}[]:,-#&*!|>'\"%@`\n\t ax1.<") | st.characters(), max_size=6))
    judged(BASE[:start] + middle + BASE[end:])


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=40))
def test_any_text_never_crashes(text: str) -> None:
    """Whatever the text, even one that is not Unicode, the answer is faults."""
    assert judged(text) == "faults"
