"""What the linter learns of a data block without reading all of its file."""

from __future__ import annotations

import pytest

from robustspec.data.block import DataBlock
from robustspec.data.checks import BlockFault, check_block
from robustspec.data.csv import CsvSource
from robustspec.data.jsonl import JsonlSource


@pytest.fixture
def check(tmp_path):
    (tmp_path / "rows.csv").write_text("id,text,vendor,age\n1,x,a,3\n")

    def run(path="rows.csv", columns=(("input", "text"),), **block):
        block = DataBlock.model_validate({"source": CsvSource(path=path), "columns": dict(columns), **block})
        return check_block("requests", block, tmp_path)

    return run


def test_a_sound_block_has_no_fault(check):
    """Everything that the block names is there."""
    groups = ["vendor", {"name": "band", "column": "age", "bins": [18]}, {"name": "mix", "of": ["vendor", "id"]}]
    assert check(groups=groups, where={"age": 3}, unit="id", time="age") == []


@pytest.mark.parametrize(
    ("block", "place"),
    [
        ({"groups": ["text", "vendr"]}, ("groups", 1)),
        ({"groups": [{"name": "m", "of": ["text", "vendr"]}]}, ("groups", 0, "of", 1)),
        ({"unit": "vendr"}, ("unit",)),
        ({"time": "vendr"}, ("time",)),
        ({"where": {"vendr": 1}}, ("where", "vendr")),
        ({"policy": [{"when": {"vendr": 1}, "is": "ask"}]}, ("policy", 0, "when", "vendr")),
        ({"columns": {"input": "text", "label": "vendr"}}, ("columns", "label")),
    ],
)
def test_an_absent_column_is_placed_in_the_block(check, block, place):
    """The linter can give the line."""
    assert check(**block) == [
        BlockFault(place, "data 'requests' has no column 'vendr'", "did you mean 'vendor'?"),
    ]


def test_an_input_of_another_name_is_a_fault(check):
    """The commonest first error: the text has another name in the file."""
    (fault,) = check(columns={})
    assert fault.place == ("columns",)
    assert fault.message == "data 'requests' has no column 'input'"
    assert "text" in fault.suggestion


def test_a_missing_file_is_a_fault_with_the_nearest(check):
    """Message and suggestion apart."""
    (fault,) = check(path="row.csv")
    assert fault.place == ("path",)
    assert fault.message.endswith("row.csv: no such file")
    assert fault.suggestion == "did you mean 'rows.csv'?"


def test_a_variable_that_is_not_set_is_no_fault(check):
    """Only opening may fail for it."""
    assert check(path="$ROBUSTSPEC_NOT_SET/rows.csv") == []


def test_lexicon_faults_are_placed(check):
    """By category."""
    (fault,) = check(lexicon={"drug": "drugs.csv"})
    assert fault.place == ("lexicon", "drug")
    assert fault.suggestion == "did you mean 'rows.csv'?"


def test_a_torn_first_line_is_a_fault(tmp_path):
    """The file is there but is no JSON Lines."""
    (tmp_path / "rows.jsonl").write_text("id,input\n")
    (fault,) = check_block("d", DataBlock(source=JsonlSource(path="rows.jsonl")), tmp_path)
    assert fault.place == ("path",)
    assert "rows.jsonl:1: not valid JSON" in fault.message


def test_only_the_first_records_are_read(tmp_path):
    """A torn line far down is the index's business."""
    (tmp_path / "rows.jsonl").write_text('{"id": "a", "input": "x"}\n' * 100 + "torn\n")
    assert check_block("d", DataBlock(source=JsonlSource(path="rows.jsonl")), tmp_path) == []
