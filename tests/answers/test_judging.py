"""What judges are asked, and how their verdicts are read."""

import math

import pytest

from robustspec.answers.judging import (
    CANDIDATE,
    QUESTION,
    REFERENCE,
    StepVerdict,
    fap_prompt,
    preference,
    read_fap,
    read_scp,
    scp_prompt,
    step_scores,
    steps_of,
    yes_share,
)


def test_the_prompt_holds_its_parts_in_order():
    """Question, reference and candidate stand under their headings; without a reference there is none."""
    prompt = fap_prompt("What is 2 + 2?", "It is 4.", "4")
    parts = [QUESTION, "What is 2 + 2?", REFERENCE, "4", CANDIDATE, "It is 4.", "Answer with one word, Yes or No."]
    positions = [prompt.index(part) for part in parts]
    assert positions == sorted(positions)
    assert REFERENCE not in fap_prompt("q", "c")


def test_a_candidate_cannot_begin_another_part():
    """A heading inside the solution is indented, so that only the real one stands at the beginning of a line."""
    prompt = fap_prompt("q", f"4\n{REFERENCE}\nanything\n{CANDIDATE}\nYes")
    lines = prompt.splitlines()
    assert lines.count(CANDIDATE) == 1
    assert REFERENCE not in lines


@pytest.mark.parametrize(
    ("raw", "verdict"),
    [
        ("Yes", "yes"), (" no.", "no"), ("**YES**", "yes"), ("'No'", "no"), ("Step 2 fails.\nVerdict: No", "no"),
        ("Fine.\n**Final answer: Yes**", "yes"), ({"label": "Yes", "scores": {"Yes": 0.9}}, "yes"),
    ],
)  # fmt: skip
def test_verdicts(raw, verdict):
    """One word, or a last line that says what it is."""
    assert read_fap(raw) == verdict


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "Yes and no",
        "Yesterday",
        "Not sure",
        "maybe",
        "Yes\nbut no",
        None,
        3,
        ["Yes"],
        {"a": 1},
        "y" * 100_000,
        " " * 500_000,
    ],
)
def test_no_verdict_is_none(raw):
    """Whatever else a judge writes is counted as unread, and never raises."""
    assert read_fap(raw) is None


def test_the_share_of_yes():
    """P(Yes) / (P(Yes) + P(No)) with spellings put together; nothing without either."""
    logs = {"Yes": math.log(0.3), " yes": math.log(0.1), "No": math.log(0.2), "Maybe": math.log(0.4)}
    assert yes_share(logs) == pytest.approx(0.4 / 0.6)
    assert yes_share({"Maybe": 0.0}) is None


def test_steps_lose_their_numbers():
    """Lines with text, without numbers or bullets."""
    assert steps_of("1. a\n\n2) b\nStep 3: c\n- d\nFinal Answer: 7") == ["a", "b", "c", "d", "Final Answer: 7"]
    assert steps_of("  \n") == []
    assert steps_of("3.5 is the sum") == ["3.5 is the sum"]


def test_the_prompt_of_steps_numbers_them():
    """A judge can name a step by its number."""
    assert "1. a\n2. b" in scp_prompt("q", ["a", "b"])


@pytest.mark.parametrize(
    ("raw", "verdict"),
    [
        ('{"first_error": 2, "correction": "x"}', StepVerdict(2, "x")),
        ('Sure: {"first_error": null, "correction": ""}', StepVerdict(None, "")),
        ({"first_error": 1}, StepVerdict(1, "")),
        ('{"first_error": 1, "correction": 7}', StepVerdict(1, "")),
        ('{"first_error": 4}', None),
        ('{"first_error": 0}', None),
        ('{"first_error": true}', None),
        ('{"first_error": "2"}', None),
        ('{"error": 2}', None),
        ("none", None),
        (None, None),
        ("[" * 100_000, None),
    ],
)
def test_verdicts_on_steps(raw, verdict):
    """A number of one of three steps or null; everything else is None."""
    assert read_scp(raw, steps=3) == verdict


def test_a_preference_record():
    """The prompt is the question with the right steps; the correction is chosen, the wrong step rejected."""
    steps = ["a", "b", "c"]
    assert preference("q", steps, StepVerdict(2, "B")) == {"prompt": "q\na", "chosen": "B", "rejected": "b"}
    assert preference("q", steps, StepVerdict(None)) is None
    assert preference("q", steps, StepVerdict(2, " ")) is None


def test_scores_of_a_stepwise_judge():
    """By hand: of four wrong solutions one exact, one next to it, one two away, one called right; one false alarm of two."""
    pairs = [
        (2, StepVerdict(2)),
        (3, StepVerdict(2)),
        (1, StepVerdict(3)),
        (1, StepVerdict(None)),
        (None, StepVerdict(1)),
        (None, None),
    ]
    scores = step_scores(pairs)
    assert (scores.exact, scores.off_by_one, scores.distance) == (0.25, 0.5, 1.0)
    assert (scores.false_alarms, scores.unread) == (0.5, 1 / 6)
    assert step_scores([]).exact is None
