"""From text to a specification: what loads, and files that do not."""

from __future__ import annotations

from pathlib import Path

import pytest
from language_specs import BASE, fault, faults

from robustspec.errors import SpecError
from robustspec.language.load import load, load_file, read, read_file


def test_the_base_specification_loads() -> None:
    """Scenario, entries and requirement arrive as typed objects."""
    spec = load(BASE)
    scenario = spec.scenarios["typos"]
    assert [entry.level for entry in scenario.perturbations] == [(1, 2), (2,)]
    assert scenario.requirements[0].bound == 0.9


def test_free_keys_may_hold_anchors() -> None:
    """Top-level keys x-... are left out of the specification."""
    text = "x-strict: &strict {confidence: 0.99}\n" + BASE.replace(
        "{metric: match, at_least", "{<<: *strict, metric: match, at_least"
    )
    assert load(text).scenarios["typos"].requirements[0].confidence == 0.99


def test_missing_file_suggests_a_near_one(tmp_path: Path) -> None:
    """A misspelt file name gets the nearest file of its folder."""
    (tmp_path / "pharmacy.yaml").write_text(BASE)
    with pytest.raises(SpecError, match=r"no such file -- did you mean 'pharmacy\.yaml'"):
        load_file(tmp_path / "farmacy.yaml")


def test_missing_folder_is_named(tmp_path: Path) -> None:
    """Where the folder is missing, the file name is not at fault."""
    with pytest.raises(SpecError, match="there is no folder"):
        load_file(tmp_path / "nowhere" / "a.yaml")


def test_a_folder_is_no_specification(tmp_path: Path) -> None:
    """Reading a folder is an error of the specification, not a traceback."""
    with pytest.raises(SpecError, match="cannot be read"):
        load_file(tmp_path)


def test_invalid_utf8_names_its_line(tmp_path: Path) -> None:
    """The first bad byte is found by line and column."""
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"robustspec: 1\nabout: {title: caf\xe9}\n")
    with pytest.raises(SpecError, match=r"latin\.yaml:2:19: this is not UTF-8"):
        load_file(path)


def test_large_files_are_refused(tmp_path: Path) -> None:
    """A data file given by mistake is not parsed."""
    path = tmp_path / "big.yaml"
    path.write_bytes(b"a" * ((1 << 20) + 1))
    with pytest.raises(SpecError, match="larger than 1 MiB"):
        load_file(path)


def test_a_list_is_no_specification() -> None:
    """The top is a mapping."""
    assert "a specification is a mapping" in fault("- a\n- b\n")


def test_file_with_byte_order_mark_loads(tmp_path: Path) -> None:
    """A byte order mark is not part of the first key."""
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + BASE.encode())
    assert load_file(path) == load(BASE)


def test_marks_give_the_line_of_every_entry(tmp_path: Path) -> None:
    """A pytest item can point at its requirement."""
    path = tmp_path / "a.yaml"
    path.write_text(BASE)
    marks = read_file(path).marks()
    assert marks["scenarios", "typos"] == (9, 3)
    assert marks["scenarios", "typos", "requirements", 0] == (17, 9)
    assert read(BASE).mark("scenarios", "typos", "requirements", 0) == (17, 9)


def test_load_opens_no_file() -> None:
    """A data file that does not exist is no fault of the text."""
    assert faults(BASE.replace("requests.jsonl", "/nowhere/at/all.jsonl")) == []


def test_variables_stay_verbatim() -> None:
    """$NAME is not expanded by the loader."""
    assert load(BASE.replace("requests.jsonl", "$DATA/requests.jsonl")).data["requests"].source.path == (
        "$DATA/requests.jsonl"
    )
