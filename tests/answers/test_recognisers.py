"""How a refusal shows in an output."""

import pytest
from pydantic import ValidationError

from robustspec.answers.recognisers import JsonField, Patterns


def test_one_pattern_is_enough():
    """Case does not matter, and a pattern may stand anywhere."""
    refusal = Patterns(any=("cannot help", r"consult (?:a|your) doctor"))
    assert refusal.recognise("Please Consult your DOCTOR.", None)
    assert not refusal.recognise("Take two.", None)


def test_structures_are_searched_as_json():
    """A refusal may be written inside a structured answer."""
    assert Patterns(any=("cannot",)).recognise({"reason": "I cannot"}, None)


def test_the_middle_of_a_long_text_is_not_searched():
    """Refusals stand at the beginning or the end; a pattern's cost stays bounded."""
    refusal = Patterns(any=("cannot",))
    assert not refusal.recognise("x" * 50_000 + "cannot" + "x" * 50_000, None)
    assert refusal.recognise("x" * 50_000 + "cannot", None)


def test_a_bad_pattern_is_a_fault_of_the_specification():
    """It is told when the file is read, with the reason."""
    with pytest.raises(ValidationError, match=r"'\(no' is not a regular expression: missing \)"):
        Patterns(any=("(no",))


def test_a_recogniser_needs_a_pattern():
    """Nothing to look for is a fault."""
    with pytest.raises(ValidationError):
        Patterns(any=())


def test_a_recogniser_with_compiled_patterns_is_still_a_value():
    """What it has computed is not part of its identity or of its dump."""
    used, fresh = Patterns(any=("no",)), Patterns(any=("no",))
    used.recognise("no", None)
    assert used == fresh
    assert used.model_dump() == {"kind": "patterns", "any": ("no",)}


@pytest.mark.parametrize(
    ("equals", "value", "acts"),
    [
        ("refuse", {"action": " Refuse"}, True),
        ("refuse", {"action": "ask"}, False),
        (True, {"action": True}, True),
        (True, {"action": 1}, False),
        (None, {"other": 1}, True),
    ],
)
def test_a_field_tells_the_act(equals, value, acts):
    """Texts are compared without case; true is not 1; an absent field is null."""
    assert JsonField(field="action", equals=equals).recognise("", value) is acts


def test_the_raw_json_is_read_where_the_value_is_only_a_part_of_it():
    """An extractor that picked one field must not hide the field of the act."""
    recogniser = JsonField(field="action", equals="refuse")
    assert recogniser.recognise('{"action": "refuse", "drug": "x"}', "x")
    assert not recogniser.recognise("no json", None)
