"""Concepts by scenarios in every report: counts of verdicts, and what is not assessed."""

import json
import re
from dataclasses import replace

import pytest
from report_results import arm, failing, result

from robustspec.language.concepts import CONCEPTS
from robustspec.reports.html import render_html
from robustspec.reports.json import from_data, to_data
from robustspec.reports.terminal import summary_lines
from robustspec.reports.text import counted_verdicts

NAMES = [concept.name for concept in CONCEPTS]
NAMED = {"natural", "instance-wise", "adversarial", "behavioural", "group"}
"""The concepts that the scenarios of `result` name."""


def matrix(page):
    """The table of a page as rows of texts: the head, then one row for each concept."""
    table = re.search(r'<table class="concepts">(.*?)</table>', page, re.DOTALL).group(1)
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[plain(cell) for cell in row] for row, text in zip(cells, rows, strict=True) if "rowgroup" not in text]


def plain(markup):
    """The text of some markup, marks left out."""
    text = re.sub(r"<[^>]*>", "", markup).replace("&nbsp;", " ")
    return " ".join(word for word in text.split() if word not in "✓✗?!∅~–")


def beside(page):
    """Each concept of a page with its cells."""
    return {row[0]: row[1:] for row in matrix(page)[1:]}


def with_concepts(*concepts):
    """A run whose scenarios name these concepts, one list each."""
    whole = result()
    scenarios = [
        replace(scenario, concepts=list(named)) for scenario, named in zip(whole.scenarios, concepts, strict=True)
    ]
    return replace(whole, scenarios=scenarios)


def test_the_page_has_every_concept_and_every_scenario():
    """Rows are the twenty concepts in their order, columns the scenarios of the run."""
    head, *rows = matrix(render_html([result()]))
    assert head == ["Concept", "paraphrase-and-typo", "prescription-authority", "dialect"]
    assert [row[0] for row in rows] == NAMES


def test_a_cell_counts_the_verdicts_of_its_scenario():
    """Of each word, in figures and words; a dot where the scenario does not name the concept."""
    found = beside(render_html([result()]))
    assert found["adversarial"] == ["·", "4 PASS 1 FAIL", "·"]
    assert found["group"] == ["·", "·", "1 PASS 1 INVALID 1 INCONCLUSIVE"]
    assert found["natural"][0] == "11 PASS 2 FAIL 1 UNREACHABLE 1 INCONCLUSIVE 1 WAIVED"


def test_what_no_scenario_names_is_not_assessed_on_the_page():
    """One cell over all scenarios says so; no cell is empty."""
    page = render_html([result()])
    found = beside(page)
    assert {name for name, cells in found.items() if cells == ["not assessed"]} == set(NAMES) - NAMED
    assert all(cell for cells in found.values() for cell in cells)
    assert page.count('<td colspan="3" class="absent">not assessed</td>') == 15


def test_a_concept_of_several_scenarios_has_several_cells():
    """Each scenario counts its own verdicts."""
    found = beside(render_html([with_concepts(["vendor"], ["vendor"], [])]))
    assert found["vendor"][1:] == ["4 PASS 1 FAIL", "·"]
    assert found["vendor"][0].startswith("11 PASS")


def test_a_scenario_without_verdicts_is_no_pass():
    """Where a run was stopped before a scenario had one, the cell says so."""
    whole = result()
    page = render_html([replace(whole, scenarios=[replace(whole.scenarios[0], arms=[])])])
    assert beside(page)["natural"] == ["no verdict"]


def test_a_run_of_nothing_assessed_nothing():
    """Without scenarios all twenty are not assessed."""
    found = beside(render_html([result(scenarios=[])]))
    assert found == {name: ["not assessed"] for name in NAMES}


def test_the_head_leads_to_the_scenarios():
    """Each column links to the section of its scenario."""
    page = render_html([result()])
    for anchor in re.findall(r'<th scope="col"><a href="#([^"]*)">[^<]*</a></th>', page):
        assert f'<section class="scenario" id="{anchor}"' in page
    assert 'href="#s1-r1-c3">dialect</a>' in page


def test_each_model_has_its_own_table():
    """Two runs on a page have two."""
    assert render_html([result("first"), result("second")]).count('<table class="concepts">') == 2


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "\u202evendor"])
def test_names_of_concepts_are_no_markup(hostile):
    """A report of another version may name anything: it is escaped, under a heading of its own."""
    page = render_html([with_concepts([hostile], [], [])])
    assert "<script>" not in page
    assert "\u202e" not in page
    assert 'class="group">Other</th>' in page


def test_the_json_has_every_concept():
    """By concept a status, and the counts of each scenario that names it."""
    found = json.loads(json.dumps(to_data(result())))["concepts"]
    assert list(found) == NAMES
    assert found["adversarial"] == {
        "status": "assessed",
        "scenarios": {"prescription-authority": {"PASS": 4, "FAIL": 1}},
    }
    assert found["feature"] == {"status": "not assessed", "scenarios": {}}


def test_the_json_is_not_read_back():
    """The table follows from the scenarios: an edit of it changes no result."""
    data = to_data(result())
    data["concepts"]["feature"]["status"] = "assessed"
    assert result() == from_data(data)


def test_the_terminal_has_one_line():
    """How many concepts have a scenario, and how many are not assessed, within a hundred columns."""
    (line,) = [line for line in summary_lines(result()) if "concepts" in line]
    assert line == "  concepts: 5 of 20 have a scenario in this run, 15 are not assessed (see: robustspec concepts)"
    assert len(line) <= 100


def test_a_specification_that_names_no_concept_has_no_line():
    """Who does not speak of concepts is not told of them on the terminal."""
    assert not [line for line in summary_lines(with_concepts([], [], [])) if "concepts" in line]


def test_counts_in_words():
    """PASS first; nothing is said to be no verdict."""
    assert counted_verdicts([failing(), arm(), arm()]) == "2 PASS, 1 FAIL"
    assert counted_verdicts([]) == "no verdict"
