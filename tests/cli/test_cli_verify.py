"""robustspec verify."""

import copy
import json
import sys
import zlib
from base64 import b64decode, b64encode

import pytest

from robustspec.commands.arguments import CACHE
from robustspec.engine.proof.record import sealed
from robustspec.engine.session import Options, load_plan, open_model, run_plan
from robustspec.reports.json import write_json

SPEC = """\
robustspec: 1
about: {title: Wellbeing, limitations: [none]}
model: {kind: callable, target: cli_model:answer}
data:
  notes: {kind: jsonl, path: notes.jsonl, origin: synthetic}
scenarios:
  typos:
    title: Slips
    mechanism: People hurry.
    data: notes
    perturbations:
      - {kind: keyboard_typo, level: [1, 3]}
      - {kind: contraction, direction: contract}
    requirements:
      - {metric: accuracy, name: easy, cells: clean, at_least: 0.5}
      - {metric: accuracy, name: strict, cells: clean, at_least: 0.97}
      - {metric: accuracy, name: close, cells: [keyboard_typo], at_least: 0.8}
      - {metric: accuracy, name: gap, cells: [keyboard_typo], gap_over: cell, at_most: 0.7}
      - {metric: accuracy, name: known, cells: clean, at_least: 0.97, waived: {until: 2999-01-01, by: A, reason: later}}
      - {metric: accuracy, name: far, cells: clean, at_least: 0.999}
      - {metric: accuracy, name: idle, cells: [contraction], at_least: 0.5}
"""

MODEL = """\
import zlib

def answer(text):
    return "well" if zlib.crc32(text.encode()) % 10 < 8 else "ill"
"""

ARMS = ("easy", "strict", "close", "gap", "known", "far", "idle")


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The text of a report with every sort of verdict, and the folder of its specification."""
    folder = tmp_path_factory.mktemp("verify")
    (folder / "spec.yaml").write_text(SPEC)
    (folder / "cli_model.py").write_text(MODEL)
    rows = ({"id": f"n{k}", "input": f"Note {k}: a happy patient, going home", "label": "well"} for k in range(120))
    (folder / "notes.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.syspath_prepend(str(folder))
        sys.modules.pop("cli_model", None)
        options = Options(cache=folder / CACHE)
        plan = load_plan(folder / "spec.yaml", options)
        model, timeout_s = open_model(plan)
        with model:
            write_json([run_plan(plan, model, options, timeout_s=timeout_s)], folder / "report.json")
        sys.modules.pop("cli_model", None)
    return folder, json.loads((folder / "report.json").read_text())


@pytest.fixture
def verified(report, command, tmp_path):
    """Verify the report after an edit: gives exit code, lines, stderr."""
    folder, data = report

    def verify(edit=None, *arguments):
        changed = copy.deepcopy(data)
        if edit is not None:
            edit(changed["results"][0])
        path = tmp_path / "edited.json"
        path.write_text(json.dumps(changed))
        code, out, err = command("verify", path, *arguments)
        return code, out.splitlines(), err

    verify.folder = folder
    return verify


NOT_COVERED = "not covered: counts of cases, cells, groups, examples, warnings, notes and names, which no record holds"


def arm_of(result, name):
    return result["scenarios"][0]["arms"][ARMS.index(name)]


def test_the_report_holds_every_sort_of_verdict(report):
    """So that the tests below test something."""
    arms = report[1]["results"][0]["scenarios"][0]["arms"]
    words = ["PASS", "FAIL", "INCONCLUSIVE", "PASS", "WAIVED", "UNREACHABLE", "INVALID"]
    assert [arm["verdict"] for arm in arms] == words


def test_an_honest_report_agrees(verified):
    """Verdicts that were known before any call hold no evidence, and are told."""
    code, lines, err = verified()
    assert (code, err) == (0, "")
    assert lines == [
        "5 verdicts recomputed, all agree",
        "not recomputed, UNREACHABLE, known before any call: typos::far::all",
        "not recomputed, INVALID, which claims nothing: typos::idle::all",
        NOT_COVERED,
    ]


def test_it_agrees_with_its_specification(verified):
    """Whose data and model may be gone."""
    (verified.folder / "notes.jsonl").rename(verified.folder / "away")
    try:
        assert verified(None, "--spec", verified.folder / "spec.yaml")[0] == 0
    finally:
        (verified.folder / "away").rename(verified.folder / "notes.jsonl")


def put(name, *path, to, claim=None):
    """An edit of one value of an arm, and of its claim where it says so."""

    def edit(result):
        at = arm = arm_of(result, name)
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = to(at[path[-1]]) if callable(to) else to
        if claim:
            arm["claim"] = arm["claim"].replace(*claim)

    return edit


def flip(text):
    """One bit of the evidence."""
    kind, packed = text.split(":")
    data = bytearray(b64decode(packed))
    data[0] ^= 64
    return f"{kind}:{b64encode(data).decode()}"


STREAM = ("record", "streams", 0)
EDITS = {
    "a verdict": (
        put("strict", "verdict", to="PASS", claim=("FAIL", "PASS")),
        "strict",
        "PASS in the report, FAIL by its",
    ),
    "an undecided verdict": (
        put("close", "verdict", to="PASS", claim=("INCONCLUSIVE", "PASS")),
        "close",
        "PASS in the report, INCONCLUSIVE by its evidence",
    ),
    "a gap's verdict": (put("gap", "verdict", to="FAIL", claim=("PASS", "FAIL")), "gap", "FAIL in the report, PASS by"),
    "a waived verdict": (
        put("known", "stored_verdict", to="INCONCLUSIVE"),
        "known",
        "INCONCLUSIVE in the report, FAIL by",
    ),
    "a waiver": (
        put("strict", "verdict", to="WAIVED", claim=("FAIL", "WAIVED")),
        "strict",
        "what was waived is no FAIL",
    ),
    "a lost waiver": (
        put("known", "verdict", to="PASS", claim=("WAIVED", "PASS")),
        "known",
        "which no waiver makes of it",
    ),
    "a value": (put("easy", "value", to=0.99), "easy", "value 0.99 in the report"),
    "a lower bound": (put("easy", "lower", to=0.7), "easy", "lower bound 0.7 in the report"),
    "a missing bound": (put("close", "upper", to=None), "close", "upper bound none in the report"),
    "n": (put("easy", "units", to=119), "easy", "n 119 in the report"),
    "n of a gap": (put("gap", "units", to=lambda n: 2 * n), "gap", " in the report, "),
    "the requirement": (
        put("strict", "bound", to=0.6, claim=("0.97", "0.60")),
        "strict",
        "bound >= 0.6 in the report, >= 0.97",
    ),
    "the side": (put("easy", "at_least", to=False, claim=(">=", "<=")), "easy", "bound <= 0.5 in the report, >= 0.5"),
    "the confidence": (
        put("easy", "confidence", to=0.99),
        "easy",
        "confidence 0.99 in the report, 0.95 in the evidence",
    ),
    "the method": (put("easy", "method", to="fixed"), "easy", "method fixed in the report, sequential"),
    "the population": (put("easy", "population", to="dataset"), "easy", "population dataset in the report"),
    "certainty": (
        put("easy", "certain", to=True),
        "easy",
        "certain in the report, while its evidence is not of all rows",
    ),
    "the horizon": (put("easy", "horizon", to=2000), "easy", "horizon 2000 in the report, 120 in the evidence"),
    "the look": (put("easy", "look", to=2), "easy", "the evidence is of look '1', the report's is '2'"),
    "the claim's figures": (
        put("easy", "claim", to=lambda text: text.replace("units", "rows")),
        "easy",
        "state the figures",
    ),
    "the claim's guarantee": (
        put("easy", "claim", to=lambda text: text.replace("5 in 100", "1 in 100")),
        "easy",
        "guarantee",
    ),
    "the claim's verdict": (
        put("strict", "claim", to=lambda text: text.replace("FAIL", "PASS", 1)),
        "strict",
        "does not begin",
    ),
    "the claim's bound": (
        put("easy", "claim", to=lambda text: text.replace(">= 0.50", ">= 0.90")),
        "easy",
        "state the bound",
    ),
    "a bit of the evidence": (put("easy", *STREAM, "pass", 0, to=flip), "easy", "its evidence was edited"),
    "a hypothesis": (put("strict", *STREAM, "hypothesis", "bound", to=0.5), "strict", "its evidence was edited"),
    "the arm of the evidence": (
        put("easy", "record", "keys", "arm", to="typos::strict::all"),
        "easy",
        "of arm 'typos::strict",
    ),
    "the claim's subject": (
        put("easy", "claim", to=lambda text: text.replace("accuracy on", "coverage on")),
        "easy",
        "the claim is not about accuracy",
    ),
    "the claim's origin": (
        put("easy", "claim", to=lambda text: text.replace("synthetic", "real")),
        "easy",
        "origin of the data: synthetic",
    ),
    "the origin": (
        put("easy", "origin", to="real", claim=("synthetic", "real")),
        "easy",
        "origin real in the arm, synthetic in its data",
    ),
    "the claim's remedy": (
        put("close", "claim", to=lambda text: text.replace("To decide", "Perhaps")),
        "close",
        "does not state the remedy",
    ),
    "the claim's waiver": (
        put("known", "claim", to=lambda text: text.replace("by A", "by B")),
        "known",
        "does not state the waiver: waived until 2999-01-01 by A: later",
    ),
    "the claim's reason": (
        put("far", "claim", to=lambda text: text.replace("a PASS needs", "it needs")),
        "far",
        "does not state the reason",
    ),
    "the reason": (
        put(
            "far", "reason", to=lambda text: text.replace("there are 120", "there are 20"), claim=("are 120", "are 20")
        ),
        "far",
        "but it may use 120 units",
    ),
    "missing cases": (put("easy", "missing", to=3), "easy", "does not go with 3 missing cases"),
    "unchanged cases": (put("easy", "unchanged", to=3), "easy", "does not go with 3 unchanged cases"),
    "the name of an arm": (put("easy", "arm", to="one"), "easy", "its parts name another arm, typos::easy::one"),
    "figures of what was never run": (put("far", "units", to=50), "far", "UNREACHABLE, which is known before any call"),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_caught_with_its_arm(verified, name):
    """Exit code 1, and a line that says what does not agree."""
    edit, arm, what = EDITS[name]
    code, lines, _ = verified(edit)
    assert code == 1
    assert any(line.startswith(f"typos::{arm}::all: ") and what in line for line in lines), lines
    assert any(" recomputed, " in line and "contradiction" in line for line in lines)


@pytest.mark.parametrize(
    ("key", "to", "what"),
    [
        ("spec_hash", "0" * 16, "the evidence is of spec"),
        ("seed", 1, "the evidence is of seed '0', the report's is '1'"),
        ("fingerprint", "another", "the evidence is of model"),
        ("data", [], "which the report does not name"),
        (
            "suite_claim",
            "All 7 requirements pass.",
            "suite_claim: it says that all requirements pass, and typos::strict::all",
        ),
    ],
)
def test_evidence_of_another_run_is_caught(verified, key, to, what):
    """A record belongs to one specification, model, seed and data set."""
    code, lines, _ = verified(lambda result: result.update({key: to}))
    assert code == 1
    assert any(what in line for line in lines)


def test_counts_of_the_run_are_the_sum_of_its_scenarios(verified):
    """Calls that one of them does not know."""
    code, lines, _ = verified(lambda result: result["counts"].update(called=1))
    assert code == 1
    assert "counts: those of the run are not the sum of its scenarios'" in lines


def test_an_arm_that_stands_there_twice_is_caught(verified):
    """It would make up for one that was taken out."""

    def double(result):
        arms = result["scenarios"][0]["arms"]
        arms.append(copy.deepcopy(arms[0]))

    code, lines, _ = verified(double)
    assert code == 1
    assert "typos::easy::all: it stands in the report twice" in lines


def test_evidence_of_a_better_run_is_caught_though_all_figures_agree(verified):
    """All of a PASS put in the place of a FAIL, checksum and claim included."""

    def swap(result):
        good, bad = arm_of(result, "easy"), arm_of(result, "strict")
        bad.update({key: good[key] for key in ("verdict", "value", "lower", "upper", "units", "record", "cases")})
        bad["record"] = sealed({**good["record"], "keys": {**good["record"]["keys"], "arm": bad["id"]}})
        bad["claim"] = good["claim"].replace("0.50", "0.97")

    code, lines, _ = verified(swap)
    assert code == 1
    assert any("typos::strict::all: bound >= 0.97 in the report, >= 0.5 in the evidence" in line for line in lines)


def test_missing_cases_must_fit_their_reason(verified):
    """An INVALID for missing outputs is one by its own counts."""

    def lose(result):
        arm = arm_of(result, "idle")
        arm["reason"] = "9 of 100 cases have no output, more than max_error_rate 0.02"
        arm["claim"] = "INVALID: accuracy on contraction >= 0.50: too many."

    code, lines, _ = verified(lose)
    assert code == 1
    assert any("but 0 of" in line and "counted as missing" in line for line in lines)


def test_arms_without_a_record_are_told(verified):
    """As those of a report that an older version wrote."""

    def forget(result):
        for arm in result["scenarios"][0]["arms"]:
            del arm["record"]

    code, lines, _ = verified(forget)
    assert code == 0
    assert lines[0] == "0 verdicts recomputed, all agree"
    assert "not recomputed, PASS, without an evidence record: typos::easy::all, typos::gap::all" in lines


def test_a_quick_look_is_told(verified):
    """It is no gate, even where all agrees."""

    def quicken(result):
        result["quick"] = True

    code, lines, _ = verified(quicken)
    assert (code, lines[-2]) == (0, "a quick look, which is no gate: spec.yaml")


BOMB = b64encode(zlib.compress(bytes(80_000_000), 9)).decode()


@pytest.mark.parametrize(
    ("path", "to", "what"),
    [
        (("version",), 9, "version 9, and this robustspec reads 1"),
        ((*STREAM[1:], "pass"), [f"all:{BOMB}"], "not the"),
        ((*STREAM[1:], "pass"), ["bits:/w=="], "streams[0].pass: 8 bits where"),
        ((*STREAM[1:], "n"), 10**8, "more than 1,000,000 units"),
        (("streams",), "", "streams: a list"),
        (("keys",), 3, "keys: an object of texts"),
        (("test",), "__import__", "test: one of units, gap, table"),
    ],
)
def test_a_record_that_cannot_be_read_is_one_line(verified, path, to, what):
    """Exit code 4; the other arms are still verified."""
    code, lines, err = verified(put("easy", "record", *path, to=to))
    assert (code, err) == (4, "")
    assert any(line.startswith("typos::easy::all: ") and what in line for line in lines), lines
    assert "4 verdicts recomputed, 1 contradiction" in lines


@pytest.mark.parametrize(
    ("text", "what"),
    [("{", "not JSON"), ("[" * 100_000, "not JSON"), ('{"robustspec_report": 1, "results": []}', "it holds no result")],
)
def test_a_bad_file_is_one_sentence(command, tmp_path, text, what):
    """Exit code 4."""
    (tmp_path / "report.json").write_text(text)
    code, out, err = command("verify", tmp_path / "report.json")
    assert (code, out) == (4, "")
    assert what in err
    assert len(err.splitlines()) == 1


def other_spec(folder, tmp_path, *edit):
    path = tmp_path / "spec.yaml"
    path.write_text((folder / "spec.yaml").read_text().replace(*edit))
    return path


def test_another_specification_is_told_by_its_hash(verified, tmp_path):
    """A bound that was edited since makes another specification."""
    path = other_spec(verified.folder, tmp_path, "at_least: 0.97}", "at_least: 0.6}")
    code, lines, _ = verified(None, "--spec", path)
    assert code == 1
    assert lines[0].startswith("spec: the report is of a specification with hash ")


@pytest.mark.parametrize(
    ("edit", "what"),
    [
        (lambda result: result["scenarios"][0]["arms"].pop(1), "typos::strict: it has no verdict in the report"),
        (put("easy", "requirement", to="other"), "typos::easy::all: the specification has no such requirement"),
        (put("close", "gate", to="record"), "gate record in the report, block in the specification"),
        (put("strict", "requirement", to="close"), "bound >= 0.97 in the report, >= 0.8 in the specification"),
        (put("easy", "missing", to=40), "cases are missing, which is INVALID"),
    ],
)
def test_the_specification_has_the_last_word(verified, edit, what):
    """What a report leaves out or says of its requirements, against the file."""
    assert not any(what in line for line in verified(edit)[1])
    code, lines, _ = verified(edit, "--spec", verified.folder / "spec.yaml")
    assert code == 1
    assert any(what in line for line in lines), lines


def test_the_error_rate_of_a_fail_is_that_of_its_requirement(verified):
    """ "1 in 100" where the specification has 5."""
    code, lines, _ = verified(
        put("strict", "claim", to=lambda text: text.replace("5 in 100", "1 in 100")),
        "--spec",
        verified.folder / "spec.yaml",
    )
    assert code == 1
    assert any("typos::strict::all: the claim does not state the guarantee" in line for line in lines), lines


def test_the_subject_of_a_claim_is_that_of_its_requirement(verified):
    """Clean cells are not perturbed ones."""
    code, lines, _ = verified(
        put("easy", "claim", to=lambda text: text.replace("on clean cells", "on perturbed cells")),
        "--spec",
        verified.folder / "spec.yaml",
    )
    assert code == 1
    assert any("the claim does not begin with 'PASS: accuracy on clean cells >= '" in line for line in lines), lines


def test_a_waiver_must_stand_in_the_specification(verified):
    """A FAIL that the report waives on its own."""

    def waive(result):
        arm = arm_of(result, "strict")
        arm |= {"verdict": "WAIVED", "stored_verdict": "FAIL", "claim": arm["claim"].replace("FAIL", "WAIVED", 1)}

    assert verified(waive)[0] == 0
    code, lines, _ = verified(waive, "--spec", verified.folder / "spec.yaml")
    assert (code, lines[0]) == (1, "typos::strict::all: WAIVED, and the specification does not waive it")


def test_weaker_error_rates_than_the_file_asks_for_are_told(verified):
    """An evidence record that was made at another rate, sealed anew."""

    def weaken(result):
        arm = arm_of(result, "far")
        arm |= {key: value for key, value in arm_of(result, "easy").items() if key in ("record", "cases")}
        arm["record"]["streams"][0]["hypothesis"] |= {"alpha_pass": 0.2, "alpha_fail": 0.2}

    code, lines, _ = verified(weaken, "--spec", verified.folder / "spec.yaml")
    assert code == 1
    assert any("a PASS at error rate 0.2 in the evidence, 0.05 by the specification" in line for line in lines)
