"""An endpoint that says that it is overloaded is asked less, obeyed where it says when, and asked more again."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from random import Random

import pytest
from stub_endpoint import StubEndpoint, error

from robustspec.adapters.endpoints import endpoint as endpoint_module
from robustspec.adapters.endpoints.deadlines import Deadlines
from robustspec.adapters.endpoints.limit import AdaptiveLimit
from robustspec.adapters.endpoints.retries import backoff_s, retry_after_s
from robustspec.adapters.openai import OpenAIAdapter
from robustspec.data.row import Input

NOW = datetime(2026, 11, 22, 10, 0, 0, tzinfo=UTC)


def http_date(seconds):
    return format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "0.5"}, 0.5),
        ({"Retry-After": "-3"}, 0.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": ""}, None),
        ({"Retry-After": "inf"}, None),
        ({"retry-after-ms": "250", "Retry-After": "1"}, 0.25),
        ({"Retry-After": http_date(90)}, 90.0),
        ({"Retry-After": http_date(-90)}, 0.0),
        ({"Retry-After": http_date(90), "Date": http_date(60)}, 30.0),
        ({"Retry-After": "Sun, 22 Nov 2026 10:00:05 -0000"}, 5.0),
        ({"Retry-After": "Mon, 99 Nov 2026 10:00:00 GMT"}, None),
    ],
)
def test_retry_after_is_read_in_all_its_forms(headers, seconds):
    """Seconds, a date, a date by the server's own clock; what cannot be read says nothing."""
    assert retry_after_s(headers, NOW) == seconds


def test_waits_grow_up_to_a_cap_and_spread_from_zero():
    """Full jitter: uniform below 0.5, 1, 2, ... and at last 20 seconds."""
    random = Random(0)
    for attempt, cap in ((0, 0.5), (3, 4.0), (6, 20.0), (500, 20.0)):
        waits = [backoff_s(random, attempt) for _ in range(400)]
        assert 0 <= min(waits) < 0.05 * cap
        assert 0.95 * cap < max(waits) <= cap
        assert abs(sum(waits) / 400 - cap / 2) < 0.1 * cap


# The limit by itself.


def test_the_limit_is_halved_once_for_one_overload():
    """Calls that were under way when it was cut report what is already known."""

    async def main():
        limit = AdaptiveLimit(16)
        tickets = [await limit.acquire() for _ in range(16)]
        for ticket in tickets:
            limit.overloaded(ticket)
        assert limit.limit == 8
        for _ in tickets:
            limit.release()
        limit.overloaded(await limit.acquire())
        assert limit.limit == 4

    asyncio.run(main())


def test_the_limit_never_falls_below_one_and_recovers_by_one_a_round():
    """A round is as many successes as the limit allows calls."""

    async def main():
        limit = AdaptiveLimit(8)
        for _ in range(10):
            limit.overloaded(limit.cuts)
        assert limit.limit == 1
        limit.succeeded()
        assert limit.limit == 2
        limit.succeeded()
        limit.succeeded()
        assert 2.9 <= limit.limit <= 3
        for _ in range(100):
            limit.succeeded()
        assert limit.limit == 8

    asyncio.run(main())


def test_no_more_than_the_limit_are_admitted_and_all_in_turn():
    """Those who wait are served in the order in which they came."""

    async def main():
        limit, order, most = AdaptiveLimit(8), [], 0
        limit.overloaded(0)
        assert limit.limit == 4
        active = 0

        async def call(number):
            nonlocal active, most
            await limit.acquire()
            order.append(number)
            active += 1
            most = max(most, active)
            await asyncio.sleep(0.001)
            active -= 1
            limit.release()

        await asyncio.gather(*map(call, range(20)))
        assert (most, order) == (4, list(range(20)))

    asyncio.run(main())


def test_a_cancelled_call_gives_its_place_back():
    """Whether it was still waiting or had just been admitted."""

    async def main():
        limit = AdaptiveLimit(1)
        await limit.acquire()
        waiting, admitted = asyncio.create_task(limit.acquire()), asyncio.create_task(limit.acquire())
        await asyncio.sleep(0)
        waiting.cancel()
        limit.release()  # admits the second, which is cancelled before it runs
        admitted.cancel()
        await asyncio.gather(waiting, admitted, return_exceptions=True)
        await asyncio.wait_for(limit.acquire(), 1)

    asyncio.run(main())


def test_nobody_is_admitted_during_a_pause():
    """The endpoint said when."""

    async def main():
        limit = AdaptiveLimit(4)
        limit.overloaded(0, pause_s=0.2)
        begun = time.monotonic()
        await asyncio.gather(limit.acquire(), limit.acquire())
        assert time.monotonic() - begun >= 0.19

    asyncio.run(main())


# Deadlines by themselves.


async def attempt(deadlines, seconds):
    """How an attempt of so many seconds ends."""
    task = deadlines.begin()
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        return "expired" if deadlines.expired(task) else "cancelled"
    finally:
        deadlines.end(task)
    return "done"


def test_attempts_expire_each_by_its_own_time():
    """One timer serves them all, those that begin later too."""

    async def main():
        deadlines = Deadlines(0.5)
        first = [asyncio.create_task(attempt(deadlines, s)) for s in (0.0, 30.0, 0.2)]
        await asyncio.sleep(0.25)
        later = [asyncio.create_task(attempt(deadlines, s)) for s in (30.0, 0.1)]
        begun = time.monotonic()
        assert await asyncio.gather(*first, *later) == ["done", "expired", "done", "expired", "done"]
        assert 0.45 <= time.monotonic() - begun < 20
        assert await attempt(deadlines, 30.0) == "expired"
        assert await attempt(deadlines, 0.0) == "done"
        deadlines.close()

    asyncio.run(main())


def test_a_cancellation_from_outside_is_no_deadline():
    """Also where both come at once: the run's end wins."""

    async def main():
        deadlines = Deadlines(0.05)
        task = asyncio.create_task(attempt(deadlines, 5.0))
        await asyncio.sleep(0)
        task.cancel()
        assert await task == "cancelled"
        task = asyncio.create_task(attempt(deadlines, 5.0))
        await asyncio.sleep(0)
        task.cancel()
        deadlines._under_way[task] = 0.0
        deadlines._sweep()
        assert await task == "cancelled"
        deadlines.close()

    asyncio.run(main())


# Both against an endpoint.


@pytest.fixture
def ask(tmp_path):
    """Asks the endpoint so many questions in one session; gives the outputs and the limit at the end."""

    def asked(url, count, **fields):
        model = OpenAIAdapter(base_url=url, model="bot", **fields).open(tmp_path)

        async def main():
            try:
                return await asyncio.gather(*(model.predict_one(Input(str(number))) for number in range(count)))
            finally:
                await model.aclose()

        return asyncio.run(main()), model._endpoint._limit

    return asked


def test_in_flight_is_never_exceeded(ask):
    """The endpoint sees no more calls at once than the specification allows."""

    async def slow(call):
        await asyncio.sleep(0.01)
        return "ok"

    with StubEndpoint(slow) as stub:
        outputs, _ = ask(stub.url, 60, in_flight=6)
        assert stub.most_at_once == 6
    assert [output.raw for output in outputs] == ["ok"] * 60


def test_an_endpoint_that_takes_four_at_once_answers_all_in_the_end(ask, monkeypatch):
    """429 spends no retry, and the number of refused calls stays small beside that of the answered ones."""
    monkeypatch.setattr(endpoint_module, "backoff_s", lambda random, attempt: 0.01)
    at_once = 0

    async def four(call):
        nonlocal at_once
        at_once += 1
        try:
            if at_once > 4:
                return error(429, "slow down")
            await asyncio.sleep(0.01)
            return "ok"
        finally:
            at_once -= 1

    with StubEndpoint(four) as stub:
        outputs, limit = ask(stub.url, 120, in_flight=32, retries=0)
        refused = len(stub.calls) - 120
    assert [output.error for output in outputs] == [None] * 120
    assert 0 < refused < 120
    assert limit.limit < 12


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_obeyed_by_all_calls(ask, monkeypatch, form):
    """Nothing is sent while the endpoint asked to wait; then all are answered."""
    monkeypatch.setattr(endpoint_module, "backoff_s", lambda random, attempt: 0.0)

    def answer(call):
        if call.number > 0:
            return "ok"
        now = datetime.now(UTC)
        date = {"Date": format_datetime(now, usegmt=True)}
        wait = "1" if form == "seconds" else format_datetime(now + timedelta(seconds=1), usegmt=True)
        return error(429, Retry_After=wait, **date)

    with StubEndpoint(answer) as stub:
        outputs, _ = ask(stub.url, 8, in_flight=1)
        waited = stub.calls[1].begun - stub.calls[0].begun
    assert [output.raw for output in outputs] == ["ok"] * 8
    assert 0.95 <= waited < 5


def test_patience_has_an_end(ask, monkeypatch):
    """An endpoint that never has time makes a missing case, not a run that never ends."""
    monkeypatch.setattr(endpoint_module, "backoff_s", lambda random, attempt: 0.02)
    with StubEndpoint(lambda call: error(503, "busy")) as stub:
        begun = time.monotonic()
        [output], _ = ask(stub.url, 1, patience_s=0.2)
        assert 2 <= len(stub.calls) <= 11
    assert time.monotonic() - begun < 20
    assert "answered 503: busy (" in output.error
