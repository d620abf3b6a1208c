"""Reading values inside untrusted answers."""

import pytest

from robustspec.answers.values import at, ends, normal, number_in, part, text_of, whole_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("42", 42.0),
        ("about 1,200.50 USD", 1200.5),
        ("$-5", -5.0),
        ("5 - 3", 3.0),
        ("10-20", 20.0),
        ("COVID-19", 19.0),
        ("\u22127 degrees", -7.0),
        (".5 mg", 0.5),
        ("2e-3", 0.002),
        ("400mg", 400.0),
        ("It is 5.", 5.0),
        ("1,2,3", 3.0),
        ("vitamin B12", None),
        ("none", None),
        ("", None),
    ],
)
def test_the_last_number_of_a_text_is_read(text, number):
    """Signs, thousands, decimals and exponents belong to a number; digits inside a word do not."""
    assert number_in(text) == number


@pytest.mark.parametrize(("value", "number"), [(3, 3.0), (2.5, 2.5), (True, None), (None, None), ([1], None)])
def test_only_numbers_and_texts_hold_numbers(value, number):
    """A boolean is no number, nor is a list of them."""
    assert number_in(value) == number


def test_an_integer_beyond_floats_is_no_number():
    """Three thousand digits cannot be compared and must not raise."""
    assert number_in(10**3000) is None


@pytest.mark.parametrize(("text", "number"), [("1,000", 1000.0), (" 7 ", 7.0), ("7 mg", None), ("", None)])
def test_a_whole_number_is_all_of_its_text(text, number):
    """A text with anything beside the number is no whole number."""
    assert whole_number(text) == number


@pytest.mark.parametrize(
    ("path", "found"),
    [("a", {"b": [10, {"c": 5}]}), ("a.b.0", 10), ("a.b.1.c", 5), ("a.x", None), ("a.b.9", None), ("d.e", 1)],
)
def test_a_dotted_path_reaches_into_mappings_and_lists(path, found):
    """What is not there is None, and a key with a dot in it is found by its whole name."""
    assert at({"a": {"b": [10, {"c": 5}]}, "d.e": 1}, path) == found


def test_a_plain_value_is_its_own_part():
    """A label may be the bare class where answers are mappings."""
    assert part("rise", "side") == "rise"
    assert part({"side": "left"}, "side") == "left"
    assert part({"side": "left"}, None) == {"side": "left"}


@pytest.mark.parametrize(("one", "other"), [(" Very  Low ", "very low"), (1, "1"), (1.0, 1), (True, "TRUE")])
def test_normal_forms_are_equal(one, other):
    """Case, spare white space and the spelling of a number make no difference."""
    assert normal(one) == normal(other)


def test_true_is_not_one():
    """Python thinks so, a reader does not."""
    assert normal(True) != normal(1)


def test_a_structure_reads_as_its_json():
    """Text metrics see JSON, not Python's spelling."""
    assert text_of({"a": "é"}) == '{"a": "é"}'
    assert text_of(None) == ""


def test_a_long_text_is_looked_at_from_both_ends():
    """The middle of a long text is left out."""
    assert ends("ab" + "x" * 100 + "yz", 2) == "ab\nyz"
    assert ends("abcd", 2) == "abcd"
