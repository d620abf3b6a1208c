"""Numbers, untrusted text and files as reports write them."""

import pytest
from report_results import arm

from robustspec.errors import RobustspecError
from robustspec.reports.text import (
    closes_gate,
    duration,
    figure,
    label,
    shortened,
    verdict_counts,
    visible,
    visible_change,
    write_whole,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[2J\x1b]0;owned\x07", r"\x1b[2J\x1b]0;owned\x07"),
        ("a\u202eb", r"a\u202eb"),
        ("a\u2066b\u2069", r"a\u2066b\u2069"),
        ("c\x9b31m", r"c\x9b31m"),
        ("\ud800", r"\ud800"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("one\r\ntwo", "one\\r\ntwo"),
        ("مرحبا 日本 naïve", "مرحبا 日本 naïve"),
    ],
)
def test_unseen_characters_are_shown(text, expected):
    """Escape sequences, direction overrides and lone surrogates become visible escapes; scripts stay as they are."""
    assert expected == visible(text)


def test_a_change_shows_line_ends_and_joiners():
    """Where the unseen is what changed, it is shown too."""
    assert visible_change("\n\t\u200d") == r"\n\t\u200d"


@pytest.mark.parametrize(
    ("value", "bound", "expected"),
    [
        (0.56667, 0.8, "0.567"),
        (0.79996, 0.8, "0.79996"),
        (0.8, 0.8, "0.800"),
        (None, 0.8, "no value"),
        (-0.0001, 0.1, "0.000"),
    ],
)
def test_a_value_never_reads_as_a_bound_that_it_misses(value, bound, expected):
    """Three decimals, more where they would hide the difference."""
    assert expected == figure(value, bound)


def test_nan_is_no_value():
    """What is not a number is not printed as one."""
    assert figure(float("nan")) == "no value"


@pytest.mark.parametrize(
    ("seconds", "expected"), [(3.21, "3.2 s"), (35.2, "35 s"), (98, "98 s"), (130, "2 min"), (3900, "1 h 5 min")]
)
def test_durations_read_as_words(seconds, expected):
    """Seconds, then minutes, then hours."""
    assert expected == duration(seconds)


def test_a_long_text_keeps_head_and_tail():
    """It is cut in its middle, to the asked length."""
    assert shortened("abcdefghijklmnopqrstuvwxyz", 11) == "abcde…vwxyz"
    assert shortened("abc", 3) == "abc"


@pytest.mark.parametrize(
    ("changes", "closes"),
    [
        ({"verdict": "PASS"}, False),
        ({"verdict": "FAIL"}, True),
        ({"verdict": "WAIVED"}, False),
        ({"verdict": "INVALID"}, True),
        ({"verdict": "UNREACHABLE"}, True),
        ({"verdict": "NOT_NEEDED"}, False),
        ({"verdict": "INCONCLUSIVE"}, True),
        ({"verdict": "INCONCLUSIVE", "on_inconclusive": "warn"}, False),
        ({"verdict": "FAIL", "gate": "warn"}, False),
        ({"verdict": "FAIL", "gate": "record"}, False),
        ({"verdict": "FAIL", "quick": True}, False),
    ],
)
def test_what_closes_the_gate(changes, closes):
    """Only what is not green, in a requirement that gates, outside a quick look."""
    assert closes is closes_gate(arm(**changes))


def test_one_arm_needs_no_bracket():
    """The arm is named where its requirement has several."""
    assert label(arm()) == "mean-request_match"
    assert label(arm(name="typo-1")) == "mean-request_match [typo-1]"


def test_verdict_counts_start_with_pass():
    """PASS, then what needs attention; absent words are left out."""
    arms = [arm(verdict="INCONCLUSIVE"), arm(), arm(verdict="FAIL"), arm()]
    assert verdict_counts(arms) == [("PASS", 2), ("FAIL", 1), ("INCONCLUSIVE", 1)]


def test_a_file_is_replaced_whole(tmp_path):
    """The new text replaces the old one, and nothing else is left in the folder."""
    path = tmp_path / "deep" / "report.html"
    write_whole(path, "old")
    write_whole(path, "new\ud800")
    assert path.read_bytes() == b"new\\ud800"
    assert [path] == list(path.parent.iterdir())


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    """The error names the path and the remedy."""
    (tmp_path / "file").write_text("")
    with pytest.raises(RobustspecError, match=r"report\.html: the report cannot be written: .* -- name another path"):
        write_whole(tmp_path / "file" / "report.html", "text")
