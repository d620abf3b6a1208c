"""What a specification may say of a chat endpoint, and what it must not: a key."""

import re
import socket
import subprocess
import sys

import pytest
from pydantic import ValidationError

from robustspec import registry
from robustspec.adapters.openai import OpenAIAdapter
from robustspec.errors import AdapterError

KEY = "sk-live-0123456789abcdef"


def adapter(**fields):
    return OpenAIAdapter(**{"base_url": "http://127.0.0.1:8000/v1", "model": "bot", **fields})


def fingerprint(tmp_path, **fields):
    return adapter(**fields).open(tmp_path).fingerprint


def test_the_registry_finds_the_kind():
    """`kind: openai` names this adapter."""
    assert registry.lookup("adapters", "openai") is OpenAIAdapter


def test_the_model_is_async_and_names_its_host(tmp_path, monkeypatch):
    """The privacy check needs the host, whether it stands in the file or in the environment."""
    monkeypatch.setenv("URL", "https://llm.example.org/v1")
    model = adapter(base_url="$URL", in_flight=7).open(tmp_path)
    assert (model.is_async, model.in_flight, model.endpoint) == (True, 7, "llm.example.org")
    assert model.name == "bot at $URL"


@pytest.mark.parametrize("temperature", [0.0, 0.7, None])
def test_only_temperature_0_is_deterministic(tmp_path, temperature):
    """With sampling, or with the endpoint's own default, repeats are worth their calls."""
    assert adapter(temperature=temperature).open(tmp_path).deterministic == (temperature == 0.0)


@pytest.mark.parametrize("key", [KEY, "abcdef0123456789", "my key", ""])
def test_a_key_in_the_file_is_refused_without_repeating_it(key):
    """The field takes the name of a variable; what stands there instead may be the key."""
    with pytest.raises(ValidationError) as caught:
        adapter(api_key_env=key)
    [error] = caught.value.errors()
    assert "is not the name of an environment variable -- export the key" in error["msg"]
    assert not key or key not in error["msg"]


@pytest.mark.parametrize("name", ["Authorization", "api-key", "X-Auth-Token", "Cookie"])
def test_a_secret_header_must_come_from_the_environment(name):
    """Other headers may be written out."""
    with pytest.raises(ValidationError, match=f"{name} holds a secret -- export it"):
        adapter(headers={name: KEY})
    adapter(headers={name: "$TOKEN", "OpenAI-Organization": "org-1"})


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("127.0.0.1:8000", "is not an address"),
        ("ftp://host/v1", "is not an address"),
        ("http://", "is not an address"),
        ("http://host:99999/v1", "is not an address"),
        ("http://user:secret@host/v1", "holds a user or a password"),
        ("https://host/v1?api-version=1", "holds more than an address -- move what stands behind the '?' to query"),
    ],
)
def test_a_bad_address_is_refused_where_it_stands(url, words):
    """Before anything is opened; a password in it is not repeated."""
    with pytest.raises(ValidationError, match=re.escape(words)) as caught:
        adapter(base_url=url)
    assert "secret" not in caught.value.errors()[0]["msg"]


def test_a_bad_address_in_the_environment_is_refused_without_repeating_it(tmp_path, monkeypatch):
    """What the environment holds enters no message."""
    monkeypatch.setenv("URL", "llm.internal.example:8000")
    with pytest.raises(AdapterError, match=r"model\.base_url does not expand to an address -- write http") as caught:
        adapter(base_url="$URL").open(tmp_path)
    assert "internal" not in str(caught.value)


@pytest.mark.parametrize("name", ["messages", "stream", "temperature", "max_tokens"])
def test_parameters_cannot_replace_what_has_a_field(name):
    """Two places for one thing would have to be explained."""
    with pytest.raises(ValidationError, match=f"{name} cannot be set here -- "):
        adapter(parameters={name: 1})


def test_two_formats_and_a_key_without_its_certificate_are_refused():
    """Fields that need or exclude one another."""
    with pytest.raises(ValidationError, match="response_format is given twice"):
        adapter(response_format="json", parameters={"response_format": {}})
    with pytest.raises(ValidationError, match="client_key needs client_certificate"):
        adapter(client_key="key.pem")


def test_check_finds_missing_files_and_looks_at_no_environment(tmp_path):
    """A specification is checked where its variables need not be set."""
    adapter(base_url="$UNSET_URL", api_key_env="UNSET_KEY", ca_file="$UNSET_CA").check(tmp_path)
    with pytest.raises(AdapterError, match=r"model\.ca_file: .*ca\.pem: no such file"):
        adapter(ca_file="ca.pem").check(tmp_path)


def test_open_needs_the_key_and_says_which_variable(tmp_path, monkeypatch):
    """An empty variable is no key either."""
    sentence = "the environment variable BOT_KEY is not set -- set it to the key before the run"
    for value in (None, ""):
        monkeypatch.delenv("BOT_KEY", raising=False) if value is None else monkeypatch.setenv("BOT_KEY", value)
        with pytest.raises(AdapterError, match=sentence):
            adapter(api_key_env="BOT_KEY").open(tmp_path)


@pytest.mark.parametrize("value", ["two\nlines", "schlüssel-0123"])
def test_a_key_that_no_header_may_carry_is_refused_without_repeating_it(tmp_path, monkeypatch, value):
    """A line break in a header would be another header."""
    monkeypatch.setenv("BOT_KEY", value)
    with pytest.raises(AdapterError, match="the environment variable BOT_KEY holds a line break or another") as caught:
        adapter(api_key_env="BOT_KEY").open(tmp_path)
    assert value not in str(caught.value)


def test_a_ca_file_that_is_none_is_an_error(tmp_path):
    """Before the first call."""
    (tmp_path / "ca.pem").write_text("hello")
    with pytest.raises(AdapterError, match=r"model\.ca_file: .* holds no certificates that can be read"):
        adapter(ca_file="ca.pem").open(tmp_path)


def test_opening_connects_to_nothing(tmp_path):
    """Nothing listens there, and nobody notices before the first call."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        adapter(base_url=f"http://127.0.0.1:{closed.getsockname()[1]}/v1").open(tmp_path)


@pytest.mark.parametrize(
    "changed",
    [
        {"model": "other"},
        {"base_url": "http://127.0.0.1:8001/v1"},
        {"system": "Be brief."},
        {"temperature": 0.5},
        {"seed": 1},
        {"max_tokens": 10},
        {"response_format": "json"},
        {"parameters": {"top_p": 0.5}},
        {"headers": {"OpenAI-Organization": "org-1"}},
        {"query": {"api-version": "1"}},
    ],
)
def test_what_changes_answers_changes_the_fingerprint(tmp_path, changed):
    """Outputs of one setting are no outputs of another."""
    assert fingerprint(tmp_path, **changed) != fingerprint(tmp_path)


@pytest.mark.parametrize(
    "changed", [{"timeout_s": 5}, {"in_flight": 2}, {"retries": 0}, {"patience_s": 9}, {"api_key_env": "BOT_KEY"}]
)
def test_how_it_is_called_leaves_the_fingerprint(tmp_path, monkeypatch, changed):
    """Another key or another speed finds the stored outputs again."""
    monkeypatch.setenv("BOT_KEY", KEY)
    assert fingerprint(tmp_path, **changed) == fingerprint(tmp_path)


def test_the_fingerprint_follows_the_address_but_not_a_secret_of_the_environment(tmp_path, monkeypatch):
    """Another server behind `$URL` is another model; another token in `$TOKEN` is the same one. Neither is readable."""
    found = set()
    for url, token in (("http://a.example/v1", "t1"), ("http://a.example/v1", "t2"), ("http://b.example/v1", "t2")):
        monkeypatch.setenv("URL", url)
        monkeypatch.setenv("TOKEN", token)
        found.add(fingerprint(tmp_path, base_url="$URL", headers={"X-Token": "$TOKEN"}))
    assert len(found) == 2
    assert not any("example" in each for each in found)


def test_a_given_fingerprint_stands(tmp_path):
    """The user knows best what the endpoint serves."""
    assert fingerprint(tmp_path, fingerprint="bot-2.3") == "bot-2.3"


def test_a_specification_is_checked_without_aiohttp():
    """It loads when an endpoint opens: `robustspec check` and collection stay quick, and need no extra."""
    code = (
        "import sys; from pathlib import Path; from robustspec.adapters.openai import OpenAIAdapter; "
        "OpenAIAdapter(base_url='http://h/v1', model='bot', api_key_env='KEY').check(Path('.')); "
        "assert 'aiohttp' not in sys.modules and 'yarl' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_without_aiohttp_the_extra_is_named(tmp_path, monkeypatch):
    """The package is optional, and needed only when an endpoint opens."""
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    with pytest.raises(AdapterError, match=r"need aiohttp, .* -- pip install 'robustspec\[http\]'"):
        adapter().open(tmp_path)
