"""Kappa against an independent implementation, the literature, and its own sampling."""

import numpy as np
import pytest

from robustspec.statistics.agreement import cohen_kappa, self_agreement


def pairs_of(table):
    return [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]


TABLES = ([[20, 5], [10, 15]], [[44, 5, 1], [7, 20, 3], [9, 5, 6]], [[0, 10], [10, 0]], [[3, 0], [0, 7]])


@pytest.mark.parametrize("table", TABLES)
def test_kappa_is_that_of_scikit_learn(table):
    """The point value of three and two categories, perfect agreement and none."""
    metrics = pytest.importorskip("sklearn.metrics")
    pairs = pairs_of(table)
    assert cohen_kappa(pairs).kappa == pytest.approx(metrics.cohen_kappa_score(*zip(*pairs, strict=True)))


@pytest.mark.parametrize("table", TABLES[:3])
def test_the_standard_error_is_that_of_the_delta_method(table):
    """The published formula equals the numerical derivative of kappa over the cells of the table."""
    counts = np.array(table, dtype=float)
    share = counts / counts.sum()

    def kappa(p):
        observed, expected = np.trace(p), p.sum(1) @ p.sum(0)
        return (observed - expected) / (1 - expected)

    slope = np.zeros(share.size)
    for cell in range(share.size):
        step = np.zeros(share.size)
        step[cell] = 1e-6
        step = step.reshape(share.shape)
        slope[cell] = (kappa(share + step) - kappa(share - step)) / 2e-6
    p = share.ravel()
    expected = np.sqrt(max(0.0, (slope**2 * p).sum() - (slope * p).sum() ** 2) / counts.sum())
    assert cohen_kappa(pairs_of(table)).standard_error == pytest.approx(expected, abs=1e-5)


def test_the_interval_covers():
    """Of 400 samples of 200 items the 90 % interval holds the true kappa in 86 to 94 of 100."""
    rng = np.random.default_rng(3)
    p = np.array([0.45, 0.1, 0.15, 0.3])
    true = (0.75 - (0.55 * 0.6 + 0.45 * 0.4)) / (1 - (0.55 * 0.6 + 0.45 * 0.4))
    held = 0
    for counts in rng.multinomial(200, p, size=400):
        found = cohen_kappa(pairs_of(counts.reshape(2, 2)), 0.9)
        held += found.low <= true <= found.high
    assert 0.86 <= held / 400 <= 0.94


def test_one_category_throughout_has_no_kappa():
    """There is nothing above chance to be had; disagreement throughout has kappa 0."""
    found = cohen_kappa([("yes", "yes")] * 5)
    assert (found.observed, found.expected, found.kappa, found.low) == (1.0, 1.0, None, None)
    assert cohen_kappa([("yes", "no")] * 5).kappa == 0.0


def test_unread_verdicts_are_a_category():
    """None may be rated like any other value; the interval stays within -1 and 1."""
    found = cohen_kappa([("yes", "yes"), ("no", None), ("no", "no")])
    assert found.items == 3
    assert -1 <= found.low <= found.kappa <= found.high <= 1


def test_no_items():
    """Nothing to agree on is an error."""
    with pytest.raises(ValueError, match="no items"):
        cohen_kappa([])


def test_agreement_with_oneself():
    """By hand: of three repeats one pair in three agrees, of two the one pair does; single ratings are left out."""
    assert self_agreement([("yes", "yes", "no"), ("no", "no"), ("yes",)]) == pytest.approx((1 / 3 + 1) / 2)
    assert self_agreement([("yes",)]) is None
