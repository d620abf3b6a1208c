"""CSV files, whole and ragged."""

from __future__ import annotations

import csv
import io

import pytest

from robustspec.data.block import DataBlock
from robustspec.data.csv import CsvSource
from robustspec.data.dataset import open_dataset
from robustspec.errors import DataError


@pytest.fixture
def written(tmp_path):
    def write(content: str | bytes, **fields):
        path = tmp_path / "rows.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return CsvSource(path=path.name, **fields).open(path)

    return write


def scanned(source):
    return [record for _, record in source.scan()]


def test_quoted_line_ends_belong_to_the_field(written):
    """Records over several lines are scanned, and read back by their locators, as the csv module reads them."""
    text = 'id,input\r\n1,"two\r\nlines, ""quoted"""\r\n\r\n2,ü\r\n3,"a\n\nb"\r\n'
    source = written(text)
    expected = list(csv.DictReader(io.StringIO(text, newline="")))
    locators, records = zip(*source.scan(), strict=True)
    assert list(records) == expected
    assert source.read(locators[::-1]) == expected[::-1]


def test_a_byte_order_mark_is_no_part_of_the_first_column(written):
    """Spreadsheets write one."""
    assert written("\ufeffid,input\n1,x\n").columns() == ["id", "input"]


def test_another_delimiter(written):
    """Semicolons, as spreadsheets of many countries write."""
    assert scanned(written("id;input\n1;a,b\n", delimiter=";")) == [{"id": "1", "input": "a,b"}]


@pytest.mark.parametrize("row", ["2,x,y", "2"])
def test_a_ragged_row_is_an_error_with_its_line(written, row):
    """Too many fields and too few, after a record of two lines."""
    source = written(f'id,input\n1,"a\nb"\n{row}\n')
    with pytest.raises(DataError, match=r"rows\.csv:4: the record has \d fields, the header 2"):
        scanned(source)


def test_an_open_quote_is_an_error_with_the_line_where_it_opens(written):
    """The reader would otherwise swallow the rest of the file."""
    with pytest.raises(DataError, match=r"rows\.csv:3: not valid CSV"):
        scanned(written('id,input\n1,a\n2,"b\n3,c\n'))


def test_bytes_that_are_no_utf8_are_an_error_with_their_line(written):
    """Latin-1 is not guessed."""
    with pytest.raises(DataError, match=r"rows\.csv:3: byte 3 of the line is not UTF-8"):
        scanned(written(b"id,input\n1,a\n2,\xfc\n"))


@pytest.mark.parametrize(
    ("header", "message"), [("id,id", "two columns are called 'id'"), (",input", "column 1 has no name")]
)
def test_an_unusable_header_is_an_error(written, header, message):
    """Columns must have names of their own."""
    with pytest.raises(DataError, match=message):
        written(f"{header}\n1,2\n")


def test_a_file_of_blank_lines_has_no_header(written):
    """Nothing to read."""
    with pytest.raises(DataError, match="holds no header"):
        written("\n\n")


def test_a_header_without_rows_is_no_data(tmp_path):
    """An empty export would pass everything."""
    (tmp_path / "rows.csv").write_text("id,input\n")
    with pytest.raises(DataError, match="the file holds no records"):
        open_dataset("d", DataBlock(source=CsvSource(path="rows.csv")), tmp_path)


def test_long_fields_are_read(written):
    """A clinical note can be longer than the csv module's default allows."""
    note = "x" * 200_000
    assert scanned(written(f"id,input\n1,{note}\n")) == [{"id": "1", "input": note}]
