"""Rows as a run sees them: groups, policies, units, spans."""

from __future__ import annotations

import hashlib

import pytest

from robustspec.data.block import DataBlock
from robustspec.data.csv import CsvSource
from robustspec.data.dataset import open_dataset
from robustspec.data.jsonl import JsonlSource
from robustspec.data.row import Message, Row, Span
from robustspec.errors import DataError


def ages(*values):
    return [{"id": str(place), "input": f"x{place}", "age": age} for place, age in enumerate(values)]


BAND = {"name": "band", "column": "age", "bins": [18, 40, 65]}


def test_a_row_has_all_its_parts(open_jsonl):
    """Renamed columns, own policy, spans and facts, groups and unit."""
    record = {
        "key": 7,
        "text": "Take 5 mg of Ibuprofen",
        "request": {"dose_mg": 5},
        "policy": ["ask", "may_refuse"],
        "spans": [{"text": "5 mg", "category": "dose"}, {"start": 13, "end": 22, "category": "drug"}],
        "facts": {"age": 40},
        "vendor": "a",
        "patient": 12,
    }
    dataset = open_jsonl(
        [record], columns={"id": "key", "input": "text", "label": "request"}, groups=["vendor"], unit="patient"
    )
    assert dataset.rows([0]) == [
        Row(
            id="7",
            input="Take 5 mg of Ibuprofen",
            label={"dose_mg": 5},
            policy=("ask", "may_refuse"),
            spans=(Span("5 mg", "dose"), Span("Ibuprofen", "drug")),
            facts={"age": 40},
            groups={"vendor": "a"},
            unit="12",
        )
    ]


def test_a_conversation_becomes_messages(open_jsonl):
    """Offsets of spans count in the last user message."""
    messages = [
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": "yes?"},
        {"role": "user", "content": "2 mg", "name": "note"},
    ]
    spans = [{"start": 0, "end": 4, "category": "dose"}, {"text": "HELLO", "category": "greeting"}]
    row = open_jsonl([{"id": "a", "input": messages, "spans": spans}]).rows([0])[0]
    assert row.input == (Message("user", "hello"), Message("assistant", "yes?"), Message("user", "2 mg", "note"))
    assert row.spans == (Span("2 mg", "dose"), Span("HELLO", "greeting"))


def test_rows_come_in_the_order_asked_for(open_jsonl):
    """Positions may repeat."""
    dataset = open_jsonl([{"id": name, "input": "x"} for name in "aüb日"])
    assert [row.id for row in dataset.rows([3, 0, 1, 3])] == ["日", "a", "ü", "日"]
    assert dataset.rows([]) == []


def test_a_missing_label_is_no_label(open_jsonl):
    """Absent and null; zero and false are labels."""
    labels = [{"label": 0}, {}, {"label": None}, {"label": False}, {"label": {}}]
    dataset = open_jsonl([{"id": str(place), "input": "x", **label} for place, label in enumerate(labels)])
    assert dataset.has_label.tolist() == [True, False, False, True, True]


def test_bands_are_closed_on_the_left(open_jsonl):
    """The edge belongs to the band above it; numbers may be text."""
    dataset = open_jsonl(ages(17.9, 18, "39", 40, 64.99, 65, 120), groups=[BAND])
    assert [row.groups["band"] for row in dataset.rows(range(7))] == [
        "below-18",
        "18-to-40",
        "18-to-40",
        "40-to-65",
        "40-to-65",
        "from-65",
        "from-65",
    ]


def test_bands_are_listed_from_lowest_to_highest(open_jsonl):
    """Only those that occur; the others are a warning."""
    dataset = open_jsonl(ages(70, 3, None), groups=[{**BAND, "missing": "unknown"}])
    assert dataset.group_values("band") == ["below-18", "from-65", "unknown"]
    assert dataset.group_codes("band").tolist() == [1, 0, 2]
    assert dataset.warnings == ["data 'requests': no row has band 18-to-40 or 40-to-65"]


def test_other_values_are_sorted(open_jsonl):
    """Not in the order in which the file brings them; numbers as text."""
    dataset = open_jsonl(ages("b", 3.0, "a", 3), groups=["age"])
    assert dataset.group_values("age") == ["3", "a", "b"]
    assert dataset.group_codes("age").tolist() == [2, 0, 1, 0]


def test_maps_rename_and_missing_catches_the_rest(open_jsonl):
    """Values that the map does not list, and values that are not there."""
    group = {"name": "sex", "column": "age", "map": {"f": "female", 1: "female", "m": "male"}, "missing": "other"}
    dataset = open_jsonl(ages("f", 1, "m", "q", None), groups=[group])
    assert [row.groups["sex"] for row in dataset.rows(range(5))] == ["female", "female", "male", "other", "other"]


def test_intersections_join_values(open_jsonl):
    """A part may be a group of the block or a bare column, which is no group itself."""
    records = [
        {"id": "1", "input": "x", "vendor": "ge", "age": 70, "field": 3},
        {"id": "2", "input": "x", "vendor": "ge", "age": 7, "field": 1.5},
        {"id": "3", "input": "x", "vendor": "canon", "age": 70, "field": 3},
    ]
    groups = [BAND, {"name": "mix", "of": ["vendor", "band", "field"]}]
    dataset = open_jsonl(records, groups=groups)
    assert dataset.group_names == ("band", "mix")
    assert dataset.group_values("mix") == ["canon-from-65-3", "ge-below-18-1.5", "ge-from-65-3"]
    assert dataset.rows([1])[0].groups == {"band": "below-18", "mix": "ge-below-18-1.5"}


def test_combinations_that_read_the_same_are_an_error(open_jsonl):
    """`a-b` with `c` and `a` with `b-c` would become one arm."""
    records = [
        {"id": "1", "input": "x", "p": "a-b", "q": "c"},
        {"id": "2", "input": "x", "p": "a", "q": "b-c"},
    ]
    with pytest.raises(DataError, match="two combinations of group 'pq' read 'a-b-c'"):
        open_jsonl(records, groups=[{"name": "pq", "of": ["p", "q"]}])


def test_an_unknown_group_is_an_error(open_jsonl):
    """With the nearest name."""
    with pytest.raises(DataError, match="has no group 'agee' -- did you mean 'age'"):
        open_jsonl(ages(1), groups=["age"]).group_values("agee")


def test_where_keeps_rows_that_meet_all(open_jsonl):
    """Lists, ranges, single values; a missing value meets nothing."""
    records = [
        {"id": "a", "input": "x", "site": "n", "age": 20},
        {"id": "b", "input": "x", "site": "s", "age": 20},
        {"id": "c", "input": "x", "site": "w", "age": 20},
        {"id": "d", "input": "x", "site": "n", "age": 17},
        {"id": "e", "input": "x", "site": "n"},
    ]
    dataset = open_jsonl(records, where={"site": ["n", "s"], "age": {"at_least": 18}})
    assert [row.id for row in dataset.rows(range(dataset.n_rows))] == ["a", "b"]


def test_policies_come_from_the_row_else_the_first_rule(open_jsonl):
    """Own policy wins, even over a rule that matches; no match is no policy."""
    records = [
        {"id": "a", "input": "x", "snr": 2},
        {"id": "b", "input": "x", "snr": 2, "policy": "answer"},
        {"id": "c", "input": "x", "snr": 6},
        {"id": "d", "input": "x", "snr": 50},
        {"id": "e", "input": "x"},
    ]
    rules = [
        {"when": {"snr": {"at_most": 4}}, "is": "must_refuse"},
        {"when": {"snr": {"at_most": 8}}, "is": ["answer", "may_refuse"]},
    ]
    dataset = open_jsonl(records, policy=rules)
    expected = [("must_refuse",), ("answer",), ("answer", "may_refuse"), None, None]
    assert [row.policy for row in dataset.rows(range(5))] == expected
    assert [dataset.policies[code] for code in dataset.policy_codes] == expected
    assert dataset.policies[0] is None


def test_units_are_counted_over_rows(open_jsonl):
    """Rows of one person are one unit; its number and its text are the same."""
    dataset = open_jsonl([{"id": str(n), "input": "x", "p": p} for n, p in enumerate([1, "1", 2, 2.0])], unit="p")
    assert (dataset.n_rows, dataset.n_units) == (4, 2)
    assert [row.unit for row in dataset.rows(range(4))] == ["1", "1", "2", "2"]


def test_a_row_without_unit_is_an_error(open_jsonl):
    """It belongs to nobody."""
    with pytest.raises(DataError, match=r"rows\.jsonl:2: row '1': has no 'p', which `unit` names"):
        open_jsonl([{"id": "0", "input": "x", "p": 1}, {"id": "1", "input": "x"}], unit="p")


def test_without_a_unit_column_each_row_is_a_unit(open_jsonl):
    """Its unit is its id."""
    dataset = open_jsonl(ages(1, 2))
    assert dataset.n_units == 2
    assert [row.unit for row in dataset.rows([0, 1])] == ["0", "1"]


def test_csv_holds_spans_facts_and_policies_as_text(open_csv):
    """JSON in cells, two policy words by a comma; an empty cell says nothing."""
    dataset = open_csv(
        "id,input,spans,facts,policy\n"
        '1,5 mg,"[{""text"": ""5 mg"", ""category"": ""dose""}]","{""a"": 1}","ask, answer"\n'
        "2,x,,,\n"
    )
    first, second = dataset.rows([0, 1])
    assert (first.spans, first.facts, first.policy) == ((Span("5 mg", "dose"),), {"a": 1}, ("ask", "answer"))
    assert (second.spans, second.facts, second.policy) == ((), {}, None)


def test_csv_labels_stay_text_and_empty_ones_are_errors(open_csv):
    """A label is not evaluated, and none is dropped in silence."""
    assert open_csv("id,input,label\n1,x,urgent\n2,x,3\n").rows([0, 1])[1].label == "3"
    with pytest.raises(DataError, match=r"rows\.csv:3: row '2': 'label' is empty"):
        open_csv("id,input,label\n1,x,urgent\n2,x,\n")


def test_the_content_hash_is_of_the_bytes(open_jsonl, tmp_path):
    """As hashlib gives it for the whole file."""
    dataset = open_jsonl(ages(1, 2))
    content = (tmp_path / "rows.jsonl").read_bytes()
    assert dataset.content_hash == hashlib.blake2b(content, digest_size=16).hexdigest()


def test_lexicons_are_loaded_and_hashed(open_jsonl, tmp_path):
    """A changed lexicon changes what is perturbed, so it changes the hash."""
    lexicon = tmp_path / "drugs.txt"
    lexicon.write_text("ibuprofen\n")
    first = open_jsonl(ages(1), lexicon={"drug": "drugs.txt"})
    lexicon.write_text("aspirin\n")
    second = open_jsonl(ages(1), lexicon={"drug": "drugs.txt"})
    assert (first.lexicon, second.lexicon) == ({"drug": ("ibuprofen",)}, {"drug": ("aspirin",)})
    assert first.content_hash != second.content_hash


def test_variables_are_expanded_when_the_data_opens(write_jsonl, tmp_path, monkeypatch):
    """`$NAME` and `${NAME}`; the block keeps them as they were written."""
    write_jsonl(ages(1))
    monkeypatch.setenv("ROBUSTSPEC_TEST_DATA", str(tmp_path))
    block = DataBlock(source=JsonlSource(path="${ROBUSTSPEC_TEST_DATA}/rows.jsonl"))
    assert open_dataset("d", block, tmp_path / "elsewhere").n_rows == 1
    assert block.source.path == "${ROBUSTSPEC_TEST_DATA}/rows.jsonl"


def test_a_missing_variable_is_an_error_that_names_it(tmp_path):
    """Only at opening."""
    block = DataBlock(source=CsvSource(path="$ROBUSTSPEC_NOT_SET/rows.csv"))
    with pytest.raises(DataError, match="the environment variable ROBUSTSPEC_NOT_SET is not set"):
        open_dataset("d", block, tmp_path)


def test_a_file_that_changes_during_a_run_is_an_error(open_jsonl, write_jsonl):
    """Offsets of the old file would cut the new one anywhere."""
    dataset = open_jsonl(ages(1, 2))
    write_jsonl(ages(1, 2, 3))
    with pytest.raises(DataError, match="the file changed during the run"):
        dataset.rows([0])
