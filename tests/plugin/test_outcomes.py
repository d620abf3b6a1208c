"""Verdicts as outcomes, and what is said of them."""

from __future__ import annotations

import xml.etree.ElementTree as ET

SITES = """
robustspec: 1
about: {{title: Tickets}}
model: {{kind: callable, target: {target}}}
data:
  tickets: {{kind: jsonl, path: tickets.jsonl, origin: synthetic}}
scenarios:
  sites:
    title: Sites
    mechanism: Sites write differently.
    data: tickets
    requirements:
      - {{{requirement}}}
"""


def spec(project, requirement, target="models:good"):
    """One requirement on one scenario."""
    project.write_spec(SITES.format(requirement=requirement, target=target))


def test_the_failure_says_line_claim_cells_example_and_how_to_reproduce(project):
    """A red arm prints all that a reader needs, and the printed command reproduces it."""
    result = project.run("--robustspec=spec.yaml", "--robustspec-model=models:upper_blind", "-k", "letter_case")
    result.assert_outcomes(failed=1, deselected=6)
    result.stdout.fnmatch_lines(
        ["spec.yaml:17: FAIL *letter_case*", "*at most 5 in 100*", "*expected*", "*reproduce: pytest*letter_case*"]
    )


def test_inconclusive_fails_with_a_letter_of_its_own(project):
    """INCONCLUSIVE is not green by default."""
    spec(project, "metric: accuracy, at_least: 0.93, max_samples: 60", "models:upper_blind")
    models = project.path / "models.py"
    models.write_text(models.read_text().replace("text.isupper()", "text.split()[8][-1] in '7'"))
    result = project.run("--robustspec=spec.yaml")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["spec.yaml I*", "*INCONCLUSIVE*"])


def test_inconclusive_can_be_skipped(project):
    """on_inconclusive: skip makes it a skip."""
    spec(project, "metric: accuracy, at_least: 0.93, max_samples: 60, on_inconclusive: skip", "models:upper_blind")
    models = project.path / "models.py"
    models.write_text(models.read_text().replace("text.isupper()", "text.split()[8][-1] in '7'"))
    project.run("--robustspec=spec.yaml").assert_outcomes(skipped=1)


def test_gate_warn_warns_and_passes(project):
    """A requirement under gate: warn does not close the gate."""
    spec(
        project,
        "metric: accuracy, at_most: 0.5, gate: warn".replace("at_most: 0.5", "at_least: 0.9"),
        "models:upper_blind",
    )
    models = project.path / "models.py"
    models.write_text(models.read_text().replace("text.isupper()", "True"))
    project.run("--robustspec=spec.yaml").assert_outcomes(passed=1, warnings=1)


def test_unreachable_fails_without_a_call(project):
    """A bound that so few units cannot show is red before any call."""
    spec(project, "metric: accuracy, at_least: 0.99, max_samples: 50")
    result = project.run("--robustspec=spec.yaml")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*UNREACHABLE*"])
    assert project.calls() == 0


def test_a_model_that_is_down_is_told_once_in_full(project):
    """What stops a run is an error of every arm, in full for the first only."""
    result = project.run("--robustspec=spec.yaml", "--robustspec-model=models:broken")
    assert result.ret == 1
    text = result.stdout.str()
    assert "the model is down" in text
    assert "(as above)" in text


def test_quick_look_is_no_gate(project):
    """--robustspec-max-samples shows numbers and skips."""
    result = project.run("--robustspec=spec.yaml", "--robustspec-max-samples=20", "-rs")
    result.assert_outcomes(skipped=7)
    result.stdout.fnmatch_lines(["*quick look*no gate*"])
    assert 0 < project.calls() <= 20 * 4 + 20


def test_junit_has_verdict_value_and_claim(project):
    """JUnit properties carry the verdict for other tools."""
    project.run("--robustspec=spec.yaml", "-k", "sites", "--junitxml=out.xml")
    case = ET.parse(project.path / "out.xml").getroot().find(".//testcase")  # written by this test
    assert case is not None
    properties = {p.get("name"): p.get("value") for p in case.findall(".//property")}
    assert properties["robustspec.verdict"] == "PASS"
    assert float(properties["robustspec.value"]) == 1.0
    assert "at most 5 in 100" in properties["robustspec.claim"]


def test_the_summary_counts_cases(project):
    """The section at the end says what was generated, unchanged, called and reused."""
    result = project.run("--robustspec=spec.yaml")
    result.stdout.fnmatch_lines(["*robustness specifications*", "*generated*called*"])


def test_reports_are_written(project):
    """--robustspec-report writes by suffix, and both into a folder."""
    project.run("--robustspec=spec.yaml", "--robustspec-report=report.json", "--robustspec-report=out")
    arms = [arm for scenario in project.report()["results"][0]["scenarios"] for arm in scenario["arms"]]
    assert [arm["verdict"] for arm in arms] == ["PASS"] * 7
    assert (project.path / "out/report.html").read_text().lower().startswith("<!doctype html>")
    assert (project.path / "out/report.json").exists()
