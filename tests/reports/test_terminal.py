"""Plain text for terminals, JUnit files and annotations."""

from dataclasses import replace

import pytest
from report_results import TYPO, arm, failing, result

from robustspec.engine.run import Progress
from robustspec.reports.terminal import failure_text, progress_line, summary_lines

REPRODUCE = 'pytest "specs/pharmacy.yaml::x"'


def text_of(one, verbosity=0):
    """The failure text of an arm."""
    return failure_text(one, "specs/pharmacy.yaml", REPRODUCE, verbosity)


def test_the_first_line_stands_alone():
    """Place, verdict, requirement, arm, value, bound and n are in the first line."""
    where = "specs/pharmacy.yaml:31: FAIL mean-request_match-worst-over-cell [keyboard_typo-2]"
    expected = f"{where} = 0.567, required >= 0.80 (n=40)"
    assert expected == text_of(failing()).split("\n", 1)[0]


def test_the_first_line_of_a_broken_test_gives_the_reason():
    """Where there is no value, the first line says why."""
    one = arm(verdict="INVALID", value=None, units=0, reason="3 cases have no output, and on_missing is error")
    first = text_of(one).split("\n", 1)[0]
    assert "mean-request_match, required >= 0.90 (n=0): 3 cases have no output, and on_missing is error" in first


def test_the_claim_is_there_in_full():
    """The claim sentence follows, wrapped at about a hundred columns."""
    one = failing()
    text = text_of(one)
    assert one.claim in " ".join(text.split())
    assert all(len(line) <= 100 for line in text.split("\n\n")[1].split("\n"))


def test_reasons_are_named():
    """Why the bound and which hazard stand below the claim."""
    text = text_of(failing())
    assert "because       project policy" in text
    assert "hazard        HZ-017" in text


def test_a_reason_that_the_claim_gives_is_not_repeated():
    """The remedy of an INCONCLUSIVE is part of its claim."""
    remedy = "To decide: about 130 more units."
    assert " ".join(text_of(arm(verdict="INCONCLUSIVE", remedy=remedy)).split()).count(remedy) == 1


def test_a_remedy_beside_the_claim_is_shown():
    """What the claim does not say, the text does."""
    assert "the waiver by A ended" in text_of(failing(reason="the waiver by A ended"))


def test_the_worst_cell_comes_first():
    """Cells and groups stand worst first, with value and n."""
    lines = [line.split() for line in text_of(failing()).splitlines()]
    start = lines.index(["worst", "cells", "value", "n"])
    assert lines[start + 1 : start + 3] == [["keyboard_typo-2", "0.567", "40"], ["keyboard_typo-1", "0.810", "40"]]


@pytest.mark.parametrize(("verbosity", "rows"), [(0, 5), (1, 12), (2, 20)])
def test_verbosity_shows_more_cells(verbosity, rows):
    """Five cells, with -v twelve, with -vv all."""
    text = text_of(failing(worst_cells=[(f"typo-{n}", n / 100, 10) for n in range(20)]), verbosity)
    assert rows == text.count("    typo-")


@pytest.mark.parametrize(("verbosity", "examples"), [(0, 1), (1, 2), (2, 3)])
def test_verbosity_shows_more_examples(verbosity, examples):
    """One example, with -v two, with -vv all."""
    three = [replace(TYPO, case_id=f"r-{n}") for n in range(3)]
    assert examples == text_of(failing(examples=three), verbosity).count("  example r-")


def test_an_example_marks_the_difference():
    """Clean and perturbed text, the change marked by character, expected, policy and both answers."""
    text = text_of(failing())
    assert "perturbed     Hi, can I get ibup[-r-]{+t+}ofen 200 mg for my ba[-c-]{+v+}k?" in text
    assert 'got           refused: {"action": "refuse", "reason": "unknown medicine"}' in text
    assert "policy        answer" in text
    assert 'got on clean  {"action": "request"' in text


def test_a_clean_example_has_one_input():
    """Where nothing was changed there is no difference to show."""
    text = text_of(failing(examples=[replace(TYPO, perturbed=TYPO.clean)]))
    assert "    input         Hi, can I get ibuprofen" in text
    assert "perturbed  " not in text


def test_ids_only_examples_show_no_text():
    """Under `privacy: {examples: ids}` the case is named, nothing of it shown."""
    bare = replace(TYPO, clean=None, perturbed=None, expected=None, policy=None, act=None, got=None, got_clean=None)
    text = text_of(failing(examples=[bare]))
    assert "example paraphrase-and-typo/r-0017/keyboard_typo-2, score 0" in text
    assert "expected" not in text


def test_the_difference_is_never_cut():
    """A long text keeps its change and loses what is equal around it."""
    clean = "a " * 4_000 + "left" + " b" * 4_000
    text = text_of(failing(examples=[replace(TYPO, clean=clean, perturbed=clean.replace("left", "right"))]))
    assert "[-left-]{+right+}" in text
    assert len(text) < 6_000


def test_the_last_line_reproduces():
    """The command that runs this arm again ends the text."""
    assert f"reproduce: {REPRODUCE}" == text_of(failing()).splitlines()[-1]


@pytest.mark.parametrize("hostile", ["\x1b[2J\x1b[31m", "\x9b31m", "\u202egnp.exe", "\x07", "\x00", "a\rb"])
def test_outputs_cannot_drive_a_terminal(hostile):
    """Escape sequences and direction overrides of a model are shown, not sent."""
    example = replace(TYPO, got=hostile, perturbed=f"{TYPO.perturbed} {hostile}", case_id=hostile)
    text = text_of(failing(examples=[example], worst_groups=[(hostile, 0.1, 1), ("b", 0.2, 1)]))
    assert not any(character in text for character in "\x1b\x9b\u202e\x07\x00\r")


def test_ten_megabytes_are_cut():
    """The text stays short whatever a model answers."""
    example = replace(TYPO, got="x" * 10**7, perturbed="y" * 10**7, clean="z" * 10**7)
    assert len(text_of(failing(examples=[example]))) < 60_000


def test_the_summary_counts_cases_and_verdicts():
    """Cases by how they came about, verdicts by word."""
    lines = summary_lines(result())
    assert "  24 verdicts: PASS 16, FAIL 3, INVALID 1, UNREACHABLE 1, INCONCLUSIVE 2, WAIVED 1" in lines
    assert (
        "  cases: 5,244 generated, 206 unchanged, 2,320 called, 2,600 reused, 118 duplicate, 3 missing; 35 s" in lines
    )


def test_the_summary_lists_few_verdicts_in_full():
    """Up to forty verdicts each have a line with value, bound and interval."""
    found = [line for line in summary_lines(result()) if "mean-request_match-clean" in line]
    expected = "    PASS          mean-request_match-clean = 0.968, required >= 0.95 (n=223) [0.952, 0.980]"
    assert [expected] == found


def test_the_summary_of_many_verdicts_lists_the_red_ones():
    """Over forty verdicts, only what is not green is listed, worst word first."""
    whole = result()
    whole.scenarios[0].arms = [arm(name=f"typo-{n}") for n in range(50)] + [failing()]
    text = "\n".join(summary_lines(whole))
    assert "FAIL          mean-request_match-worst-over-cell [keyboard_typo-2] = 0.567" in text
    assert "typo-7" not in text
    assert "PASS 50" in text


def test_the_summary_gives_remedies_limits_and_notes():
    """An INCONCLUSIVE says what would settle it; what was not assessed and notes follow."""
    text = " ".join(" ".join(summary_lines(result())).split())
    assert "To decide: about 130 more units for a PASS if the estimate stays, or a margin of 0.012" in text
    assert "not assessed: scenario seasonal-demand was not selected" in text
    assert "note: 3 cases ran into the time limit of 60 s" in text


def test_the_summary_says_what_the_whole_claims():
    """The claim of the suite stands where there is one."""
    assert "All 24 requirements pass." in "\n".join(summary_lines(result(suite_claim="All 24 requirements pass.")))


def test_a_quick_look_is_stamped():
    """A quick look is no gate, and says so."""
    assert any("quick look: no gate" in line for line in summary_lines(result(quick=True)))
    assert not any("quick look" in line for line in summary_lines(result()))


def test_progress_in_one_line():
    """Cases, verdicts, time so far, and the most that is left: 35 s for 1,240 cases leave 112 s for 3,960."""
    line = progress_line(Progress(12, 31, 1_240, 5_200, 35.0, "paraphrase-and-typo"))
    cases = "1,240 of at most 5,200 cases, 12 of 31 verdicts"
    expected = f"robustspec: {cases}, 35 s, at most about 2 min left - paraphrase-and-typo"
    assert expected == line


def test_progress_at_the_start_promises_nothing():
    """Before the first case there is no time left to tell."""
    assert "left" not in progress_line(Progress(0, 3, 0, 100, 0.1, "typos"))
