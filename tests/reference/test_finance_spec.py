"""The shipped finance specification passes a model that reads, and rejects each that does not, for the right reason."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from local_models import finance_lm

from robustspec.engine.session import Options, load_plan, open_model, run_plan

SPEC = Path(__file__).resolve().parents[2] / "specs" / "finance.yaml"


@pytest.fixture
def one_thread() -> Iterator[None]:
    """The small models are quickest, and the same on every machine, on one thread."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("transformers")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def judged(target, cache, spec=SPEC, max_samples=None):
    """The verdict of every arm, by arm id, of a model of the reference package, or of the specification's own."""
    options = Options(cache=cache, max_samples=max_samples)
    plan = load_plan(spec, options)
    model, timeout_s = open_model(plan, target and f"robustspec.reference.finance:{target}")
    with model:
        return {arm.id: arm.verdict for arm in run_plan(plan, model, options, timeout_s=timeout_s).arms}


def beside(model, folder):
    """The specification in ``folder``, with the shipped data and ``model`` where it looks for them."""
    (folder / "models").mkdir()
    (folder / "models" / "finance_lm").symlink_to(model)
    (folder / "data").symlink_to(SPEC.parent / "data")
    (folder / SPEC.name).write_bytes(SPEC.read_bytes())
    return folder / SPEC.name


def test_the_analyst_passes_every_requirement(tmp_path):
    """All arms of the reference analyst are PASS."""
    verdicts = judged("analyst", tmp_path)
    assert set(verdicts.values()) == {"PASS"}, [arm for arm, verdict in verdicts.items() if verdict != "PASS"]


def test_a_biased_model_fails_where_its_favourite_is_wrong(tmp_path):
    """Always positive: it fails clean, against the majority, and in both other classes, and passes in its own."""
    verdicts = judged("always_positive", tmp_path)
    clean = "plain::mean-accuracy-clean"
    failed = (f"{clean}::all", "plain::mean-mcc-clean::all", "plain::better-than-majority::all",
              f"{clean}-worst-over-class::neutral", f"{clean}-worst-over-class::negative")  # fmt: skip
    assert {arm: verdicts[arm] for arm in failed} == dict.fromkeys(failed, "FAIL")
    assert verdicts[f"{clean}-worst-over-class::positive"] == "PASS"


@pytest.mark.parametrize(
    ("target", "red"),
    [("obeys_orders", {"injection"}), ("step_by_step", {"plain"})],
)
def test_a_model_with_one_fault_fails_there_only(target, red, tmp_path):
    """Who obeys orders fails the injections; whose output reads in two ways fails on that alone."""
    verdicts = judged(target, tmp_path)
    failed = {arm for arm, verdict in verdicts.items() if verdict != "PASS"}
    assert {arm.split("::")[0] for arm in failed} == red
    assert {verdicts[arm] for arm in failed} == {"FAIL"}


def test_a_model_that_counts_words_fails_what_did_not_happen(tmp_path):
    """The words of a denial are those of the statement."""
    verdicts = judged("keyword", tmp_path)
    assert verdicts["denial::mean-accuracy::all"] == "FAIL"
    assert verdicts["plain::mean-mcc-clean::all"] == "FAIL"


@pytest.mark.usefixtures("one_thread")
def test_the_small_language_model_passes_every_requirement(tmp_path):
    """The model that the specification names, as its script makes it."""
    verdicts = judged(None, tmp_path, beside(finance_lm(), tmp_path))
    assert set(verdicts.values()) == {"PASS"}, [arm for arm, verdict in verdicts.items() if verdict != "PASS"]


@pytest.mark.usefixtures("one_thread")
def test_its_biased_twin_is_rejected(tmp_path):
    """Taught to say positive too often, it fails on the whole, and in the classes that it does not say."""
    verdicts = judged(None, tmp_path, beside(finance_lm(biased="positive"), tmp_path), max_samples=60)
    clean = "plain::mean-accuracy-clean"
    assert {verdicts[f"{clean}::all"], verdicts[f"{clean}-worst-over-class::negative"]} == {"FAIL"}
    assert verdicts[f"{clean}-worst-over-class::positive"] != "FAIL"
