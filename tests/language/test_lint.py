"""What is legal but cannot work with the data at hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from language_specs import BASE

from robustspec.data.dataset import open_dataset
from robustspec.language.lint import check, check_rows, spec_hash
from robustspec.language.load import load, read_file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the data of the base specification."""
    rows = [{"id": "a", "input": "hello there", "label": {"action": "x"}, "vendor": "v", "years": 30}]
    (tmp_path / "requests.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    return tmp_path


def found(text: str, folder: Path) -> list[str]:
    """The faults of a specification in ``folder``, with their places in the text."""
    path = folder / "spec.yaml"
    path.write_text(text)
    return [str(fault) for fault in check(load(text), folder, path="spec.yaml", marks=read_file(path).marks())]


def test_a_specification_with_its_data_has_no_faults(folder: Path) -> None:
    """The file exists, and has the columns that the groups name."""
    assert found(BASE, folder) == []


def test_a_missing_data_file(folder: Path) -> None:
    """The place is the block's path."""
    (fault,) = found(BASE.replace("requests.jsonl", "request.jsonl"), folder)
    assert fault.startswith("spec.yaml:4:27: data.requests.path: ")
    assert "no such file" in fault


def test_a_group_column_that_the_data_lacks(folder: Path) -> None:
    """The nearest column is suggested."""
    (fault,) = found(BASE.replace("column: years", "column: year"), folder)
    assert "spec.yaml:4:" in fault
    assert "no column 'year'" in fault
    assert "years" in fault


def test_span_categories_need_a_source(folder: Path) -> None:
    """`protect: [drug]` without a lexicon protects nothing, and is said so."""
    (fault,) = found(BASE.replace("level: [2]", "level: [2], protect: [dose, drug]"), folder)
    assert fault.startswith("spec.yaml:15:37: scenarios.typos.perturbations[1].protect: nothing says what a 'drug' is")


def test_span_categories_of_a_lexicon(folder: Path) -> None:
    """A lexicon of the data block is a source."""
    (folder / "drugs.txt").write_text("ibuprofen\n")
    text = BASE.replace("path: requests.jsonl,", "path: requests.jsonl, lexicon: {drug: drugs.txt},")
    assert found(text.replace("level: [2]", "level: [2], protect: [dose, drug]"), folder) == []


def test_files_of_operators(folder: Path) -> None:
    """A table that an operator reads must exist."""
    (fault,) = found(BASE.replace("{kind: synonym, level: [2]}", "{kind: entity_substitution, table: no.csv}"), folder)
    assert "spec.yaml:15:9: scenarios.typos.perturbations[1]" in fault
    assert "no.csv" in fault


def test_rows_that_may_be_refused_need_coverage(folder: Path) -> None:
    """A policy on the rows themselves shows only when the data is indexed."""
    row = {"id": "a", "input": "hello", "label": {"action": "x"}, "vendor": "v", "years": 30, "policy": "may_refuse"}
    (folder / "requests.jsonl").write_text(json.dumps(row))
    spec = load(BASE)
    datasets = {"requests": open_dataset("requests", spec.data["requests"], folder)}
    (fault,) = check_rows(spec, datasets)
    assert str(fault).startswith("scenarios.typos: may_refuse without a requirement on coverage")
    assert check_rows(load(BASE + "      - {metric: coverage, at_least: 0.5}\n"), datasets) == []


def test_without_marks_faults_have_no_line(folder: Path) -> None:
    """A specification that was built in Python has places but no lines."""
    (fault,) = check(load(BASE.replace("requests.jsonl", "nothing.jsonl")), folder)
    assert (fault.line, fault.place) == (0, "data.requests.path")


def test_the_hash_ignores_layout_and_model() -> None:
    """Evidence is keyed by what a specification says, and by the model separately."""
    same = BASE.replace("{title: A bot}", "\n  title: 'A bot'") + "model: {kind: callable, target: 'a:b'}\n"
    assert spec_hash(load(same)) == spec_hash(load(BASE))


def test_the_hash_follows_the_bound() -> None:
    """Another bound is another specification."""
    assert spec_hash(load(BASE.replace("at_least: 0.9", "at_least: 0.8"))) != spec_hash(load(BASE))
