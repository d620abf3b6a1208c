"""Figures: where things are drawn, and that labels cannot break out."""

import xml.etree.ElementTree as ET

import pytest

from robustspec.reports.svg import ROWS, Curve, IntervalPanel, IntervalRow, bar, interval_charts, level_curves, scale

NAMESPACE = {"": "http://www.w3.org/2000/svg"}


def drawn(chart):
    """The elements of a drawing, with their class."""
    return [(element.tag, element.get("class", ""), element) for element in ET.fromstring(chart).iter()]


def row(**changes):
    """One arm: FAIL, 0.6 in [0.5, 0.7]."""
    values = {"label": "typo-1", "verdict": "FAIL", "value": 0.6, "lower": 0.5, "upper": 0.7, "n": 40} | changes
    return IntervalRow(**values)


def chart(*rows, bound=0.8, at_least=True):
    """The one drawing of one requirement."""
    (only,) = interval_charts([IntervalPanel("mean-accuracy", bound, at_least, rows)], "a description")
    return only


def test_the_axis_of_shares_stays_in_the_unit_interval():
    """However narrow the values, an axis of shares ends at 0 or 1 at the latest."""
    axis = scale([0.97, 0.99], 0, 100, narrowest=0.25, ticks=4)
    assert axis.low >= 0.0
    assert axis.high == pytest.approx(1.0)


def test_an_axis_leaves_the_unit_interval_only_where_a_value_does():
    """A negative drop makes it start below 0, and still end at 1."""
    axis = scale([-0.07, 0.98, 1.0], 0, 100, narrowest=0.1, ticks=8)
    assert axis.low < 0
    assert axis.high == pytest.approx(1.0)


def test_the_axis_holds_every_value():
    """Values lie between its ends, in order."""
    axis = scale([-3.0, 12.5], 0, 100, narrowest=0.0, ticks=6)
    assert axis.low <= -3.0 < 12.5 <= axis.high
    assert 0 <= axis(-3.0) < axis(0.0) < axis(12.5) <= 100


def test_an_interval_lies_where_its_numbers_say():
    """Bound, estimate and whisker are in the order of their values: 0.5, 0.6, 0.7, then the bound 0.8."""
    elements = drawn(chart(row()))
    (bound,) = [float(e.get("x1")) for _, style, e in elements if style == "bound"]
    whisker = next(e for _, style, e in elements if style.startswith("whisker"))
    mark = next(float(e.get("x")) + 4 for tag, style, e in elements if style.startswith("dot"))
    assert float(whisker.get("x1")) < mark < float(whisker.get("x2")) < bound


def test_the_met_side_is_shaded():
    """At least 0.8 is met to the right of the bound, at most 0.8 to its left."""
    for at_least in (True, False):
        elements = drawn(chart(row(), at_least=at_least))
        (bound,) = [float(e.get("x1")) for _, style, e in elements if style == "bound"]
        (met,) = [e for _, style, e in elements if style == "met"]
        centre = float(met.get("x")) + float(met.get("width")) / 2
        assert at_least is (centre > bound)


def test_numbers_and_verdict_words_are_written():
    """Colour is not the only signal: word, mark, value, n and bound are text."""
    text = "".join(ET.fromstring(chart(row())).itertext())
    for expected in ("✗ FAIL", "0.600", "n=40", "mean-accuracy, required ≥ 0.80"):
        assert expected in text


def test_an_arm_without_a_value_has_no_mark():
    """An INVALID arm is named, and nothing is drawn for it."""
    made = chart(row(verdict="INVALID", value=None, lower=None, upper=None, n=0))
    assert not [style for _, style, _ in drawn(made) if style.startswith(("dot", "whisker"))]
    assert "! INVALID" in made


def test_one_bound_gives_half_a_whisker():
    """A one-sided interval reaches from the estimate to its bound."""
    elements = drawn(chart(row(lower=None)))
    whiskers = [e for _, style, e in elements if style.startswith("whisker")]
    assert len(whiskers) == 2
    mark = next(float(e.get("x")) + 4 for _, style, e in elements if style.startswith("dot"))
    assert mark == pytest.approx(float(whiskers[0].get("x1")), abs=0.1)


def test_many_arms_make_several_drawings():
    """No drawing is longer than a page, and every arm is in one."""
    rows = [row(label=f"cell-{n:03}") for n in range(100)]
    charts = list(interval_charts([IntervalPanel("mean-accuracy", 0.8, True, rows)], "many"))
    assert len(charts) == -(-100 // ROWS)
    assert all(f"cell-{n:03}" in "".join(charts) for n in range(100))


def test_labels_are_escaped():
    """Markup in a label is text."""
    made = chart(row(label='<script>alert(1)</script>"&'))
    assert "<script" not in made
    assert '<script>alert(1)</script>"&' in "".join(ET.fromstring(made).itertext())


def test_a_curve_falls_where_its_values_fall():
    """Points go right with the level and down with the value; clean is level 0."""
    made = level_curves([Curve("typo", [(0, 0.97), (1, 0.9), (2, 0.7)], 0.8, "≥ 0.80")], "curves")
    line = next(e for tag, style, e in drawn(made) if style == "curve")
    points = [tuple(map(float, point.split(","))) for point in line.get("points").split()]
    assert sorted(points) == points
    assert sorted(y for _, y in points) == [y for _, y in points]
    text = "".join(ET.fromstring(made).itertext())
    assert all(expected in text for expected in ("clean", "0.97", "0.90", "0.70", "≥ 0.80", "typo"))


def test_a_figure_has_a_description():
    """A reader who cannot see it is told what it shows."""
    root = ET.fromstring(chart(row()))
    assert (root.get("role"), root.get("aria-label")) == ("img", "a description")


@pytest.mark.parametrize(("share", "width"), [(0.0, 0.0), (0.5, 28.0), (1.0, 56.0), (7.0, 56.0), (float("nan"), 0.0)])
def test_a_bar_is_as_long_as_its_share(share, width):
    """Half of the track for one half; never beyond it."""
    fill = ET.fromstring(bar(share))[1]
    assert width == float(fill.get("width"))
