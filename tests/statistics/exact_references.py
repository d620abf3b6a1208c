"""The exact boundaries written out plainly: exact fractions, whole distributions, no bands."""

from fractions import Fraction
from itertools import product

import numpy as np


def coin_steps(chance):
    """The chance of a hit, whatever was drawn before."""
    return lambda n, hits: Fraction(chance)


def urn_steps(hits_in_all, units):
    """The chance of a hit in the n-th draw, after ``hits`` of them."""
    return lambda n, hits: Fraction(hits_in_all - hits, units - n + 1)


def plain_boundary(chance_of_hit, alpha, horizon):
    """The boundary by its definition, from the probabilities of all 2^N sequences of hits, as exact fractions."""
    alpha = Fraction(alpha)
    alive = [((), Fraction(1))]
    spent, lines = Fraction(0), []
    for n in range(1, horizon + 1):
        grown = []
        for path, mass in alive:
            hit = chance_of_hit(n, sum(path))
            grown += [((*path, 1), mass * hit), ((*path, 0), mass * (1 - hit))]
        alive = [(path, mass) for path, mass in grown if mass > 0]
        for line in range(n + 2):
            crossing = sum((mass for path, mass in alive if sum(path) >= line), Fraction(0))
            if spent + crossing <= alpha * n / horizon:
                break
        spent += crossing
        alive = [(path, mass) for path, mass in alive if sum(path) < line]
        lines.append(line)
    return lines


def all_paths(n):
    """Every sequence of n units, 0 or 1."""
    return np.array(list(product((0, 1), repeat=n)))


def plain_ends(lines_pass, lines_fail, share):
    """P(PASS), P(FAIL) and mean units of two boundaries, over whole distributions; ``share`` a number, or (hits, units)."""
    alive, passed, failed, units = {0: 1.0}, 0.0, 0.0, 0.0
    for n, (enough, spoilt) in enumerate(zip(lines_pass, lines_fail, strict=True), start=1):
        units += sum(alive.values())
        grown = {}
        for hits, mass in alive.items():
            chance = (share[0] - hits) / (share[1] - n + 1) if isinstance(share, tuple) else share
            grown[hits + 1] = grown.get(hits + 1, 0.0) + mass * chance
            grown[hits] = grown.get(hits, 0.0) + mass * (1 - chance)
        alive = {}
        for hits, mass in grown.items():
            if n - hits >= spoilt:
                failed += mass
            elif hits >= enough:
                passed += mass
            else:
                alive[hits] = mass
    return passed, failed, units
