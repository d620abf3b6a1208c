"""``robustspec review``: a blinded queue for people, and what they said read back."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from scipy.stats import binomtest
from sklearn.metrics import cohen_kappa_score

from robustspec.commands.review_key import KeyCase, expected_lines
from robustspec.commands.review_verdicts import Review, Verdict

TALK = """
  talks: {kind: jsonl, path: talks.jsonl, origin: synthetic}
scenarios:
  talk:
    title: Talk
    mechanism: People insist.
    data: talks
    perturbations:
      - {kind: pressure, level: [1, 2]}
      - {kind: word_drop, level: [1, 3], relation: {kind: monotone, field: x, order: [a, b]}}
    requirements:
      - {metric: accuracy, cells: [pressure], at_least: 0.5, method: fixed, max_samples: 10}
"""


def key(folder: Path, name: str = "queue.key.jsonl") -> list[dict[str, str]]:
    return [json.loads(line) for line in (folder / name).read_text().splitlines()][1:]


def answers(folder: Path, name: str, words: dict[str, str] | None = None, default: str = "yes") -> Path:
    """A reviewer's file: ``words`` by review id, ``default`` for all others."""
    path = folder / name
    lines = [f"{case['review_id']},{(words or {}).get(case['review_id'], default)},\n" for case in key(folder)]
    path.write_text("review_id,verdict,comment\n" + "".join(lines))
    return path


@pytest.fixture
def written(folder, command):
    """A folder with a queue of 12 cases of each perturbation."""
    code, _, err = command("review", "spec.yaml", "-o", "queue.csv", "--per", "12")
    assert (code, err) == (0, "")
    return folder


# Writing.


def test_a_queue_has_as_many_cases_of_each_perturbation(written):
    """Three perturbations of two scenarios, 12 cases each."""
    strata = [case["stratum"] for case in key(written)]
    assert {name: strata.count(name) for name in strata} == {
        "typos: keyboard_typo": 12,
        "typos: contraction": 12,
        "short: contraction": 12,
    }


def test_levels_share_the_cases_evenly(folder, command):
    """Of 10 cases of two levels each has 5."""
    spec = (folder / "spec.yaml").read_text().replace("level: [3]", "level: [3, 5]")
    (folder / "spec.yaml").write_text(spec)
    command("review", "spec.yaml", "-o", "queue.csv", "--per", "10", "--scenario", "typos")
    cells = [case["cell"] for case in key(folder)]
    assert {name: cells.count(name) for name in ("keyboard_typo-3", "keyboard_typo-5")} == {
        "keyboard_typo-3": 5,
        "keyboard_typo-5": 5,
    }


def test_the_queue_names_neither_case_nor_perturbation(written, command):
    """A reviewer sees review ids, in an order that is not that of the file."""
    command("review", "spec.yaml", "-o", "page.html", "--per", "12")
    for text in ((written / "queue.csv").read_text(), (written / "page.html").read_text()):
        assert not any(word in text for word in ("keyboard", "contraction", "typos/", "short/", "/n1"))
    assert [case["stratum"] for case in key(written)] != sorted(case["stratum"] for case in key(written))


def test_the_table_shows_both_texts_the_marks_and_the_claim(written):
    """Columns as promised; the change is marked; the last two are to be filled."""
    with (written / "queue.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert list(lines[0]) == ["review_id", "clean", "changed", "expected", "verdict", "comment"]
    found = next(line for line in lines if "I am happy" in line["clean"] and "+}" in line["changed"])
    assert found["expected"] == "answer\nwell"
    assert (found["verdict"], found["comment"]) == ("", "")
    assert {line["review_id"] for line in lines} == {case["review_id"] for case in key(written)}


def test_the_same_seed_is_the_same_sample_and_another_one_is_another(written, command):
    """The sample hangs on the seed alone."""
    first = {case["case_id"] for case in key(written)}
    command("review", "spec.yaml", "-o", "again.csv", "--per", "12")
    command("review", "spec.yaml", "-o", "other.csv", "--per", "12", "--seed", "1")
    assert (written / "again.csv").read_bytes() == (written / "queue.csv").read_bytes()
    assert {case["case_id"] for case in key(written, "other.key.jsonl")} != first


def test_more_cases_are_the_same_and_more(written, command):
    """A larger sample holds the smaller one: a review can be extended."""
    command("review", "spec.yaml", "-o", "more.csv", "--per", "15")
    assert {case["case_id"] for case in key(written)} < {case["case_id"] for case in key(written, "more.key.jsonl")}


def test_too_few_changed_cases_are_told(folder, command):
    """Only twenty of the notes can be contracted."""
    code, out, err = command("review", "spec.yaml", "-o", "queue.csv", "--per", "30", "--scenario", "short")
    assert code == 0
    assert err == "note: short: contraction has 20 cases to review, and 30 were asked for\n"
    assert "20 cases to judge" in out


def test_conversations_are_reviewed_and_monotone_cells_are_not(folder, command):
    """A turn that was added stands in the table with its speaker; where no label is claimed there is nothing to ask."""
    spec = (folder / "spec.yaml").read_text().partition("scenarios:")[0].rstrip()
    (folder / "spec.yaml").write_text(spec + TALK)
    talk = [{"id": f"t{n}", "input": [{"role": "user", "content": f"Well, {n}?"}], "label": "well"} for n in range(20)]
    (folder / "talks.jsonl").write_text("".join(json.dumps(row) + "\n" for row in talk))
    code, _, err = command("review", "spec.yaml", "-o", "queue.csv", "--per", "6")
    assert code == 0
    assert "word_drop is left out: its relation is monotone" in err
    with (folder / "queue.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 6
    assert all(line["changed"].startswith("user: Well, ") and "\nuser: {+" in line["changed"] for line in lines)


def test_privacy_that_shows_no_inputs_forbids_a_queue(folder, command):
    """A review shows whole rows: what may not be shown is not written."""
    for allowed in ("none", "ids"):
        spec = (folder / "spec.yaml").read_text().partition("\nprivacy")[0]
        (folder / "spec.yaml").write_text(f"{spec}\nprivacy: {{examples: {allowed}}}\n")
        code, _, err = command("review", "spec.yaml", "-o", "queue.html")
        assert code == 4
        assert f"privacy.examples is {allowed}" in err
    assert not list(folder.glob("queue*"))


def test_a_table_that_is_there_and_a_key_of_another_queue_are_kept(written, command):
    """Reviewers write into the table, and need the key."""
    assert "the file exists" in command("review", "spec.yaml", "-o", "queue.csv")[2]
    before = (written / "queue.key.jsonl").read_bytes()
    code, _, err = command("review", "spec.yaml", "-o", "queue.html", "--per", "3")
    assert code == 4
    assert "key of another queue" in err
    assert (written / "queue.key.jsonl").read_bytes() == before


def test_a_cell_that_a_spreadsheet_would_run_is_defused(folder, command):
    """A text that begins like a formula gets a quote before it."""
    rows = [{"id": f"n{n}", "input": f'=HYPERLINK("x{n}") is not good for me', "label": "well"} for n in range(20)]
    (folder / "notes.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    command("review", "spec.yaml", "-o", "queue.csv", "--per", "5", "--scenario", "typos")
    with (folder / "queue.csv").open(encoding="utf-8-sig", newline="") as file:
        assert all(line["clean"].startswith("'=") for line in csv.DictReader(file))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "say what to do"),
        (["-o", "q.csv", "--read", "a.csv"], "say what to do"),
        (["-o", "q.txt"], ".html or .csv"),
        (["-o", "q.csv", "--at-least", "0.9"], "for reading verdicts"),
        (["-o", "q.csv", "--scenario", "typo"], "did you mean 'typos'?"),
        (["--read", "a.csv", "--per", "3"], "for writing a queue"),
        (["--read", "a.csv", "--at-least", "95"], "not a share from 0 to 1"),
        (["--read", "a.csv"], "there is none of its queue's key beside it"),
    ],
)
def test_arguments_that_do_not_fit_are_told(folder, command, arguments, said):
    """One sentence, exit code 4."""
    code, _, err = command("review", "spec.yaml", *arguments)
    assert code == 4
    assert said in err


def test_expected_says_the_act_and_what_the_label_says():
    """A policy is told as the act that is right; where that is no answer, the label is not read."""
    assert expected_lines({"dose": 4}, ("answer",)) == ["answer", "dose: 4"]
    assert expected_lines("x", ("must_refuse",)) == ["refuse"]
    assert expected_lines("x", ("ask", "may_refuse")) == ["ask back or answer, or refuse", "x"]
    assert expected_lines(None, ("answer", "ask")) == ["answer or ask back"]


# Reading.


def test_rates_and_intervals_are_those_of_the_verdicts(written, command):
    """10 yes and 2 no of one perturbation: scipy gives the same exact interval; all others are full marks."""
    typos = [case["review_id"] for case in key(written) if case["stratum"] == "typos: keyboard_typo"]
    answers(written, "anna.csv", {typos[0]: "no", typos[1]: " NO "})
    code, out, _ = command("review", "spec.yaml", "--read", "anna.csv")
    assert code == 0
    expected = binomtest(10, 12).proportion_ci(0.95, method="exact")
    line = next(line for line in out.splitlines() if "typos: keyboard_typo" in line)
    assert line.split()[2:] == [
        "12",
        "12",
        "10",
        "2",
        "0",
        "0.833",
        f"{expected.low:.3f}",
        "to",
        f"{expected.high:.3f}",
    ]
    every = binomtest(34, 36).proportion_ci(0.95, method="exact")
    line = next(line for line in out.splitlines() if line.startswith("  all "))
    assert line.split() == ["all", "36", "36", "34", "2", "0", "0.944", f"{every.low:.3f}", "to", f"{every.high:.3f}"]


def test_unsure_and_unjudged_cases_count_for_neither_side(written, command):
    """The rate is of yes and no alone; both others are counted apart."""
    ids = [case["review_id"] for case in key(written)]
    answers(written, "anna.csv", {ids[0]: "unsure", ids[1]: "", ids[2]: "no"})
    _, out, _ = command("review", "spec.yaml", "--read", "anna.csv")
    assert "judged: anna 35 of 36" in out
    line = next(line for line in out.splitlines() if line.startswith("  all "))
    assert line.split()[1:7] == ["36", "35", "33", "1", "1", "0.971"]


def test_kappa_is_that_of_scikit_learn_and_disagreements_are_listed(written, command):
    """Two reviewers over three words; every case without two yes is told with its case id and comment."""
    ids = [case["review_id"] for case in key(written)]
    said_by = {"anna": dict.fromkeys(ids[:6], "no"), "ben": dict.fromkeys(ids[3:8], "no") | {ids[9]: "unsure"}}
    for name, words in said_by.items():
        answers(written, f"{name}.csv", words)
    _, out, _ = command("review", "spec.yaml", "--read", "anna.csv", "ben.csv")
    labels = [[words.get(review_id, "yes") for review_id in ids] for words in said_by.values()]
    assert f"Cohen's kappa {cohen_kappa_score(*labels):.3f} (95 % interval" in out
    assert "not yes, or not of one mind: 9 cases:" in out
    first = key(written)[0]
    assert f"  {first['review_id']}  {first['case_id']}: anna no, ben yes" in out


def test_one_no_is_enough_and_one_unsure_leaves_it_open():
    """A case holds only where everybody who judged it says yes."""
    cases = {name: KeyCase(name, f"s/{name}/c", "s: p", "c", "") for name in "abcd"}
    one = {"a": Verdict("yes"), "b": Verdict("yes"), "c": Verdict("yes")}
    other = {"a": Verdict("no"), "b": Verdict("unsure"), "c": Verdict("yes")}
    review = Review(cases, {"one": one, "other": other})
    assert [review.settled(name) for name in "abcd"] == ["no", "unsure", "yes", None]
    tally = review.tally()
    assert (tally.cases, tally.judged, tally.yes, tally.no, tally.unsure) == (4, 3, 1, 1, 1)


def test_a_lower_bound_that_is_not_met_is_red(written, command):
    """36 of 36 give a lower bound of 0.903 at 95 %; 12 of 12 one of 0.735."""
    answers(written, "anna.csv")
    assert command("review", "spec.yaml", "--read", "anna.csv", "--at-least", "0.9")[0] == 0
    code, out, _ = command("review", "spec.yaml", "--read", "anna.csv", "--at-least", "0.91")
    assert code == 1
    assert "FAIL: all: the lower bound 0.903 is below 0.91" in out
    code, out, _ = command("review", "spec.yaml", "--read", "anna.csv", "--each-at-least", "0.8")
    assert code == 1
    assert "FAIL: typos: contraction: the lower bound 0.735 is below 0.8" in out


def test_a_file_as_spreadsheets_save_it_is_read(written, command):
    """Semicolons, a byte order mark, more columns in another order, lines without anything."""
    lines = [f"{case['review_id']};fine;Yes;x" for case in key(written)]
    text = "\ufeff" + "\r\n".join(["review_id;comment;Verdict;clean", *lines, ";;;", ""])
    (written / "ben.csv").write_bytes(text.encode())
    code, out, _ = command("review", "spec.yaml", "--read", "ben.csv")
    assert code == 0
    assert "judged: ben 36 of 36" in out


def test_comments_and_ids_are_told_as_privacy_allows(written, command):
    """With ids no comment is printed; with none no case is named."""
    ids = [case["review_id"] for case in key(written)]
    (written / "anna.csv").write_text(f"review_id,verdict,comment\n{ids[0]},no,Mrs Doe's dose is wrong\n")
    spec = (written / "spec.yaml").read_text()
    seen = {}
    for allowed in ("full", "ids", "none"):
        (written / "spec.yaml").write_text(f"{spec}\nprivacy: {{examples: {allowed}}}\n")
        seen[allowed] = command("review", "spec.yaml", "--read", "anna.csv")[1]
    assert ["Mrs Doe" in seen[name] for name in ("full", "ids", "none")] == [True, False, False]
    assert [ids[0] in seen[name] for name in ("full", "ids", "none")] == [True, True, False]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"review_id,verdict,comment\r\n", "nothing is judged"),
        (b"name,verdict\r\nx,yes\r\n", "no column review_id"),
        (b"review_id,comment\r\nx,yes\r\n", "no column verdict"),
        (b"review_id,verdict\r\nzzz-1,yes\r\n", "of another queue"),
        (b"review_id,verdict\r\nID,yes\r\nzzz-1,yes\r\nzzz-2,no\r\n", "zzz-1, zzz-2"),
        (b"review_id,verdict\r\nID,yes\r\nID,no\r\n", "judged twice: ID"),
        (b"review_id,verdict\r\nID,maybe\r\n", "anna.csv:2: verdict 'maybe' -- write yes, no or unsure"),
        (b"review_id,verdict\r\nID,\r\n", "nothing is judged"),
        ("review_id,verdict,comment\r\nID,yes,caf\u00e9\r\n".encode("latin-1"), "not UTF-8"),
        ("review_id,verdict\r\nID,yes\r\n".encode("utf-16"), "not UTF-8"),
        (b'review_id,verdict\r\nID,"yes\r\n', "no table"),
    ],
)
def test_files_that_cannot_be_counted_are_refused(written, command, content, said):
    """Place, fault and remedy in one sentence, and nothing is counted."""
    first = key(written)[0]["review_id"]
    (written / "anna.csv").write_bytes(content.replace(b"ID", first.encode()))
    code, out, err = command("review", "spec.yaml", "--read", "anna.csv")
    assert (code, out) == (4, "")
    assert err.startswith("anna.csv")
    assert said.replace("ID", first) in err
    assert " -- " in err
    assert "Traceback" not in err


def test_a_key_that_is_none_or_torn_is_refused(written, command):
    """The key must be the whole file that was written."""
    answers(written, "anna.csv")
    whole = (written / "queue.key.jsonl").read_text()
    (written / "torn.jsonl").write_text("".join(whole.splitlines(keepends=True)[:-1]))
    (written / "other.jsonl").write_text('{"id": 1}\n')
    assert "holds 35 of 36 cases" in command("review", "spec.yaml", "--read", "anna.csv", "--key", "torn.jsonl")[2]
    assert "no key of a review" in command("review", "spec.yaml", "--read", "anna.csv", "--key", "other.jsonl")[2]
    assert "No such file" in command("review", "spec.yaml", "--read", "anna.csv", "--key", "absent.jsonl")[2]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("level: [3]", "level: [4]"),
        ("direction: contract}\n", "direction: expand}\n"),
        ("about:", "statistics: {seed: 5}\nabout:"),
        ("typos:", "slips:"),
    ],
)
def test_verdicts_on_cases_that_are_made_no_more_do_not_count(written, command, old, new):
    """Another level, operator, seed or scenario makes other cases than those that people judged."""
    answers(written, "anna.csv")
    (written / "spec.yaml").write_text((written / "spec.yaml").read_text().replace(old, new))
    code, out, err = command("review", "spec.yaml", "--read", "anna.csv")
    assert (code, out) == (4, "")
    assert "are not what spec.yaml makes" in err


def test_a_changed_bound_leaves_the_review_valid(written, command):
    """What people judged is the cases, not the requirements."""
    answers(written, "anna.csv")
    (written / "spec.yaml").write_text((written / "spec.yaml").read_text().replace("at_least: 0.8", "at_least: 0.7"))
    assert command("review", "spec.yaml", "--read", "anna.csv")[0] == 0


def test_changed_data_makes_other_cases(written, command):
    """A row that says something else since is no longer the case that was judged."""
    answers(written, "anna.csv")
    (written / "notes.jsonl").write_text((written / "notes.jsonl").read_text().replace("happy", "sad"))
    assert "are not what" in command("review", "spec.yaml", "--read", "anna.csv")[2]


def test_one_file_named_twice_is_told(written, command):
    """A reviewer does not agree with themselves."""
    answers(written, "anna.csv")
    assert "named twice" in command("review", "spec.yaml", "--read", "anna.csv", "anna.csv")[2]
