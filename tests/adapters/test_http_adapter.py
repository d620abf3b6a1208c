"""Any JSON endpoint answers, and what it does wrong is said in a sentence without a key in it."""

import asyncio
import json
import logging
import re
import socket
import threading
import traceback
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pydantic import ValidationError

from robustspec import registry
from robustspec.adapters.http import HttpAdapter
from robustspec.adapters.template import fault_of_path, fault_of_template, filled, value_at
from robustspec.data.row import Input, Message, Output
from robustspec.engine.dispatch import Dispatcher, Request
from robustspec.engine.session import Options, load_plan, open_model, run_plan
from robustspec.engine.store import Store
from robustspec.errors import AdapterError
from robustspec.language.load import load
from robustspec.reference.pharmacy import pharmacist

pytest.importorskip("aiohttp")

SPEC = Path(__file__).resolve().parents[2] / "specs" / "pharmacy.yaml"
TALK = (Message("system", "Be brief."), Message("user", "ibuprofen?"), Message("user", "leaflet", "context"))
KEY = "sk-0123456789abcdef"


@contextmanager
def served(answer):
    """The address of a server on the loopback; ``answer(payload, headers)`` gives (status, JSON or bytes[, headers])."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet for head and body

        def do_POST(self):
            payload = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append((self.path, dict(self.headers), payload))
            status, body, *more = answer(payload, self.headers)
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in (more[0] if more else {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *words):
            pass

    asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/ask", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def adapter(url, body="{input}", **fields):
    return HttpAdapter(url=url, body=body, **{"retries": 0, **fields})


def ask(model, *contents):
    """The outputs of a model, all asked at once."""

    async def all_of_them():
        try:
            return await asyncio.gather(*(model.predict_one(Input(each)) for each in contents))
        finally:
            await model.aclose()

    return asyncio.run(all_of_them())


def answers(to_ask, *contents, folder=Path()):
    with to_ask.open(folder) as model:
        return ask(model, *contents)


def test_the_registry_finds_the_kind():
    """`kind: http` names this adapter."""
    assert registry.lookup("adapters", "http") is HttpAdapter


# What is sent.


def test_the_template_is_sent_with_the_input_in_its_places():
    """Alone a place becomes the value, within a text it is written there; all else is sent as it stands."""
    body = {"prompt": "Q: {input} A:", "n": 1, "stop": ["\n"], "nested": [{"text": "{input}"}], "none": None}
    with served(lambda payload, headers: (200, {"answer": "ok"})) as (url, asked):
        assert answers(adapter(url, body, response="answer"), 'a "b" {input} $HOME') == [Output("ok", None, _seconds())]
    text = 'a "b" {input} $HOME'
    assert asked[0][2] == {**body, "prompt": f"Q: {text} A:", "nested": [{"text": text}]}


def test_a_conversation_is_sent_as_messages_system_or_its_last_message():
    """The name of a message is there only where it has one."""
    body = {"chat": "{messages}", "system": "{system}", "last": "{input}"}
    with served(lambda payload, headers: (200, payload)) as (url, asked):
        answers(adapter(url, body), TALK)
        answers(adapter(url, body), "hello")
    conversation, text = (payload for _, _, payload in asked)
    assert conversation["chat"][2] == {"role": "user", "content": "leaflet", "name": "context"}
    assert (conversation["system"], conversation["last"], len(conversation["chat"])) == ("Be brief.", "leaflet", 3)
    assert text == {"chat": [{"role": "user", "content": "hello"}], "system": "", "last": "hello"}


def test_headers_address_and_body_take_variables_from_the_environment(monkeypatch):
    """In a body only where the variable is all of a text: a prompt may speak of $USD."""
    monkeypatch.setenv("HTTP_TEST_KEY", KEY)
    with served(lambda payload, headers: (200, payload)) as (url, asked):
        answers(
            adapter(
                f"{url}?key=$HTTP_TEST_KEY",
                {"q": "{input} in $USD", "token": "$HTTP_TEST_KEY"},
                headers={"Authorization": "Bearer $HTTP_TEST_KEY", "user-agent": "mine"},
            ),
            "5",
        )
    path, headers, payload = asked[0]
    assert (path, payload) == (f"/ask?key={KEY}", {"q": "5 in $USD", "token": KEY})
    assert (headers["Authorization"], headers["Content-Type"]) == (f"Bearer {KEY}", "application/json")
    assert [value for name, value in headers.items() if name.lower() == "user-agent"] == ["mine"]


@pytest.mark.parametrize("text", ["äöü", "\ud800", "line\nbreak", 'quote " \\ {system}', "x" * 300_000])
def test_any_text_reaches_the_endpoint_as_it_is(text):
    """Whatever a perturbation wrote."""
    with served(lambda payload, headers: (200, payload)) as (url, _):
        assert answers(adapter(url, ["{input}"], response="0"), text)[0].raw == text


# What comes back.


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("choices.0.text", "first"),
        ("choices.-1.text", "last"),
        ("0", "by a key that is a number"),
        ("flags", [True, 0]),
        ("flags.1", 0),
    ],
)
def test_a_path_of_names_and_numbers_leads_to_the_answer(path, value):
    """Objects by name, lists by number; text or data."""
    data = {"choices": [{"text": "first"}, {"text": "last"}], "0": "by a key that is a number", "flags": [True, 0]}
    assert value_at(data, path) == value


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("answer", "it is an object with choices, usage"),
        ("choices.3.text", "'choices' is a list of 1"),
        ("choices.first", "'choices' is a list of 1"),
        ("choices.0.text.0", "'choices.0.text' is a text"),
        ("choices.0.message", "'choices.0' is an object with text"),
        ("usage.tokens.in", "'usage.tokens' is a number"),
        ("usage.none.in", "'usage.none' is null"),
        ("usage.empty.in", "'usage.empty' is an empty object"),
    ],
)
def test_a_path_that_leads_nowhere_says_what_is_there(path, words):
    """By names and sizes; the values may be a patient's."""
    data = {"choices": [{"text": "secret"}], "usage": {"tokens": 3, "none": None, "empty": {}}}
    with pytest.raises(LookupError, match=f"^{re.escape(words)}$"):
        value_at(data, path)


def test_a_wrong_path_is_a_missing_answer_that_names_the_remedy():
    """What the endpoint says of an error is told too, in bounds."""
    big = {f"key{n}" * 20: n for n in range(5000)} | {"error": {"message": "context too long\n" * 100}}
    with served(lambda payload, headers: (200, big)) as (url, _):
        (output,) = answers(adapter(url, response="choices.0.text"), "a")
    assert output.raw is None
    assert output.error.startswith(
        f"the answer of {url} has no 'choices.0.text': it is an object with 5001 names, such"
    )
    assert "it says: context too long context" in output.error
    assert output.error.endswith("-- correct model.response")
    assert len(output.error) < 600


def test_without_a_path_the_response_is_the_answer():
    """Text, or data; null is no answer."""
    with served(lambda payload, headers: (200, payload["give"])) as (url, _):
        body = {"give": "{input}"}
        assert answers(adapter(url, body), "text")[0].raw == "text"
        assert answers(adapter(url, {"give": {"a": "{input}"}}), "b")[0].raw == {"a": "b"}
        assert (
            "is null -- correct model.response" in answers(adapter(url, {"give": None, "x": "{input}"}), "a")[0].error
        )


# What goes wrong.


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (401, {"error": "bad key"}, "answered 401: bad key -- give a key in model.headers, as $NAME"),
        (404, {}, "answered 404 -- is model.url the whole address?"),
        (302, {}, "a redirect to https://elsewhere.example, which is not followed so that the key goes nowhere else"),
        (400, {"detail": "no field 'prompt'"}, "answered 400: no field 'prompt'"),
        (
            200,
            b"<html>login</html>",
            "did not answer with JSON but a page for people -- is model.url the whole address?",
        ),
        (200, b'{"answer": ', "did not answer with JSON"),
    ],
)
def test_each_fault_of_an_endpoint_is_one_sentence_in_this_adapters_words(status, body, words):
    """No sentence names a field that this kind does not have."""
    location = {"Location": "https://elsewhere.example/login?next=1"}
    with served(lambda payload, headers: (status, body, location)) as (url, asked):
        (output,) = answers(adapter(url, response="answer"), "a")
    assert output.error.startswith(url)
    assert words in output.error
    assert not re.search(r"base_url|api_key_env|model\.model|/v1", output.error)
    assert len(asked) == 1


def test_nobody_listening_ends_the_run_with_one_error(tmp_path):
    """The message names the field to correct."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/ask"
        to_ask = adapter(url)
        with (
            to_ask.open(tmp_path) as model,
            Store(tmp_path / "cache", None) as store,
            Dispatcher(model, store, timeout_s=to_ask.limit_s) as dispatcher,
            pytest.raises(AdapterError, match=r"cannot be reached: nothing listens there -- start the .* model\.url"),
        ):
            dispatcher.run([Request(str(n)) for n in range(50)], lambda *found: None)


def test_what_may_succeed_later_is_tried_again(monkeypatch):
    """One error of the server costs nothing."""
    monkeypatch.setattr("robustspec.adapters.endpoints.retries._BASE_S", 0.01)
    statuses = iter([500, 429, 200])
    with served(lambda payload, headers: (next(statuses), {"answer": 1})) as (url, asked):
        assert answers(adapter(url, response="answer", retries=3), "a")[0].raw == 1
    assert len(asked) == 3


def test_a_call_over_the_time_limit_is_a_missing_answer():
    """With the seconds that it was given."""
    done = threading.Event()
    with served(lambda payload, headers: (200, done.wait(5))) as (url, _):
        (output,) = answers(adapter(url, timeout_s=0.2), "a")
        done.set()
    assert output.error == f"{url} gave no answer within 0.2 s"


# What is never shown.


def test_keys_are_masked_wherever_they_could_be_seen(monkeypatch, caplog):
    """In messages that quote the endpoint, answers, names, representations, tracebacks and logs."""
    monkeypatch.setenv("HTTP_TEST_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    shown = []

    def answer(payload, headers):
        seen = [headers["Authorization"], payload["token"]]
        given = {
            "echo": (200, {"answer": seen}),
            "path": (200, {f"key {KEY}": 1, "error": f"no {KEY}"}),
            "bad": (400, {"error": f"invalid key {KEY}"}),
            "moved": (302, {}, {"Location": f"https://elsewhere.example/{KEY}"}),
        }
        return given[payload["q"]]

    with served(answer) as (url, _):
        to_ask = adapter(
            f"{url}?key=$HTTP_TEST_KEY",
            {"q": "{input}", "token": "$HTTP_TEST_KEY"},
            headers={"Authorization": "Bearer $HTTP_TEST_KEY"},
            response="answer",
        )
        with to_ask.open(Path()) as model:
            outputs = ask(model, "echo", "path", "bad", "moved")
            shown += [outputs, model, model.name, model.fingerprint, to_ask]
        try:
            answers(to_ask.model_copy(update={"url": "$HTTP_TEST_KEY"}), "a")
        except AdapterError:
            shown.append(traceback.format_exc())
    assert outputs[0].raw == ["Bearer ***", "***"]
    assert [output.error is None for output in outputs] == [True, False, False, False]
    assert "model.url does not expand to an address" in shown[-1]
    assert "0123456789" not in repr(shown) + caplog.text


def test_the_fingerprint_holds_the_server_and_the_request_but_no_key(monkeypatch, tmp_path):
    """A renewed key leaves the model what it was; another host, template or path does not."""

    def identity(key="one-key-1", host="one.example", **fields):
        monkeypatch.setenv("HTTP_TEST_KEY", key)
        monkeypatch.setenv("HTTP_TEST_HOST", host)
        given = {"url": "https://$HTTP_TEST_HOST/ask?key=$HTTP_TEST_KEY", "body": "{input}", **fields}
        return HttpAdapter(headers={"X-Api-Key": "$HTTP_TEST_KEY"}, **given).open(tmp_path).fingerprint

    same = identity()
    others = {
        identity(host="two.example"),
        identity(body=["{input}"]),
        identity(response="a"),
        identity(fingerprint="v"),
    }
    assert identity(key="other-key-2") == same
    assert len({same, *others}) == 5


def test_the_host_is_known_for_privacy(tmp_path, monkeypatch):
    """Also where a variable gives it; the name then shows the variable."""
    monkeypatch.setenv("HTTP_TEST_URL", "https://models.example:8443/ask?key=abcdefgh")
    with adapter("$HTTP_TEST_URL").open(tmp_path) as model:
        assert (model.endpoint, model.name) == ("models.example", "$HTTP_TEST_URL")


# What is refused before anything is called.


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"url": "models.example/ask"}, "'models.example/ask' is not an address -- write http://HOST:PORT/PATH"),
        ({"url": "ftp://models.example"}, "is not an address"),
        ({"url": "http://models.example:port"}, "is not an address"),
        ({"url": "https://me:pw@models.example"}, "holds a user or a password -- export the address, and write $NAME"),
        ({"method": "GET"}, "Input should be 'POST'"),
        ({"headers": {"Authorization": "Bearer abc"}}, "Authorization holds a secret -- export it, and write $NAME"),
        ({"headers": {"Bad Name": "x"}}, "'Bad Name' is no name of a header"),
        (
            {"body": {"prompt": {"input": None}}},
            'has no place for the input -- write "{input}" or "{messages}", in quotes',
        ),
        ({"body": {"system": "{system}"}}, "has no place for the input"),
        ({"body": {"prompt": "{text}"}}, "'{text}' is no place of a request -- write {input}, {messages} or {system}"),
        ({"body": "chat: {messages}"}, "{messages} is a list and cannot stand within a text"),
        ({"response": "choices[0].text"}, "is not a path of names and numbers -- write choices.0.text"),
        ({"response": "$.answer"}, "is not a path of names and numbers -- write answer"),
        ({"response": ""}, "is not a path of names and numbers"),
        ({"client_key": "key.pem"}, "client_key needs client_certificate -- name both files"),
    ],
)
def test_a_bad_field_says_what_would_be_right(fields, words):
    """At `check`, with the place in the file."""
    with pytest.raises(ValidationError) as caught:
        HttpAdapter(**{"url": "http://localhost/ask", "body": "{input}", **fields})
    assert words in str(caught.value)
    assert "me:pw" not in caught.value.errors()[0]["msg"]


def test_the_loader_tells_the_line_and_never_a_key():
    """A password in an address is not repeated."""
    text = (
        "robustspec: 1\nabout: {title: T}\ndata: {d: {kind: jsonl, path: d.jsonl}}\n"
        "model:\n  kind: http\n  url: https://me:s3cretpw@models.example\n  body: '{input}'\n"
        "scenarios: {}\n"
    )
    with pytest.raises(Exception, match=r"6:\d+: model\.url: holds a user or a password") as caught:
        load(text)
    assert "s3cretpw" not in str(caught.value)


def test_open_names_what_the_environment_lacks(tmp_path, monkeypatch):
    """An unset variable, and a key with a line break."""
    monkeypatch.delenv("HTTP_TEST_KEY", raising=False)
    to_ask = adapter("http://localhost/ask", headers={"X-Token": "$HTTP_TEST_KEY"})
    with pytest.raises(AdapterError, match=r"model\.headers\.X-Token: .*HTTP_TEST_KEY is not set"):
        to_ask.open(tmp_path)
    monkeypatch.setenv("HTTP_TEST_KEY", f"{KEY}\nX-Other: 1")
    with pytest.raises(AdapterError, match=r"model\.headers\.X-Token holds a character that no header may carry"):
        to_ask.open(tmp_path)


def test_check_names_a_missing_file_and_calls_nothing(tmp_path):
    """The certificate of the CA, say."""
    with pytest.raises(AdapterError, match=r"model\.ca_file: .*ca\.pem: no such file -- correct the path"):
        adapter("https://localhost/ask", ca_file="ca.pem").check(tmp_path)


def test_templates_are_filled_once():
    """What an input holds is not looked at again, and a template is left as it was."""
    template = {"a": ["{input}", "<{input}|{system}>"], "{input}": 1}
    values = {"input": "{system}", "messages": [], "system": "{input}"}
    assert filled(template, values) == {"a": ["{system}", "<{system}|{input}>"], "{input}": 1}
    assert template == {"a": ["{input}", "<{input}|{system}>"], "{input}": 1}
    assert (fault_of_template(template), fault_of_path("a.0.b-c")) == ("", "")


def test_the_pharmacy_specification_runs_through_an_endpoint(tmp_path):
    """The shipped file, unchanged, with the verdicts and units of the callable that it names."""
    plan = load_plan(SPEC, Options(cache=tmp_path / "cache"))
    arms = [arm.id for arm in plan.arms if arm.scenario == "prescription-authority"][:1]

    def verdicts(choice, folder):
        model, timeout_s = open_model(plan, choice)
        with model:
            result = run_plan(plan, model, Options(cache=folder), timeout_s=timeout_s, selected=arms)
        return [(arm.id, arm.verdict, arm.units) for arm in result.arms]

    with served(lambda payload, headers: (200, {"out": [{"text": pharmacist(payload["q"])}]})) as (url, asked):
        chosen = {"kind": "http", "url": url, "body": {"q": "{input}"}, "response": "out.0.text"}
        found = verdicts(json.dumps(chosen), tmp_path / "http")
    assert found == verdicts(None, tmp_path / "callable")
    assert {verdict for _, verdict, _ in found} == {"PASS"}
    assert len(asked) > 100


def _seconds():
    """Equal to any number of seconds that a call may have taken."""

    class Any(float):
        def __eq__(self, other):
            return 0 <= other < 60

        __hash__ = float.__hash__

    return Any()
