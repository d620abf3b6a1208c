"""Faults in words: place, fault, remedy, all of a file at once."""

from __future__ import annotations

import pytest
from language_specs import BASE, fault, faults, with_requirement


def test_five_different_faults_are_told_at_once() -> None:
    """Unknown key, misspelt kind, bound against direction, unknown group, duplicate key: five lines, in file order."""
    text = (
        BASE.replace("title: A bot", "title: A bot, ownr: me")
        .replace("kind: keyboard_typo", "kind: keybord_typo")
        .replace(
            "- {metric: match, at_least: 0.9}",
            "- {metric: match, at_most: 0.9}\n"
            "      - {metric: match, worst_over: vendr, at_least: 0.9}\n"
            "      - {metric: match, name: x, at_least: 0.9, at_least: 0.8}",
        )
    )
    assert faults(text) == [
        "spec.yaml:2:23: about.ownr: unknown key 'ownr' -- did you mean 'owner'?",
        "spec.yaml:14:16: scenarios.typos.perturbations[0].kind: unknown perturbation 'keybord_typo' -- "
        "did you mean 'keyboard_typo'? (see: robustspec list perturbations)",
        "spec.yaml:17:25: scenarios.typos.requirements[0].at_most: at_most goes against the requirement: "
        "higher is better for this mean -- write at_least",
        "spec.yaml:18:37: scenarios.typos.requirements[1].worst_over: data 'requests' has no group 'vendr' -- "
        "did you mean 'vendor'?",
        "spec.yaml:19:49: scenarios.typos.requirements[2].at_least: the key stands twice, first in line 19 -- "
        "remove one of them",
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("level: [2]", "level: 2", "perturbations[1].level: should be a list, is the number 2 -- write [2]"),
        ("title: Typos", "title: 5", "typos.title: should be text, is the number 5 -- write \"5\""),
        ("title: Typos", "title: ", "typos.title: should be text, is empty"),
        ("mechanism: People", "mechanisms: People", "unknown key 'mechanisms' -- did you mean 'mechanism'?"),
        ("data: requests", "data: reqests", "unknown data block 'reqests' -- did you mean 'requests'?"),
        ("at_least: 0.9", "at_least: '0.9'", "at_least: should be a number, is the text '0.9' -- remove the quotes"),
        ("at_least: 0.9", "at_least: true", "at_least: should be a number, is true"),
        ("at_least: 0.9", "at_least: .nan", "at_least: should be a finite number, is the number nan"),
        ("at_least: 0.9", "at_least: 0.9, gate: blok", "is the text 'blok' -- did you mean 'block'?"),
        ("at_least: 0.9", "at_least: 0.9, confidence: 1.5", "confidence: should be less than 1"),
        ("at_least: 0.9", "at_least: 0.9, max_samples: 0", "max_samples: should be at least 1"),
        ("at_least: 0.9", "at_least: 0.9, max_samples: 1.5", "max_samples: should be a whole number"),
        ("at_least: 0.9", "at_least: 0.9, cells: typos", "or a list, is the text 'typos' -- write [typos]"),
        ("at_least: 0.9", "at_least: 0.9, cells: claen", "-- did you mean 'clean'?"),
        ("at_least: 0.9", "at_least: 0.9, tags: [a b]", "tags[0]: should be a pytest mark"),
        ("at_least: 0.9", "at_least: 0.9, aggregate: {kind: share_above}", "aggregate.threshold: is missing"),
        ("at_least: 0.9", "at_least: 0.9, aggregate: share_above", "write {kind: share_above, threshold: ...}"),
        ("at_least: 0.9", "name: x", "needs exactly one of at_least and at_most"),
        ("at_least: 0.9", "at_least: 0.9, worst_over: cell, gap_over: cell", "exclude each other"),
        ("groups: [vendor,", "groups: [3,", "groups[0]"),
        ("column: years", "colum: years", "groups[1].colum: unknown key 'colum' -- did you mean 'column'?"),
        ("kind: jsonl", "kind: josnl", "data.requests.kind: unknown data source 'josnl' -- did you mean 'jsonl'?"),
        ("path: requests.jsonl", "pth: requests.jsonl", "unknown key 'pth' -- did you mean 'path'?"),
        ("fields: [action]", "field: [action]", "metrics.match.field: unknown key 'field' -- did you mean 'fields'?"),
        ("kind: synonym, level: [2]", "kind: synonym", "'synonym' needs a strength -- give level or"),
        ("kind: synonym, level: [2]", "kind: synonym, level: [9]", "'synonym' has no level 9 -- its rungs are"),
        ("kind: synonym, level: [2]", "kind: contraction, level: [2]", "'contraction' has no ladder and takes no level"),
        ("  typos:", "  typös:", "scenarios.typös: should be a name of letters A to Z"),
        ("robustspec: 1", "robustspec: 2", "robustspec: should be 1, is the number 2"),
        ("about: {title: A bot}", "threat: {}\nabout: {title: A bot}", "'threat' is reserved for a later version"),
        ("about: {title: A bot}", "fit: {}\nabout: {title: A bot}", "'fit' is reserved"),
    ],
)  # fmt: skip
def test_one_fault_one_sentence(old: str, new: str, message: str) -> None:
    """Each mistake is told once, with its remedy, and causes no follow-ups."""
    assert old in BASE
    assert message in fault(BASE.replace(old, new))


def test_missing_parts_are_named_where_they_belong() -> None:
    """A missing key points at the entry that lacks it."""
    text = BASE.replace("    mechanism: People type in a hurry.\n", "")
    assert fault(text) == "spec.yaml:9:3: scenarios.typos.mechanism: is missing"


def test_missing_top_level_parts() -> None:
    """An almost empty file is told all that it lacks."""
    assert faults("robustspec: 1\n") == [
        "spec.yaml:1:1: about: is missing",
        "spec.yaml:1:1: data: is missing",
        "spec.yaml:1:1: scenarios: is missing",
    ]


def test_words_that_are_truth_values_elsewhere() -> None:
    """`no` is text: where true or false is wanted, the remedy says what to write."""
    relation = "relation: {kind: monotone, field: f, order: [a, b], rising: no}"
    text = BASE.replace("level: [2]", f"level: [2], {relation}").replace("{metric: match, at", "{metric: refused, at")
    assert "rising: should be true or false, is the text 'no' -- write false" in fault(text)


def test_a_fault_in_an_aliased_value_is_told_once() -> None:
    """Two uses of one faulty value are one fault, at the anchor."""
    text = "x-w: &w {until: soon, by: me, reason: r}\n" + with_requirement(
        "{metric: match, at_least: 0.9, waived: *w}\n      - {metric: match, at_least: 0.8, name: b, waived: *w}"
    )
    assert "spec.yaml:1:17: " in fault(text)


def test_faults_inside_one_entry_are_all_told() -> None:
    """An unknown key does not hide the wrong type beside it."""
    found = faults(BASE.replace("kind: synonym, level: [2]", "kind: synonym, levl: [2], draws: many"))
    assert ["levl" in found[0], "draws: should be a whole number" in found[1]] == [True, True]
    assert len(found) == 2


def test_cross_checks_run_beside_faults_elsewhere() -> None:
    """A wrong type in one requirement does not hide an unknown metric in another."""
    text = with_requirement("{metric: 5, at_least: 0.9}\n      - {metric: mtch, at_least: 0.9}")
    assert [line.split(": ", 2)[2] for line in faults(text)] == [
        'should be text, is the number 5 -- write "5"',
        "unknown metric 'mtch' -- did you mean 'match'?",
    ]


def test_a_faulty_metric_is_not_also_unknown() -> None:
    """What a fault took out of the file is not missed again where it is used."""
    assert "metrics.match.kind: unknown metric 'json_macth'" in fault(
        BASE.replace("kind: json_match", "kind: json_macth")
    )


@pytest.mark.parametrize("block", ["metrics", "data"])
def test_a_faulty_block_does_not_make_its_names_unknown(block: str) -> None:
    """Where a whole block is of the wrong type, its names are not missed one by one."""
    start = BASE.index(f"{block}:")
    end = BASE.index("metrics:" if block == "data" else "scenarios:")
    assert f"{block}: should be a mapping, is the number 5" in fault(BASE[:start] + f"{block}: 5\n" + BASE[end:])


def test_a_faulty_entry_does_not_make_its_cells_unknown() -> None:
    """Cells of an entry with a fault are not reported where requirements name them."""
    text = with_requirement("{metric: match, cells: [keyboard_typo], at_least: 0.9}").replace(
        "level: [1, 2]", "level: 1"
    )
    assert "should be a list, is the number 1" in fault(text)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("robustspec: 1", "robustspec: '1'", "robustspec: should be 1, is the text '1' -- remove the quotes"),
        (
            "data: requests\n",
            "data: requests\n    concepts: [natral]\n",
            "unknown word 'natral' -- did you mean 'natural'?",
        ),
        ("data: requests\n", "data: requests\n    policy: anser\n", "policy: should be 'answer', 'may_refuse'"),
        ("- {metric: match, at_least: 0.9}", "{metric: match, at_least: 0.9}", "is a mapping -- begin it with '- '"),
        ("- {metric: match, at_least: 0.9}", "[]", "requirements: should have 1 or more entries, has 0"),
    ],
)
def test_words_and_lists(old: str, new: str, message: str) -> None:
    """Wrong words get the nearest right one, long lists of words are not printed, and lists say how to be written."""
    assert message in fault(BASE.replace(old, new))
