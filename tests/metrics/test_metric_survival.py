"""Kaplan-Meier survival over turns: by hand, by brute force, and beside statsmodels."""

import math
import random
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest

from robustspec.data.row import Answer, Case, Row, Turn
from robustspec.metrics.accuracy import Accuracy
from robustspec.metrics.survival import Survival, curve
from robustspec.metrics.survives import Survives


def survival(at):
    return Survival(of="accuracy", at=at).bound({"accuracy": Accuracy()})


def talk(said):
    """A conversation from one letter a turn: y is right, n is wrong, - is not judged."""
    turns = tuple(Turn(Answer(letter), "y", judged=letter != "-") for letter in said)
    return Case(Row("1", "...", "y"), turns[-1].answer, turns=turns)


def by_hand(entries, at):
    """The product over turns, as it is written, in exact fractions; None where it is undefined."""
    alive = Fraction(1)
    for turn in range(1, at + 1):
        at_risk = sum(1 for time, _ in entries if time >= turn)
        lost = sum(1 for time, failed in entries if time == turn and failed)
        if at_risk:
            alive *= 1 - Fraction(lost, at_risk)
        elif alive:
            return None
    return alive


@pytest.mark.parametrize(
    ("said", "entry"),
    [("yyy", (3, False)), ("yny", (2, True)), ("y-n", (3, True)), ("yy-", (2, False)), ("-", (0, False))],
)
def test_what_is_observed_of_a_conversation(said, entry):
    """The turn of the first failure, else the last one that was judged."""
    assert survival(3).observe(talk(said)) == entry


def test_a_published_curve():
    """Six conversations: 1 fails, 2+ and 4+ end well, 3, 4, 5 fail: 5/6, then 5/6 x 3/4, x 2/3, x 0."""
    entries = [(1, True), (2, False), (3, True), (4, True), (4, False), (5, True)]
    expected = [5 / 6, 5 / 6, 5 / 6 * 3 / 4, 5 / 6 * 3 / 4 * 2 / 3, 0.0]
    assert curve(entries, np.ones((1, 6)), 5)[0].tolist() == pytest.approx(expected)
    assert [survival(at).value(Counter(entries)) for at in range(1, 6)] == pytest.approx(expected)


def test_without_early_ends_it_is_the_share_that_survives():
    """All conversations are long enough: the mean of `survives`."""
    talks = [talk(said) for said in ("yyyy", "ynyy", "yyny", "yyyn")]
    share = np.mean([Survives(of="accuracy", to=3).bound({"accuracy": Accuracy()}).score(each) for each in talks])
    assert survival(3).value(Counter(survival(3).observe(each) for each in talks)) == share == 0.5


def test_undefined_where_nobody_was_followed_so_far():
    """One that ended well in turn 2 says nothing of turn 3; after the last failure nobody is left, and that is known."""
    assert survival(3).value({(2, False): 1.0}) is None
    assert survival(3).value({(1, True): 1.0, (2, False): 2.0}) is None
    assert survival(3).value({(2, True): 1.0}) == 0.0
    assert survival(1).value({}) is None
    assert survival(1).value({(0, False): 3.0}) is None


@pytest.mark.parametrize("seed", range(20))
def test_random_tables_against_the_formula(seed):
    """Exact fractions of the same product, on tables of up to 12 conversations."""
    draw = random.Random(seed)
    entries = [(draw.randint(1, 6), draw.random() < 0.5) for _ in range(draw.randint(1, 12))]
    for at in range(1, 8):
        expected, found = by_hand(entries, at), survival(at).value(Counter(entries))
        assert (found is None) == (expected is None)
        assert expected is None or found == pytest.approx(float(expected), abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_random_tables_against_statsmodels(seed):
    """The survival function of an independent implementation, at its own times."""
    from statsmodels.duration.survfunc import SurvfuncRight

    draw = random.Random(seed)
    entries = [(draw.randint(1, 12), draw.random() < 0.4) for _ in range(60)] + [(12, False)]
    reference = SurvfuncRight([turn for turn, _ in entries], [int(failed) for _, failed in entries])
    ours = curve(entries, np.ones((1, len(entries))), 12)[0]
    for turn, probability in zip(reference.surv_times, reference.surv_prob, strict=True):
        assert ours[int(turn) - 1] == pytest.approx(probability, abs=1e-12)


def test_weights_are_counts():
    """Resampled tables: weight 2 is the entry twice, weight 0 its absence."""
    entries = [(1, True), (2, False), (2, True), (3, False)]
    weights = np.array([[1, 1, 1, 1], [2, 0, 1, 1], [0, 3, 0, 0], [1, 0, 0, 0]], dtype=float)
    found = survival(2).values(entries, weights)
    assert found[:2].tolist() == pytest.approx([3 / 4 * 2 / 3, 1 / 2 * 1 / 2])
    assert found[2:].tolist() == [1.0, 0.0]
    later = survival(3).values(entries, weights)
    assert math.isnan(later[2])
    assert later[3] == 0.0
