"""What is sent to a chat endpoint, what becomes of each kind of answer, and which failures are tried again."""

import asyncio
import json

import pytest
from aiohttp import web
from stub_endpoint import StubEndpoint, completion, drip, error, hang, raw, reset, torn

from robustspec.adapters.endpoints import endpoint as endpoint_module
from robustspec.adapters.openai import OpenAIAdapter
from robustspec.answers.extractors import Whole
from robustspec.answers.reading import Reader
from robustspec.answers.withheld import withheld
from robustspec.data.row import Input, Message, Output, Row
from robustspec.engine.episode import episode_of

TALK = (Message("user", "Here is the leaflet.", "leaflet"), Message("user", "May I take two?"))


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    """Retries without the waits."""
    monkeypatch.setattr(endpoint_module, "backoff_s", lambda random, attempt: 0.005)


@pytest.fixture
def ask(tmp_path):
    """Asks the endpoint in one session, all inputs at once; gives the outputs and the model."""

    def asked(url, *contents, **fields):
        model = OpenAIAdapter(base_url=url, model="bot", **fields).open(tmp_path)

        async def main():
            try:
                return await asyncio.gather(*(model.predict_one(Input(content)) for content in contents))
            finally:
                await model.aclose()

        return asyncio.run(main()), model

    return asked


def outcome(ask, behaviour, content="hello", **fields):
    """The one output, and how often the stub was asked."""
    with StubEndpoint(behaviour) as stub:
        [output], model = ask(stub.url, content, **fields)
        return output, len(stub.calls), model


def test_text_is_asked_and_answered(ask):
    """One message of the user out, the answer's text back, with the seconds of the call."""
    with StubEndpoint(lambda call: f"you said {call.text}") as stub:
        outputs, _ = ask(stub.url, 'ä\n"b" \\ \ud83d\ude00', "two")
    assert [output.raw for output in outputs] == ['you said ä\n"b" \\ 😀', "you said two"]
    assert all(output.error is None and output.seconds > 0 for output in outputs)


def test_the_request_holds_what_was_set(ask):
    """Address, headers and body are what the protocol asks for."""
    with StubEndpoint(lambda call: "ok") as stub:
        fields = {"system": "Be brief.", "seed": 7, "max_tokens": 5, "response_format": "json"}
        ask(stub.url, "hi", **fields, parameters={"top_p": 0.5}, query={"api-version": "1"}, headers={"X-Team": "a"})
        [call] = stub.calls
    assert (call.request.method, call.request.path, call.request.query_string) == (
        "POST",
        "/v1/chat/completions",
        "api-version=1",
    )
    assert call.request.headers["X-Team"] == "a"
    assert call.request.headers["Content-Type"] == "application/json"
    assert "Authorization" not in call.request.headers
    assert call.payload == {
        "model": "bot",
        "temperature": 0.0,
        "seed": 7,
        "max_tokens": 5,
        "response_format": {"type": "json_object"},
        "top_p": 0.5,
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}],
    }


@pytest.mark.parametrize(
    ("header", "sent"), [("Authorization", "Bearer key-0123456789"), ("api-key", "key-0123456789")]
)
def test_the_key_is_sent_as_the_endpoint_wants_it(ask, monkeypatch, header, sent):
    """A bearer token, or the bare key in a header of its own."""
    monkeypatch.setenv("BOT_KEY", " key-0123456789\n")
    with StubEndpoint(lambda call: "ok") as stub:
        ask(stub.url, "hi", api_key_env="BOT_KEY", api_key_header=header)
        assert stub.calls[0].request.headers[header] == sent


def test_a_conversation_is_sent_as_it_is(ask):
    """A name that the protocol allows is kept; the system prompt is put first."""
    with StubEndpoint(lambda call: "ok") as stub:
        ask(stub.url, (*TALK, Message("user", "?", "no name: this")), system="Be brief.")
        [call] = stub.calls
    assert call.payload["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Here is the leaflet.", "name": "leaflet"},
        {"role": "user", "content": "May I take two?"},
        {"role": "user", "content": "?"},
    ]


def test_a_conversation_with_a_system_message_keeps_it(ask):
    """A perturbation of the system prompt must not be hidden behind the adapter's own."""
    with StubEndpoint(lambda call: "ok") as stub:
        ask(stub.url, (Message("system", "Own."), *TALK), system="Be brief.")
        roles = [message["role"] for message in stub.calls[0].payload["messages"]]
        assert roles == ["system", "user", "user"]
        assert stub.calls[0].payload["messages"][0]["content"] == "Own."


def test_a_full_address_is_taken_as_it_is(ask):
    """What ends in the path of the protocol gets no second one."""
    with StubEndpoint(lambda call: "ok") as stub:
        ask(f"{stub.url}/chat/completions/", "hi")
        assert stub.calls[0].request.path == "/v1/chat/completions"


def test_an_answer_in_parts_is_put_together(ask):
    """Some servers give a list of parts."""
    parts = [{"type": "text", "text": "one "}, {"type": "text", "text": "two"}]
    output, _, _ = outcome(ask, lambda call: completion(parts))
    assert output.raw == "one two"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda: raw('{"choices": [{"mess'), "did not answer with JSON"),
        (lambda: raw(b"\xff\xfe"), "did not answer with JSON"),
        (lambda: raw("[" * 100_000), "did not answer with JSON"),
        (lambda: raw(" <html>sign in</html>", kind="text/html"), "but a page for people -- does model.base_url end"),
        (lambda: raw('{"choices": []}'), "sent no choices, and so no answer"),
        (lambda: raw("[]"), "sent no choices, and so no answer"),
        (lambda: raw('{"choices": [{"text": "old protocol"}]}'), "sent no choices, and so no answer"),
        (lambda: raw('{"error": {"message": "engine is gone"}}'), "sent no choices: engine is gone"),
        (lambda: completion(None), "sent a choice without text"),
        (lambda: completion(None, tool_calls=[{}]), "sent a tool call instead of text"),
        (lambda: raw("x" * 8_000_001), "sent more than 8,000,000 bytes"),
        (lambda: error(400, "context of 8,192 tokens exceeded"), "answered 400: context of 8,192 tokens exceeded"),
        (lambda: error(422, "bad"), "answered 422: bad"),
    ],
)
def test_an_answer_that_is_none_is_missing_and_not_asked_again(ask, answer, words):
    """A sentence says why; the same question would get the same reply."""
    output, calls, model = outcome(ask, lambda call: answer())
    assert (output.raw, calls) == (None, 1)
    assert words in output.error
    assert model.broken() is None


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (lambda call: error(500, "oops"), "answered 500: oops (3 attempts)"),
        (lambda call: error(502), "answered 502: no (3 attempts)"),
        (lambda call: raw("<html>", 504), "answered 504 (3 attempts)"),
        (lambda call: error(408), "answered 408: no (3 attempts)"),
        (reset, "closed the connection without an answer (3 attempts) -- its log says why"),
        (torn, "broke off (3 attempts)"),
        (hang, "gave no answer within 1 s (3 attempts)"),
        (drip, "gave no answer within 1 s (3 attempts)"),
    ],
    ids=["500", "502", "504", "408", "reset", "torn", "hang", "drip"],
)
def test_what_may_pass_is_tried_again(ask, failure, words):
    """So often as `retries` says, then it is missing; in between, the call ends as if nothing had been."""
    # Only what never ends comes up against the limit, which a busy machine must not reach by itself.
    limit = 1.0 if failure in (hang, drip) else 30.0
    output, calls, _ = outcome(ask, failure, retries=2, timeout_s=limit)
    assert (output.raw, calls) == (None, 3)
    assert words in output.error
    output, calls, _ = outcome(
        ask, lambda call: failure(call) if call.number < 2 else "at last", retries=2, timeout_s=limit
    )
    assert (output.raw, output.error, calls) == ("at last", None, 3)


def test_a_call_that_hangs_costs_no_other_its_answer(ask):
    """The limit is each attempt's own."""

    async def some_hang(call):
        await asyncio.sleep(3600 if call.text == "2" else 0.05)
        return call.text

    with StubEndpoint(some_hang) as stub:
        outputs, _ = ask(stub.url, *map(str, range(8)), timeout_s=2.0, retries=0)
    assert [output.raw for output in outputs] == ["0", "1", None, "3", "4", "5", "6", "7"]


def test_a_cancelled_call_is_cancelled(ask, tmp_path):
    """The end of a run is no time limit."""

    async def main(url):
        model = OpenAIAdapter(base_url=url, model="bot").open(tmp_path)
        task = asyncio.create_task(model.predict_one(Input("hi")))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await model.aclose()

    with StubEndpoint(hang) as stub:
        asyncio.run(main(stub.url))


def test_seconds_are_those_of_the_attempt_that_was_answered(ask):
    """Waits and failed attempts say nothing of the model's latency."""

    async def late_failure(call):
        await asyncio.sleep(1.0 if call.number == 0 else 0.0)
        return error(500) if call.number == 0 else "ok"

    output, _, _ = outcome(ask, late_failure)
    assert 0 < output.seconds < 1.0


# Acts of the service.


@pytest.mark.parametrize(
    ("answer", "by", "text"),
    [
        (lambda: error(400, "filtered", "content_filter"), "content filter of the prompt", ""),
        (
            lambda: web.json_response(
                {"error": {"code": None, "innererror": {"code": "ResponsibleAIPolicyViolation"}}}, status=400
            ),
            "content filter of the prompt",
            "",
        ),
        (lambda: completion("Take", "content_filter"), "content filter of the answer", "Take"),
        (lambda: completion(None, refusal="I won't."), "the model, outside of its answer", "I won't."),
    ],
)
def test_a_filtered_answer_is_a_refusal(ask, answer, by, text):
    """It is what the user of the service sees: an act, which neither retries nor a missing case would show."""
    output, calls, model = outcome(ask, lambda call: answer())
    assert (output.raw, output.error, calls) == ({"robustspec": "withheld", "by": by, "text": text}, None, 1)
    assert Reader(Whole()).read(json.loads(json.dumps(output.raw))).act == "refused"
    assert list(model.notes()) == ["1 answer was withheld by the endpoint (content filter), counted as refused"]


def test_a_withheld_answer_is_words_in_the_conversation_that_goes_on():
    """The mark is for robustspec, not for the model."""
    talk = (Message("user", "one"), Message("user", "two"))
    course = episode_of(Row("r", talk)).course
    said = [course([Output(withheld("filter", text))]).step[1].content for text in ("Take", "")]
    assert said == ["Take", "(no answer)"]


def test_no_text_of_a_model_is_taken_for_a_filter():
    """A model that writes the mark writes text."""
    assert Reader(Whole()).read('{"robustspec": "withheld", "by": "me", "text": ""}').act == "answered"


def test_an_answer_cut_at_max_tokens_is_judged_and_counted(ask):
    """The note says what to raise."""
    with StubEndpoint(lambda call: completion("Take one", "length")) as stub:
        outputs, model = ask(stub.url, "a", "b", max_tokens=2)
    assert [output.raw for output in outputs] == ["Take one"] * 2
    assert list(model.notes()) == ["2 answers were cut at max_tokens 2 and judged as they are -- raise max_tokens"]


def test_an_answer_cut_before_it_began_is_empty(ask):
    """A model that thinks until its tokens are spent has said nothing, which is an answer."""
    output, _, _ = outcome(ask, lambda call: completion(None, "length"))
    assert (output.raw, output.error) == ("", None)


# Ways to the endpoint.


def test_a_proxy_is_used_with_its_password(ask, monkeypatch):
    """The host is the proxy's business: here it does not even exist."""
    with StubEndpoint(lambda call: "through") as stub:
        monkeypatch.setenv("PROXY", f"http://user:pass%40word@127.0.0.1:{stub.port}")
        [output], _ = ask("http://model.invalid/v1", "hi", proxy="$PROXY")
        headers = stub.calls[0].request.headers
    assert output.raw == "through"
    assert headers["Host"] == "model.invalid"
    assert headers["Proxy-Authorization"] == "Basic dXNlcjpwYXNzQHdvcmQ="


def test_proxies_of_the_environment_are_left_alone(ask, monkeypatch):
    """Where data goes is said in the specification."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    output, _, _ = outcome(ask, lambda call: "direct")
    assert output.raw == "direct"


def test_cookies_are_not_kept(ask):
    """One case must not know of another."""

    def answer(call):
        response = completion(call.request.headers.get("Cookie", "none"))
        response.set_cookie("session", "1")
        return response

    with StubEndpoint(answer) as stub:
        outputs, _ = ask(stub.url, "a", "b", in_flight=1)
    assert [output.raw for output in outputs] == ["none", "none"]


SCORED = {
    "content": [
        {
            "token": "Yes",
            "logprob": -0.5,
            "top_logprobs": [{"token": "Yes", "logprob": -0.5}, {"token": "No", "logprob": -1}],
        },
        {"token": ".", "logprob": -0.25, "top_logprobs": []},
    ]
}


def test_log_probabilities_come_with_the_text(ask):
    """Their sum for the whole answer, and the probabilities of the first token's alternatives."""
    choice = {"message": {"content": "Yes."}, "finish_reason": "stop", "logprobs": SCORED}
    with StubEndpoint(lambda call: raw(json.dumps({"choices": [choice]}))) as stub:
        [output], model = ask(stub.url, "Well?", log_probabilities=2)
        asked = stub.calls[0].payload
    assert (asked["logprobs"], asked["top_logprobs"]) == (True, 2)
    assert output.raw["text"] == "Yes."
    assert output.raw["log_probability"] == pytest.approx(-0.75)
    assert output.raw["first"] == {"Yes": pytest.approx(0.6065307), "No": pytest.approx(0.3678794)}
    assert list(model.notes()) == []


def test_an_endpoint_without_log_probabilities_is_told_of(ask):
    """The answer stands; a note says that there are none."""
    output, _, model = outcome(ask, lambda call: "Yes.", log_probabilities=0)
    assert output.raw == {"text": "Yes.", "log_probability": None, "first": None}
    assert list(model.notes()) == ["1 answer was given without log-probabilities: the endpoint offers none"]


def test_tokens_are_those_that_the_endpoint_tells(ask):
    """Sent and received; none where it tells none."""
    reply = {"choices": [{"message": {"content": "x"}}], "usage": {"prompt_tokens": 7, "completion_tokens": 2}}
    output, _, _ = outcome(ask, lambda call: raw(json.dumps(reply)))
    assert output.tokens == (7, 2)
    output, _, _ = outcome(ask, lambda call: raw(json.dumps({"choices": reply["choices"]})))
    assert output.tokens is None
