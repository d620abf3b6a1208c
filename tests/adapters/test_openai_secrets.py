"""The key is seen by the endpoint, and by nobody and nothing else."""

import asyncio
import os
import subprocess
import sys
import traceback

import pytest
from aiohttp import web
from stub_endpoint import StubEndpoint, completion, error

from robustspec.adapters.endpoints.secrecy import Secrets
from robustspec.adapters.openai import OpenAIAdapter
from robustspec.data.row import Input
from robustspec.engine.session import Options, load_plan, open_model
from robustspec.errors import AdapterError

KEY = 'sk-live/0123"456789+abcdef'
TOKEN = "gateway-token-987654321"


@pytest.fixture
def model(tmp_path, monkeypatch):
    """Opens a model with a key, and with a token in a further header."""
    monkeypatch.setenv("BOT_KEY", KEY)
    monkeypatch.setenv("TOKEN", TOKEN)

    def opened(url, **fields):
        fields = {"api_key_env": "BOT_KEY", "headers": {"X-Gateway": "Token $TOKEN"}, "retries": 0, **fields}
        return OpenAIAdapter(base_url=url, model="bot", **fields).open(tmp_path)

    return opened


def asked(model):
    async def main():
        try:
            return await model.predict_one(Input("hi"))
        finally:
            await model.aclose()

    return asyncio.run(main())


def echoed(call):
    return f"{dict(call.request.headers)} at {call.request.path_qs}"


@pytest.mark.parametrize(
    "answer",
    [
        lambda call: error(401, echoed(call)),
        lambda call: error(400, "x" * 215 + call.request.headers["Authorization"]),
        lambda call: web.Response(status=500, text=echoed(call)),
        lambda call: web.json_response({"detail": [dict(call.request.headers)]}, status=422),
        lambda call: web.Response(status=302, headers={"Location": f"https://{TOKEN}.example/?key={TOKEN}"}),
        lambda call: web.json_response({"choices": [], "error": {"message": echoed(call)}}),
        lambda call: completion(echoed(call)),
        lambda call: completion(echoed(call), "content_filter"),
        lambda call: completion(None, refusal=echoed(call)),
    ],
    ids=["401", "cut", "500", "422", "redirect", "no choices", "answer", "filtered", "refusal"],
)
def test_an_endpoint_that_echoes_the_headers_does_not_bring_the_key_into_an_output(model, answer):
    """Neither a part of it, where a long message is cut in its middle."""
    with StubEndpoint(answer) as stub:
        live = model(stub.url)
        output = asked(live)
        assert stub.calls[0].request.headers["Authorization"] == f"Bearer {KEY}"
    seen = f"{output!r} {live.broken()} {list(live.notes())}"
    for part in (KEY, KEY[:12], "0123", TOKEN, TOKEN[-8:]):
        assert part not in seen


def test_a_secret_of_the_query_and_of_the_proxy_is_hidden_too(model, monkeypatch):
    """Percent-encoded, as an address shows it."""
    monkeypatch.setenv("SIGNATURE", "a+b/c==0123456789")
    with StubEndpoint(lambda call: error(400, str(call.request.raw_path))) as stub:
        output = asked(model(stub.url, query={"sig": "$SIGNATURE"}))
    assert "answered 400: " in output.error
    assert "0123456789" not in output.error


def test_no_repr_and_no_traceback_shows_the_key(model, monkeypatch):
    """pytest prints the variables of a failed test on demand."""
    live = model("http://127.0.0.1:1/v1")
    shown = [repr(live)]
    shown += map(repr, [*vars(live).values(), *vars(live._endpoint).values()])
    monkeypatch.setattr(live._endpoint, "_attempt", None)
    try:
        asked(live)
    except TypeError as caught:
        trace = traceback.TracebackException.from_exception(caught, capture_locals=True)
        shown += trace.format()
    assert len(shown) > 10
    assert not any(KEY in text or TOKEN in text for text in shown)


def test_the_fingerprint_and_the_dump_hold_no_key(model):
    """They are printed, and name folders."""
    live = model("http://127.0.0.1:1/v1")
    assert KEY not in live.fingerprint
    adapter = OpenAIAdapter(base_url="http://127.0.0.1:1/v1", model="bot", api_key_env="BOT_KEY")
    assert KEY not in repr(adapter) + adapter.model_dump_json()


def test_short_values_are_words_of_answers():
    """Servers without keys are given EMPTY; an answer may say that."""
    secrets = Secrets(["EMPTY", "", "long-enough-0"])
    assert secrets.hide_in_answer("the box is EMPTY: long-enough-0") == "the box is EMPTY: ***"
    assert secrets.hide("key EMPTY") == "key ***"


def test_the_longer_of_two_secrets_goes_first():
    """Else its end would be left."""
    assert Secrets(["abcdefgh", "abcdefgh-1234"]).hide("abcdefgh-1234 abcdefgh") == "*** ***"


SPEC = """\
robustspec: 1
about: {title: Tickets}
model: {kind: openai, base_url: $STUB_URL, model: bot, api_key_env: BOT_KEY, retries: 0}
data:
  tickets: {kind: jsonl, path: tickets.jsonl, origin: synthetic}
statistics: {method: fixed, max_samples: 30, max_error_rate: 1}
scenarios:
  capitals:
    title: Capitals
    mechanism: People press the capitals lock.
    data: tickets
    perturbations: [{kind: letter_case, style: upper}]
    requirements:
      - {metric: accuracy, at_least: 0.8}
"""


def test_a_whole_run_leaves_the_key_nowhere(tmp_path):
    """Output, reports and every file of the store, with an endpoint that echoes its headers in errors and answers."""
    (tmp_path / "spec.yaml").write_text(SPEC)
    lines = (f'{{"id": "t{n}", "input": "ticket {n}", "label": "even"}}\n' for n in range(30))
    (tmp_path / "tickets.jsonl").write_text("".join(lines))
    with StubEndpoint(lambda call: error(400, echoed(call)) if call.number % 3 else echoed(call)) as stub:
        environment = {**os.environ, "STUB_URL": stub.url, "BOT_KEY": KEY, "PYTEST_ADDOPTS": "", "COLUMNS": "300"}
        options = [
            "--robustspec=spec.yaml",
            "--robustspec-report=out",
            "--junitxml=junit.xml",
            "-vv",
            "-l",
            "--full-trace",
        ]
        done = subprocess.run(
            [sys.executable, "-X", "dev", "-m", "pytest", "--rootdir=.", *options, "--log-level=DEBUG", "-rA"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            timeout=120,
            check=False,
        )
        assert len(stub.calls) == 30
    assert done.returncode == 1, done.stdout.decode() + done.stderr.decode()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name.startswith("seg-") for path in files)
    seen = b"".join([done.stdout, done.stderr, *(path.read_bytes() for path in files)])
    assert b"***" in seen
    assert b"0123" not in seen


@pytest.mark.parametrize("field", ["api_key", "api_key_env"])
def test_a_key_on_the_command_line_is_refused_without_repeating_it(tmp_path, field):
    """The field is named, the text of the option is not."""
    (tmp_path / "spec.yaml").write_text(SPEC)
    (tmp_path / "tickets.jsonl").write_text('{"id": "t", "input": "ticket", "label": "even"}\n')
    options = Options(cache=tmp_path / "cache")
    chosen = f"{{kind: openai, base_url: 'http://h/v1', model: bot, {field}: sk-live-0123}}"
    with pytest.raises(AdapterError, match=rf"^--robustspec-model=\{{\.\.\.\}}: {field}: ") as caught:
        open_model(load_plan(tmp_path / "spec.yaml", options), chosen)
    assert "0123" not in "".join(traceback.format_exception(caught.value))
