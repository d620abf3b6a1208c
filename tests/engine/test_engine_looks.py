"""How often the same question was put to the same evidence."""

import json
import os

import pytest
from spec_factory import A12, rows, spec_text

from robustspec.engine.looks import Looks, digest, reuse_note

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


CHOSEN = {
    "bound": 0.9,
    "margin": 0.0,
    "confidence": [0.95, 0.95],
    "method": "sequential",
    "population": "distribution",
    "seed": 0,
}


def remember(looks, question="q", *, model="m1", data="d", topic="t", **changes):
    """Record a verdict of a model under settings."""
    chosen = {**CHOSEN, **changes}
    looks.record(f"{question}{model}", digest(chosen), "PASS", "a", topic=topic, chosen=chosen, data=data, model=model)


def dated(folder, day):
    """Put the day of all lines of a ledger to ``day``."""
    path = folder / "looks.jsonl"
    lines = [json.loads(line) | {"at": f"{day}T10:00:00+00:00"} for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_an_edited_bound_is_told_with_its_day(tmp_path):
    """Whatever the model was that the data have judged."""
    remember(Looks(tmp_path))
    dated(tmp_path, "2026-11-20")
    assert Looks(tmp_path).warnings("t", CHOSEN | {"bound": 0.85}) == [
        "the bound was 0.90 when these data were judged on 2026-11-20; it is 0.85 now: for a bound chosen after looking "
        "at these data the stated error rate does not hold"
    ]


@pytest.mark.parametrize(
    ("changes", "start"),
    [
        ({"margin": 0.02}, "the margin was 0.00 when these data were judged on "),
        ({"confidence": [0.9, 0.9]}, "the confidence was 0.95 when"),
        ({"confidence": [0.95, 0.9]}, "the confidence was 0.95 when"),
        ({"method": "fixed"}, "the method was sequential when"),
        ({"population": "dataset"}, "the population was distribution when"),
    ],
)
def test_every_watched_setting_is_told(tmp_path, changes, start):
    """Margin, confidence, method, population."""
    remember(Looks(tmp_path))
    (warning,) = Looks(tmp_path).warnings("t", CHOSEN | changes)
    assert warning.startswith(start)


@pytest.mark.parametrize("changes", [{}, {"seed": 7}, {"horizons": [50]}])
def test_what_is_not_watched_is_not_told(tmp_path, changes):
    """Another seed or limit is another look, and counted as one."""
    remember(Looks(tmp_path))
    assert Looks(tmp_path).warnings("t", CHOSEN | changes) == []


def test_other_topics_are_not_told(tmp_path):
    """Other data, or another requirement."""
    remember(Looks(tmp_path))
    assert Looks(tmp_path).warnings("another", CHOSEN | {"bound": 0.85}) == []


def test_settings_that_came_first_stay_without_a_warning(tmp_path):
    """A bound that was edited and put back is the first one again."""
    looks = Looks(tmp_path)
    remember(looks)
    remember(looks, bound=0.85)
    again = Looks(tmp_path)
    assert (again.warnings("t", CHOSEN), len(again.warnings("t", CHOSEN | {"bound": 0.85}))) == ([], 1)
    assert [text[:23] for text in again.warnings("t", CHOSEN | {"bound": 0.8})] == ["the bound was 0.85 when"]


def test_a_run_tells_of_an_edited_bound(bench):
    """The line stands on the arm, and the arm of another model has it too."""
    look(bench, "0.7")
    for model in (answer, other_answer):
        arm = bench.arm(spec_text(SPEC % ("0.6", "")), rows(60), model)
        assert [text.split(" when")[0] for text in arm.warnings] == ["the bound was 0.70"]


def test_models_that_the_data_have_judged_are_counted(tmp_path):
    """Each version once, this one never, and other data for themselves."""
    looks = Looks(tmp_path)
    for model in ("m1", "m2", "m1", "m3"):
        remember(looks, model=model)
    remember(looks, model="m9", data="other")
    again = Looks(tmp_path)
    assert [again.models_before("d", model) for model in ("m1", "new")] == [2, 3]
    assert (again.models_before("other", "m1"), again.models_before("none", "m1")) == (1, 0)


def test_the_note_says_what_many_models_on_one_data_set_mean():
    """The best of several is partly the luckiest."""
    assert reuse_note(0) == ""
    assert reuse_note(1) == (
        "these data have judged 1 model version before: choosing the better of two on the same data is optimistic"
    )
    assert reuse_note(3) == (
        "these data have judged 3 model versions before: choosing the best of several on the same data is optimistic"
    )


def test_lines_of_an_older_ledger_are_still_read(tmp_path):
    """They know looks, and nothing of settings and models; a new verdict adds that."""
    line = {"question": "qm1", "settings": digest(CHOSEN), "verdict": "PASS", "arm": "a", "at": "2026-01-01T00:00:00"}
    (tmp_path / "looks.jsonl").write_text(json.dumps(line) + "\n")
    looks = Looks(tmp_path)
    assert (looks.look("qm1", "other"), looks.models_before("d", "new")) == (2, 0)
    remember(looks)
    again = Looks(tmp_path)
    assert (again.look("qm1", "other"), again.models_before("d", "new")) == (2, 1)


@pytest.mark.parametrize(
    "more", [{"chosen": 3}, {"chosen": {}, "data": 1}, {"chosen": {"bound": []}, "data": "d", "model": "m"}]
)
def test_a_damaged_line_is_skipped_or_harmless(tmp_path, more):
    """The ledger only ever adds caution."""
    line = {"question": "q", "settings": "s", "topic": "t", "at": "x", **more}
    (tmp_path / "looks.jsonl").write_text(json.dumps(line) + "\n" + "[" * 100_000 + "\n")
    assert len(Looks(tmp_path).warnings("t", CHOSEN)) <= 1


def test_the_file_is_opened_once(tmp_path, monkeypatch):
    """For the first new line; each line is on disk before the next verdict, and close ends it."""
    opened = []
    real = os.open
    monkeypatch.setattr(os, "open", lambda *args, **more: opened.append(args[0]) or real(*args, **more))
    with Looks(tmp_path) as looks:
        assert opened == []
        for number in range(3):
            looks.record("q", str(number), "PASS", "a")
            assert len((tmp_path / "looks.jsonl").read_text().splitlines()) == number + 1
    assert opened == [tmp_path / "looks.jsonl"]
    looks.record("q", "after", "PASS", "a")
    looks.close()
    assert len(opened) == 2
