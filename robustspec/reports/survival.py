"""Survival over turns as figures: a Kaplan-Meier curve for each verdict that is about how far conversations go."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from robustspec.engine.evidence import ArmResult, ScenarioResult, SurvivalCurve, SurvivalTurn
from robustspec.reports.svg import WIDTH, Scale, dot, drawing, line, text
from robustspec.reports.text import by_attention, figure, finite, label
from robustspec.statistics.base import Word
from robustspec.statistics.claim import counted, number

PANELS = 12
"""Curves of a scenario that the page draws, those that need attention first; the others are in report.json."""

_TALL, _TOP, _BOTTOM = 222, 34, 152
_LEFT, _RIGHT = 68, 46
_TICK = 34


@dataclass(frozen=True, slots=True)
class SurvivalPanel:
    """The curve of one verdict; ``bound`` ("≥ 0.90") is drawn at the share that is required after the last turn."""

    title: str
    verdict: Word
    turns: Sequence[SurvivalTurn]
    bound: float | None = None
    operator: str = "≥"

    @property
    def is_apart(self) -> bool:
        """Whether the verdict is about another number than the curve's last share, with conversations that ended early."""
        return self.bound is None and any(turn.ended for turn in self.turns[:-1])

    @property
    def events(self) -> list[SurvivalTurn]:
        """The turns in which a conversation failed or ended, and the first and the last one."""
        ends = (self.turns[0], self.turns[-1])
        return [turn for turn in self.turns if turn.failed or turn.ended or turn in ends]


def survival_panels(scenario: ScenarioResult) -> list[SurvivalPanel]:
    """The curves of a scenario in the order of its verdicts, at most `PANELS`; those of a gap one beside the other."""
    with_curves = [arm for arm in scenario.arms if any(curve.turns for curve in arm.survival)]
    chosen = {arm.id for arm in by_attention(with_curves)[:PANELS]}
    panels = [_panel(arm, curve) for arm in with_curves if arm.id in chosen for curve in arm.survival if curve.turns]
    return panels[:PANELS]


def _panel(arm: ArmResult, curve: SurvivalCurve) -> SurvivalPanel:
    title = label(arm) if len(arm.survival) == 1 else f"{arm.requirement} [{curve.name}]"
    bound = None if curve.bound is None else finite(curve.bound)
    return SurvivalPanel(title, arm.verdict, curve.turns, bound, "≥" if arm.at_least else "≤")


def survival_curves(panels: Sequence[SurvivalPanel]) -> str:
    """Step curves of the share of conversations without a wrong turn, two beside each other.

    Turns stand below, with the number of conversations that came so far; a tick on a curve marks conversations that ended
    after that turn unharmed.
    """
    columns = min(2, len(panels))
    wide = WIDTH / columns
    parts = [
        f'<g transform="translate({index % columns * wide:.1f} {index // columns * _TALL})">'
        f"{''.join(_curve(panel, wide))}</g>"
        for index, panel in enumerate(panels)
    ]
    height = _TALL * math.ceil(len(panels) / columns)
    name = "Share of conversations without a wrong turn, by turn; the table below has the numbers"
    return drawing(height, name, parts, " ".join(map(in_words, panels)))


def in_words(panel: SurvivalPanel) -> str:
    """A curve for those who cannot see it."""
    failed, ended = (sum(getattr(turn, name) for turn in panel.turns) for name in ("failed", "ended"))
    known = [turn for turn in panel.events if turn.surviving is not None]
    shares = ", ".join(f"{figure(turn.surviving)} after turn {turn.turn}" for turn in known)
    required = "" if panel.bound is None else f"; required {panel.operator} {number(panel.bound)}"
    return (
        f"{panel.title}: of {counted(panel.turns[0].at_risk, 'conversations')} {failed:,} failed and {ended:,} ended "
        f"unharmed; without a wrong turn {shares or 'nobody is known'}{required}."
    )


def _curve(panel: SurvivalPanel, wide: float) -> Iterator[str]:
    x = Scale(0, panel.turns[-1].turn, _LEFT, wide - _RIGHT, 1)
    y = Scale(0.0, 1.0, _BOTTOM, _TOP, 0.2)
    yield text(_LEFT, 14, panel.title, "head", longest=int((wide - 70) / 6.6))
    for tick in y.ticks():
        yield line(x.start, y(tick), x.end, y(tick), "grid")
        yield text(x.start - 6, y(tick) + 4, y.tick_text(tick), "tick", "end")
    yield from _below(panel, x)
    if panel.bound is not None:
        yield line(x.start, y(panel.bound), x.end, y(panel.bound), "bound")
        below = 12 if panel.operator == "≥" else -4
        yield text(x.start + 4, y(panel.bound) + below, f"{panel.operator} {number(panel.bound)}", "tick halo")
    yield from _steps(panel, x, y)


def _below(panel: SurvivalPanel, x: Scale) -> Iterator[str]:
    """The axis of turns, and under it how many conversations came so far."""
    yield text(x.start - 26, _BOTTOM + 18, "turn", "tick", "end")
    yield text(x.start - 26, _BOTTOM + 38, "at risk", "tick", "end")
    for turn in _ticks(panel.turns[-1].turn, x.end - x.start):
        yield text(x(turn), _BOTTOM + 18, f"{turn:,}", "tick", "middle")
        yield text(x(turn), _BOTTOM + 38, f"{panel.turns[max(turn, 1) - 1].at_risk:,}", "number", "middle")


def _ticks(last: int, wide: float) -> range:
    """Round turns from 0 on, as many as have room."""
    most, step = max(1, int(wide / _TICK)), 1
    while last / step > most:
        step = {1: 2, 2: 5, 5: 10}.get(step, step * 2)
    return range(0, last + 1, step)


def _steps(panel: SurvivalPanel, x: Scale, y: Scale) -> Iterator[str]:
    known = [(turn, turn.surviving) for turn in panel.turns if turn.surviving is not None]
    share, path = 1.0, [(x(0), y(1.0))]
    for turn, surviving in known:
        path += [(x(turn.turn), y(share)), (x(turn.turn), y(surviving))]
        share = surviving
    points = " ".join(f"{left:.1f},{top:.1f}" for left, top in path)
    yield f'<polyline points="{points}" class="curve"/>'
    for turn, surviving in known:
        if turn.ended and turn.turn < panel.turns[-1].turn:
            yield line(x(turn.turn), y(surviving) - 5, x(turn.turn), y(surviving) + 5, "censored")
    yield dot(*path[-1], panel.verdict)
    yield text(path[-1][0] + 8, path[-1][1] + 4, figure(share, panel.bound), "number halo")
