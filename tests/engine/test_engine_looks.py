"""How often the same question was put to the same evidence."""

import json

import pytest
from spec_factory import A12, rows, spec_text

from robustspec.engine.looks import Looks, digest

SPEC = "- {metric: accuracy, at_least: %s%s}"


def answer(text):
    return "yes"


def other_answer(text):
    return "yes"


def look(bench, bound="0.5", more="", model=answer, n=60, **options):
    arm = bench.arm(spec_text(SPEC % (bound, more)), rows(n), model, **options)
    return arm.look, arm.claim


def test_an_unchanged_specification_is_no_other_look(bench):
    """However often it is run."""
    assert [look(bench)[0] for _ in range(3)] == [1, 1, 1]


@pytest.mark.parametrize(
    "more", [", max_samples: 50", ", margin: 0.01", ", method: fixed", ", confidence: 0.9", ", population: dataset"]
)
def test_another_setting_is_another_look(bench, more):
    """And going back to the first is the first again."""
    assert [look(bench)[0], look(bench, more=more)[0], look(bench)[0]] == [1, 2, 1]


def test_another_bound_is_another_look(bench):
    """The sentence adds them up."""
    look(bench, "0.7")
    number, claim = look(bench, "0.6")
    assert number == 2
    assert "(look 2: at most 10 in 100)" in claim
    assert look(bench, "0.65")[0] == 3


def test_another_seed_is_another_look(bench):
    """A better order could be looked for otherwise."""
    look(bench)
    arm = bench.arm(spec_text(SPEC % ("0.5", ""), statistics="seed: 1"), rows(60), answer)
    assert arm.look == 2


def test_a_larger_limit_that_the_data_do_not_reach_is_the_same_look(bench):
    """Sixty rows are sixty units under either."""
    assert [look(bench, more=", max_samples: 80")[0], look(bench, more=", max_samples: 90")[0]] == [1, 1]


def test_other_data_and_other_models_are_other_questions(bench):
    """A look at them is their first."""
    look(bench, "0.6")
    assert look(bench, "0.7", n=61)[0] == 1
    assert look(bench, "0.7", model=other_answer)[0] == 1


def test_a_quick_look_is_no_look(bench):
    """It neither counts nor is counted."""
    assert look(bench, "0.6", max_samples=5)[0] == 1
    assert look(bench, "0.7")[0] == 1


def test_what_was_not_judged_is_no_look(bench):
    """UNREACHABLE and INVALID say nothing about the model."""
    look(bench, "0.999")
    assert look(bench, "0.7")[0] == 1


def test_arms_have_looks_of_their_own(bench):
    """Editing one requirement is no other look for another."""
    two = "- {metric: accuracy, at_least: %s}\n- {metric: accuracy, cells: clean, at_least: 0.5}"
    bench.run(spec_text(two % "0.5", perturbations=A12), rows(60), answer)
    arms = bench.run(spec_text(two % "0.6", perturbations=A12), rows(60), answer).arms
    assert [arm.look for arm in arms] == [2, 1]


def test_lines_that_cannot_be_read_are_left_out(tmp_path):
    """The ledger only ever adds caution."""
    (tmp_path / "looks.jsonl").write_bytes(b'\xff\n[1]\n{"question": "q"}\n{"question": "q", "settings": "one"}\n{"que')
    looks = Looks(tmp_path)
    assert (looks.look("q", "one"), looks.look("q", "two")) == (1, 2)


def test_two_processes_may_write_one_ledger(tmp_path):
    """The same verdict told twice is one look."""
    first, second = Looks(tmp_path), Looks(tmp_path)
    for looks in (first, second):
        looks.record("q", "one", "PASS", "arm")
    assert len((tmp_path / "looks.jsonl").read_text().splitlines()) == 2
    assert Looks(tmp_path).look("q", "two") == 2


def test_a_ledger_that_cannot_be_written_costs_no_verdict(tmp_path):
    """Its folder is a file here."""
    (tmp_path / "cache").write_text("")
    looks = Looks(tmp_path / "cache")
    looks.record("q", "one", "PASS", "arm")
    assert looks.look("q", "two") == 2


def test_a_line_holds_verdict_and_arm(tmp_path):
    """For people who read the ledger."""
    Looks(tmp_path).record("q", "one", "PASS", "s::r::all")
    line = json.loads((tmp_path / "looks.jsonl").read_text())
    assert tuple(line[key] for key in ("question", "settings", "verdict", "arm")) == ("q", "one", "PASS", "s::r::all")


def test_a_digest_does_not_depend_on_the_order_of_keys():
    """It is one of content."""
    assert digest({"a": 1, "b": [2]}) == digest({"b": [2], "a": 1}) != digest({"a": 1, "b": [3]})
