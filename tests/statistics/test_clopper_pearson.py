"""The exact bounds of a share, against scipy.stats and statsmodels."""

import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from robustspec.statistics.clopper_pearson import lower, upper

CASES = [(1, 1), (0, 10), (3, 10), (10, 10), (57, 60), (999, 2000), (1, 2000)]


@pytest.mark.parametrize(("successes", "n"), CASES)
@pytest.mark.parametrize("alpha", [0.05, 0.01, 0.005])
def test_bounds_equal_scipy(successes: int, n: int, alpha: float) -> None:
    """The bounds are those of scipy's one-sided binomial test."""
    low = stats.binomtest(successes, n, alternative="greater").proportion_ci(1 - alpha).low
    high = stats.binomtest(successes, n, alternative="less").proportion_ci(1 - alpha).high
    assert lower(successes, n, alpha) == pytest.approx(low, abs=1e-10)
    assert upper(successes, n, alpha) == pytest.approx(high, abs=1e-10)


@pytest.mark.parametrize(("successes", "n"), CASES)
def test_bounds_equal_statsmodels(successes: int, n: int) -> None:
    """Both bounds at alpha are the two ends of statsmodels' interval at 2 alpha."""
    low, high = proportion_confint(successes, n, alpha=0.1, method="beta")
    assert lower(successes, n, 0.05) == pytest.approx(low, abs=1e-10)
    assert upper(successes, n, 0.05) == pytest.approx(high, abs=1e-10)


def test_bounds_equal_beta_quantiles() -> None:
    """The lower bound is a quantile of Beta(s, n - s + 1)."""
    assert lower(3, 10, 0.05) == pytest.approx(stats.beta.ppf(0.05, 3, 8), abs=1e-12)


def test_no_success_has_lower_bound_zero_and_all_successes_upper_bound_one() -> None:
    """The bounds close at the ends."""
    assert (lower(0, 5, 0.05), upper(5, 5, 0.05)) == (0.0, 1.0)


@pytest.mark.parametrize(("successes", "n"), [(-1, 5), (6, 5)])
def test_impossible_counts_are_an_error(successes: int, n: int) -> None:
    """More successes than units, or fewer than none, are refused."""
    with pytest.raises(ValueError, match="between 0 and the number of units"):
        lower(successes, n, 0.05)
