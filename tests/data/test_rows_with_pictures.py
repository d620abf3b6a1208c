"""Rows that show pictures: where they are named, where they are shown, and which names are none."""

from __future__ import annotations

import json

import numpy as np
import pytest

from robustspec.data.dataset import open_dataset
from robustspec.data.jsonl import JsonlFile, JsonlSource
from robustspec.data.picture import Image, Picture, made
from robustspec.data.row import Message, images_of
from robustspec.errors import DataError, PictureError

PIL_Image = pytest.importorskip("PIL.Image")


@pytest.fixture
def drawn(tmp_path):
    """Grey pictures a.png, b.png and c.png in the folder ``scans``, of the values 1, 2 and 3."""
    (tmp_path / "scans").mkdir()
    for value, name in enumerate("abc", 1):
        PIL_Image.fromarray(np.full((4, 4), value, dtype=np.uint8)).save(tmp_path / "scans" / f"{name}.png")


@pytest.fixture
def only(open_jsonl, drawn):
    """The input of the only row, opened from JSON Lines."""

    def of(record, **block):
        return open_jsonl([{"id": "1", **record}], **block).rows([0])[0].input

    return of


def shown(content):
    """What each message shows, by the value of its pixels."""
    return [[int(picture.open().pixels[0, 0]) for picture in message.images] for message in content]


def test_a_picture_is_shown_beside_the_text(only):
    """In one message of the user."""
    content = only({"input": "What is this?", "images": "scans/a.png"})
    assert [(message.role, message.content) for message in content] == [("user", "What is this?")]
    assert shown(content) == [[1]]


@pytest.mark.parametrize("text", [{}, {"input": ""}, {"input": None}])
def test_a_picture_alone_is_a_message_without_words(only, text):
    """A row needs no text."""
    content = only({**text, "images": ["scans/a.png"]})
    assert [(message.role, message.content) for message in content] == [("user", "")]
    assert shown(content) == [[1]]


def test_several_pictures_keep_their_order(only):
    """Even twice the same."""
    assert shown(only({"input": "x", "images": [f"scans/{name}.png" for name in "cabc"]})) == [[3, 1, 2, 3]]


def test_a_conversation_shows_them_in_the_last_message_of_the_user(only):
    """After those that the message itself has."""
    turns = [
        {"role": "user", "content": "first", "images": ["scans/a.png"]},
        {"role": "user", "content": "second", "images": "scans/b.png"},
        {"role": "tool", "content": "ok"},
    ]
    assert shown(only({"input": turns, "images": "scans/c.png"})) == [[1], [2, 3], []]


def test_messages_have_pictures_of_their_own(only):
    """A message may show one without a word."""
    content = only({"input": [{"role": "user", "images": ["scans/a.png", "scans/b.png"]}]})
    assert content[0].content == ""
    assert shown(content) == [[1, 2]]


def test_messages_of_parquet_have_empty_keys(only):
    """A null says that there is none."""
    content = only({"input": [{"role": "user", "content": "x", "name": None, "images": None}]})
    assert content == (Message("user", "x"),)


def test_a_conversation_without_a_user_has_no_place_for_them(only):
    """The system does not show pictures."""
    with pytest.raises(DataError, match="has no turn of the user"):
        only({"input": [{"role": "system", "content": "x"}], "images": "scans/a.png"})


def test_the_column_may_have_another_name(only):
    """As any canonical one."""
    assert shown(only({"input": "x", "scan": "scans/b.png"}, columns={"images": "scan"})) == [[2]]


@pytest.mark.parametrize(
    ("cell", "expected"), [("scans/a.png", [[1]]), ('"[""scans/b.png"", ""scans/a.png""]"', [[2, 1]])]
)
def test_csv_holds_a_path_or_a_list_as_json(open_csv, drawn, cell, expected):
    """One path as it stands, several as JSON."""
    content = open_csv(f"id,input,images\n1,x,{cell}\n").rows([0])[0].input
    assert shown(content) == expected


def test_an_empty_cell_shows_nothing(open_csv, drawn):
    """Such a row is plain text."""
    assert open_csv("id,input,images\n1,x,\n2,y,scans/a.png\n").rows([0])[0].input == "x"


def test_parquet_holds_lists(tmp_path, drawn, block_of):
    """Of a nested column."""
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    from robustspec.data.parquet import ParquetSource

    rows = [
        {"id": "1", "input": "x", "images": ["scans/b.png", "scans/c.png"]},
        {"id": "2", "input": "y", "images": None},
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "rows.parquet")
    dataset = open_dataset("requests", block_of(source=ParquetSource(path="rows.parquet")), tmp_path)
    assert shown(dataset.rows([0])[0].input) == [[2, 3]]
    assert dataset.rows([1])[0].input == "y"


@pytest.mark.parametrize(
    ("images", "said"),
    [
        ("scans/d.png", r"scans/d\.png: no such file -- did you mean"),
        (["scans/a.png", "nowhere/a.png"], "nor is there a folder"),
        ("scans", "scans: a picture is known by its suffix"),
        (3, "a picture is named by its path, text, but this is 3"),
        ([""], "a picture is named by its path, text, but this is ''"),
        ([["scans/a.png"]], "a picture is named by its path"),
        ({"kind": "head"}, "a picture is named by its path"),
        ("[scans/a.png]", "as text must be JSON"),
    ],
)
def test_what_names_no_picture_stops_the_index(open_jsonl, drawn, images, said):
    """With line and row, before any call."""
    with pytest.raises(DataError, match=rf"rows\.jsonl:2: row '2': 'images'.*{said}") as caught:
        open_jsonl([{"id": "1", "input": "x"}, {"id": "2", "input": "x", "images": images}])
    assert type(caught.value) is DataError


def test_a_missing_picture_of_a_message_names_the_message(open_jsonl, drawn):
    """Turn and column."""
    turns = [{"role": "user", "content": "x"}, {"role": "user", "content": "y", "images": ["scans/q.png"]}]
    with pytest.raises(DataError, match=r"rows\.jsonl:1: row '1': 'input' message 2 'images': .*no such file"):
        open_jsonl([{"id": "1", "input": turns}])


def test_a_torn_picture_is_found_when_it_is_used(open_jsonl, tmp_path, drawn):
    """The index does not open it; its case will be missing, and the other rows go on."""
    (tmp_path / "scans" / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    dataset = open_jsonl([{"id": name, "images": f"scans/{name}.png"} for name in "abc"])
    pictures = [images_of(row.input)[0] for row in dataset.rows([0, 1, 2])]
    assert pictures[0].open().pixels[0, 0] == 1
    assert pictures[2].open().pixels[0, 0] == 3
    with pytest.raises(PictureError, match=r"b\.png"):
        pictures[1].open()


class Drawings(JsonlFile):
    """A source that gives a meaning of its own to mappings."""

    def picture(self, reference) -> Picture:
        if isinstance(reference, dict):
            return made(f"grey {reference['grey']}", Image(np.full((4, 4), reference["grey"], dtype=np.uint8)))
        return super().picture(reference)


class DrawingsSource(JsonlSource):
    def open(self, path):
        return Drawings(path)


def test_a_source_may_draw_its_pictures(tmp_path, drawn, block_of):
    """From a mapping, beside files."""
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"id": "1", "images": [{"grey": 9}, "scans/a.png"]}) + "\n")
    dataset = open_dataset("requests", block_of(source=DrawingsSource(path=path.name)), tmp_path)
    assert shown(dataset.rows([0])[0].input) == [[9, 1]]
