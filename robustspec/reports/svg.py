"""Figures as SVG text, from numbers and labels only.

Sizes are in user units of the drawing; colours are classes of the page's style sheet, so that light, dark and print each
have their own. Labels are untrusted and escaped here. Colour is never the only signal: every verdict has its word and mark.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from html import escape

from robustspec.reports.text import figure, shortened, visible
from robustspec.statistics.base import Word
from robustspec.statistics.claim import number

MARKS: dict[Word, str] = {
    "PASS": "✓",
    "FAIL": "✗",
    "INCONCLUSIVE": "?",
    "INVALID": "!",
    "UNREACHABLE": "∅",
    "WAIVED": "~",
    "NOT_NEEDED": "–",
}
"""The mark of a verdict beside its word."""

WIDTH = 840
"""Width of a figure that fills the page's column."""
ROWS = 36
"""Rows of one interval chart, which keep it within a printed page."""

_LABEL, _PLOT_END = 236, 626
_ROW, _HEAD, _AXIS = 21, 27, 30


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """One arm in an interval chart. ``lower`` and ``upper`` are one-sided bounds; finite, or None where there is none."""

    label: str
    verdict: Word
    value: float | None
    lower: float | None
    upper: float | None
    n: int


@dataclass(frozen=True, slots=True)
class IntervalPanel:
    """The arms of one requirement, which share a bound."""

    title: str
    bound: float
    at_least: bool
    rows: Sequence[IntervalRow]

    def values(self) -> Iterator[float]:
        """Every number that the axis must hold."""
        yield self.bound
        for row in self.rows:
            yield from (value for value in (row.value, row.lower, row.upper) if value is not None)


@dataclass(frozen=True, slots=True)
class Curve:
    """A metric over the levels of one perturbation: (level, value), clean as level 0. ``bound`` is drawn where given."""

    title: str
    points: Sequence[tuple[int, float]]
    bound: float | None = None
    bound_label: str = field(default="")


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear map from values in [low, high] to user units in [start, end], with ticks."""

    low: float
    high: float
    start: float
    end: float
    step: float

    def __call__(self, value: float) -> float:
        """Where a value lies; one beyond the axis lies at its end."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> Iterator[float]:
        """Round values along the axis."""
        count = round((self.high - self.low) / self.step)
        return (self.low + i * self.step for i in range(count + 1))

    def tick_text(self, value: float) -> str:
        """A tick with as many decimals as the step has."""
        places = max(0, -math.floor(math.log10(self.step) + 1e-9))
        return f"{value:.{places}f}" if abs(value) > 1e-12 else f"{0:.{places}f}"


def scale(values: Iterable[float], start: float, end: float, *, narrowest: float, ticks: int) -> Scale:
    """An axis around values, at least ``narrowest`` long; it leaves [0, 1] only at an end where a value does."""
    found = list(values) or [0.0, 1.0]
    low, high = min(found), max(found)
    missing = max(0.0, narrowest - (high - low)) / 2
    floor, ceiling = (0.0 if low >= 0 else -math.inf), (1.0 if high <= 1 else math.inf)
    low, high = low - missing, high + missing
    low, high = max(floor, low - max(0.0, high - ceiling)), min(ceiling, high + max(0.0, floor - low))
    step = _step((high - low) / ticks)
    low, high = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    return Scale(low, high if high > low else low + step, start, end, step)


def _step(rough: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is not below ``rough``."""
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 0 else 1.0
    return float(next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough - 1e-12))


def text(x: float, y: float, content: str, style: str = "", anchor: str = "start", longest: int = 60) -> str:
    """A label, escaped; cut in its middle where it is long, with the whole of it as its tooltip."""
    shown = shortened(visible(content), longest)
    whole = f"<title>{escape(shortened(visible(content), 400))}</title>" if shown != content else ""
    anchored = f' text-anchor="{anchor}"' if anchor != "start" else ""
    styled = f' class="{style}"' if style else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{styled}{anchored}>{escape(shown)}{whole}</text>'


def line(x1: float, y1: float, x2: float, y2: float, style: str) -> str:
    """A straight line."""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{style}"/>'


def interval_charts(panels: Sequence[IntervalPanel], description: str) -> Iterator[str]:
    """Estimates with their one-sided bounds against the bound of each requirement; the side that meets it is shaded.

    As many drawings on one axis as keep each within a printed page.
    """
    values = [value for panel in panels for value in panel.values()]
    shares = all(-1 <= value <= 1 for value in values)
    values += _beyond(panels, values)
    x = scale(values, _LABEL, _PLOT_END, narrowest=0.1 if shares else 0.0, ticks=8)
    return (_interval_chart(page, x, description) for page in _pages(panels))


def _beyond(panels: Sequence[IntervalPanel], values: Sequence[float]) -> Iterator[float]:
    """A little of the side of each bound that meets it, so that it can be seen; shares stay shares."""
    low, high = min(values), max(values)
    room = (high - low) / 8
    for panel in panels:
        beyond = panel.bound + (room if panel.at_least else -room)
        beyond = max(beyond, 0.0) if low >= 0 else beyond
        yield min(beyond, 1.0) if high <= 1 else beyond


def _pages(panels: Sequence[IntervalPanel]) -> Iterator[list[IntervalPanel]]:
    """Panels a page at a time; one that is longer than a page goes on under the same title."""
    page: list[IntervalPanel] = []
    left = ROWS
    for panel in panels:
        for start in range(0, len(panel.rows), ROWS):
            part = replace(panel, rows=panel.rows[start : start + ROWS])
            if len(part.rows) + 1 > left and page:
                yield page
                page, left = [], ROWS
            page.append(part)
            left -= len(part.rows) + 1
    if page:
        yield page


def _interval_chart(panels: Sequence[IntervalPanel], x: Scale, description: str) -> str:
    height = sum(_HEAD + _ROW * len(panel.rows) for panel in panels) + _AXIS
    parts, y = [], 0.0
    for tick in x.ticks():
        parts.append(line(x(tick), 6, x(tick), height - _AXIS + 4, "grid"))
        parts.append(text(x(tick), height - 10, x.tick_text(tick), "tick", "middle"))
    for panel in panels:
        parts += _panel(panel, x, y)
        y += _HEAD + _ROW * len(panel.rows)
    return drawing(height, description, parts)


def _panel(panel: IntervalPanel, x: Scale, top: float) -> Iterator[str]:
    first = top + _HEAD
    tall = _ROW * len(panel.rows)
    at = x(panel.bound)
    left, right = (at, x.end) if panel.at_least else (x.start, at)
    yield f'<rect x="{left:.1f}" y="{first:.1f}" width="{right - left:.1f}" height="{tall}" class="met"/>'
    operator = "≥" if panel.at_least else "≤"
    yield text(0, first - 7, f"{panel.title}, required {operator} {number(panel.bound)}", "head halo", longest=110)
    yield line(at, first - 2, at, first + tall + 2, "bound")
    for index, row in enumerate(panel.rows):
        yield from _interval(row, x, first + _ROW * (index + 0.5), panel.bound)


def _interval(row: IntervalRow, x: Scale, y: float, bound: float) -> Iterator[str]:
    style = f"v-{row.verdict}"
    yield text(14, y + 4, row.label, "label", longest=34)
    ends = [end for end in (row.lower, row.upper) if end is not None]
    if row.value is not None and ends:
        low, high = min([*ends, row.value]), max([*ends, row.value])
        yield line(x(low), y, x(high), y, f"whisker {style}")
        yield from (line(x(end), y - 4, x(end), y + 4, f"whisker {style}") for end in ends)
    if row.value is not None:
        yield dot(x(row.value), y, row.verdict)
    yield text(_PLOT_END + 16, y + 4, f"{MARKS[row.verdict]} {row.verdict}", f"word {style}")
    if row.value is not None:
        yield text(WIDTH - 52, y + 4, figure(row.value, bound), "number", "end")
    yield text(WIDTH, y + 4, f"n={row.n:,}", "number", "end")


def dot(x: float, y: float, verdict: Word) -> str:
    """Full for PASS and FAIL, a square for FAIL: shapes tell what colours tell."""
    style = f'class="dot v-{verdict}"'
    if verdict == "FAIL":
        return f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" {style}/>'
    hollow = "" if verdict == "PASS" else " hollow"
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.2" class="dot v-{verdict}{hollow}"/>'


def level_curves(curves: Sequence[Curve], description: str) -> str:
    """Small multiples with one shared axis: a value over the levels of each perturbation, level 0 being clean."""
    columns, tall = min(4, max(3, len(curves))), 168
    wide = WIDTH / columns
    values = [value for curve in curves for _, value in curve.points]
    values += [curve.bound for curve in curves if curve.bound is not None]
    y = scale(values, tall - 34, 42, narrowest=0.25, ticks=4)
    parts = [
        f'<g transform="translate({index % columns * wide:.1f} {index // columns * tall})">'
        f"{''.join(_curve(curve, y, wide))}</g>"
        for index, curve in enumerate(curves)
    ]
    return drawing(tall * math.ceil(len(curves) / columns), description, parts)


def _curve(curve: Curve, y: Scale, wide: float) -> Iterator[str]:
    left, right = 34.0, wide - 24
    last = max(1, *(level for level, _ in curve.points))
    places = [(left + 18 + level / last * (right - left - 34), value) for level, value in curve.points]
    yield text(left, 14, curve.title, "head", longest=int((wide - 40) / 6))
    for tick in y.ticks():
        yield line(left, y(tick), right, y(tick), "grid")
        yield text(left - 6, y(tick) + 4, y.tick_text(tick), "tick", "end")
    if curve.bound is not None:
        yield line(left, y(curve.bound), right, y(curve.bound), "bound")
        above = curve.bound_label.startswith("≤")
        yield text(left + 2, y(curve.bound) + (-4 if above else 12), curve.bound_label, "tick halo")
    path = " ".join(f"{x:.1f},{y(value):.1f}" for x, value in places)
    yield f'<polyline points="{path}" class="curve"/>'
    for (x, value), (level, _) in zip(places, curve.points, strict=True):
        yield f'<circle cx="{x:.1f}" cy="{y(value):.1f}" r="3.2" class="point"/>'
        yield text(x, y.start + 17, "clean" if level == 0 else str(level), "tick", "middle")
    if len(places) <= 6:
        yield from _point_labels([(x, y(value)) for x, value in places], [value for _, value in places])


def _point_labels(places: Sequence[tuple[float, float]], values: Sequence[float]) -> Iterator[str]:
    """The value of each point where its curve does not run: above, but below where it falls into the point steeply.

    Where it goes on the same way steeply, to the left as well.
    """
    steep = 12
    for index, ((x, y), value) in enumerate(zip(places, values, strict=True)):
        fallen = y - places[index - 1][1] if index else 0.0
        falls = places[index + 1][1] - y if index + 1 < len(places) else 0.0
        below = fallen > steep
        aside = falls > steep if below else falls < -steep
        anchor, at = ("end", x + (-3 if below else 5)) if aside else ("middle", x)
        yield text(at, y + 16 if below else y - 8, f"{value:.2f}", "number halo", anchor)


def bar(share: float) -> str:
    """A bar of a table cell, for a value in [0, 1]; the number stands beside it, so it is decoration to a screen reader."""
    wide = 56 * min(max(share, 0.0), 1.0) if math.isfinite(share) else 0.0
    return (
        '<svg class="bar" width="56" height="8" viewBox="0 0 56 8" aria-hidden="true">'
        f'<rect class="track" width="56" height="8"/><rect class="fill" width="{wide:.1f}" height="8"/></svg>'
    )


def drawing(height: float, description: str, parts: Iterable[str], details: str = "") -> str:
    """A figure as wide as the column, with its description for those who cannot see it, and ``details`` to read on."""
    name = escape(shortened(visible(description), 300), quote=True)
    more = f"<desc>{escape(shortened(visible(details), 4000))}</desc>" if details else ""
    return (
        f'<svg class="figure" viewBox="0 0 {WIDTH} {height:.0f}" width="100%" role="img" aria-label="{name}">'
        f"{more}{''.join(parts)}</svg>"
    )
