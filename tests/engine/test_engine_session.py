"""From a file and a model's name to verdicts, in the foreground or behind."""

import threading
import time

import pytest
from spec_factory import A12, later, rows, spec_text, write_rows

from robustspec.adapters.callable import wrap
from robustspec.engine.session import Background, adapter_of, load_plan, open_model
from robustspec.errors import AdapterError, RobustspecError, SpecError

TWO = """\
robustspec: 1
about: {title: Two scenarios}
data:
  d: {kind: jsonl, path: d.jsonl}
scenarios:
  first:
    title: First
    mechanism: None
    data: d
    requirements:
      - {metric: accuracy, at_least: 0.5}
      - {metric: accuracy, name: strict, at_least: 0.8}
  second:
    title: Second
    mechanism: None
    data: d
    requirements:
      - {metric: accuracy, at_least: 0.6}
      - {metric: accuracy, name: strict, at_least: 0.9}
"""
FIRST, SECOND = "first::mean-accuracy::all", "second::strict::all"


@pytest.fixture
def background(bench):
    """A way to make background runs that are closed at the end."""
    made = []

    def make(model, text=TWO, **more):
        plan = bench.plan(text, rows(60))
        made.append(Background(plan, model, bench.options(fresh=True), [arm.id for arm in plan.arms], **more))
        return made[-1]

    yield make
    for each in made:
        each.close()


def within(seconds, function):
    """What ``function`` returns or raises; a deadlock is a failure."""
    box = []

    def call():
        try:
            box.append((function(), None))
        except BaseException as error:
            box.append((None, error))

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(seconds)
    assert box, f"nothing came back within {seconds} s"
    value, error = box[0]
    if error is not None:
        raise error
    return value


def test_arms_are_there_as_soon_as_they_are_decided(background):
    """In any order, and again."""
    run = background(wrap(lambda text: "yes"))
    assert [within(10, lambda arm=arm: run.wait(arm)).id for arm in (SECOND, FIRST, FIRST)] == [SECOND, FIRST, FIRST]


@pytest.mark.parametrize("in_flight", [None, 1, 64])
def test_lazily_a_scenario_starts_when_it_is_asked_for(bench, background, in_flight):
    """With many calls in flight as with one: nothing of the second is called while only the first is wanted."""
    text = TWO.replace(
        "  d: {kind: jsonl, path: d.jsonl}", "  d: {kind: jsonl, path: d.jsonl}\n  e: {kind: jsonl, path: e.jsonl}"
    )
    head, _, tail = text.partition("  second:")
    asked = []

    def model(text):
        asked.append(text)
        return "yes"

    live = wrap(model) if in_flight is None else later(model, in_flight)
    write_rows(bench.folder / "e.jsonl", rows(60, input=lambda k: f"e{k}"))
    run = background(live, head + "  second:" + tail.replace("data: d", "data: e"), lazily=True)
    assert within(10, lambda: run.wait(FIRST)).verdict == "PASS"
    assert within(10, lambda: run.wait("first::strict::all")).verdict == "PASS"
    time.sleep(0.05)
    assert asked
    assert not any(text.startswith("e") for text in asked)
    assert within(10, lambda: run.wait(SECOND)).verdict == "PASS"
    assert any(text.startswith("e") for text in asked)


@pytest.mark.parametrize("in_flight", [None, 64])
def test_lazily_scenarios_may_be_asked_for_in_any_order(background, in_flight):
    """The second first, as random orders do."""
    live = wrap(lambda text: "yes") if in_flight is None else later(lambda text: "yes", in_flight)
    run = background(live, lazily=True)
    assert within(10, lambda: run.wait(SECOND)).verdict == "PASS"
    assert within(10, lambda: run.wait(FIRST)).verdict == "PASS"


def test_closing_a_lazy_run(background):
    """Ends it, with what there is."""
    run = background(wrap(lambda text: "yes"), lazily=True)
    within(10, lambda: run.wait(FIRST))
    within(10, run.close)
    assert {"first"} == {arm.scenario for arm in run.result.arms}


def test_what_stops_a_run_reaches_everyone_who_waits(background):
    """A model that cannot be opened is an error for each arm."""
    run = background("no_such_module_anywhere:f")
    for arm in (FIRST, SECOND):
        with pytest.raises(AdapterError, match="no_such_module_anywhere"):
            within(10, lambda arm=arm: run.wait(arm))


def test_an_arm_that_was_not_selected(background):
    """Is an error, not an endless wait."""
    run = background(wrap(lambda text: "yes"))
    with pytest.raises(RobustspecError, match="the run ended without a verdict on first::nothing::all"):
        within(10, lambda: run.wait("first::nothing::all"))


def test_waiting_ticks(background):
    """So that a progress line can be drawn."""
    ticks = []

    def slow(text):
        time.sleep(0.05)
        return "yes"

    run = background(wrap(slow))
    within(20, lambda: run.wait(FIRST, lambda: ticks.append(run.progress)))
    assert ticks


@pytest.fixture
def module(bench, monkeypatch):
    """A module with a model beside the specification."""
    (bench.folder / "engine_session_bot.py").write_text("def answer(text):\n    return 'yes'\n")
    monkeypatch.syspath_prepend(str(bench.folder))
    return "engine_session_bot:answer"


def test_the_model_of_the_file(bench, module):
    """Is opened where none is chosen."""
    spec = spec_text(
        "- {metric: accuracy, at_least: 0.5}", top=f"model: {{kind: callable, target: '{module}', timeout_s: 7}}"
    )
    plan = bench.plan(spec, rows(60))
    model, timeout_s = open_model(plan)
    assert (module, 7.0) == (model.name, timeout_s)
    assert bench.arm(plan, model=model).verdict == "PASS"


def test_the_chosen_model_wins(bench, module):
    """By name, as a mapping, as recorded outputs, or as an object."""
    plan = bench.plan(spec_text("- {metric: accuracy, at_least: 0.5}"), rows(60))
    assert module == open_model(plan, module)[0].name
    assert open_model(plan, f"{{kind: callable, target: '{module}', timeout_s: 3}}")[1] == 3.0
    assert adapter_of(plan, "outputs.jsonl").kind == "recorded"
    assert bench.arm(plan, model=open_model(plan, lambda text: "yes")[0]).verdict == "PASS"


def test_no_model_at_all(bench):
    """Says where one may be named."""
    plan = bench.plan(spec_text("- {metric: accuracy, at_least: 0.5}"), rows(60))
    with pytest.raises(AdapterError, match="names no model -- add `model:`, give --robustspec-model"):
        open_model(plan)


@pytest.mark.parametrize("chosen", ["{kind: calable, target: 'a:b'}", "not a target", "{kind: callable}"])
def test_a_model_that_cannot_be_named_so(bench, chosen):
    """The fault names the option."""
    plan = bench.plan(spec_text("- {metric: accuracy, at_least: 0.5}"), rows(60))
    with pytest.raises(AdapterError, match=r"^--robustspec-model="):
        adapter_of(plan, chosen)


def test_a_file_with_faults(bench):
    """All faults at once, those that need the data among them."""
    write_rows(bench.folder / "d.jsonl", rows(3))
    (bench.folder / "s.yaml").write_text(spec_text("- {metric: accuracy, at_least: 0.5}", data="groups: [vendor]"))
    with pytest.raises(SpecError, match="vendor"):
        load_plan(bench.folder / "s.yaml", bench.options())


def test_outputs_are_kept_for_the_next_run(bench, module):
    """Under the model's fingerprint; a fresh run does not read them, an offline run needs them."""
    plan = bench.plan(spec_text("- {metric: accuracy, at_least: 0.5}", perturbations=A12), rows(60))

    def run(**more):
        counts = bench.run(plan, model=open_model(plan, module)[0], **more).counts
        return counts.called, counts.reused

    first = run(fresh=False)
    assert (first[0], 0) == first
    assert (0, first[0]) == run(fresh=False)
    assert first == run(fresh=True)


def test_outputs_of_a_model_that_nothing_identifies(bench):
    """Are kept for this very plan only."""
    text = spec_text("- {metric: accuracy, at_least: 0.5}")

    class Bot:
        def predict(self, text):
            return "yes"

    first = bench.run(text, rows(60), wrap(Bot()), fresh=False).counts
    same = bench.run(text, rows(60), wrap(Bot()), fresh=False).counts
    edited = bench.run(text.replace("0.5", "0.6"), rows(60), wrap(Bot()), fresh=False).counts
    assert (0, first.called) == (same.called, same.reused)
    assert edited.reused == 0
