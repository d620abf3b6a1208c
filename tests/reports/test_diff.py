"""What `reports.diff` marks, and that it stays bounded."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robustspec.reports.diff import WHOLE, Segment, diff, fitted, marked


def sides(segments):
    """Both texts, put together again."""
    before = "".join(segment.text for segment in segments if segment.kind != "added")
    after = "".join(segment.text for segment in segments if segment.kind != "removed")
    return before, after


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("take ibuprofen now", "take iboprofen now", "take ib[-u-]{+o+}profen now"),
        ("give 200 mg", "give 200 mg please", "give 200 mg{+ please+}"),
        ("the left knee", "the right knee", "the [-left-]{+right+} knee"),
        ("I want aspirin", "I  want aspirin", "I {+␣+}want aspirin"),
        ("same", "same", "same"),
        ("", "new", "{+new+}"),
        ("old", "", "[-old-]"),
        ("", "", ""),
    ],
)
def test_a_change_is_marked_where_it_is(before, after, expected):
    """Removed text stands in [- -], added text in {+ +}, by characters where a word stayed alike."""
    assert expected == marked(diff(before, after))


def test_an_unseen_character_is_seen_where_it_is_the_change():
    """A zero-width character or a line end that was put in is shown as an escape."""
    assert marked(diff("paracetamol", "para\u200bcetamol")) == r"para{+\u200b+}cetamol"
    assert marked(diff("a b", "a\nb")) == r"a[-␣-]{+\n+}b"


@given(st.text("ab \n", max_size=60), st.text("ab \n", max_size=60))
def test_the_segments_hold_both_texts(before, after):
    """Without what was added they are the first text, without what was removed the second."""
    assert (before, after) == sides(diff(before, after))


@given(st.text("ab c", max_size=60), st.text("ab c", max_size=60))
def test_neighbours_differ_in_kind(before, after):
    """No two neighbouring segments are of one kind, and none is empty."""
    kinds = [segment.kind for segment in diff(before, after)]
    assert all(one != other for one, other in itertools.pairwise(kinds))
    assert all(segment.text for segment in diff(before, after))


def test_long_texts_are_compared_by_words_only():
    """Over the limit for characters, a typo marks its whole word."""
    rest = " ".join(f"w{index}" for index in range(800))
    changed = [s.text for s in diff(f"{rest} ibuprofen {rest}", f"{rest} iboprofen {rest}") if s.kind != "equal"]
    assert changed == ["ibuprofen", "iboprofen"]


def test_huge_texts_keep_head_and_tail_only():
    """Ten megabytes are compared as their first and last characters."""
    segments = diff("x" * 10**7, "x" * 10**7 + " end")
    assert sum(len(segment.text) for segment in segments) < 2 * WHOLE
    assert "".join(s.text for s in segments).endswith("end")


def test_hopeless_pairs_are_replaced_whole():
    """Two long texts without a common order are one removal and one addition, not a quadratic search."""
    rng = random.Random(0)
    words = [f"w{index}" for index in range(5_000)]
    before = " ".join(rng.sample(words, 2_500))
    after = " ".join(rng.sample(words, 2_500))
    assert len(diff(before, after)) <= 4


def test_fitting_cuts_what_is_equal_and_never_the_difference():
    """A long text keeps its change whole, with the ends of the equal parts around it."""
    segments = diff("a" * 3_000 + " left " + "b" * 3_000, "a" * 3_000 + " right " + "b" * 3_000)
    shown = fitted(segments, 200)
    assert [s for s in segments if s.kind != "equal"] == [s for s in shown if s.kind != "equal"]
    assert sum(len(s.text) for s in shown) <= 210
    assert all("…" in s.text for s in shown if s.kind == "equal")


def test_fitting_leaves_short_texts_alone():
    """What fits is not cut."""
    segments = [Segment("equal", "short "), Segment("added", "text")]
    assert segments == fitted(segments, 200)
