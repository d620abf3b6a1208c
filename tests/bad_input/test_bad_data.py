"""Data that cannot be judged: each fault is one sentence with file, line and remedy, before any call."""

from __future__ import annotations

import pytest

NAN = float("nan")

EVERY_LABEL = {number: {"label": None} for number in range(60)}

ROWS = {
    "duplicate ids": (
        {7: {"id": "t3"}, 11: {"id": "t2"}},
        "tickets.jsonl:12: the id 't2' stands at tickets.jsonl:3 too (2 such pairs in the file) -- an id names one row",
    ),
    "NaN label": (
        {7: {"label": NAN}},
        "tickets.jsonl:8: row 't7': 'label' holds NaN or an infinity, with which nothing compares equal",
    ),
    "empty label": (
        {7: {"label": ""}},
        "tickets.jsonl:8: row 't7': 'label' is empty -- leave the key out where there is no label",
    ),
    "no labels": (
        EVERY_LABEL,
        "tickets.jsonl: 60 rows have no label, which 'accuracy' reads in scenario 'capitals' -- add labels, or a policy "
        "under which none is read",
    ),
    "empty input": ({7: {"input": ""}}, "tickets.jsonl:8: row 't7': 'input' is empty"),
    "input that is no text": (
        {7: {"input": 17}},
        "tickets.jsonl:8: row 't7': 'input' is text or a list of messages, but this is 17",
    ),
    "row without a group value": (
        {7: {"site": None}},
        "tickets.jsonl:8: group 'site' of data 'tickets' has no value in 1 of 60 rows, the first of them here -- fill them "
        "in, or name them with `missing: unknown`",
    ),
}


@pytest.mark.parametrize(("changed", "sentence"), ROWS.values(), ids=ROWS)
def test_a_bad_row(project, changed, sentence):
    """The line, the row and what to do."""
    project.rows(changed)
    assert project.refused() == sentence


FILES = {
    "empty file": ("", "spec.yaml:5:26: data.tickets.path: tickets.jsonl: the file is empty"),
    "torn line": (
        '{"id": "a", "input": "x 1", "label": "odd", "site": "A"}\n{"id": "b", "inp',
        "spec.yaml:5:26: data.tickets.path: tickets.jsonl:2: not valid JSON: Unterminated string starting at column 13",
    ),
    "line that is a list": (
        "[1, 2]\n",
        "spec.yaml:5:26: data.tickets.path: tickets.jsonl:1: a line holds one JSON object, but this is [1, 2]",
    ),
    "not UTF-8": (
        b'{"id": "a", "input": "\xfc 1", "label": "odd", "site": "A"}\n',
        "spec.yaml:5:26: data.tickets.path: tickets.jsonl:1: byte 23 of the line is not UTF-8 -- save the file as UTF-8",
    ),
}


@pytest.mark.parametrize(("content", "sentence"), FILES.values(), ids=FILES)
def test_a_bad_file(project, content, sentence):
    """What the first lines show is told at the place of the specification that names the file."""
    project.write("tickets.jsonl", content)
    assert project.refused() == sentence


def test_a_missing_data_file(project):
    """The sentence says what is there."""
    (project.folder / "tickets.jsonl").unlink()
    told = project.refused()
    assert told == "spec.yaml:5:26: data.tickets.path: tickets.jsonl: no such file -- there are: models.py, spec.yaml"


CSV = {
    "too many fields": (
        "id,input,label,site\nt1,look 1,odd,A\nt2,look 2, with comma,even,A\n",
        "tickets.csv:3: the record has 5 fields, the header 4 -- quote a field that holds ','",
    ),
    "too few fields": (
        "id,input,label,site\nt1,look 1,odd,A\nt3,look 3,odd\n",
        "tickets.csv:3: the record has 3 fields, the header 4 -- quote a field that holds ','",
    ),
    "open quote": (
        'id,input,label,site\nt1,"look 1,odd,A\nt2,look 2,even,A\n',
        "tickets.csv:2: not valid CSV: unexpected end of data",
    ),
    "empty label": (
        "id,input,label,site\nt1,look 1,odd,A\nt2,look 2,,A\n",
        "tickets.csv:3: row 't2': 'label' is empty -- leave the key out where there is no label",
    ),
    "header only": ("id,input,label,site\n", "tickets.csv: the file holds no records"),
}


@pytest.mark.parametrize(("text", "sentence"), CSV.values(), ids=CSV)
def test_bad_csv(project, text, sentence):
    """Ragged rows and what else goes wrong when a table is typed."""
    project.csv(text)
    assert project.refused() == sentence


def test_a_missing_column(project):
    """A column of the specification that the data lacks, with the columns that there are."""
    project.edit("groups: [site]", "groups: [site], columns: {input: text}")
    told = project.refused()
    assert told == (
        "spec.yaml:5:73: data.tickets.columns.input: data 'tickets' has no column 'text' -- there are: id, input, label, site"
    )


def test_a_missing_group_column(project):
    """A misspelt group column gets a suggestion."""
    project.edit("groups: [site]", "groups: [{name: site, column: sight}]")
    assert project.refused().endswith("data 'tickets' has no column 'sight' -- did you mean 'site'?")


def test_no_row_is_left(project):
    """A condition that no row meets is no empty success."""
    project.edit("groups: [site]", "groups: [site], where: {site: Z}")
    assert project.refused() == "tickets.jsonl: no row meets `where` of data 'tickets'"


def test_an_empty_group_is_noted(project, ends_well):
    """A value that the specification names and no row has makes no arm, and is not passed over in silence."""
    project.edit("groups: [site]", "groups: [{name: site, column: site, map: {A: a, B: b, Z: z}}]")
    assert "note: data 'tickets': no row has site z" in project.check().stdout
    done = project.pytest("-v")
    ends_well(done)
    assert "note: data 'tickets': no row has site z" in done.stdout
    assert "worst-over-site::z" not in done.stdout


def test_a_group_of_one_is_unreachable(project, ends_well):
    """One row cannot show anything: both commands say so with the remedy, and the other arms have their verdicts."""
    project.rows({7: {"site": "C"}})
    told = project.check()
    assert told.returncode == 1
    sentence = (
        "capitals::mean-accuracy-worst-over-site::C: UNREACHABLE: a PASS needs at least 5 units that are all right"
    )
    assert f"spec.yaml:16: {sentence}" in told.stdout
    done = project.pytest("--robustspec-report=report.json")
    ends_well(done)
    assert done.returncode == 1
    [run] = project.report()["results"]
    verdicts = {arm["arm"]: arm["verdict"] for scenario in run["scenarios"] for arm in scenario["arms"]}
    assert verdicts == {"all": "PASS", "A": "PASS", "B": "PASS", "C": "UNREACHABLE"}


def test_a_group_below_the_asked_size_is_invalid(project, ends_well):
    """An explicit min_group_size makes it INVALID, with both sizes."""
    project.rows({7: {"site": "C"}})
    project.edit("worst_over: site,", "worst_over: site, min_group_size: 10,")
    done = project.pytest()
    ends_well(done)
    assert "INVALID" in done.stdout
    assert "group C has 1 units, fewer than min_group_size 10" in " ".join(done.stdout.split())


def test_a_group_of_one_can_be_left_out(project, ends_well):
    """small_groups: exclude makes no arm of it and names it in the claims of the others."""
    project.rows({7: {"site": "C"}})
    project.edit("worst_over: site,", "worst_over: site, small_groups: exclude,")
    done = project.pytest("--robustspec-report=report.json")
    ends_well(done)
    assert done.returncode == 0
    [run] = project.report()["results"]
    claims = [arm["claim"] for scenario in run["scenarios"] for arm in scenario["arms"] if arm["arm"] in "AB"]
    assert len(claims) == 2
    assert all("C" in claim for claim in claims)
