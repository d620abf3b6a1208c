"""How raw values read as text and numbers, and how they meet conditions and become names."""

from __future__ import annotations

from decimal import Decimal

import pytest

from robustspec.data.block import Bounds
from robustspec.data.conditions import all_meet, meets
from robustspec.data.names import slug
from robustspec.data.values import as_number, as_text, did_you_mean, has_nan, is_missing
from robustspec.errors import DataError

NAN = float("nan")


@pytest.mark.parametrize(("value", "text"), [("a ", "a "), (3, "3"), (3.0, "3"), (0.5, "0.5"), (True, "true")])
def test_one_spelling_of_text(value, text):
    """JSON numbers and booleans read as CSV would spell them."""
    assert as_text(value) == text


@pytest.mark.parametrize("value", [None, "", "  \t", NAN])
def test_nothing_is_missing(value):
    """Null, NaN and blank text say nothing."""
    assert is_missing(value)


@pytest.mark.parametrize("value", [0, False, "0", 0.0, [], {}])
def test_zero_is_not_missing(value):
    """A value that is false is still a value."""
    assert not is_missing(value)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("4.0", 4.0),
        (4, 4.0),
        (Decimal("1.5"), 1.5),
        ("x", None),
        ("nan", None),
        ("inf", None),
        (True, None),
        ([], None),
    ],
)
def test_numbers(value, number):
    """Text that spells a finite number is one; booleans are not."""
    assert as_number(value) == number


def test_nan_is_found_inside():
    """A NaN hides in a nested label."""
    assert has_nan({"a": [1, {"b": NAN}]})
    assert not has_nan({"a": [1, {"b": "NaN"}]})


@pytest.mark.parametrize(
    ("value", "condition", "expected"),
    [
        ("4.0", 4, True),
        (4, "4", True),
        ("True", True, True),
        (1, True, False),
        ("b", ("a", "b"), True),
        ("c", ("a", "b"), False),
        (4, Bounds(at_most=4), True),
        ("4.01", Bounds(at_most=4), False),
        (18, Bounds(at_least=18, at_most=18), True),
        (None, Bounds(at_most=4), False),
        ("", "", False),
    ],
)
def test_conditions(value, condition, expected):
    """Both ends of bounds are included; a missing value meets nothing."""
    assert meets(value, condition) is expected


def test_bounds_on_words_are_an_error():
    """A condition that cannot be judged is no silent no, and the column is named."""
    with pytest.raises(DataError, match="column 'snr': 'loud' is not a number"):
        all_meet({"snr": "loud"}, {"snr": Bounds(at_most=4)})


@pytest.mark.parametrize("value", ["siemens", "from-65", "3.0T", "a_b"])
def test_plain_values_keep_their_name(value):
    """What may stand in an id stands there as it is."""
    assert slug(value) == value


def test_other_values_get_a_slug_that_tells_them_apart():
    """Two values of the same slug differ in their digits; values without ASCII still have a name."""
    assert slug("GE Healthcare") == "GE-Healthcare-0fbf"
    assert slug("GE/Healthcare") != slug("GE Healthcare")
    assert slug("日本") == "67ab"


def test_suggestions():
    """The nearest name, else the choices, else nothing."""
    assert did_you_mean("vendr", ["vendor", "age"]) == "did you mean 'vendor'?"
    assert did_you_mean("zzz", ["vendor", "age"]) == "there are: vendor, age"
    assert did_you_mean("zzz", []) == ""
