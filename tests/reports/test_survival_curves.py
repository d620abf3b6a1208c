"""Survival over turns in reports: the numbers of the curve, its figure, and what readers without pictures are told."""

import itertools
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from conversation_runs import row, run
from report_results import arm, result

from robustspec.engine.evidence import SurvivalCurve, SurvivalTurn
from robustspec.reports.html import render_html
from robustspec.reports.json import from_data, to_data
from robustspec.reports.survival import PANELS, SurvivalPanel, in_words, survival_curves, survival_panels

FOUR = [row(1, 3, wrong=[1]), row(2, 3, wrong=[3]), row(3, 2), row(4, 3)]
"""One conversation fails in turn 1, one in turn 3, one ends well after turn 2, and one after turn 3."""


def numbers(curve):
    """(turn, at risk, failed, ended, share) of each turn."""
    return [(t.turn, t.at_risk, t.failed, t.ended, t.surviving) for t in curve.turns]


def panel(*counts, **changes):
    """A panel of (turn, at risk, failed, ended, share)."""
    return SurvivalPanel(
        **{"title": "through", "verdict": "FAIL", "turns": [SurvivalTurn(*c) for c in counts]} | changes
    )


PANEL = panel((1, 4, 1, 0, 0.75), (2, 3, 0, 1, 0.75), (3, 2, 1, 1, 0.375), bound=0.9)


def drawn(*panels):
    root = ET.fromstring(survival_curves(panels))
    return [(e.tag.rpartition("}")[2], e.get("class"), e) for e in root.iter()]


def points(*panels):
    """The corners of the first curve."""
    line = next(e for _, style, e in drawn(*panels) if style == "curve")
    return [tuple(map(float, point.split(","))) for point in line.get("points").split()]


@pytest.mark.parametrize("metric", ["at_3", "through", "first"])
def test_the_curve_is_that_of_kaplan_and_meier(tmp_path, metric):
    """By hand: (1 - 1/4), then nothing in turn 2, then times (1 - 1/2), whichever metric asks how far it goes."""
    bound = "at_least: 1.5" if metric == "first" else "at_least: 0.9"
    [only] = run(tmp_path, FOUR, [f"{{metric: {metric}, cells: clean, {bound}}}"]).arms
    [curve] = only.survival
    assert numbers(curve) == [(1, 4, 1, 0, 0.75), (2, 3, 0, 1, 0.75), (3, 2, 1, 1, 0.375)]
    if metric == "at_3":
        assert only.value == 0.375


def test_the_curve_ends_with_the_turn_that_the_requirement_is_about(tmp_path):
    """Of survives to turn 2 nothing of turn 3 counts; a failure there has survived turn 2."""
    [only] = run(tmp_path, FOUR, ["{metric: through_2, cells: clean, at_least: 0.9}"]).arms
    assert numbers(only.survival[0]) == [(1, 4, 1, 0, 0.75), (2, 3, 0, 1, 0.75)]
    assert only.value == 0.75


def test_a_line_is_drawn_only_for_the_share_that_the_verdict_is_about(tmp_path):
    """survives counts who ends early as one that survived: 0.5 of four here, where the curve ends at 0.375."""
    asked = [f"{{metric: {name}, cells: clean, at_least: 0.9}}" for name in ("at_3", "through", "through_2")]
    arms = run(tmp_path, FOUR, asked).arms
    assert [one.survival[0].bound for one in arms] == [0.9, None, 0.9]
    assert arms[1].value == 0.5


def test_cells_of_a_row_share_its_weight(tmp_path):
    """A row in two cells counts half in each; conversations are counted whole."""
    rows = [row(1, 2, wrong=[2]), row(2, 2)]
    pressure = "[{kind: distractor_turns, level: [1, 2]}]"
    model = lambda talk: {"drug": "no" if "say no" in talk[-1]["content"] else "yes"}  # noqa: E731  # short
    [only] = run(tmp_path, rows, ["{metric: through, at_least: 0.9}"], perturbations=pressure, model=model).arms
    [curve] = only.survival
    assert (curve.turns[0].at_risk, sum(turn.failed for turn in curve.turns)) == (4, 2)
    assert only.value == 0.5


def test_repeats_are_conversations_of_their_own(tmp_path):
    """Three calls of each of two rows are six conversations."""
    asked = "{metric: through, cells: clean, at_least: 0.9, repeats: 3}"
    [only] = run(tmp_path, [row(1, 2), row(2, 2, wrong=[2])], [asked]).arms
    assert numbers(only.survival[0]) == [(1, 6, 0, 0, 1.0), (2, 6, 3, 3, 0.5)]


def test_other_metrics_have_no_curve(tmp_path):
    """Not even of conversations."""
    arms = run(tmp_path, FOUR, ["{metric: match, cells: clean, at_least: 0.9}"]).arms
    assert [one.survival for one in arms] == [[]]


def test_curves_are_in_the_json_report_and_come_back(tmp_path):
    """The same result again, and plain JSON."""
    made = run(tmp_path, FOUR, ["{metric: at_3, cells: clean, at_least: 0.9}"])
    data = json.loads(json.dumps(to_data(made), allow_nan=False))
    assert from_data(data).arms[0].survival == made.arms[0].survival
    del data["scenarios"][0]["arms"][0]["survival"]  # a report of an older version
    assert from_data(data).arms[0].survival == []


def test_the_curve_goes_in_steps():
    """Level up to a turn, then down in it; never up, never back."""
    corners = points(PANEL)
    assert len(corners) == 1 + 2 * 3
    assert all(x1 == x2 or y1 == y2 for (x1, y1), (x2, y2) in itertools.pairwise(corners))
    assert corners == sorted(corners)
    heights = sorted({y for _, y in corners})
    top, bottom = heights[0], heights[-1]
    assert (heights[1] - top) / (bottom - top) == pytest.approx(0.25 / 0.625, abs=0.01)


def test_who_ended_early_is_marked_on_the_curve():
    """One tick, after turn 2; those who reached the last turn are no surprise."""
    ticks = [e for _, style, e in drawn(PANEL) if style == "censored"]
    (corner,) = set(points(PANEL)[3:5])  # level through turn 2
    assert [(float(e.get("x1")), (float(e.get("y1")) + float(e.get("y2"))) / 2) for e in ticks] == [corner]


def test_the_number_at_risk_stands_below_and_the_bound_across():
    """With words that say so, and the curve's last share."""
    told = [e.text for tag, _, e in drawn(PANEL) if tag == "text"]
    for expected in ("at risk", "turn", "≥ 0.90", "0.375", "through", "4", "3", "2"):
        assert expected in told
    assert sum(style == "bound" for _, style, _ in drawn(PANEL)) == 1
    assert not any(style == "bound" for _, style, _ in drawn(replace(PANEL, bound=None)))


def test_a_curve_stops_where_nobody_is_left():
    """A share that nobody was followed to is not drawn."""
    gone = panel((1, 2, 0, 2, 1.0), (2, 0, 0, 0, None))
    assert points(gone)[-1][0] < 0.6 * max(float(e.get("x2")) for _, style, e in drawn(gone) if style == "grid")
    assert "1.000" in survival_curves([gone])


def test_hundreds_of_turns_have_room():
    """As many ticks as do not touch."""
    long = panel(*((t, 400 - t, 1, 0, 1 - t / 400) for t in range(1, 301)))
    places = sorted(
        float(e.get("x"))
        for tag, style, e in drawn(long)
        if (tag, style) == ("text", "number") and e.get("y") == "190.0"
    )
    assert len(places) > 3
    assert min(b - a for a, b in itertools.pairwise(places)) >= 30


def test_those_who_see_no_figure_are_told():
    """The drawing has a name and a text of all its shares."""
    root = ET.fromstring(survival_curves([PANEL]))
    assert root.get("aria-label")
    described = next(e.text for e in root if e.tag.endswith("desc"))
    assert described == in_words(PANEL)
    assert described == (
        "through: of 4 conversations 2 failed and 2 ended unharmed; without a wrong turn 0.750 after turn 1, "
        "0.750 after turn 2, 0.375 after turn 3; required ≥ 0.90."
    )


def page_of(*arms):
    whole = result()
    return render_html([replace(whole, scenarios=[replace(whole.scenarios[0], arms=list(arms), ladders=[])])])


def with_curve(name="all", requirement="through", **changes):
    curve = SurvivalCurve("all", list(PANEL.turns), 0.9)
    return arm(requirement, name, verdict="FAIL", **{"survival": [curve]} | changes)


def test_the_page_has_the_figure_and_its_numbers():
    """A table holds what the figure shows."""
    page = page_of(with_curve())
    (table,) = re.findall(r'<table class="turns">(.*?)</table>', page, re.DOTALL)
    rows = [re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)]
    assert rows[2:] == [["1", "4", "1", "0", "0.750"], ["2", "3", "0", "1", "0.750"], ["3", "2", "1", "1", "0.375"]]
    assert page.count('class="survival"') == 1
    assert 'class="survival"' not in page_of(arm())


def test_the_page_says_where_a_verdict_counts_otherwise():
    """Only where conversations ended early and the verdict is about another number."""
    sentence = "A conversation that ends early leaves its curve there"
    other = SurvivalCurve("all", list(PANEL.turns), None)
    assert sentence in page_of(with_curve(survival=[other]))
    assert sentence not in page_of(with_curve())


def test_too_many_curves_are_not_drawn():
    """Those that need attention are; of a gap each value has its own."""
    arms = [with_curve(str(number)) for number in range(20)]
    arms = [replace(one, verdict="PASS") if number < 15 else one for number, one in enumerate(arms)]
    scenario = replace(result().scenarios[0], arms=arms)
    titles = [each.title for each in survival_panels(scenario)]
    assert len(titles) == PANELS
    assert {f"through [{number}]" for number in range(15, 20)} <= set(titles)
    gap = with_curve("all", "gap", survival=[SurvivalCurve(name, list(PANEL.turns)) for name in ("a", "b")])
    assert [each.title for each in survival_panels(replace(scenario, arms=[gap]))] == ["gap [a]", "gap [b]"]


def test_names_in_a_figure_are_escaped():
    """A name is text in the figure, in its description and in the table."""
    bad = '<script>alert(1)</script>"&'
    assert "<script" not in page_of(with_curve(bad))
    assert "<script" not in survival_curves([replace(PANEL, title=bad)])
