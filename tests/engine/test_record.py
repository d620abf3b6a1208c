"""The record of a verdict, and the verdict from its record."""

import copy
import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from robustspec.engine.proof.packed import pack
from robustspec.engine.proof.record import Given, is_intact, keys, reading, recompute, record, record_table, sealed
from robustspec.errors import RobustspecError
from robustspec.metrics.expected_calibration_error import ExpectedCalibrationError
from robustspec.metrics.mcc import Mcc
from robustspec.statistics.approximate import TableTest
from robustspec.statistics.base import Hypothesis
from robustspec.statistics.gap import GapTest
from robustspec.statistics.select import make_test

KEYS = keys(spec_hash="5", data_hash="d", fingerprint="m", seed=3, arm="s::r::all", look=2)
SHARE = Hypothesis(bound=0.9, at_least=True, alpha_pass=0.05, alpha_fail=0.05, horizon=400, binary=True)
SCORE = replace(SHARE, binary=False, bound=0.5)


def units(p=0.97, n=400, binary=True, seed=0):
    draw = np.random.default_rng(seed).random(n)
    return (draw < p).astype(np.float64) if binary else draw * p


def judged(method, population, hypothesis, on_pass, on_fail=None, drawn=None):
    """A test that took these units in batches, and its record through JSON."""
    test, n = make_test(method, population, hypothesis), len(on_pass[0])
    on_fail = on_fail or on_pass
    for first in range(0, n, 7):
        part = slice(first, first + 7)
        views = [(a[part], None if b is None else b[part]) for a, b in (on_pass, on_fail)]
        if test.extend(*views, None if drawn is None else drawn[part]) is not None:
            break
    ended = test.decision is None
    if ended:
        test.finish()
    cut = [(a[: test.n], None if b is None else b[: test.n]) for a, b in (on_pass, on_fail)]
    given = Given(
        "all", hypothesis, cut[0], cut[0] if on_fail is on_pass else cut[1], None if drawn is None else drawn[: test.n]
    )
    made = record("units", method, population, [given], finished=ended, margin=hypothesis.margin, keys=KEYS)
    return test, json.loads(json.dumps(made, allow_nan=False))


CASES = {
    "exact": ("sequential", "distribution", SHARE, (units(), None)),
    "exact, undecided": ("sequential", "distribution", SHARE, (units(0.9), None)),
    "exact, dataset": ("sequential", "dataset", SHARE, (units(0.95), None)),
    "betting": ("sequential", "distribution", SCORE, (units(1.5, 400, False) % 1, None)),
    "betting, dataset": ("sequential", "dataset", replace(SCORE, bound=0.4), (units(1, 400, False), None)),
    "fixed": ("fixed", "distribution", SHARE, (units(0.8), None)),
    "fixed, too few": ("fixed", "distribution", SHARE, (units(0.98, 390), None)),
    "point": ("point", "distribution", replace(SCORE, lower=-np.inf, upper=np.inf), (units(1, 60, False) * 9, None)),
    "approximate": ("approximate", "distribution", replace(SCORE, seed=2**64 - 5), (units(1, 60, False), None)),
    "margin": ("sequential", "distribution", replace(SHARE, margin=0.05), (units(0.92), None)),
    "at most": ("sequential", "distribution", replace(SHARE, at_least=False, bound=0.05), (units(0.2), None)),
    "ratio": (
        "sequential",
        "distribution",
        replace(SCORE, denominator_upper=1.0),
        (units(0.9) * units(0.9, seed=1), units(0.9)),
    ),
    "quantile": (
        "sequential",
        "distribution",
        replace(SCORE, form="quantile", share=0.2),
        (units(1, 400, False), None),
    ),
    "tail mean": ("fixed", "distribution", replace(SCORE, form="tail_mean", share=0.2), (units(1, 60, False), None)),
}


@pytest.mark.parametrize("case", CASES)
def test_the_record_gives_the_same_decision_and_figures(case):
    """To the last bit, though the run took its units in batches."""
    test, made = judged(*CASES[case])
    assert recompute(made) == (test.decision, test.summary())
    assert is_intact(made)


def test_both_views_and_ranks_are_kept():
    """Missing outputs make two views; units without evidence make gaps in the ranks."""
    worst, best = units(0.6), units(0.6)
    worst[::20], best[::20] = 0.0, 1.0
    drawn = np.arange(1, 401)[np.arange(400) % 5 != 0]
    hypothesis = replace(SHARE, bound=0.5, every_unit=False)
    on_pass, on_fail = (worst[: len(drawn)], None), (best[: len(drawn)], None)
    test, made = judged("sequential", "dataset", hypothesis, on_pass, on_fail, drawn)
    assert set(made["streams"][0]) == {"name", "hypothesis", "n", "pass", "fail", "drawn"}
    assert recompute(made) == (test.decision, test.summary())
    assert reading(made).streams[0].drawn.tolist() == drawn[: test.n].tolist()


def test_one_view_is_one_object():
    """Where nothing is missing the test is given the same arrays twice, as in the run."""
    (stream,) = reading(judged(*CASES["exact"])[1]).streams
    assert stream.against_fail is stream.against_pass


def gap(means, method="sequential", population="distribution", shared=False, exhausted=(), bound=0.2):
    """A gap test fed in turns as a run feeds it, and its record."""
    hypothesis = replace(SCORE, bound=bound, at_least=True, horizon=300)
    streams = [hypothesis] * len(means)
    test = GapTest(method, population, bound, 0.05, 0.05, streams)
    pairs = [(units(mean, exhausted[k] if exhausted else 300, False, seed=k), None) for k, mean in enumerate(means)]
    given = [0] * len(means)
    while test.decision is None:
        counts = [min(test.needs(k), len(pairs[k][0]) - given[k]) for k in range(len(means))]
        if not any(counts):
            test.finish()
            break
        for k, count in enumerate(counts):
            part = (pairs[k][0][given[k] : given[k] + count], None)
            given[k] += count
            test.extend(k, part, part)
            if given[k] == len(pairs[k][0]):
                test.exhaust(k)
    cut = [(pair[0][: test.taken(k)], None) for k, pair in enumerate(pairs)]
    kept = [Given(str(k), hypothesis, one, one) for k, one in enumerate(cut)]
    made = record("gap", method, population, kept, finished=False, margin=0.0, keys=KEYS, shared=shared)
    return test, json.loads(json.dumps(made))


@pytest.mark.parametrize("method", ["sequential", "fixed", "point"])
@pytest.mark.parametrize("means", [(1.0, 1.0), (1.0, 0.4), (1.0, 0.9, 0.7)])
@pytest.mark.parametrize("exhausted", [(), (40, 300, 300), (40, 43, 41)])
def test_a_gap_is_recomputed_with_the_looks_of_the_run(method, means, exhausted):
    """Streams of any length, judged early, at a look, or when one of them ran out."""
    test, made = gap(means, method, exhausted=exhausted)
    assert recompute(made) == (test.decision, test.summary())


def test_streams_of_the_same_units_count_them_once():
    """As cells and levels are measured on the same rows."""
    test, made = gap((1.0, 0.4), shared=True)
    assert recompute(made)[1].n == test.n / 2 == reading(made).units


def table_record(metric, hypothesis, tables, method="approximate", finished=True, **more):
    arm = SimpleNamespace(
        metric=metric,
        is_gap=False,
        settings=SimpleNamespace(method=method, population="distribution", margin=0.0),
        streams=[SimpleNamespace(name="all", hypothesis=hypothesis)],
    )
    return json.loads(json.dumps(record_table(arm, tables, finished=finished, keys=KEYS, **more), allow_nan=False))


def confusion(n=60):
    rng = np.random.default_rng(1)
    labels = rng.choice(["a", "b", "<refused>"], size=(n, 2))
    return [{(str(one), str(other)): 0.5, (str(one), "a\ud800"): 0.5} for one, other in labels]


def test_a_table_is_recomputed():
    """Its units are resampled as in the run: same entries, same order, same seed."""
    hypothesis = replace(SCORE, bound=0.1, lower=-1.0, seed=9)
    test, tables = TableTest(hypothesis, Mcc().values, "approximate"), confusion()
    test.extend(tables)
    test.finish()
    assert recompute(table_record(Mcc(), hypothesis, tables)) == (test.decision, test.summary())


def test_a_table_with_an_exact_test_is_recomputed_by_it():
    """A calibration error by the bounds of its parts."""
    metric = ExpectedCalibrationError(field="p", bins=2)
    hypothesis = replace(SCORE, at_least=False, bound=0.5, horizon=200)
    tables = [{(0.9, k % 10 != 0): 1.0} for k in range(200)]
    decision, summary = recompute(table_record(metric, hypothesis, tables, "sequential"))
    assert decision == "PASS"
    assert (summary.n < 200, summary.upper <= 0.5) == (True, True)


def test_texts_of_a_table_stay_out_where_they_must():
    """Labels and answers may be private; numbers and truths stay."""
    assert table_record(Mcc(), SCORE, confusion(), texts=False) == {}
    assert table_record(Mcc(), SCORE, [{(True, 0.5): 1.0}] * 40, texts=False) != {}


def test_entries_that_json_would_change_are_not_recorded():
    """A set does not come back as it was."""
    assert table_record(Mcc(), SCORE, [{(frozenset("a"), "b"): 1.0}] * 40) == {}


def test_too_much_evidence_is_not_recorded():
    """A report is not a data store."""
    many = (np.zeros(1_000_001), None)
    given = Given("all", SHARE, many, many)
    assert record("units", "point", "distribution", [given], finished=True, margin=0, keys=KEYS) == {}


def test_the_keys_say_what_the_evidence_belongs_to():
    """And which versions computed it."""
    assert {name: KEYS[name] for name in ("spec", "data", "model", "seed", "arm", "look")} == {
        "spec": "5",
        "data": "d",
        "model": "m",
        "seed": "3",
        "arm": "s::r::all",
        "look": "2",
    }
    assert KEYS["numpy"] == np.__version__


def test_a_record_is_small():
    """Of 400 units of 0 or 1, under a kilobyte."""
    assert len(json.dumps(judged(*CASES["exact, undecided"])[1])) < 1000


def edited(made, *path, to):
    """A record with another value at a place."""
    made = copy.deepcopy(made)
    at = made
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = to
    return made


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("streams", 0, "hypothesis", "bound"), 0.8),
        (("streams", 0, "hypothesis", "alpha_fail"), 0.01),
        (("keys", "seed"), "4"),
        (("finished",), True),
        (("streams", 0, "name"), "some"),
    ],
)
def test_the_checksum_shows_any_edit(path, to):
    """Also of what makes no difference to the decision."""
    _, made = judged(*CASES["exact"])
    assert not is_intact(edited(made, *path, to=to))


def test_a_newer_version_is_told():
    """It says what to do."""
    made = edited(judged(*CASES["exact"])[1], "version", to=2)
    with pytest.raises(RobustspecError, match="has version 2, and this robustspec reads 1 -- use the robustspec that"):
        recompute(made)


HOSTILE = [
    (("version",), None),
    (("version",), True),
    (("test",), "os.system"),
    (("test",), ["units"]),
    (("method",), {}),
    (("population",), "everybody"),
    (("margin",), "0"),
    (("margin",), 10**400),
    (("finished",), 1),
    (("keys",), {"seed": 3}),
    (("keys",), None),
    (("streams",), None),
    (("streams",), [3]),
    (("streams",), []),
    (("streams",), [{}] * 10_001),
    (("streams", 0, "n"), 10**9),
    (("streams", 0, "n"), -1),
    (("streams", 0, "n"), 5),
    (("streams", 0, "n"), "400"),
    (("streams", 0, "pass"), []),
    (("streams", 0, "pass"), [None]),
    (("streams", 0, "pass"), ["bits:"]),
    (("streams", 0, "pass"), "bits:"),
    (("streams", 0, "fail"), None),
    (("streams", 0, "drawn"), 3),
    (("streams", 0, "rest"), 1.5),
    (("streams", 0, "hypothesis"), None),
    (("streams", 0, "hypothesis", "bound"), None),
    (("streams", 0, "hypothesis", "bound"), "nan"),
    (("streams", 0, "hypothesis", "bound"), "inf"),
    (("streams", 0, "hypothesis", "alpha_pass"), 0),
    (("streams", 0, "hypothesis", "alpha_pass"), 2.0),
    (("streams", 0, "hypothesis", "horizon"), 10**12),
    (("streams", 0, "hypothesis", "form"), "mode"),
    (("streams", 0, "hypothesis", "lower"), 5.0),
    (("streams", 0, "hypothesis", "denominator_upper"), 1.0),
    (("streams", 0, "hypothesis", "secret"), 1),
]


@pytest.mark.parametrize(("path", "to"), HOSTILE)
def test_a_hostile_record_is_one_sentence(path, to):
    """Never another error, and never a decision."""
    made = edited(judged(*CASES["exact"])[1], *path, to=to)
    with pytest.raises(RobustspecError) as caught:
        recompute(made)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("key", ["version", "test", "method", "margin", "finished", "keys", "streams"])
def test_a_truncated_record_is_named_with_its_place(key):
    """What is missing is told."""
    made = judged(*CASES["exact"])[1]
    del made[key]
    with pytest.raises(RobustspecError, match=key):
        recompute(made)


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("metric",), None),
        (("metric",), "accuracy"),
        (("metric",), "no_such_metric"),
        (("metric",), {"kind": "mcc", "shell": "rm"}),
        (("streams", 0, "entries"), "text:2:AAAA"),
        (("streams", 0, "items"), 10**8),
        (("streams", 0, "items"), 3),
        (("streams", 0, "codes"), "bits:AAAA"),
        (("streams", 0, "weights"), None),
    ],
)
def test_a_hostile_table_is_one_sentence(path, to):
    """A metric is looked up among the registered kinds, and nothing else is imported."""
    made = edited(table_record(Mcc(), SCORE, confusion()), *path, to=to)
    with pytest.raises(RobustspecError):
        recompute(made)


def test_whoever_writes_a_new_checksum_still_meets_the_test():
    """It is computed from the evidence, not taken from the report."""
    test, made = judged(*CASES["fixed"])
    del made["checksum"]
    right = sealed(edited(made, "streams", 0, "pass", to=[pack(np.ones(400))]))
    assert (test.decision, is_intact(right), recompute(right)[0]) == ("FAIL", True, "PASS")
