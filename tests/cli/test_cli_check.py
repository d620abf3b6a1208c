"""robustspec check."""

import json
import re


def test_a_sound_specification(command, folder):
    """What is fine is said in one line."""
    make_likely(folder)
    assert command("check", "spec.yaml") == (0, "spec.yaml: 2 scenarios, 4 arms, fine\n", "")


def make_likely(folder):
    """Bounds that forty rows show where the truth is a little better."""
    text = (folder / "spec.yaml").read_text().replace("at_least: 0.8}", "at_least: 0.02}")
    text = text.replace("at_least: 0.5,", "at_least: 0,").replace("at_most: 0.5, method: fixed, max", "at_most: 1, max")
    (folder / "spec.yaml").write_text(text)


def test_a_requirement_that_would_seldom_pass_is_noted(command, folder):
    """It can be shown, but forty rows are few: a note with its line, its chance and a remedy, and exit code 0."""
    code, out, _ = command("check", "spec.yaml")
    words = " ".join(out.split())
    assert code == 0
    found = re.search(
        r"note: spec.yaml:15: typos::mean-accuracy-clean: if 0.85 were true \(bound 0.8\), it would pass in (\d+) of "
        r"100 runs -- about (\d+) units would make it 80, and it has 40",
        words,
    )
    assert 5 < int(found[1]) < 50
    assert 200 < int(found[2]) < 600
    assert out.endswith("spec.yaml: 2 scenarios, 4 arms, fine\n")


def test_more_samples_are_named_where_the_rows_are_there(command, folder):
    """max_samples alone is in the way."""
    text = (folder / "spec.yaml").read_text()
    changed = text.replace(
        "cells: clean, at_least: 0.8", "cells: clean, at_least: 0.6, max_samples: 8, confidence: 0.75"
    )
    (folder / "spec.yaml").write_text(changed)
    note = json.loads((folder / "notes.jsonl").read_text().splitlines()[0])
    (folder / "notes.jsonl").write_text("".join(json.dumps(note | {"id": f"n{n}"}) + "\n" for n in range(400)))
    words = " ".join(command("check", "spec.yaml")[1].split())
    units = int(re.search(r"mean-accuracy-clean: if 0.65 .*? -- max_samples: (\d+) would make it 80", words)[1])
    assert 8 < units <= 400


def test_arms_of_one_requirement_share_a_note(command, folder):
    """The worst of them speaks for all."""
    text = (folder / "spec.yaml").read_text()
    (folder / "spec.yaml").write_text(
        text.replace("cells: clean, at_least: 0.8", "cells: all, worst_over: cell, at_least: 0.8")
    )
    words = " ".join(command("check", "spec.yaml")[1].split())
    assert words.count("worst-over-cell: if 0.85 were true") == 1
    assert "the worst of 3 arms would pass in " in words


def test_a_gap_that_equal_values_would_not_show_is_noted(command, folder):
    """Twenty rows of each half are too few for a gap of 0.3, even without any difference."""
    text = (folder / "spec.yaml").read_text()
    text = text.replace("path: notes.jsonl,", "path: notes.jsonl, groups: [{name: half, column: n, bins: [20]}],")
    text = text.replace("cells: clean, at_least: 0.8", "cells: clean, gap_over: half, at_most: 0.2")
    (folder / "spec.yaml").write_text(text)
    lines = (folder / "notes.jsonl").read_text().splitlines()
    (folder / "notes.jsonl").write_text("".join(f'{line[:-1]}, "n": {n}}}\n' for n, line in enumerate(lines)))
    words = " ".join(command("check", "spec.yaml")[1].split())
    found = re.search(r"even if every half were right in 95 of 100 units, about (\d+) units of each are needed", words)
    assert 20 < int(found[1]) < 100
    assert "to show a gap of 0.2 -- the smallest has 20" in words


def test_every_fault_is_told_with_its_place(command, folder):
    """Two typos are two lines of file:line:column, and exit code 4."""
    text = (folder / "spec.yaml").read_text()
    (folder / "spec.yaml").write_text(
        text.replace("keyboard_typo, level", "keybord_typo, level").replace("title: Slips", "titel: S")
    )
    code, out, err = command("check", "spec.yaml")
    assert (code, out) == (4, "")
    places = [line.split(": ")[0] for line in err.splitlines()]
    assert [place for place in places if place.startswith("spec.yaml:12:")]
    assert all(place.startswith("spec.yaml:") for place in places)
    assert "did you mean 'keyboard_typo'?" in err
    assert "did you mean 'title'?" in err


def test_a_missing_file(command, folder):
    """A missing specification exits with 4 and suggests the one that is there."""
    code, _, err = command("check", "spek.yaml")
    assert code == 4
    assert "did you mean 'spec.yaml'?" in err


def test_missing_data_is_told_with_the_line_of_its_block(command, folder):
    """Data is part of what is checked."""
    (folder / "notes.jsonl").unlink()
    code, _, err = command("check", "spec.yaml")
    assert code == 4
    assert err.startswith("spec.yaml:5:")


def test_a_bound_that_cannot_be_shown_is_red(command, folder):
    """With 40 rows 0.999 cannot be shown at 95 %: the line, the word, a remedy, exit code 1."""
    text = (folder / "spec.yaml").read_text()
    (folder / "spec.yaml").write_text(text.replace("cells: clean, at_least: 0.8", "cells: clean, at_least: 0.999"))
    code, out, _ = command("check", "spec.yaml")
    *_, first, last = out.splitlines()
    assert code == 1
    assert first.startswith("spec.yaml:15: typos::mean-accuracy-clean::all: UNREACHABLE: a PASS needs at least ")
    assert " -- add rows" in first
    assert last == "spec.yaml: 2 scenarios, 4 arms, 1 of them cannot be shown"


def test_explain_states_the_claim_before_the_run(command, folder):
    """The sentence says what a PASS will mean, and never that the model passed."""
    code, out, _ = command("check", "spec.yaml", "--explain")
    words = " ".join(out.split())
    assert code == 0
    assert (
        "PASS will mean: accuracy on clean cells >= 0.80. If the true value were below 0.80, at most 5 in 100" in words
    )
    assert "uses at most 40 units, 40 calls" in words
    assert max(map(len, out.splitlines())) <= 110


def test_a_model_that_cannot_be_imported_is_a_fault(command, folder):
    """The target is imported, not called."""
    (folder / "cli_model.py").write_text("def answer(text):\n    raise RuntimeError('called')\n")
    assert command("check", "spec.yaml")[0] == 0
    text = (folder / "spec.yaml").read_text()
    (folder / "spec.yaml").write_text(text.replace("cli_model:answer", "no_such_module:answer"))
    code, _, err = command("check", "spec.yaml")
    assert code == 4
    assert "no_such_module" in err


def test_a_model_named_by_a_variable_is_left_for_the_run(command, folder):
    """$NAME may be unset where the file is checked."""
    text = (folder / "spec.yaml").read_text()
    (folder / "spec.yaml").write_text(text.replace("cli_model:answer", "$MODEL_OF_NO_ONE:answer"))
    assert command("check", "spec.yaml")[0] == 0


def test_the_shipped_specification_is_fine(command, root, tmp_path):
    """specs/pharmacy.yaml has no fault and no arm that cannot be shown."""
    code, out, err = command("check", root / "specs" / "pharmacy.yaml", "--cache", tmp_path)
    assert (code, err) == (0, "")
    assert out.endswith("arms, fine\n")


def test_rows_that_may_be_refused_ask_for_coverage(command, tmp_path):
    """A policy that only the rows carry is seen: without a requirement on coverage, refusing everything would pass."""
    row = {"input": "hello", "label": "yes", "policy": "may_refuse"}
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps({"id": f"r{n}", **row}) + "\n" for n in range(60)))
    spec = tmp_path / "spec.yaml"
    text = (
        "robustspec: 1\nabout: {title: Refusals}\ndata:\n  rows: {kind: jsonl, path: rows.jsonl}\nscenarios:\n"
        "  refusals:\n    title: Refusals\n    mechanism: Unclear requests.\n    data: rows\n    requirements:\n"
        "      - {metric: accuracy, at_least: 0.8}\n"
    )
    spec.write_text(text)
    code, _, err = command("check", spec)
    assert code == 4
    assert "spec.yaml:6:" in err
    assert "coverage" in err
    spec.write_text(text + "      - {metric: coverage, at_least: 0.5}\n")
    assert command("check", spec)[0] == 0
