"""JSON Lines files, whole and torn."""

from __future__ import annotations

import pytest

from robustspec.data.jsonl import JsonlSource
from robustspec.errors import DataError


def opened(path):
    return JsonlSource(path=path.name).open(path)


@pytest.fixture
def written(tmp_path):
    def write(content: bytes):
        path = tmp_path / "rows.jsonl"
        path.write_bytes(content)
        return opened(path)

    return write


def scanned(source):
    return [record for _, record in source.scan()]


def test_locators_read_back_what_was_scanned(written):
    """Reading at random gives the scanned records, non-ASCII and blank lines notwithstanding."""
    source = written('{"a": "ü"}\n\n  \n{"a": "日本"}\r\n{"a": 3}'.encode())
    locators, records = zip(*source.scan(), strict=True)
    assert records == ({"a": "ü"}, {"a": "日本"}, {"a": 3})
    assert source.read(locators[::-1]) == list(records[::-1])


def test_a_byte_order_mark_is_dropped(written):
    """An editor's mark is no part of the JSON, neither in a scan nor in a read."""
    source = written(b'\xef\xbb\xbf{"a": 1}\n')
    assert scanned(source) == source.read([0]) == [{"a": 1}]


def test_columns_are_those_of_several_records(written):
    """A key that the first record lacks is still a column."""
    assert written(b'{"a": 1}\n{"b": 2, "a": 3}\n').columns() == ["a", "b"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"a": 1', "not valid JSON"),
        (b"{'a': 1}", "not valid JSON"),
        (b"[1, 2]", r"one JSON object, but this is \[1, 2\]"),
        (b'"text"', "one JSON object"),
        (b'{"a": "\xff"}', "byte 8 of the line is not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": ' + b"1" * 5000 + b"}", "too many digits"),
    ],
)
def test_a_torn_line_is_named(written, line, message):
    """The third line is at fault, and the error says so."""
    source = written(b'{"a": 1}\n\n' + line + b"\n")
    with pytest.raises(DataError, match=rf"rows\.jsonl:3: .*{message}"):
        scanned(source)


def test_a_missing_file_is_an_error_with_the_nearest_name(tmp_path):
    """A typo in the path is answered with the file that is there."""
    (tmp_path / "requests.jsonl").write_text("{}")
    with pytest.raises(DataError, match=r"no such file -- did you mean 'requests\.jsonl'\?"):
        opened(tmp_path / "request.jsonl")


def test_a_missing_folder_is_named(tmp_path):
    """The folder is the fault, not the file."""
    with pytest.raises(DataError, match="nor is there a folder"):
        opened(tmp_path / "nowhere" / "rows.jsonl")


def test_a_folder_is_no_file(tmp_path):
    """Naming the folder is a common slip."""
    with pytest.raises(DataError, match="is a folder"):
        opened(tmp_path)


def test_an_empty_file_is_an_error(written):
    """No bytes at all."""
    with pytest.raises(DataError, match="the file is empty"):
        written(b"")
