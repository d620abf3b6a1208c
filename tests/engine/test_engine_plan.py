"""A plan is complete before the first call: ids, lines, arms, and the most that it may cost."""

import pytest
from spec_factory import A12, B1, rows, spec_text

from robustspec.engine.compile import check_ids, compile_spec
from robustspec.errors import SpecError
from robustspec.language.load import load

BOTH = f"{A12}\n{B1}"


def test_ids_and_lines(bench):
    """Scenario, requirement, arm; the line is that of the requirement."""
    spec = spec_text(
        "- {metric: accuracy, at_least: 0.5}\n- {metric: accuracy, cells: [b, clean], worst_over: cell, at_least: 0.5}",
        perturbations=BOTH,
    )
    plan = bench.plan(spec, rows(60))
    assert [arm.id for arm in plan.arms] == [
        "s::mean-accuracy::all",
        "s::mean-accuracy-b.clean-worst-over-cell::clean",
        "s::mean-accuracy-b.clean-worst-over-cell::b-1",
    ]
    lines = spec.splitlines()
    assert ["cells" in lines[arm.line - 1] for arm in plan.arms] == [False, True, True]
    assert plan.arm(plan.arms[1].id) is plan.arms[1]


def test_group_values_that_are_no_names(bench):
    """Get a slug with a digest, so that two that look alike stay apart."""
    data = rows(60, vendor=lambda k: ["GE Health", "GE-Health"][k % 2])
    spec = spec_text("- {metric: accuracy, worst_over: vendor, at_least: 0.5}", data="groups: [vendor]")
    found = [arm.id for arm in bench.plan(spec, data).arms]
    assert len(set(found)) == 2
    assert all(part.isascii() and " " not in part for part in found)


def test_two_arms_of_one_id_are_an_error(bench):
    """Which asks for a name."""
    plan = bench.plan(spec_text("- {metric: accuracy, at_least: 0.5}"), rows(60))
    plan.scenarios[0].arms *= 2
    with pytest.raises(SpecError, match=r"is also the id of the requirement in line \d+ -- give one of them a name"):
        check_ids(plan)


@pytest.mark.parametrize(
    ("requirements", "calls"),
    [
        ("- {metric: accuracy, cells: clean, at_least: 0.5, max_samples: 20}", 20),
        ("- {metric: accuracy, at_least: 0.5, max_samples: 20}", 3 * 20),
        ("- {metric: accuracy, aggregate: drop, at_most: 0.5, max_samples: 20}", 4 * 20),
        ("- {metric: accuracy, worst_over: cell, at_least: 0.5}\n- {metric: flip_rate, at_most: 0.5}", 4 * 60),
        ("- {metric: accuracy, at_least: 0.5, max_samples: 20, repeats: 3}", 3 * 20 * 3),
        ("- {metric: accuracy, at_least: 0.999}", 0),
    ],
)
def test_the_most_calls(bench, requirements, calls):
    """Each case once, whichever arms share it; clean where it is compared with; none for what is unreachable."""
    plan = bench.plan(spec_text(requirements, perturbations=BOTH), rows(60))
    assert calls == plan.scenarios[0].most_calls()


def test_the_most_calls_are_never_exceeded(bench):
    """A model at the bound keeps the run going to its end."""
    spec = spec_text(
        "- {metric: accuracy, at_least: 0.8, max_samples: 40}\n- {metric: accuracy, aggregate: drop, at_most: 0.1}",
        perturbations=BOTH,
    )
    plan = bench.plan(spec, rows(80))
    result = bench.run(plan, model=lambda text: "no" if hash_of(text) % 5 == 0 else "yes")
    assert 0 < result.counts.called + result.counts.duplicate <= plan.scenarios[0].most_calls() == 4 * 80


def hash_of(text):
    return sum(ord(letter) * place for place, letter in enumerate(text, 1))


def test_a_selection_costs_less(bench):
    """Only what its arms need."""
    plan = bench.plan(
        spec_text(
            "- {metric: accuracy, cells: clean, at_least: 0.5}\n- {metric: accuracy, at_least: 0.5}", perturbations=BOTH
        ),
        rows(60),
    )
    assert [plan.scenarios[0].most_calls(chosen) for chosen in ({plan.arms[0].id}, {plan.arms[1].id}, None)] == [
        60,
        180,
        240,
    ]


def test_levels_of_one_entry_are_nested(bench):
    """They share one draw: what level 1 adds stands in level 2 as well."""
    entry = "- {kind: keyboard_typo, level: [1, 5]}"
    plan = bench.plan(
        spec_text("- {metric: accuracy, at_least: 0.5}", perturbations=entry),
        rows(60, input=lambda k: f"take two tablets of the blue medicine every morning {k}"),
    )
    weak, strong = plan.scenarios[0].cells[1:]
    assert weak.scope is strong.scope


def test_the_default_horizon(bench):
    """All units, at most 2000."""
    (arm,) = bench.plan(spec_text("- {metric: accuracy, at_least: 0.5}"), rows(2100)).arms
    assert arm.most_units() == 2000
    (arm,) = bench.plan(spec_text("- {metric: accuracy, at_least: 0.5, max_samples: 2050}"), rows(2100)).arms
    assert arm.most_units() == 2050


def test_a_plan_knows_what_identifies_it(bench):
    """Specification, seed, data and model enter the digest, the layout of the file does not."""
    text = spec_text("- {metric: accuracy, at_least: 0.5}")
    first = bench.plan(text, rows(60))
    assert first.digest("m") == bench.plan(text + "\n# a comment\n", rows(60)).digest("m")
    others = [
        bench.plan(text.replace("0.5", "0.6"), rows(60)).digest("m"),
        bench.plan(text, rows(61)).digest("m"),
        bench.plan(spec_text("- {metric: accuracy, at_least: 0.5}", statistics="seed: 1"), rows(60)).digest("m"),
        first.digest("other"),
    ]
    assert len({first.digest("m"), *others}) == 5


def test_a_specification_in_memory_compiles(bench):
    """Without a file there are no lines and no cache."""
    text = spec_text("- {metric: accuracy, at_least: 0.5}")
    bench.plan(text, rows(60))
    plan = compile_spec(load(text), bench.folder)
    assert [plan.arms[0].id, plan.arms[0].line] == ["s::mean-accuracy::all", 0]
    assert bench.arm(plan).verdict == "PASS"
