"""Results as JSON and back."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from report_results import arm, failing, result

from robustspec.errors import RobustspecError
from robustspec.reports.json import from_data, read_json, to_data, write_json


def with_arm(one):
    """A result whose only verdict is the given one."""
    whole = result()
    return replace(whole, scenarios=[replace(whole.scenarios[0], arms=[one])])


def test_a_result_survives_json():
    """What is read is equal to what was written, through real JSON text."""
    whole = result()
    assert whole == from_data(json.loads(json.dumps(to_data(whole))))


def test_a_file_holds_several_results(tmp_path):
    """The file is an object with its format and the results in order."""
    both = [result(), result("other")]
    write_json(both, tmp_path / "report.json")
    assert both == read_json(tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text())["robustspec_report"] == 1


def test_numbers_that_json_lacks_are_none(tmp_path):
    """NaN and infinity are never written; an optional number comes back as None, a table's as no number."""
    odd = with_arm(
        failing(value=math.nan, lower=-math.inf, upper=math.inf, worst_cells=[("typo-1", math.nan, 3)], claim="FAIL")
    )
    write_json([odd], tmp_path / "report.json")
    text = (tmp_path / "report.json").read_text()
    assert "NaN" not in text
    assert "Infinity" not in text
    back = read_json(tmp_path / "report.json")[0].arms[0]
    assert (back.value, back.lower, back.upper) == (None, None, None)
    assert math.isnan(back.worst_cells[0][1])


def test_numpy_numbers_are_numbers():
    """Scalars of numpy are written as plain numbers."""
    data = to_data(with_arm(arm(value=np.float64(0.5), units=np.int64(7))))["scenarios"][0]["arms"][0]
    assert (float, int) == (type(data["value"]), type(data["units"]))


def test_lone_surrogates_survive(tmp_path):
    """A broken character in a model's output breaks neither the file nor the round trip."""
    odd = with_arm(failing())
    odd.arms[0].examples = [replace(odd.arms[0].examples[0], got="a\ud800b")]
    write_json([odd], tmp_path / "report.json")
    assert read_json(tmp_path / "report.json")[0].arms[0].examples[0].got == "a\ud800b"


def test_unknown_keys_are_ignored():
    """A key of a newer version, at any depth, does no harm."""
    data = to_data(result()) | {"colour": "blue"}
    data["scenarios"][0]["arms"][0]["mood"] = 1
    assert result() == from_data(data)


def test_a_field_with_a_default_may_be_missing():
    """A file of an older version lacks newer fields."""
    data = to_data(result())
    del data["scenarios"][0]["arms"][0]["hazard"]
    assert result() == from_data(data)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: data["scenarios"][0]["arms"][1].pop("bound"), r"scenarios\[0\]\.arms\[1\]: 'bound' is missing"),
        (lambda data: data.update(seed="zero"), r"seed: expected a whole number, found 'zero'"),
        (lambda data: data.update(scenarios={}), r"scenarios: expected a list, found \{\}"),
        (lambda data: data["scenarios"][0]["arms"][0].update(verdict="MAYBE"), r"verdict: expected one of PASS, FAIL"),
        (lambda data: data["scenarios"][0]["arms"][0].update(bound=True), r"bound: expected a number, found True"),
        (lambda data: data["data"].append(3), r"data\[2\]: expected an object, found 3"),
    ],
)
def test_damage_is_named_with_its_place(damage, message):
    """What is missing or of the wrong type is an error that says where."""
    data = to_data(result())
    damage(data)
    with pytest.raises(RobustspecError, match=message):
        from_data(data)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ("[]", "no report of robustspec"),
        ('{"results": []}', "no report of robustspec"),
        ('{"robustspec_report": 2, "results": []}', "update robustspec"),
    ],
)
def test_other_files_are_refused(tmp_path, text, message):
    """Only a report of this format or an older one is read."""
    (tmp_path / "report.json").write_text(text)
    with pytest.raises(RobustspecError, match=message):
        read_json(tmp_path / "report.json")


def test_a_missing_file_is_named(tmp_path):
    """The error says which file and what to do."""
    with pytest.raises(RobustspecError, match=r"nowhere\.json: the report cannot be read: .* -- check the path"):
        read_json(tmp_path / "nowhere.json")
