import json

import pytest
from word_samples import CLINICAL, changed, operator, outcomes, passage, run_examples

from robustspec.errors import DataError


def write(folder, name, *lines):
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return lambda **fields: operator("variants", path=name, **fields).bind(folder)


@pytest.fixture
def jsonl(tmp_path):
    return write(
        tmp_path,
        "reviewed.jsonl",
        json.dumps(
            {"id": "r1", "variants": ["Un texte “révisé”", {"text": "Draft", "reviewed": False}], "reviewed": True}
        ),
        "",
        json.dumps({"id": 2, "variants": ["Two"]}),
        json.dumps({"id": "r3", "variants": []}),
    )


@pytest.fixture
def table(tmp_path):
    return write(tmp_path, "reviewed.csv", "id,variant,reviewed", 'r1,"One, with a comma",yes', "r1,Draft,", "2,Two,no")


def test_examples():
    """The examples of the documentation run."""
    assert run_examples("variants") >= 3


def test_picks_a_variant_of_the_row(jsonl):
    """Over the seeds every variant of the row is drawn, and no other."""
    assert {"Un texte “révisé”", "Draft"} == outcomes(jsonl(), CLINICAL)


def test_csv(table):
    """A CSV file holds one variant a line."""
    assert {"One, with a comma", "Draft"} == outcomes(table(), CLINICAL)


@pytest.mark.parametrize("kind", ["jsonl", "table"])
def test_only_reviewed(kind, request):
    """``require_reviewed`` leaves out what nobody has marked."""
    make = request.getfixturevalue(kind)
    assert len(outcomes(make(require_reviewed=True), CLINICAL) - {CLINICAL}) == 1
    assert "Draft" not in outcomes(make(require_reviewed=True), CLINICAL)
    assert {CLINICAL} == outcomes(make(require_reviewed=True), CLINICAL, id="2")


def test_numeric_id(jsonl):
    """A number as id is the row of that name."""
    assert changed(jsonl(), CLINICAL, id="2") == "Two"


@pytest.mark.parametrize("row_id", ["r3", "unknown"])
def test_row_without_variant_is_unchanged(jsonl, row_id):
    """A row that the file does not know, or has no variant for, gives the passage itself."""
    before = passage(CLINICAL, id=row_id)
    assert before is jsonl().apply(before, {"seed": 1}, None)


def test_level_0_and_equal_text_are_unchanged(jsonl):
    """Level 0 is the identity, and so is a variant that equals the text."""
    before = passage(CLINICAL)
    assert before is jsonl().apply(before, {"seed": 1}, 0)
    same = passage("Two", id="2")
    assert same is jsonl().apply(same, {"seed": 1}, None)


def test_same_seed_same_variant(jsonl):
    """The draw depends on the seed alone; the label stays and the magnitude is one."""
    first, second = (jsonl().apply(passage(CLINICAL), {"seed": 7}, None) for _ in range(2))
    assert (first.text, "label", 1.0) == (second.text, second.label, second.magnitude)


def test_changed_file_is_read_again(tmp_path, jsonl):
    """The file is kept in memory until it changes."""
    op = jsonl()
    assert changed(op, CLINICAL, id="2") == "Two"
    write(tmp_path, "reviewed.jsonl", json.dumps({"id": "2", "variants": ["A second edition"]}))
    assert changed(op, CLINICAL, id="2") == "A second edition"


@pytest.mark.parametrize(
    "line", ['{"id": "r1"', '{"id": "r1"}', '["r1"]', '{"id": "r1", "variants": [3]}', '{"id": "r1", "variants": [""]}',
             '{"id": "r1", "variants": 5}', '{"id": "r1", "variants": [{"reviewed": true}]}']
)  # fmt: skip
def test_malformed_line(tmp_path, line):
    """A line that is not what it should be is named with its number and the right form."""
    op = write(tmp_path, "bad.jsonl", '{"id": "r0", "variants": ["x"]}', line)()
    with pytest.raises(DataError, match=r"bad\.jsonl:2: not a line of variants -- write"):
        changed(op, CLINICAL)


def test_missing_file(tmp_path):
    """A missing file is named with the field that names it."""
    with pytest.raises(DataError, match=r"variants\.path: there is no file .*nowhere\.jsonl -- "):
        changed(operator("variants", path="nowhere.jsonl").bind(tmp_path), CLINICAL)


def test_missing_column(tmp_path):
    """A CSV file without the columns is an error that names them."""
    with pytest.raises(DataError, match=r"bad\.csv:1: the table has no column 'variant'"):
        changed(write(tmp_path, "bad.csv", "id,text", "r1,x")(), CLINICAL)
