"""Rows that look alike under different ids."""

from __future__ import annotations

SAID = "have the same input as another"


def warned(dataset):
    return [warning for warning in dataset.warnings if SAID in warning]


def test_copies_under_other_ids_are_counted(open_jsonl):
    """Two copies of one text are one too many."""
    rows = [{"id": "a", "input": "x"}, {"id": "b", "input": "x"}, {"id": "c", "input": "y"}]
    (warning,) = warned(open_jsonl(rows))
    assert "1 of 3 rows have the same input as another row" in warning


def test_copies_within_a_unit_are_fine(open_jsonl):
    """The rows of a patient are one unit, whatever they say."""
    rows = [{"id": k, "input": "x", "patient": "p"} for k in "ab"] + [{"id": "c", "input": "y", "patient": "q"}]
    assert warned(open_jsonl(rows, unit="patient")) == []


def test_copies_in_two_units_are_told(open_jsonl):
    """The warning names what the unit is."""
    rows = [{"id": k, "input": "x", "patient": k} for k in "ab"]
    (warning,) = warned(open_jsonl(rows, unit="patient"))
    assert "the same input as another patient" in warning


def test_conversations_are_compared_whole(open_jsonl):
    """The same words in other turns are another input."""
    turns = [{"role": "user", "content": "x"}, {"role": "user", "content": "y"}]
    rows = [{"id": "a", "input": turns}, {"id": "b", "input": [{"role": "user", "content": "xy"}]}]
    assert warned(open_jsonl(rows)) == []
    assert len(warned(open_jsonl([*rows, {"id": "c", "input": turns}]))) == 1
