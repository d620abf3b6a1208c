"""Draw docs/images/boundaries.svg from the shipped test: ``python docs/build_boundaries.py``; a test proves it current."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from robustspec.reports.svg import Scale, line, text
from robustspec.statistics import Hypothesis, make_test
from robustspec.statistics.exact.sequential import share_boundary
from robustspec.statistics.side import fail_side, pass_side

PICTURE = Path(__file__).parent / "images" / "boundaries.svg"

BOUND = Hypothesis(bound=0.90, at_least=True, alpha_pass=0.05, alpha_fail=0.05, horizon=500, binary=True)

RUNS = ((0.95, 7), (0.84, 2))
"""True value and seed of the two runs that are drawn."""

WIDTH, HEIGHT = 760, 400
X = Scale(0, 500, 58, 640, 100)
Y = Scale(0.70, 1.0, 340, 40, 0.05)

STYLE = """
svg { --paper: #ffffff; --ink: #1f2933; --quiet: #5c6773; --grid: #e4e7eb; --pass: #157a4a; --fail: #b3382c }
@media (prefers-color-scheme: dark) {
  svg { --paper: #16191d; --ink: #e6e9ed; --quiet: #9aa5b1; --grid: #2b3138; --pass: #4cc38a; --fail: #f0806f }
}
text { font: 13px system-ui, sans-serif; fill: var(--ink) }
.tick { font-size: 12px; fill: var(--quiet) }
.pass { fill: var(--pass); font-weight: 600 }
.fail { fill: var(--fail); font-weight: 600 }
.grid { stroke: var(--grid) }
.bound { stroke: var(--quiet); stroke-dasharray: 5 4 }
polyline { fill: none; stroke-width: 1.4; stroke-linejoin: round }
.limit { stroke-width: 2.2 }
.to-pass { stroke: var(--pass) }
.to-fail { stroke: var(--fail) }
"""


def picture() -> str:
    """The drawing: the share right so far over the units seen, two boundaries, two runs."""
    name = (
        "Share of right answers against units seen, for the bound 0.90 and at most 500 units. A run that reaches the upper "
        "curve passes, one that reaches the lower curve fails; between them nothing is decided yet."
    )
    parts = [*_axes(), *_limits(), *(part for true_value, seed in RUNS for part in _run(true_value, seed))]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{name}">\n'
        f"<style>{STYLE}</style>\n"
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="8" fill="var(--paper)"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _axes() -> Iterator[str]:
    for tick in Y.ticks():
        yield line(X.start, Y(tick), X.end, Y(tick), "grid")
        yield text(X.start - 8, Y(tick) + 4, Y.tick_text(tick), "tick", "end")
    for tick in X.ticks():
        yield text(X(tick), Y.start + 20, X.tick_text(tick), "tick", "middle")
    yield text(X.start, 24, "share right so far")
    yield text(X.end, Y.start + 42, "units seen", anchor="end")
    yield line(X.start, Y(BOUND.bound), X.end, Y(BOUND.bound), "bound")
    yield text(X.end + 10, Y(BOUND.bound) + 4, "bound 0.90", "tick")


def _limits() -> Iterator[str]:
    """The share that decides after each number of units, where there is one."""
    n = np.arange(1, BOUND.horizon + 1)
    passing = share_boundary(pass_side(BOUND), BOUND.horizon).upto(BOUND.horizon)
    failing = n - share_boundary(fail_side(BOUND), BOUND.horizon).upto(BOUND.horizon)
    for side, counts, possible in (("pass", passing, passing <= n), ("fail", failing, failing >= 0)):
        points = [(k, count / k) for k, count in zip(n[possible].tolist(), counts[possible].tolist(), strict=True)]
        yield _curve([point for point in points if point[1] >= Y.low], f"limit to-{side}")
        end = points[-1]
        yield text(X.end + 10, Y(end[1]) + (-4 if side == "pass" else 14), f"{side.upper()} limit", side)
    yield text(X(430), Y(0.885), "not decided yet", "tick", "middle")


def _run(true_value: float, seed: int) -> Iterator[str]:
    """One run up to its verdict, which is the test's own."""
    right = (np.random.Generator(np.random.PCG64(seed)).random(BOUND.horizon) < true_value).astype(float)
    test = make_test("sequential", "distribution", BOUND)
    test.extend((right, None), (right, None))
    shares = np.cumsum(right[: test.n]) / np.arange(1, test.n + 1)
    word = test.finish() or "INCONCLUSIVE"
    side = "pass" if word == "PASS" else "fail"
    yield _curve([(k, share) for k, share in enumerate(shares.tolist(), start=1) if share >= Y.low], f"to-{side}")
    x, y = X(test.n), Y(float(shares[-1]))
    yield (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" class="pass"/>'
        if word == "PASS"
        else f'<rect x="{x - 4.5:.1f}" y="{y - 4.5:.1f}" width="9" height="9" class="fail"/>'
    )
    words = f"{word} after {test.n} units (true value {true_value:.2f})"
    yield text(x + 12, y + (-10 if word == "PASS" else 20), words, side)


def _curve(points: Sequence[tuple[int, float]], style: str) -> str:
    path = " ".join(f"{X(n):.1f},{Y(share):.1f}" for n, share in points)
    return f'<polyline points="{path}" class="{style}"/>'


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
