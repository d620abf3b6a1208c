"""From a specification to YAML: what is read back is the same, and reads well."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from language_specs import BASE

from robustspec.language.load import dump, load
from robustspec.language.spec import Spec

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    [
        "no",
        "on",
        "1e-3",
        "010",
        "12:30",
        "null",
        "~",
        "",
        " a ",
        "a: b",
        "- x",
        "#",
        "'",
        '"',
        "a\nb",
        "2026-01-01",
        ".inf",
    ]
)
NAME = st.from_regex(r"\A[A-Za-z0-9._-]{1,8}\Z")
FINITE = st.floats(allow_nan=False, allow_infinity=False)
SHARE = st.floats(0, 1, allow_nan=False)
POLICY = st.sampled_from(["answer", "must_refuse", "ask", ["answer", "ask"]])
STATISTICS = st.fixed_dictionaries(
    {},
    optional={
        "method": st.sampled_from(["sequential", "fixed", "approximate", "point"]),
        "confidence": st.floats(0.51, 0.99),
        "max_samples": st.integers(1, 10**6),
        "margin": st.floats(0, 1),
        "population": st.sampled_from(["distribution", "dataset"]),
        "multiplicity": st.fixed_dictionaries({}, optional={"pass": st.just("bonferroni"), "fail": st.just("none")}),
    },
)
REQUIREMENT = st.builds(
    lambda fixed, own, statistics: {**statistics, **own, **fixed},
    st.sampled_from(
        [
            {"metric": "match", "cells": "clean"},
            {"metric": "match", "worst_over": "cell"},
            {"metric": "match", "worst_over": "vendor"},
            {"metric": "match", "cells": ["clean", "typo"]},
            {"metric": "accuracy", "aggregate": {"kind": "share_above", "threshold": 0.5}},
            {"metric": "flips", "at_most": 0.25},
            {"metric": "accuracy", "aggregate": "drop", "at_most": 0.1},
            {"metric": "match", "aggregate": {"kind": "reweighted", "over": "vendor", "to": "balanced"}},
            {
                "metric": "match",
                "aggregate": {"kind": "reweighted", "over": "vendor", "to": {"no": [0, 0.1], "b": 0.25}},
            },
            {"metric": "match", "aggregate": {"kind": "difference", "against": "paper"}, "at_least": -0.1},
            {
                "metric": "match",
                "aggregate": {"kind": "corruption_error", "against": "run"},
                "worst_over": "perturbation",
                "at_most": 1.5,
            },
        ]
    ).map(lambda fixed: fixed if {"at_most", "at_least"} & {*fixed} else {**fixed, "at_least": 0.5}),
    st.fixed_dictionaries(
        {},
        optional={
            "because": TEXT,
            "hazard": TEXT,
            "gate": st.sampled_from(["block", "warn", "record"]),
            "waived": st.fixed_dictionaries({"until": st.just("2031-05-06"), "by": TEXT, "reason": TEXT}),
            "tags": st.lists(st.from_regex(r"\A[a-z_]{1,5}\Z"), max_size=2),
        },
    ),
    STATISTICS,
)
RELATION = st.sampled_from(
    [
        {"kind": "keeps"},
        {"kind": "changes", "field": "side", "to": {"left": "right", "no": 3, "1": [True, None, 1e-7]}},
        {"kind": "monotone", "field": "w", "order": ["none", 1, 2.5, "010"], "rising": False},
    ]
)


@st.composite
def scenario(draw: st.DrawFn) -> dict[str, Any]:
    """A scenario whose requirements have names of their own."""
    typo = {"kind": "keyboard_typo", "name": "typo", "level": draw(st.sampled_from([[1], [1, 2, 5]]))}
    typo |= draw(
        st.fixed_dictionaries({}, optional={"draws": st.integers(1, 3), "protect": st.lists(TEXT, max_size=2)})
    )
    typo |= draw(st.fixed_dictionaries({}, optional={"policy": POLICY, "on": st.sampled_from(["system", "turn.3"])}))
    moved = {"kind": "word_drop", "level": [1], "relation": draw(RELATION)}
    requirements = draw(st.lists(REQUIREMENT, min_size=1, max_size=4))
    reads_moved = moved["relation"]["kind"] == "monotone"
    found = {
        "title": draw(TEXT),
        "mechanism": draw(TEXT),
        "data": "rows",
        "perturbations": ["contraction", typo, *([] if reads_moved else [moved])],
        "requirements": [{**one, "name": f"r{index}"} for index, one in enumerate(requirements)],
        "statistics": draw(STATISTICS),
    }
    optional = {
        "source": TEXT,
        "priority": st.just("high"),
        "concepts": st.just(["natural", "group"]),
        "policy": POLICY,
    }
    return found | draw(st.fixed_dictionaries({}, optional=optional))


SPEC = st.fixed_dictionaries(
    {
        "robustspec": st.just(1),
        "about": st.fixed_dictionaries({"title": TEXT}, optional={"users": st.lists(TEXT, max_size=2), "owner": TEXT}),
        "data": st.fixed_dictionaries(
            {
                "rows": st.fixed_dictionaries(
                    {
                        "kind": st.just("jsonl"),
                        "path": TEXT,
                        "groups": st.just(["vendor", {"name": "a", "of": ["v", "w"]}]),
                    },
                    optional={
                        "columns": st.just({"input": "text"}),
                        "where": st.just({"a": [1, True, "no"], "b": {"at_least": 1}}),
                        "policy": st.just([{"when": {"s": "x"}, "is": ["must_refuse", "ask"]}]),
                        "represents": TEXT,
                    },
                )
            }
        ),
        "metrics": st.just(
            {
                "match": {"kind": "json_match", "fields": ["a"]},
                "flips": {"kind": "flip_rate", "of": "match"},
                "c": "coverage",
            }
        ),
        "baselines": st.fixed_dictionaries(
            {
                "run": st.fixed_dictionaries({"kind": st.just("recorded"), "path": TEXT}),
                "paper": st.fixed_dictionaries(
                    {
                        "kind": st.just("published"),
                        "source": TEXT.filter(bool),
                        "scores": st.fixed_dictionaries(dict.fromkeys(["contraction", "typo", "word_drop"], SHARE)),
                    }
                ),
            }
        ),
        "scenarios": st.dictionaries(NAME, scenario(), min_size=1, max_size=2),
    },
    optional={
        "statistics": STATISTICS.flatmap(lambda one: st.integers(0, 2**40).map(lambda seed: {**one, "seed": seed})),
        "output": st.just({"extract": "json", "refusal": {"kind": "json_field", "field": "a", "equals": "no"}}),
        "privacy": st.just({"contains": "patient_data", "may_send_to": ["localhost"]}),
    },
)


@settings(max_examples=60, deadline=None)
@given(SPEC)
def test_what_is_dumped_loads_as_the_same(data: dict[str, Any]) -> None:
    """load(dump(spec)) == spec, for every text, number and nesting that the language allows."""
    spec = Spec.model_validate(data)
    assert load(dump(spec)) == spec


def test_defaults_are_left_out() -> None:
    """What the file did not need to say is not said."""
    assert dump(load(BASE)) == (
        "robustspec: 1\n"
        "about: {title: A bot}\n"
        "data:\n"
        "  requests:\n"
        "    kind: jsonl\n"
        "    path: requests.jsonl\n"
        "    groups:\n"
        "      - vendor\n"
        "      - name: age\n"
        "        column: years\n"
        "        bins: [18, 65]\n"
        "metrics:\n"
        "  match:\n"
        "    kind: json_match\n"
        "    fields: [action]\n"
        "  exact: {kind: precision, positive: stop}\n"
        "scenarios:\n"
        "  typos:\n"
        "    title: Typos\n"
        "    mechanism: People type in a hurry.\n"
        "    data: requests\n"
        "    perturbations:\n"
        "      - kind: keyboard_typo\n"
        "        level: [1, 2]\n"
        "      - kind: synonym\n"
        "        level: [2]\n"
        "    requirements:\n"
        "      - {metric: match, at_least: 0.9}\n"
    )


def test_bare_names_stay_bare() -> None:
    """A kind whose every field has its default is written by its name."""
    text = BASE.replace("- {kind: synonym, level: [2]}", "- {kind: contraction}\n      - {kind: contraction, name: b}")
    dumped = dump(load(text))
    assert "- contraction\n" in dumped
    assert "- {kind: contraction, name: b}" in dumped


def test_the_order_of_keys_is_the_languages() -> None:
    """Statistics of a requirement follow what it measures, however the file had them."""
    text = BASE.replace("{metric: match, at_least: 0.9}", "{method: fixed, at_least: 0.9, because: x, metric: match}")
    assert "- {metric: match, at_least: 0.9, because: x, method: fixed}" in dump(load(text))


def test_free_keys_and_layout_do_not_matter() -> None:
    """Anchors, comments and order of keys leave the dump as it is."""
    other = "# a comment\nx-note: &n [vendor]\n" + BASE.replace("{title: A bot}", "\n  'title': \"A bot\"")
    assert dump(load(other)) == dump(load(BASE))
