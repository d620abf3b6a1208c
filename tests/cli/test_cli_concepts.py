"""robustspec concepts."""

import re
from dataclasses import replace

import pytest

from robustspec.engine.evidence import Counts, RunResult, ScenarioResult
from robustspec.language.concepts import CONCEPTS
from robustspec.reports.json import write_json

NAMES = [concept.name for concept in CONCEPTS]


@pytest.fixture
def covered(folder):
    """spec.yaml, whose first scenario names two concepts and whose second names none."""
    text = (folder / "spec.yaml").read_text()
    (folder / "spec.yaml").write_text(text.replace("title: Slips\n", "title: Slips\n    concepts: [natural, group]\n"))
    return folder


@pytest.fixture
def report(folder):
    """report.json of a run of two scenarios without verdicts."""
    scenarios = [
        ScenarioResult(name, name, "", "", "high", concepts, "notes", 1, Counts(), [], [], [])
        for name, concepts in {"typos": ["natural"], "short": []}.items()
    ]
    made = RunResult(
        "0.1.0", "spec|odd.yaml", "h", {}, "my_model:answer", None, True, 0, "", 1.0, Counts(), [], scenarios, [], []
    )
    write_json([made], "report.json")
    return made


def rows(out):
    """Each concept with what stands beside it."""
    return dict(re.findall(r"^  ([a-z-]+)  +(\S.*)$", out, re.MULTILINE))


def test_every_concept_is_listed(command):
    """Twenty entries, each with definition, needs, default and example, within 110 columns, and the source."""
    code, out, _ = command("concepts")
    assert code == 0
    assert re.findall(r"^  ([a-z-]+)$", out, re.MULTILINE) == NAMES
    for word in ("needs", "default", "example"):
        assert out.count(f"\n      {word} ") == 20
    assert all(concept.definition in " ".join(out.split()) for concept in CONCEPTS)
    assert max(map(len, out.splitlines())) <= 110
    assert "Xian et al." in out


def test_one_concept_by_name(command):
    """A name prints its entry alone."""
    code, out, _ = command("concepts", "vendor")
    assert code == 0
    assert re.findall(r"^  ([a-z-]+)$", out, re.MULTILINE) == ["vendor"]
    assert "default  accuracy, mean, worst_over vendor" in out


def test_scenarios_stand_beside_the_concepts_that_they_name(command, covered):
    """All twenty are there; what no scenario names is not assessed; a scenario without a concept is told."""
    code, out, _ = command("concepts", "spec.yaml")
    assert code == 0
    assert {name: "typos" if name in ("natural", "group") else "not assessed" for name in NAMES} == rows(out)
    assert "2 of 20 concepts have a scenario, 18 are not assessed" in out
    assert "1 scenario without a concept: short" in out


def test_no_data_and_no_model_is_needed(command, covered):
    """The table is about the file alone."""
    (covered / "notes.jsonl").unlink()
    (covered / "cli_model.py").unlink()
    assert command("concepts", "spec.yaml")[0] == 0


def test_the_table_as_markdown(command, covered):
    """A row for each concept, a column for each scenario, no empty cell."""
    code, out, _ = command("concepts", "spec.yaml", "--markdown")
    lines = [line for line in out.splitlines() if line.startswith("|")]
    assert code == 0
    assert lines[0] == "| concept | scenarios | `typos` | `short` |"
    assert lines[2] == "| natural | 1 | named | · |"
    assert "| feature | *not assessed* | · | · |" in lines
    assert len(lines) == 22
    assert {line.count("|") for line in lines} == {5}


def test_a_report_is_read_with_its_verdicts(command, report):
    """Where a scenario has no verdict that is said."""
    code, out, _ = command("concepts", "report.json")
    assert code == 0
    assert out.startswith("spec|odd.yaml on my_model:answer\n")
    assert rows(out)["natural"] == "typos (no verdict)"


def test_a_quick_look_is_no_gate(command, report):
    """The head of the table says so."""
    write_json([replace(report, quick=True)], "report.json")
    assert "(quick look: no gate)" in command("concepts", "report.json")[1].splitlines()[0]


def test_two_results_are_two_tables(command, report):
    """Each result of a report has its own."""
    write_json([report, replace(report, model="other")], "report.json")
    _, out, _ = command("concepts", "report.json", "--markdown")
    assert re.findall(r"on (\S+)$", out, re.MULTILINE) == [r"my\_model:answer", "other"]
    assert out.count("| concept |") == 2


def test_names_cannot_break_the_markdown(command, report):
    """A bar or a tag in the name of a specification is escaped."""
    write_json([replace(report, model="a|<b>`c`\n# d")], "report.json")
    assert r"spec\|odd.yaml on a\|\<b\>\`c\` \# d" in command("concepts", "report.json", "--markdown")[1]


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["vendr"], "there is no file and no concept 'vendr' -- did you mean 'vendor'?"),
        (["nowhere.yaml"], "nowhere.yaml"),
        (["nowhere.json"], "nowhere.json: the report cannot be read"),
        (["--markdown"], "--markdown is for a table of scenarios -- name a specification or a report.json"),
        (["vendor", "--markdown"], "--markdown is for a table of scenarios"),
    ],
)
def test_wrong_arguments(command, folder, arguments, fault):
    """What cannot be shown is one sentence, exit code 4."""
    code, _, err = command("concepts", *arguments)
    assert code == 4
    assert fault in err


def test_an_empty_report_is_told(command, folder):
    """A report without results shows nothing, and says so."""
    write_json([], "report.json")
    code, _, err = command("concepts", "report.json")
    assert code == 4
    assert "report.json: it holds no result -- name a report of a run" in err


def test_a_faulty_specification_is_told(command, covered):
    """An unknown concept is an error with its place and what was meant."""
    text = (covered / "spec.yaml").read_text()
    (covered / "spec.yaml").write_text(text.replace("[natural, group]", "[natral, group]"))
    code, _, err = command("concepts", "spec.yaml")
    assert code == 4
    assert "spec.yaml:9:16: scenarios.typos.concepts[0]: unknown word 'natral' -- did you mean 'natural'?" in err


@pytest.mark.parametrize("spec", ["pharmacy", "mri_copilot"])
def test_every_scenario_of_a_shipped_specification_names_a_concept(command, root, spec):
    """No priority of Box 2 stands outside of Box 1."""
    code, out, _ = command("concepts", root / "specs" / f"{spec}.yaml")
    assert code == 0
    assert "without a concept" not in out
