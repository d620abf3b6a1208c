"""Models that misbehave: each ends in one sentence or in counted missing cases, and finished outputs are kept."""

from __future__ import annotations

import pytest

SPEC_MODEL = '{kind: callable, target: "models:answer", timeout_s: 20}'
SHORT_LIMIT = '{kind: callable, target: "models:answer", timeout_s: 0.2}'
BATCH = '{kind: callable, target: "models:answer", batch: true, batch_size: 8}'

ALWAYS = {
    "raises": (
        "    raise RuntimeError('the model is down')",
        "models:answer cannot be called: the first 20 calls all failed, the last with: RuntimeError: the model is down",
    ),
    "returns None": (
        "    return None",
        "models:answer cannot be called: the first 20 calls all failed, the last with: the model returned None",
    ),
    "returns an object": (
        "    return object()",
        "models:answer cannot be called: the first 20 calls all failed, the last with: the model returned object, neither "
        "text nor JSON-able: a object in it",
    ),
    "returns 10 MB of JSON": (
        "    return {'text': 'x' * 10_000_000}",
        "models:answer cannot be called: the first 20 calls all failed, the last with: the model returned 10,000,012 "
        "characters of JSON, over 1,000,000",
    ),
}


@pytest.mark.parametrize(("body", "sentence"), ALWAYS.values(), ids=ALWAYS)
def test_a_model_that_never_answers_is_given_up(project, ends_well, body, sentence):
    """After 20 failures the run stops with the last reason: in full for the first arm, in a line for the others."""
    project.models(f"\ndef answer(text):\n    log(text)\n{body}\n")
    done = project.pytest()
    ends_well(done)
    assert done.returncode == 1
    assert f"AdapterError: {sentence}" in done.stdout
    assert "3 failed" in done.stdout
    assert 20 <= len(project.calls()) <= 60
    assert project.stored() == 0


def test_a_model_that_hangs_is_given_up(project, ends_well):
    """Five calls beyond the limit in a row end the run, with the way out for a model that is only slow."""
    project.edit(SPEC_MODEL, SHORT_LIMIT)
    project.models("\nimport time\n\ndef answer(text):\n    log(text)\n    time.sleep(3600)\n")
    done = project.pytest(timeout=60)
    ends_well(done)
    sentence = "hangs: 5 calls in a row gave no answer within 0.2 s -- raise model.timeout_s if it is only slow"
    assert f"AdapterError: models:answer {sentence}" in done.stdout
    assert len(project.calls()) == 5


def test_an_async_model_that_hangs_is_cancelled(project, ends_well):
    """Calls are cancelled at the limit; too many of them make the arms INVALID, with the count and the reason."""
    project.edit(SPEC_MODEL, SHORT_LIMIT)
    project.models("\nimport asyncio\n\nasync def answer(text):\n    log(text)\n    await asyncio.sleep(3600)\n")
    done = project.pytest(timeout=60)
    ends_well(done)
    assert done.returncode == 1
    assert "no answer within 0.2 s" in done.stdout
    assert project.stored() == 0


def some_sevens(fault: str) -> str:
    """A model with ``fault`` where the ticket's number has a seven, right elsewhere."""
    head = "\nimport time\n\ndef answer(text):\n    log(text)\n"
    return f"{head}    if '7' in text:\n        {fault}\n    return right(text)\n"


def verdicts(project) -> dict[str, str]:
    [run] = project.report()["results"]
    return {arm["arm"]: arm["verdict"] for scenario in run["scenarios"] for arm in scenario["arms"]}


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("raise ValueError('no sevens')", "ValueError: no sevens"),
        ("return None", "the model returned None"),
        ("time.sleep(3600)", "no answer within 0.2 s"),
    ],
)
def test_one_in_ten_without_output_is_invalid_with_the_count(project, ends_well, fault, reason):
    """6 of 60 calls fail: above max_error_rate the arm says nothing about the model, whatever the rest was."""
    project.edit(SPEC_MODEL, SHORT_LIMIT)
    project.models(some_sevens(fault))
    done = project.pytest("--robustspec-report=report.json", timeout=60)
    ends_well(done)
    assert done.returncode == 1
    assert verdicts(project)["all"] == "INVALID"
    assert "6 of 60 cases have no output, more than max_error_rate 0.02" in done.stdout
    assert f"note: 6 calls gave no answer, the first: {reason}" in done.stdout
    assert project.stored() == 54


def test_answers_around_failures_are_kept(project):
    """The next run calls again what failed, and nothing else."""
    project.models(some_sevens("raise ValueError('no sevens')"))
    project.pytest()
    assert len(project.calls()) == 60
    project.pytest()
    again = project.calls()
    assert len(again) == 6
    assert all("7" in text for text in again)


def test_a_few_without_output_count_as_the_worst_case(project, ends_well):
    """Below max_error_rate a missing case is put in as wrong, and counted in the claim."""
    project.edit("statistics: {max_samples: 60}", "statistics: {method: fixed, max_error_rate: 0.2}")
    project.edit("accuracy, at_least: 0.8", "accuracy, at_least: 0.75")
    project.models(some_sevens("raise ValueError('no sevens')"))
    done = project.pytest("-v", "--robustspec-report=report.json")
    ends_well(done)
    [run] = project.report()["results"]
    arm = run["scenarios"][0]["arms"][0]
    assert (arm["missing"], arm["units"], arm["value"]) == (6, 60, 0.9)
    assert "Missing: 6 cases without output, counted as the worst case." in arm["claim"]
    assert done.returncode == 0


WRONG_COUNTS = {
    "one short": ("[right(text) for text in texts][:-1]", "models:answer returned 7 outputs for 8 inputs"),
    "one too many": ("[right(text) for text in texts] + ['odd']", "models:answer returned 9 outputs for 8 inputs"),
    "one text": ("'odd'", "models:answer returned str for a batch"),
    "nothing": ("None", "models:answer returned NoneType for a batch"),
}


@pytest.mark.parametrize(("result", "reason"), WRONG_COUNTS.values(), ids=WRONG_COUNTS)
def test_a_batch_with_the_wrong_number_of_outputs(project, ends_well, result, reason):
    """Which output belongs to which input is not guessed: the batch is missing, and the reason is told."""
    project.edit(SPEC_MODEL, BATCH)
    project.models(f"\ndef answer(texts):\n    for text in texts:\n        log(text)\n    return {result}\n")
    done = project.pytest("--robustspec-report=report.json")
    ends_well(done)
    assert done.returncode == 1
    assert set(verdicts(project).values()) == {"INVALID"}
    assert reason in " ".join(done.stdout.split())
    assert "60 of 60 cases have no output" in done.stdout
    assert project.stored() == 0


def test_a_batch_that_raises_is_tried_one_by_one(project, ends_well):
    """One bad input does not cost the other seven of its batch."""
    project.edit(SPEC_MODEL, BATCH)
    project.models(
        "\ndef answer(texts):\n    if any('7' in text for text in texts):\n        raise ValueError('no sevens')\n"
        "    return [right(text) for text in texts]\n"
    )
    done = project.pytest()
    ends_well(done)
    assert "6 of 60 cases have no output" in done.stdout
    assert project.stored() == 54


def test_ten_megabytes_of_text_are_cut(project, ends_well):
    """A runaway answer is judged and stored up to a million characters, and does not flood the terminal."""
    project.models("\ndef answer(text):\n    log(text)\n    return 'x' * 10_000_000\n")
    done = project.pytest("-v")
    ends_well(done)
    assert done.returncode == 1
    assert "FAIL" in done.stdout
    assert len(done.stdout) < 30_000
    segments = list((project.folder / ".robustspec_cache").rglob("seg-*.jsonl"))
    assert max(len(line) for path in segments for line in path.read_bytes().splitlines()) < 1_001_000


def test_text_that_is_no_unicode_is_told_and_kept(project, ends_well):
    """A lone surrogate neither breaks the terminal nor the store; it is wrong like any other answer."""
    project.models("\ndef answer(text):\n    log(text)\n    return 'odd \\ud800'\n")
    done = project.pytest("--robustspec-report=report.html")
    ends_well(done)
    calls = project.calls()
    project.pytest()
    assert (len(calls) > 0, project.calls()) == (True, [])


def test_a_model_that_leaves_python_does_not_take_pytest_along(project):
    """SystemExit inside a model fails its arms; pytest ends by itself."""
    project.models("\ndef answer(text):\n    log(text)\n    raise SystemExit(0)\n")
    done = project.pytest()
    assert done.returncode == 1
    assert "3 failed" in done.stdout
