"""Which perturbation is the worst: found with a stated confidence, and with few calls.

A verdict ``worst_over: perturbation`` asks whether every arm meets its bound. This asks which arm is the lowest, whatever
the bound: where to work first. The calls go where the answer is open (LUCB; Kalyanakrishnan, Tewari, Auer and Stone 2012,
"PAC subset selection in stochastic multi-armed bandits"): to the arm that looks worst, and to the one that may yet be
worse. Arms that are clearly better are left alone after a few units.

Each arm has a confidence sequence, which holds after every unit at once, with an error rate of alpha divided by the
arms: the mixture of Robbins (1970, doi:10.1214/aoms/1177696786) over coins, with the weights Beta(1/2, 1/2). It is valid
for values in [0, 1] too: the likelihood ratio of a coin is convex in the value, so that it is largest for 0 and 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from robustspec.statistics.base import Floats

_CLOSE = 1e-10
_HALF = 2 * math.lgamma(0.5)


class WorstArm:
    """A search for the arm with the lowest mean, over values in [0, 1] where higher is better.

    Ask `next` for the arms to sample, `observe` what came of it, until ``worst`` is a name. At most 1 - ``confidence`` of
    such searches name an arm that is more than ``within`` above the worst one, in whatever order and number the arms
    were sampled, and whenever one looks. Of the arms within that distance any may be named; with ``within`` 0 two arms
    that are equally bad are never told apart, so limit the calls.

    The units of one arm must be independent of each other; several arms may be tried on the same units. For scores where
    lower is better, observe 1 - score. ValueError for fewer than two arms, a name used twice, or a confidence outside (0, 1).
    """

    def __init__(self, arms: Sequence[str], *, confidence: float = 0.95, within: float = 0.0) -> None:
        if len(arms) < 2 or len(set(arms)) < len(arms):
            raise ValueError(f"{len(arms)} arms, {len(set(arms))} of them distinct -- give two or more different names")
        if not 0 < confidence < 1:
            raise ValueError(f"the confidence {confidence} must lie between 0 and 1 -- 0.95 is usual")
        if not 0 <= within < 1:
            raise ValueError(
                f"within {within} must be 0 or more and below 1 -- 0.05 finds an arm within 0.05 of the worst"
            )
        self.arms, self.confidence, self.within = tuple(arms), confidence, within
        self._index = {name: k for k, name in enumerate(self.arms)}
        self._log_threshold = math.log(len(arms) / (1 - confidence))
        self._total, self._n = np.zeros(len(arms)), np.zeros(len(arms), dtype=np.int64)
        self._lower, self._upper = np.zeros(len(arms)), np.ones(len(arms))

    @property
    def calls(self) -> int:
        """Units observed, all arms together."""
        return int(self._n.sum())

    @property
    def worst(self) -> str | None:
        """The arm that is shown to be the worst, or within ``within`` of it; None as long as that is open."""
        leader, rival = self._two()
        return self.arms[leader] if self._found(leader, rival) else None

    @property
    def candidates(self) -> tuple[str, ...]:
        """The arms that may still be the worst, from the one that looks worst; the true one is among them."""
        possible = np.flatnonzero(self._lower <= self._upper.min())
        ordered = possible[np.argsort(self._means()[possible], kind="stable")]
        return tuple(self.arms[k] for k in ordered)

    def next(self) -> tuple[str, ...]:
        """The arms whose next unit says most: those not tried yet, then the two that are hardest to tell apart.

        Empty once the worst arm is found.
        """
        untried = np.flatnonzero(self._n == 0)
        if len(untried):
            return tuple(self.arms[k] for k in untried)
        leader, rival = self._two()
        return () if self._found(leader, rival) else (self.arms[leader], self.arms[rival])

    def observe(self, arm: str, values: float | Iterable[float]) -> None:
        """Take what one or more new units of an arm scored. ValueError for a value outside [0, 1], KeyError for an arm."""
        k = self._index[arm]
        scores = [float(values)] if isinstance(values, int | float) else [float(value) for value in values]
        for score in scores:
            if not 0 <= score <= 1:
                raise ValueError(f"{arm}: the value {score} lies outside [0, 1] -- rescale it, or observe 1 - score")
        self._total[k] += sum(scores)
        self._n[k] += len(scores)
        self._lower[k], self._upper[k] = mixture_bounds(float(self._total[k]), int(self._n[k]), self._log_threshold)

    def bounds(self, arm: str) -> tuple[float, float]:
        """The confidence sequence of an arm now; those of all arms hold together, at every time."""
        k = self._index[arm]
        return float(self._lower[k]), float(self._upper[k])

    def mean(self, arm: str) -> float | None:
        """The mean of an arm so far, None before its first unit."""
        k = self._index[arm]
        return float(self._total[k] / self._n[k]) if self._n[k] else None

    def _means(self) -> Floats:
        return np.asarray(self._total / np.maximum(self._n, 1))

    def _two(self) -> tuple[int, int]:
        """The arm that looks worst, and of the others the one that may be the worst."""
        leader = int(self._means().argmin())
        kept, self._lower[leader] = self._lower[leader], math.inf
        rival = int(self._lower.argmin())
        self._lower[leader] = kept
        return leader, rival

    def _found(self, leader: int, rival: int) -> bool:
        return bool(self._upper[leader] <= self._lower[rival] + self.within)


def find_worst(
    arms: Sequence[str],
    sample: Callable[[str, int], float],
    *,
    confidence: float = 0.95,
    within: float = 0.0,
    max_calls: int = 100_000,
) -> WorstArm:
    """Search until the worst arm is found or ``max_calls`` are spent: which it was, ``WorstArm.worst`` says.

    ``sample`` is called with the name of an arm and the number of its unit, 0, 1, 2, ..., and returns the unit's score in
    [0, 1]: perturb the unit, call the model, score the answer.

    >>> answers = {"typo": [1, 0, 0, 1], "synonym": [1, 1, 1, 1], "filler": [1, 1, 1, 1]}
    >>> search = find_worst(list(answers), lambda arm, k: answers[arm][k % 4])
    >>> search.worst, search.calls, search.mean("synonym")
    ('typo', 87, 1.0)
    """
    search, taken = WorstArm(arms, confidence=confidence, within=within), dict.fromkeys(arms, 0)
    while wanted := search.next():
        for arm in wanted:
            if search.calls >= max_calls:
                return search
            search.observe(arm, sample(arm, taken[arm]))
            taken[arm] += 1
    return search


def mixture_bounds(total: float, n: int, log_threshold: float) -> tuple[float, float]:
    """The means that a mixture of coins has not refuted after ``n`` values in [0, 1] that sum to ``total``.

    ``log_threshold`` is the logarithm of 1 / error rate, at which a mean is refuted. (0, 1) before the first value.
    """
    if n == 0:
        return 0.0, 1.0
    hits, misses = total, n - total
    mixture = math.lgamma(hits + 0.5) + math.lgamma(misses + 0.5) - math.lgamma(n + 1) - _HALF
    best = sum(count * math.log(count / n) for count in (hits, misses) if count > 0)
    # The mixture beats the coin of chance p by n KL(mean, p) minus this.
    distance = max(log_threshold - mixture + best, 0.0) / n
    return 1 - _furthest(misses / n, distance), _furthest(hits / n, distance)


def _furthest(mean: float, distance: float) -> float:
    """The largest p with KL(mean, p) <= ``distance``, never less.

    KL is convex in p, so that Newton's steps from above stay above: whatever step they stop at is a valid bound.
    """
    if mean >= 1:
        return 1.0
    heads, tails = mean, 1 - mean
    plain = sum(share * math.log(share) for share in (heads, tails) if share > 0)
    # Two points that are surely beyond: by Pinsker's inequality, and without the part of KL that vanishes at p = 1.
    p = min(mean + math.sqrt(distance / 2), 1 - math.exp((plain - distance) / tails))
    for _ in range(50):
        if p <= mean or p >= 1:
            break
        excess = plain - heads * math.log(p) - tails * math.log1p(-p) - distance
        step = excess * p * (1 - p) / (p - mean)
        p -= step
        if step < _CLOSE:
            break
    return min(max(p, mean), 1.0)
