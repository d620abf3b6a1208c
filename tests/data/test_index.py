"""One pass over a file: what it finds, what it refuses, how much memory it takes."""

from __future__ import annotations

import json
import tracemalloc

import pytest

from robustspec.data import index as index_module
from robustspec.data.files import content_hash
from robustspec.data.index import build_index
from robustspec.data.jsonl import JsonlFile
from robustspec.errors import DataError

ROW = {"id": "a", "input": "x"}


def rows(count: int, **more):
    return [{"id": f"r{number}", "input": f"text {number}", **more} for number in range(count)]


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"input": "x"}, "has no 'id'"),
        ({"id": "", "input": "x"}, "has no 'id'"),
        ({"id": ["b"], "input": "x"}, "'id' is text or a number"),
        ({"id": "b"}, "row 'b': has no 'input'"),
        ({"id": "b", "input": " "}, "row 'b': 'input' is empty"),
        ({"id": "b", "input": 3}, "row 'b': 'input' is text or a list of messages"),
        ({"id": "b", "input": []}, "row 'b': 'input' is text or a list of messages"),
        ({"id": "b", "input": [{"role": "user"}]}, "message 1 needs a role and a content"),
        ({"id": "b", "input": ["hello"]}, "message 1 is {role, content}"),
        ({"id": "b", "input": [{"role": "user", "content": "x", "nme": "y"}]}, "unknown key 'nme'"),
        ({"id": "b", "input": "x", "label": ""}, "row 'b': 'label' is empty"),
        ({"id": "b", "input": "x", "label": float("nan")}, "row 'b': 'label' holds NaN"),
        ({"id": "b", "input": "x", "label": {"dose": [float("nan")]}}, "row 'b': 'label' holds NaN"),
        (
            {"id": "b", "input": "x", "policy": "must_refus"},
            "unknown policy 'must_refus' -- did you mean 'must_refuse'",
        ),
        ({"id": "b", "input": "x", "policy": ["ask", "ask"]}, "a list of two different ones"),
        ({"id": "b", "input": "x", "policy": ["ask", "answer", "may_refuse"]}, "a list of two different ones"),
        ({"id": "b", "input": "x", "policy": 3}, "a policy is one word"),
        ({"id": "b", "input": "x", "spans": {"text": "x"}}, "'spans' is a list"),
        ({"id": "b", "input": "x", "spans": [{"text": "x"}]}, "a span is {text, category}"),
        ({"id": "b", "input": "x", "spans": [{"category": "dose"}]}, "needs 0 <= start < end <= 1"),
        ({"id": "b", "input": "x", "spans": [{"start": 0, "end": 2, "category": "dose"}]}, "start < end <= 1"),
        ({"id": "b", "input": "x", "spans": [{"text": "5 mg", "category": "dose"}]}, "does not occur in the input"),
        ({"id": "b", "input": "x", "facts": ["f"]}, "'facts' is a mapping"),
        ({"id": "b", "input": "x", "facts": "f"}, "'facts' as text must be JSON"),
    ],
)
def test_a_malformed_row_is_named_with_its_line(open_jsonl, record, message):
    """Every fault of a row stops the index, and says where."""
    with pytest.raises(DataError) as caught:
        open_jsonl([ROW, record])
    assert "rows.jsonl:2: " in str(caught.value)
    assert message in str(caught.value)


def test_a_duplicate_id_names_both_places(open_jsonl):
    """Numbers and their text are one id."""
    with pytest.raises(DataError, match=r"rows\.jsonl:3: the id '7' stands at .*rows\.jsonl:1 too"):
        open_jsonl([{"id": 7, "input": "x"}, {"id": "8", "input": "x"}, {"id": "7", "input": "y"}])


def test_equal_digests_of_different_ids_are_no_duplicates(open_jsonl, monkeypatch):
    """A collision is looked up in the file before anybody is accused."""
    monkeypatch.setattr(index_module, "digest", lambda text: bytes(8))
    assert open_jsonl(rows(3)).n_rows == 3


def test_a_file_without_ids_is_numbered(open_jsonl):
    """Record numbers of the file, from 1, rows left out by `where` counted."""
    dataset = open_jsonl([{"input": "x", "k": 0}, {"input": "y", "k": 1}, {"input": "z", "k": 1}], where={"k": 1})
    assert [row.id for row in dataset.rows([0, 1])] == ["0000002", "0000003"]


def test_ids_are_given_to_all_or_none(open_jsonl):
    """A file whose first records are without id, and a later one is not."""
    records = [{"input": "x"}] * 200 + [ROW]
    with pytest.raises(DataError, match=r"rows\.jsonl:201: row 'a': has an 'id', but the first record has none"):
        open_jsonl(records)


def test_missing_group_values_are_counted(open_jsonl):
    """Absent, null, blank and NaN, with the first place."""
    values = [{"vendor": "a"}, {}, {"vendor": None}, {"vendor": " "}, {"vendor": float("nan")}]
    records = [{"id": str(number), "input": "x", **value} for number, value in enumerate(values)]
    with pytest.raises(
        DataError, match=r"rows\.jsonl:2: group 'vendor' of data 'requests' has no value in 4 of 5 rows"
    ):
        open_jsonl(records, groups=["vendor"])


def test_an_unmapped_value_counts_as_missing(open_jsonl):
    """A map that forgets a value is an error with the count."""
    with pytest.raises(DataError, match="no value in 1 of 2 rows"):
        open_jsonl(
            [{**ROW, "sex": "f"}, {"id": "b", "input": "x", "sex": "q"}],
            groups=[{"name": "sex", "column": "sex", "map": {"f": "female"}}],
        )


def test_bins_of_words_are_an_error(open_jsonl):
    """A band needs a number."""
    with pytest.raises(DataError, match="row 'a': bins need numbers, but this is 'old'"):
        open_jsonl([{**ROW, "age": "old"}], groups=[{"name": "band", "column": "age", "bins": [65]}])


def test_a_column_of_ids_is_no_group(open_jsonl, monkeypatch):
    """Too many values are refused while the file is read."""
    monkeypatch.setattr("robustspec.data.groups.MOST_VALUES", 5)
    with pytest.raises(DataError, match="over 5 values"):
        open_jsonl(rows(6), groups=[{"name": "g", "column": "id"}])


@pytest.mark.parametrize(
    "block",
    [
        {"groups": ["vendr"]},
        {"unit": "vendr"},
        {"where": {"vendr": "a"}},
        {"columns": {"label": "vendr"}},
        {"policy": [{"when": {"vendr": 1}, "is": "ask"}]},
        {"time": "vendr"},
        {"groups": ["vendor", {"name": "both", "of": ["vendor", "vendr"]}]},
    ],
)
def test_a_column_that_no_record_has_is_an_error(open_jsonl, block):
    """Wherever the block names it; a condition on nothing would silently hold nothing."""
    with pytest.raises(DataError, match=r"'vendr'.* did you mean 'vendor'"):
        open_jsonl([{**ROW, "vendor": "a"}], **block)


def test_an_input_of_another_name_is_an_error_with_the_columns(open_jsonl):
    """The commonest first error: the text has another name in the file."""
    with pytest.raises(DataError, match="has no 'input' -- there are: id, text"):
        open_jsonl([{"id": "a", "text": "x"}])


def test_a_column_that_some_records_have_is_enough(open_jsonl):
    """Even where the first hundred lack it."""
    records = [*rows(200), {"id": "z", "input": "x", "vendor": "a"}]
    dataset = open_jsonl(records, groups=[{"name": "vendor", "column": "vendor", "missing": "none"}])
    assert dataset.group_values("vendor") == ["a", "none"]


def test_no_row_left_by_where_is_an_error(open_jsonl):
    """An empty data set would pass everything."""
    with pytest.raises(DataError, match="no row meets `where` of data 'requests'"):
        open_jsonl([{**ROW, "k": 1}], where={"k": 2})


def test_a_file_of_blank_lines_is_an_error(tmp_path, block_of):
    """Bytes, but no record."""
    path = tmp_path / "rows.jsonl"
    path.write_text("\n\n")
    with pytest.raises(DataError, match="the file holds no records"):
        build_index("requests", block_of(), path, JsonlFile(path))


def test_faults_of_rows_left_out_do_not_count(open_jsonl):
    """`where` decides before anything else is looked at."""
    assert open_jsonl([{**ROW, "k": 1}, {"id": "a", "input": "", "k": 2}], where={"k": 1}).n_rows == 1


def test_a_file_that_changes_meanwhile_is_an_error(write_jsonl, block_of, monkeypatch):
    """The hash would belong to other rows."""
    path = write_jsonl(rows(3))

    def hash_and_change(file, parts):
        file.write_text(json.dumps(ROW) + "\n")
        return content_hash(file)

    monkeypatch.setattr(index_module, "content_hash", hash_and_change)
    with pytest.raises(DataError, match="the file changed while it was read"):
        build_index("requests", block_of(), path, JsonlFile(path))


def test_memory_does_not_grow_with_the_text(write_jsonl, block_of):
    """20,000 rows of 500 characters are indexed in a small part of their 11 MB."""
    path = write_jsonl({"id": f"r{number}", "input": "x" * 500, "vendor": "a"} for number in range(20_000))
    block, source = block_of(groups=["vendor"]), JsonlFile(path)
    tracemalloc.start()
    try:
        index = build_index("requests", block, path, source)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(index) == 20_000
    assert peak < path.stat().st_size / 4
