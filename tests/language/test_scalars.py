"""Plain scalars: the core schema of YAML 1.2."""

from __future__ import annotations

import math

import pytest

from robustspec.language.scalars import is_text, plain_value


@pytest.mark.parametrize(
    "text", ["no", "yes", "on", "off", "y", "N", "12:30", "2026-01-01", "1_000", "0b1", "1.2.3", "-"]
)
def test_words_and_dates_are_text(text: str) -> None:
    """What YAML 1.1 took for truth values, times, dates or numbers is text."""
    assert plain_value(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [("010", 10), ("0o10", 8), ("0x1F", 31), ("+5", 5), ("-7", -7), ("0", 0)],
)
def test_integers(text: str, value: int) -> None:
    """Leading zeros are decimal; 0o and 0x are bases."""
    assert plain_value(text) == value
    assert isinstance(plain_value(text), int)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e-3", 0.001), ("1.", 1.0), ("-.5", -0.5), ("1.10", 1.1), (".inf", math.inf), ("-.INF", -math.inf)],
)
def test_floats(text: str, value: float) -> None:
    """A number with an exponent needs no point."""
    assert plain_value(text) == value
    assert isinstance(plain_value(text), float)


def test_not_a_number() -> None:
    """.nan is the number that equals nothing."""
    value = plain_value(".nan")
    assert isinstance(value, float)
    assert math.isnan(value)


@pytest.mark.parametrize("text", ["", "~", "null", "NULL"])
def test_null(text: str) -> None:
    """An empty value and its spellings are None."""
    assert plain_value(text) is None


def test_true_and_false() -> None:
    """Only the three spellings of true and false are truth values."""
    assert [plain_value(word) for word in ("true", "False", "TRUE", "tRUE")] == [True, False, True, "tRUE"]


def test_long_digit_strings_stay_text() -> None:
    """An identifier of thousands of digits is no number, and costs no conversion."""
    assert plain_value("9" * 5000) == "9" * 5000


def test_what_needs_quotes() -> None:
    """Text that reads as something else must be quoted when written."""
    assert [is_text(word) for word in ("no", "1e-3", "null", "plain", "010")] == [True, False, False, True, False]
