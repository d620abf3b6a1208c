"""robustspec schema."""

import json

import jsonschema


def test_the_schema_is_one(command):
    """stdout is JSON, and a valid schema."""
    code, out, _ = command("schema", "--builtin")
    assert code == 0
    jsonschema.Draft202012Validator.check_schema(json.loads(out))


def test_to_a_file(command, tmp_path):
    """-o writes the same."""
    _, out, _ = command("schema")
    code, nothing, err = command("schema", "-o", tmp_path / "s.json")
    assert (code, nothing) == (0, "")
    assert f"wrote {tmp_path / 's.json'}\n" == err
    assert out == (tmp_path / "s.json").read_text(encoding="utf-8")


def test_a_file_that_cannot_be_written(command, tmp_path):
    """One sentence, exit code 4."""
    code, _, err = command("schema", "-o", tmp_path / "nowhere" / "s.json")
    assert code == 4
    assert "No such file or directory -- -o must name" in err
