"""How far two raters agree beyond chance: a judge with gold labels, with a person, or with itself."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of two raters over ``items`` items.

    ``observed`` is the share of items on which they agree, ``expected`` the share by chance, ``kappa`` what is above chance
    as a share of what can be, with its standard error and interval. ``kappa`` and the rest are None where both raters used
    one and the same category throughout: there is then nothing above chance to be had.
    """

    items: int
    observed: float
    expected: float
    kappa: float | None
    standard_error: float | None
    low: float | None
    high: float | None


def cohen_kappa(pairs: Sequence[tuple[Hashable, Hashable]], confidence: float = 0.95) -> Agreement:
    """Cohen's kappa of the two ratings of each item, with its large-sample interval; `ValueError` without items.

    Formula: (p_o - p_e) / (1 - p_e), with p_o the observed share of agreement and p_e = sum_k p_k. p_.k that of chance. The
    interval is kappa +- z standard errors, cut at -1 and 1. It is approximate, too narrow below about 50 items, and of no
    width where the raters agree on every item. Categories are compared by equality; a verdict that could not be read may be
    one of its own (None).

    >>> table = {("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15}
    >>> found = cohen_kappa([pair for pair, count in table.items() for _ in range(count)])
    >>> round(found.observed, 2), round(found.kappa, 2)
    (0.7, 0.4)

    Source: Cohen 1960; the standard error of Fleiss, Cohen and Everitt 1969, "Large sample standard errors of kappa and
    weighted kappa".
    """
    if not pairs:
        raise ValueError("agreement of no items -- give at least one pair of ratings")
    n = len(pairs)
    table = {pair: count / n for pair, count in Counter(pairs).items()}
    first = {category: count / n for category, count in Counter(one for one, _ in pairs).items()}
    second = {category: count / n for category, count in Counter(other for _, other in pairs).items()}
    observed = sum(share for (one, other), share in table.items() if one == other)
    expected = sum(share * second.get(category, 0.0) for category, share in first.items())
    if len(first) == len(second) == 1 and observed == 1:
        return Agreement(n, observed, expected, None, None, None, None)
    kappa = (observed - expected) / (1 - expected)
    variance = 0.0
    for (one, other), share in table.items():
        both = second.get(one, 0.0) + first.get(other, 0.0)
        variance += share * ((1 - both * (1 - kappa)) if one == other else both * (1 - kappa)) ** 2
    variance -= (kappa - expected * (1 - kappa)) ** 2
    error = math.sqrt(max(0.0, variance) / n) / (1 - expected)
    reach = NormalDist().inv_cdf((1 + confidence) / 2) * error
    return Agreement(n, observed, expected, kappa, error, max(-1.0, kappa - reach), min(1.0, kappa + reach))


def self_agreement(repeats: Sequence[Sequence[Hashable]]) -> float | None:
    """How often a rater agrees with itself: the mean over items of the share of pairs of its repeats that are equal.

    Items with one repeat say nothing and are left out; None where no item has two.

    >>> self_agreement([("yes", "yes", "no"), ("no", "no", "no")])
    0.6666666666666666
    """
    shares = []
    for ratings in repeats:
        pairs = list(combinations(ratings, 2))
        if pairs:
            shares.append(sum(one == other for one, other in pairs) / len(pairs))
    return sum(shares) / len(shares) if shares else None
