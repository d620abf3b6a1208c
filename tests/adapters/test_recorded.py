"""Recorded outputs answer the case that they were recorded for, and no other."""

import csv
import hashlib
import json

import pytest

from robustspec.adapters.recorded import RecordedAdapter, input_sha
from robustspec.data.row import Input, Message
from robustspec.errors import AdapterError


def write_jsonl(folder, *records):
    (folder / "run.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return RecordedAdapter(path="run.jsonl")


def test_jsonl_answers_by_case_in_any_order(tmp_path):
    """Text and structures come back as they were."""
    adapter = write_jsonl(
        tmp_path, {"case_id": "s/1/clean", "output": "äöü"}, {"case_id": "s/2/clean", "output": {"dose_mg": 400}}
    )
    with adapter.open(tmp_path) as model:
        outputs = model.predict([Input("b", "s/2/clean"), Input("a", "s/1/clean")])
    assert [output.raw for output in outputs] == [{"dose_mg": 400}, "äöü"]
    assert model.by_case


def test_csv_fields_with_line_breaks_and_a_byte_order_mark_are_read_back(tmp_path):
    """Offsets count bytes, not characters, and a record may have several lines."""
    outputs = ["first\nsecond", "", 'she said "no", twice', "ünïcödé", "x" * 200_000]
    with (tmp_path / "run.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["case_id", "output"])
        writer.writerows((f"case/{n}", output) for n, output in enumerate(outputs))
    with RecordedAdapter(path="run.csv").open(tmp_path) as model:
        found = [model.predict([Input("", f"case/{n}")])[0].raw for n in reversed(range(len(outputs)))]
    assert outputs[::-1] == found


def test_a_case_that_was_not_recorded_is_missing(tmp_path):
    """It is no error of the run."""
    with write_jsonl(tmp_path, {"case_id": "a", "output": "x"}).open(tmp_path) as model:
        assert model.predict([Input("", "b")])[0].error == "no recorded output for case b in run.jsonl"


def test_an_output_recorded_for_another_input_is_missing(tmp_path):
    """The hash of the input is checked where it was recorded."""
    adapter = write_jsonl(
        tmp_path,
        {"case_id": "a", "output": "x", "input_sha": input_sha("old text")},
        {"case_id": "b", "output": "y", "input_sha": input_sha("text")},
    )
    with adapter.open(tmp_path) as model:
        stale, good = model.predict([Input("new text", "a"), Input("text", "b")])
    assert stale.error.startswith("recorded for another input")
    assert good.raw == "y"


def test_a_recorded_null_is_missing(tmp_path):
    """A null is what a failed call leaves in many exports."""
    with write_jsonl(tmp_path, {"case_id": "a", "output": None}).open(tmp_path) as model:
        assert model.predict([Input("", "a")])[0].error == "the recorded output of case a is null"


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("run.jsonl", '{"case_id": "a", "output": 1}\n{"case_id": "a", "output": 2}\n', ":2: case a is recorded twice"),
        ("run.jsonl", '{"case_id": "a", "output": 1}\n\n{"case_id": ', ":3: not a JSON object"),
        ("run.jsonl", '{"case_id": "a"}\n', ":1: a recorded output needs the fields case_id and output"),
        ("run.jsonl", "[1]\n", ":1: a recorded output needs"),
        ("run.csv", "case_id,output\na,b,c\n", ":2: 3 fields where the header has 2"),
        ("run.csv", "case_id,answer\na,b\n", ":2: a recorded output needs the fields case_id and output"),
    ],
)
def test_a_bad_file_is_an_error_with_its_line(tmp_path, name, text, words):
    """The line counts from 1."""
    (tmp_path / name).write_text(text)
    with pytest.raises(AdapterError, match=words):
        RecordedAdapter(path=name).open(tmp_path)


def test_a_missing_file_is_named(tmp_path):
    """The path is the resolved one."""
    with pytest.raises(AdapterError, match=r"gone\.jsonl: No such file"):
        RecordedAdapter(path="gone.jsonl").open(tmp_path)


def test_the_path_may_come_from_the_environment(tmp_path, monkeypatch):
    """$NAME is expanded when the model is opened."""
    write_jsonl(tmp_path, {"case_id": "a", "output": "x"})
    monkeypatch.setenv("RECORDED_RUN", "run")
    with RecordedAdapter(path="$RECORDED_RUN.jsonl").open(tmp_path) as model:
        assert model.predict([Input("", "a")])[0].raw == "x"


def test_the_fingerprint_is_the_files_hash_unless_one_is_given(tmp_path):
    """The same bytes are the same model."""
    adapter = write_jsonl(tmp_path, {"case_id": "a", "output": "x"})
    digest = hashlib.blake2b((tmp_path / "run.jsonl").read_bytes(), digest_size=16).hexdigest()
    with adapter.open(tmp_path) as model, RecordedAdapter(path="run.jsonl", fingerprint="v1").open(tmp_path) as pinned:
        assert [f"recorded:{digest}", "v1"] == [model.fingerprint, pinned.fingerprint]


def test_input_sha_is_that_of_the_text_or_of_canonical_json():
    """Anybody can compute it with sha256 and a JSON library."""
    talk = (Message("user", "Schmerzmittel für Ältere?"), Message("user", "…", "context"))
    canonical = '[{"content":"Schmerzmittel für Ältere?","role":"user"},{"content":"…","name":"context","role":"user"}]'
    assert hashlib.sha256("ä".encode()).hexdigest() == input_sha("ä")
    assert hashlib.sha256(canonical.encode()).hexdigest() == input_sha(talk)
