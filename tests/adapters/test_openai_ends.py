"""What ends a run at once, in one sentence with its remedy, and what a run survives."""

import errno
import shutil
import socket
import ssl
import subprocess
import threading
from types import SimpleNamespace

import aiohttp
import pytest
from aiohttp import web
from stub_endpoint import StubEndpoint, error, hang, raw

from robustspec.adapters.endpoints import endpoint as endpoint_module
from robustspec.adapters.endpoints.faults import Names, of_exception
from robustspec.adapters.openai import OpenAIAdapter
from robustspec.engine.dispatch import Dispatcher, Request
from robustspec.engine.store import Store
from robustspec.errors import AdapterError


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    """Retries without the waits."""
    monkeypatch.setattr(endpoint_module, "backoff_s", lambda random, attempt: 0.005)


@pytest.fixture
def run(tmp_path):
    """A run of so many calls into a store; gives what ended it, None for nothing, and the number of stored outputs."""

    def ran(url, calls=40, **fields):
        adapter = OpenAIAdapter(base_url=url, model="bot", **fields)
        ended = None
        with Store(tmp_path / "cache", "bot") as store:
            try:
                with Dispatcher(adapter.open(tmp_path), store, timeout_s=adapter.limit_s) as dispatcher:
                    requests = (Request(f"question {number}", f"case/{number}") for number in range(calls))
                    dispatcher.run(requests, lambda request, output, status: None)
            except AdapterError as caught:
                ended = str(caught)
            return ended, len(store)

    return ran


def redirect():
    return web.Response(status=302, headers={"Location": "https://user:pw@other.example/login?token=1"})


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            lambda: error(401, "bad key"),
            " answered 401: bad key -- name the environment variable that holds a key as model.api_key_env",
        ),
        (
            lambda: error(403, "no access"),
            " answered 403: no access -- the key may not use this model, or something between forbids the call",
        ),
        (
            lambda: error(404, "no such model"),
            " answered 404: no such model -- is 'bot' the name of a model that it serves (model.model), and does "
            "model.base_url end where the API begins, such as in /v1?",
        ),
        (
            lambda: error(400, "unknown", "model_not_found"),
            " answered 400: unknown -- is 'bot' the name of a model that it serves (model.model), and does "
            "model.base_url end where the API begins, such as in /v1?",
        ),
        (
            lambda: error(429, "you exceeded your quota", "insufficient_quota"),
            " answered 429: you exceeded your quota -- the account behind the key has nothing left to spend",
        ),
        (
            lambda: error(429, "daily limit", Retry_After="7200"),
            " answered 429: daily limit: it asks to wait 7,200 s -- run again then, or raise model.patience_s",
        ),
        (
            redirect,
            " answered 302, a redirect to https://other.example, which is not followed so that the key goes nowhere else -- "
            "give the address itself as model.base_url",
        ),
    ],
)
def test_a_run_that_cannot_go_on_ends_with_one_error(run, answer, words):
    """With the first call that ends, not after all cases have failed: nobody is asked more often than calls begin at once."""
    with StubEndpoint(lambda call: answer()) as stub:
        assert run(stub.url, in_flight=4) == (f"{stub.url}{words}", 0)
        assert len(stub.calls) <= 4


def test_a_wrong_key_names_its_variable(run, monkeypatch):
    """Of several variables the user must know which."""
    monkeypatch.setenv("BOT_KEY", "key-0123456789")
    with StubEndpoint(lambda call: error(401, "bad key")) as stub:
        ended, _ = run(stub.url, api_key_env="BOT_KEY")
    assert ended.endswith("put a key that is valid for this endpoint into the environment variable BOT_KEY")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_endpoint_that_is_down_is_one_error(run, host):
    """A few attempts, for it may be starting; then the run ends."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://{host}:{taken.getsockname()[1]}/v1"
        ended, _ = run(url)
    remedy = "start the server, or correct model.base_url"
    assert ended == f"{url} cannot be reached: nothing listens there (3 attempts) -- {remedy}"


def test_what_is_no_http_is_one_error(run):
    """Another service's port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/v1"

        def greet():
            connection, _ = server.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")

        thread = threading.Thread(target=greet)
        thread.start()
        ended, _ = run(url, calls=1)
        thread.join()
    assert ended == f"{url} did not answer in HTTP (ClientResponseError) -- is model.base_url the address of an API?"


@pytest.mark.parametrize(
    ("kind", "number", "words"),
    [
        (aiohttp.ClientConnectorDNSError, -2, "there is no such host -- correct the host in model.base_url"),
        (aiohttp.ClientProxyConnectionError, errno.ECONNREFUSED, "the proxy cannot be reached -- correct model.proxy"),
        (aiohttp.ClientConnectorError, errno.EHOSTUNREACH, "no route to host -- start the server"),
        (aiohttp.ClientConnectorError, errno.ECONNREFUSED, "nothing listens there -- start the server"),
    ],
)
def test_why_there_is_no_connection_is_told(kind, number, words):
    """In the words of whoever has to change something."""
    failure = kind(SimpleNamespace(host="h", port=1, ssl=True, is_ssl=False), OSError(number, "no"))
    fault = of_exception(failure, Names("http://h:1/v1"), 1.0)
    assert fault.sentence.startswith(f"http://h:1/v1 cannot be reached: {words}")


def test_what_is_no_matter_of_the_connection_passes_through():
    """A bug is not hidden behind a missing case."""
    with pytest.raises(KeyError):
        of_exception(KeyError("bug"), Names("http://h/v1"), 1.0)


@pytest.mark.parametrize("status", [403, 404])
def test_one_refused_call_in_a_run_that_works_is_one_missing_case(run, status):
    """A firewall that dislikes one prompt is no wrong key."""
    with StubEndpoint(lambda call: error(status) if call.text.endswith(" 7") else "ok") as stub:
        assert run(stub.url, in_flight=1) == (None, 39)


def test_a_key_that_expires_ends_the_run_and_keeps_what_was_answered(run):
    """The next run, with another key, goes on from there."""
    with StubEndpoint(lambda call: "ok" if call.number < 10 else error(401, "expired")) as stub:
        ended, stored = run(stub.url, in_flight=2)
    assert " answered 401: expired -- " in ended
    assert stored == 10
    with StubEndpoint(lambda call: "ok") as stub:
        assert run(stub.url) == (None, 40)
        assert len(stub.calls) == 30


@pytest.mark.parametrize("outage", [lambda call: error(503, "overloaded"), hang], ids=["503", "hang"])
def test_an_endpoint_that_goes_away_ends_the_run_and_keeps_what_was_answered(run, outage):
    """After as many failures in a row as calls are under way at once, and at least five."""
    with StubEndpoint(lambda call: "ok" if call.number < 10 else outage(call)) as stub:
        ended, stored = run(stub.url, in_flight=2, retries=1, timeout_s=1.0, patience_s=0.05)
    assert ended.endswith("the last 5 calls in a row got no answer -- run again when the endpoint is back")
    assert stored == 10


def test_prompts_that_crash_the_server_are_missing_and_no_outage(run):
    """500 is this call's own; were it counted, a scenario of such prompts would hide all others."""
    with StubEndpoint(lambda call: "ok" if call.number < 10 else error(500)) as stub:
        assert run(stub.url, in_flight=2, retries=0) == (None, 10)


def test_a_page_instead_of_an_api_ends_the_run_after_the_first_twenty(run):
    """It might have been one broken answer; twenty are a wrong address."""
    with StubEndpoint(lambda call: raw("<html>", kind="text/html")) as stub:
        ended, _ = run(stub.url, in_flight=1)
        assert len(stub.calls) == 20
    assert "the first 20 calls all failed, the last with: " in ended
    assert "a page for people -- does model.base_url end where the API begins, such as in /v1?" in ended


# Certificates.


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """A CA of its own, and certificates of a server on 127.0.0.1 and of a client that it signed."""
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl command to make certificates")
    folder = tmp_path_factory.mktemp("certificates")

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True, timeout=60)

    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    ca = ("-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")
    openssl("req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=private CA", *ca)
    (folder / "san.txt").write_text("subjectAltName=IP:127.0.0.1\nauthorityKeyIdentifier=keyid\n")
    for name in ("server", "client"):
        openssl("req", *new, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "san.txt")
        openssl("x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.pem", *signed)
    openssl("ec", "-in", "client.key", "-aes128", "-passout", "pass:secret", "-out", "locked.key")
    return folder


def server_side(folder, wants_client=False):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    if wants_client:
        context.load_verify_locations(folder / "ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def test_a_certificate_that_nobody_knows_is_one_error(run, certificates):
    """There is no way to switch the check off; there is a way to name the CA."""
    with StubEndpoint(lambda call: "ok", tls=server_side(certificates)) as stub:
        ended, _ = run(stub.url)
        assert stub.calls == []
    assert ended.startswith(f"the certificate of {stub.url} is not trusted: ")
    assert ended.endswith(" -- where a private CA signed it, give that CA's certificate as model.ca_file")


def test_a_private_ca_is_trusted_where_it_is_named(run, certificates, monkeypatch):
    """By a path, or by `$NAME`."""
    monkeypatch.setenv("CA_FOLDER", str(certificates))
    with StubEndpoint(lambda call: "ok", tls=server_side(certificates)) as stub:
        assert run(stub.url, ca_file="$CA_FOLDER/ca.pem") == (None, 40)


def test_a_certificate_of_another_host_is_one_error(run, certificates):
    """The reason is told."""
    with StubEndpoint(lambda call: "ok", tls=server_side(certificates)) as stub:
        ended, _ = run(stub.url.replace("127.0.0.1", "localhost"), ca_file=str(certificates / "ca.pem"))
    assert "localhost" in ended
    assert "is not trusted: " in ended
    assert "mismatch" in ended.lower() or "not valid for" in ended.lower()


def test_a_client_certificate_is_shown_to_who_asks(run, certificates):
    """Without one the server closes the door, with the field to fill in as the remedy."""
    files = {"ca_file": str(certificates / "ca.pem")}
    with StubEndpoint(lambda call: "ok", tls=server_side(certificates, wants_client=True)) as stub:
        ended, _ = run(stub.url, **files)
        files |= {
            "client_certificate": str(certificates / "client.pem"),
            "client_key": str(certificates / "client.key"),
        }
        assert run(stub.url, **files) == (None, 40)
    assert "model.client_certificate" in ended


def test_a_client_key_with_a_password_does_not_ask_for_it(run, certificates):
    """A run in CI would wait for ever."""
    files = {"client_certificate": str(certificates / "client.pem"), "client_key": str(certificates / "locked.key")}
    ended, _ = run("https://127.0.0.1:1/v1", **files)
    assert ended.startswith(f"model.client_certificate: {certificates / 'client.pem'} cannot be used (")
