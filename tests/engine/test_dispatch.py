"""Each distinct input is called once, and nothing that a model does ends the run or costs another's output."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter

import numpy as np
import pytest

from robustspec.adapters.base import Model
from robustspec.adapters.callable import wrap
from robustspec.adapters.recorded import RecordedAdapter
from robustspec.data.row import Output
from robustspec.engine import ledger, looped
from robustspec.engine.dispatch import Cancelled, Dispatcher, Request
from robustspec.engine.store import Store
from robustspec.errors import AdapterError, OfflineMiss


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path, "bot-1") as store:
        yield store


def ask(model, store, texts, **settings):
    """The outputs and statuses by position, and the dispatcher with its counts."""
    got = {}

    def keep(request, output, status):
        assert request.tag not in got
        got[request.tag] = (output, status)

    with Dispatcher(model, store, **settings) as dispatcher:
        dispatcher.run((Request(text, f"case/{n}", tag=n) for n, text in enumerate(texts)), keep)
    return [got[n] for n in range(len(got))], dispatcher


def raws(answers):
    return [output.raw for output, _ in answers]


def errors(answers):
    return [output.error for output, _ in answers]


def both(function):
    """``function`` as a plain model, as an async model, and as a plain model in four threads."""

    async def later(text):
        await asyncio.sleep(0)
        return function(text)

    return {"plain": wrap(function), "async": wrap(later), "threads": wrap(function, in_flight=4)}


KINDS = ["plain", "async", "threads"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_request_gets_its_own_output(kind, store):
    """A thousand of them, far more than are in flight."""
    texts = [f"q{n}" for n in range(1000)]
    answers, dispatcher = ask(both(str.upper)[kind], store, texts)
    assert [text.upper() for text in texts] == raws(answers)
    assert (dispatcher.calls, dispatcher.reused, dispatcher.duplicates, dispatcher.errors) == (1000, 0, 0, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_identical_inputs_are_called_once(kind, store):
    """Whether they come while the first is under way or after it."""
    seen = Counter()

    def model(text):
        seen[text] += 1
        return text.upper()

    texts = [f"q{n % 7}" for n in range(500)]
    answers, dispatcher = ask(both(model)[kind], store, texts)
    assert seen == Counter({f"q{n}": 1 for n in range(7)})
    assert [text.upper() for text in texts] == raws(answers)
    assert Counter(status for _, status in answers) == {"called": 7, "duplicate": 493}
    assert (dispatcher.calls, dispatcher.duplicates) == (7, 493)


def test_duplicates_of_a_call_under_way_wait_for_it(store):
    """They arrive before it has ended."""

    async def model(text):
        await asyncio.sleep(0.05)
        return text

    answers, dispatcher = ask(wrap(model), store, ["same"] * 300)
    assert (raws(answers), dispatcher.calls) == (["same"] * 300, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_duplicates_do_not_pile_up_without_end(kind, store, monkeypatch):
    """A thousand duplicates of a slow call are pulled in portions."""
    monkeypatch.setattr(ledger, "_MAX_HELD", 10)
    pulled = [0]

    def requests():
        for _ in range(1000):
            pulled[0] += 1
            yield Request("same")

    def slow(text):
        time.sleep(0.05)
        return pulled[0]

    async def later(text):
        await asyncio.sleep(0.05)
        return pulled[0]

    got = []
    with Dispatcher(both(slow)[kind] if kind != "async" else wrap(later), store) as dispatcher:
        dispatcher.run(requests(), lambda request, output, status: got.append(output.raw))
    assert len(got) == 1000
    assert max(got) < 100, "pulled before the call under way had ended"


def test_repeats_of_one_input_are_calls_of_their_own(store):
    """A model that is not deterministic is asked again."""
    count = iter(range(10))
    got = []
    with Dispatcher(wrap(lambda text: next(count)), store) as dispatcher:
        requests = [Request("q", repeat=n) for n in (0, 1, 0)]
        dispatcher.run(requests, lambda request, output, status: got.append((output.raw, status)))
    assert sorted(got) == [(0, "called"), (0, "duplicate"), (1, "called")]


@pytest.mark.parametrize("kind", KINDS)
def test_the_next_run_calls_nothing(kind, tmp_path):
    """Outputs of an earlier run are reused and told apart from duplicates."""
    for expected in ((20, 0), (0, 20)):
        with Store(tmp_path, "bot-1") as store:
            answers, dispatcher = ask(both(str.upper)[kind], store, [f"q{n}" for n in range(20)])
        assert expected == (dispatcher.calls, dispatcher.reused)
    assert {"reused"} == {status for _, status in answers}


@pytest.mark.parametrize("kind", KINDS)
def test_an_exception_is_a_missing_answer_for_that_input_only(kind, store):
    """Its type and text are kept; it is not stored."""

    def model(text):
        if text == "q3":
            raise ValueError("no such drug")
        return text

    answers, dispatcher = ask(both(model)[kind], store, [f"q{n}" for n in range(8)])
    assert raws(answers) == ["q0", "q1", "q2", None, "q4", "q5", "q6", "q7"]
    assert errors(answers)[3] == "ValueError: no such drug"
    assert dispatcher.errors == 1
    assert store.key("q3") not in store


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "returned None"), (object(), "returned object, neither text nor JSON-able"), ({1j}, "returned set")],
)
def test_what_is_no_answer_is_missing(kind, store, value, words):
    """None and objects without a JSON form."""
    answers, _ = ask(both(lambda text: value)[kind], store, ["q"])
    assert words in errors(answers)[0]


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ("text", "text"),
        ({"dose_mg": (400, 1.5), 3: None}, {"dose_mg": [400, 1.5], "3": None}),
        (np.int64(7), 7),
        (np.array([0.25, 0.5]), [0.25, 0.5]),
        (np.str_("label"), "label"),
        (True, True),
        (Output("inner"), "inner"),
    ],
)
def test_a_structure_is_the_same_now_and_from_the_store(store, value, plain):
    """Otherwise a resumed run could judge differently."""
    now, _ = ask(wrap(lambda text: value), store, ["q"])
    later, _ = ask(wrap(lambda text: "another"), store, ["q"])
    assert [plain, plain] == [raws(now)[0], raws(later)[0]]
    assert type(raws(now)[0]) is type(plain)


def test_ten_megabytes_of_text_are_cut(store):
    """One runaway answer does not fill the memory."""
    answers, _ = ask(wrap(lambda text: "x" * 10_000_000), store, ["q"])
    assert raws(answers)[0] == "x" * 1_000_000


def test_ten_megabytes_of_structure_are_no_answer(store):
    """Half a structure would be another answer."""
    answers, _ = ask(wrap(lambda text: ["x" * 10_000_000]), store, ["q"])
    assert "10,000,004 characters of JSON" in errors(answers)[0]


def test_a_coroutine_from_a_plain_function_is_named(store):
    """A forgotten await is no answer, and leaves no warning."""

    async def inner():
        raise AssertionError("never runs")

    answers, _ = ask(wrap(lambda text: inner()), store, ["q"])
    assert "returned coroutine" in errors(answers)[0]


def test_a_batch_that_raises_is_retried_one_by_one(store):
    """One bad input does not cost its neighbours."""
    sizes = []

    def model(texts):
        sizes.append(len(texts))
        if "q2" in texts:
            raise ValueError("too long")
        return [text.upper() for text in texts]

    answers, dispatcher = ask(wrap(model, batch=True, batch_size=4), store, [f"q{n}" for n in range(6)])
    assert raws(answers) == ["Q0", "Q1", None, "Q3", "Q4", "Q5"]
    assert (sizes, errors(answers)[2]) == ([4, 1, 1, 1, 1, 2], "ValueError: too long")
    assert (dispatcher.calls, dispatcher.errors) == (6, 1)


def test_a_wrong_number_of_outputs_costs_the_batch(store):
    """Each case is missing, with the counts in the message."""
    answers, _ = ask(wrap(lambda texts: texts[1:], batch=True, batch_size=3), store, ["a", "b", "c"])
    assert all("returned 2 outputs for 3 inputs" in error for error in errors(answers))


@pytest.mark.parametrize("kind", ["plain", "threads"])
def test_a_call_that_hangs_is_given_up_and_the_rest_goes_on(kind, store):
    """Its thread is left behind; inputs behind it in the same chunk are answered."""
    release = threading.Event()

    def model(text):
        if text == "q40":
            release.wait(30)
        return text.upper()

    answers, dispatcher = ask(both(model)[kind], store, [f"q{n}" for n in range(100)], timeout_s=0.3)
    release.set()
    assert [f"Q{n}" if n != 40 else None for n in range(100)] == raws(answers)
    assert errors(answers)[40] == "no answer within 0.3 s"
    assert (dispatcher.calls, dispatcher.errors) == (100, 1)


def test_a_batch_that_hangs_costs_the_batch(store):
    """The batch after it is answered."""
    release = threading.Event()

    def model(texts):
        if "q1" in texts:
            release.wait(30)
        return texts

    answers, _ = ask(wrap(model, batch=True, batch_size=2), store, [f"q{n}" for n in range(5)], timeout_s=0.3)
    release.set()
    assert raws(answers) == [None, None, "q2", "q3", "q4"]


def test_an_async_call_that_hangs_is_cancelled(store):
    """The others do not wait for it."""
    cancelled = []

    async def model(text):
        if text == "q4":
            try:
                await asyncio.sleep(30)
            except asyncio.CancelledError:
                cancelled.append(text)
                raise
        return text.upper()

    answers, _ = ask(wrap(model), store, [f"q{n}" for n in range(10)], timeout_s=0.2)
    assert [f"Q{n}" if n != 4 else None for n in range(10)] == raws(answers)
    assert (cancelled, errors(answers)[4]) == (["q4"], "no answer within 0.2 s")


@pytest.mark.parametrize(
    ("error", "text"),
    [(TimeoutError("socket"), "TimeoutError: socket"), (asyncio.CancelledError(), "CancelledError: ")],
)
def test_an_async_models_own_timeout_or_cancellation_is_its_error(store, error, text):
    """It neither ends the run nor poses as the time limit."""

    async def model(question):
        if question == "bad":
            raise error
        return question

    answers, _ = ask(wrap(model), store, ["good", "bad", "fine"])
    assert raws(answers) == ["good", None, "fine"]
    assert text == errors(answers)[1]


def test_a_model_that_always_hangs_stops_the_run(store):
    """Five time limits, not one for each of a thousand inputs."""
    release = threading.Event()
    with pytest.raises(AdapterError, match=r"hangs: 5 calls in a row gave no answer within 0\.05 s"):
        ask(wrap(lambda text: release.wait(30)), store, [f"q{n}" for n in range(1000)], timeout_s=0.05)
    release.set()


def test_an_async_model_that_always_hangs_stops_the_run(store):
    """Five rounds of all calls in flight."""

    async def model(text):
        await asyncio.sleep(30)

    with pytest.raises(AdapterError, match="hangs: 10 calls in a row"):
        ask(wrap(model, in_flight=2), store, [f"q{n}" for n in range(1000)], timeout_s=0.05)


def test_an_async_model_that_blocks_its_loop_stops_the_run(store, monkeypatch):
    """No timer can fire on a loop that does not turn; the waiting thread notices."""
    monkeypatch.setattr(looped, "_STUCK_S", 0.2)
    release = threading.Event()

    async def model(text):
        release.wait(30)

    with pytest.raises(AdapterError, match="blocks its event loop"):
        ask(wrap(model), store, ["q"], timeout_s=0.2)
    release.set()


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_that_fails_from_the_start_stops_the_run(kind, store):
    """A wrong key or address shows after twenty calls, not after all of them."""

    def model(text):
        raise ConnectionError("401 unauthorised")

    with pytest.raises(AdapterError, match="first 20 calls all failed, the last with: ConnectionError: 401"):
        ask(both(model)[kind], store, [f"q{n}" for n in range(1000)])


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_that_fails_later_is_asked_to_the_end(kind, store):
    """Errors after an answer are evidence about the model."""
    answered = threading.Event()

    def model(text):
        if text != "q0":
            answered.wait(5)  # threads race: an error that is delivered first would be one from the start
            time.sleep(0.01)
            raise ValueError("bad")
        answered.set()
        return text

    answers, dispatcher = ask(both(model)[kind], store, [f"q{n}" for n in range(100)])
    assert (len(answers), dispatcher.errors) == (100, 99)


def test_stopping_at_the_first_errors_can_be_switched_off(store):
    """0 never stops."""

    def model(text):
        raise ValueError("bad")

    answers, _ = ask(wrap(model), store, [f"q{n}" for n in range(100)], max_consecutive_errors=0)
    assert {"ValueError: bad"} == set(errors(answers))


@pytest.mark.parametrize("kind", KINDS)
def test_offline_answers_from_the_store_and_refuses_a_call(kind, tmp_path):
    """The error names the case and the remedy."""
    model = both(str.upper)[kind]
    with Store(tmp_path, "bot-1") as store:
        ask(model, store, ["known"])
    with Store(tmp_path, "bot-1", offline=True) as store:
        answers, _ = ask(model, store, ["known"])
        assert raws(answers) == ["KNOWN"]
        with pytest.raises(OfflineMiss, match=r"case case/1: no stored output in .*run it once without offline"):
            ask(model, store, ["known", "new"])


def test_recorded_outputs_are_asked_by_case_and_not_stored(tmp_path, store):
    """Two cases with one text may have different recorded outputs; offline is no obstacle."""
    (tmp_path / "run.jsonl").write_text('{"case_id":"case/0","output":"a"}\n{"case_id":"case/1","output":"b"}\n')
    with RecordedAdapter(path="run.jsonl").open(tmp_path) as model:
        answers, _ = ask(model, store, ["same", "same", "same"], offline=True)
    assert raws(answers) == ["a", "b", None]
    assert errors(answers)[2] == "no recorded output for case case/2 in run.jsonl"
    assert len(store) == 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("error", [ZeroDivisionError("bug"), KeyboardInterrupt(), SystemExit(3)])
def test_an_error_of_the_caller_comes_back_as_it_is(kind, store, error):
    """From on_output and from the requests; finished outputs are stored all the same."""

    def on_output(request, output, status):
        if request.content == "q5":
            raise error

    def requests():
        yield Request("other")
        raise error

    with Dispatcher(both(str.upper)[kind], store) as dispatcher:
        with pytest.raises(type(error)) as caught:
            dispatcher.run((Request(f"q{n}") for n in range(1000)), on_output)
        assert caught.value is error
        with pytest.raises(type(error)):
            dispatcher.run(requests(), on_output)
        assert store.get(store.key("q5")).raw == "Q5"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_a_model_that_exits_ends_the_run(kind, store, error):
    """These are not answers."""

    def model(text):
        if text == "q5":
            raise error
        return text

    with pytest.raises(error):
        ask(both(model)[kind], store, [f"q{n}" for n in range(1000)])


@pytest.mark.parametrize("kind", KINDS)
def test_cancelled_stops_the_run_and_keeps_what_was_answered(kind, store):
    """The event may be set from any thread, here from on_output."""
    cancelled = threading.Event()

    def on_output(request, output, status):
        if request.content == "q30":
            cancelled.set()

    with Dispatcher(both(str.upper)[kind], store, cancelled=cancelled) as dispatcher:
        with pytest.raises(Cancelled):
            dispatcher.run((Request(f"q{n}") for n in range(100_000)), on_output)
        assert store.get(store.key("q30")).raw == "Q30"
        assert dispatcher.calls < 100_000


def test_a_slow_plain_model_is_stopped_between_calls(store):
    """Cancelling does not wait for the chunk."""
    cancelled = threading.Event()
    seen = []

    def model(text):
        seen.append(text)
        if len(seen) == 3:
            cancelled.set()
        time.sleep(0.02)
        return text

    with Dispatcher(wrap(model), store, cancelled=cancelled) as dispatcher, pytest.raises(Cancelled):
        dispatcher.run((Request(f"q{n}") for n in range(1000)), lambda *answer: None)
    assert len(seen) < 100


@pytest.mark.parametrize("kind", KINDS)
def test_requests_are_pulled_only_when_there_is_room(kind, store):
    """Memory follows the calls under way."""
    pulled = [0]
    ahead = []

    def requests():
        for n in range(5_000):
            pulled[0] += 1
            yield Request(f"q{n}", tag=n)

    done = [0]

    def on_output(request, output, status):
        done[0] += 1
        ahead.append(pulled[0] - done[0])

    with Dispatcher(both(str.upper)[kind], store) as dispatcher:
        dispatcher.run(requests(), on_output)
    assert max(ahead) <= {"plain": 2 * 256, "threads": 4 * 2 * 256, "async": 16}[kind]


def test_at_most_in_flight_async_calls_run_at_once(store):
    """And that many do."""
    now, peak = [0], [0]

    async def model(text):
        now[0] += 1
        peak[0] = max(peak[0], now[0])
        await asyncio.sleep(0.001)
        now[0] -= 1
        return text

    ask(wrap(model, in_flight=9), store, [f"q{n}" for n in range(100)])
    assert peak == [9]


def test_plain_calls_run_in_as_many_threads_as_asked_for(store):
    """Two calls wait for each other: one thread alone would never pass."""
    barrier = threading.Barrier(2, timeout=10)

    def model(text):
        barrier.wait()
        return text

    answers, _ = ask(wrap(model, in_flight=2), store, ["a", "b"])
    assert raws(answers) == ["a", "b"]


def test_on_output_of_a_plain_model_is_called_in_the_callers_thread(store):
    """No lock is needed around the evidence."""
    threads = set()
    with Dispatcher(wrap(str.upper), store) as dispatcher:
        dispatcher.run([Request("a"), Request("b")], lambda *answer: threads.add(threading.current_thread()))
    assert {threading.current_thread()} == threads


def test_an_async_client_lives_on_one_loop_across_runs_and_is_closed_there(store):
    """A connection pool belongs to its loop."""
    loops = []

    class Client(Model):
        is_async = True

        async def predict_one(self, item):
            loops.append(asyncio.get_running_loop())
            return item.text

        async def aclose(self):
            loops.append(asyncio.get_running_loop())

    with Dispatcher(Client(), store) as dispatcher:
        for text in ("a", "b"):
            dispatcher.run([Request(text)], lambda *answer: None)
    assert (len(loops), len(set(map(id, loops)))) == (3, 1)


def test_no_requests_need_no_model(store):
    """An empty run is a run."""
    assert ask(both(str.upper)["async"], store, [])[0] == []
    assert ask(both(str.upper)["plain"], store, [])[0] == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_dispatcher_works_again_after_a_failed_run(kind, store):
    """The threads of the failed run are not the next run's."""
    with Dispatcher(both(str.upper)[kind], store) as dispatcher:
        with pytest.raises(ZeroDivisionError):
            dispatcher.run((Request(f"q{1 // (50 - n)}{n}") for n in range(100)), lambda *answer: None)
        got = []
        dispatcher.run([Request("again")], lambda request, output, status: got.append(output.raw))
    assert got == ["AGAIN"]


SLOW_RUN = """
    import asyncio, sys, time
    from pathlib import Path
    from robustspec.adapters.callable import wrap
    from robustspec.engine.dispatch import Dispatcher, Request
    from robustspec.engine.store import Store

    async def later(text):
        await asyncio.sleep(0.002)
        return text.upper()

    def plain(text):
        time.sleep(0.0005)
        return text.upper()

    done = 0
    def on_output(request, output, status):
        global done
        done += 1
        if done % 100 == 0:
            print(done, flush=True)

    model = wrap(later) if sys.argv[2] == "async" else wrap(plain)
    with Store(Path(sys.argv[1]), "bot-1") as store, Dispatcher(model, store) as dispatcher:
        dispatcher.run((Request(f"q{n}") for n in range(10**9)), on_output)
"""


def interrupt(folder, kind, sent):
    """How many outputs the subprocess had reported when it got the signal, and its exit."""
    command = [sys.executable, "-c", textwrap.dedent(SLOW_RUN), str(folder), kind]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        for _ in range(8):
            reported = int(process.stdout.readline())
        os.kill(process.pid, sent)
        _, trace = process.communicate(timeout=60)
    return reported, process.returncode, trace


@pytest.mark.parametrize("kind", ["plain", "async"])
def test_ctrl_c_keeps_every_finished_output(kind, tmp_path):
    """A real SIGINT; the process ends as Python does."""
    reported, code, trace = interrupt(tmp_path, kind, signal.SIGINT)
    assert "KeyboardInterrupt" in trace.splitlines()[-1]
    assert code == -signal.SIGINT
    with Store(tmp_path, "bot-1", offline=True) as store:
        assert len(store) >= reported
        assert store.notes == []


@pytest.mark.parametrize("kind", ["plain", "async"])
def test_after_kill_9_no_call_is_repeated_but_those_of_one_flush(kind, tmp_path):
    """At most 256 outputs, or a second's, are lost."""
    reported, _, _ = interrupt(tmp_path, kind, signal.SIGKILL)
    with Store(tmp_path, "bot-1") as store:
        _, dispatcher = ask(wrap(str.upper), store, [f"q{n}" for n in range(reported - 16)])
    assert dispatcher.calls <= 256 + 16
    assert dispatcher.reused >= reported - 16 - (256 + 16)
