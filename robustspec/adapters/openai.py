"""A chat endpoint that speaks OpenAI's protocol, wherever it runs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from robustspec.adapters.base import Model
from robustspec.adapters.endpoints.adapter import EndpointAdapter
from robustspec.adapters.endpoints.fields import checked_address, fault_of_address
from robustspec.adapters.target import expanded

_ENV_NAME = re.compile(r"[A-Z_][A-Z0-9_]*")
_PATH = "v1"
"""How the address of an API ends."""
_OWN_FIELDS = ("messages", "model", "stream", "n", "temperature", "seed", "max_tokens")


class OpenAIAdapter(EndpointAdapter):
    """An OpenAI-compatible chat endpoint: vLLM, Ollama, llama.cpp, Azure, or the vendor.

    A text is sent as one message of the user, a conversation as it is, its images as PNG in data URLs; volumes are not
    taken. ``in_flight`` calls are under way at once, fewer
    while the endpoint says that it is overloaded (429, 503; ``Retry-After`` is obeyed), more again when it recovers.
    What may succeed later is tried again with growing random waits; a wrong key, an unknown model, a certificate that is
    not trusted or an endpoint that is down ends the run with one error, finished outputs kept.

    An answer that the endpoint's content filter stopped is a refusal, for that is what the user of the service sees; it is
    stored as ``{robustspec: withheld, by: ...}`` and counted in a note. An answer cut at ``max_tokens`` is judged as it
    is, and counted in a note too.

    The key is named, never written: it enters no report, log, store or fingerprint, and no redirect is followed with it.
    """

    kind: Literal["openai"] = "openai"
    address_ends: ClassVar[str] = _PATH
    base_url: str
    """Where the API begins, such as ``http://localhost:8000/v1``; ``/chat/completions`` is added. ``$NAME`` is expanded."""
    model: str = Field(min_length=1)
    """The model's name at the endpoint."""
    api_key_env: str | None = None
    """Name of the environment variable that holds the key; without it no key is sent."""
    api_key_header: str = "Authorization"
    """The header that carries the key: ``Authorization`` as a bearer token, any other (Azure: ``api-key``) as it is."""
    query: Mapping[str, str] = {}
    """What is added to the address, such as Azure's ``api-version``."""
    system: str | None = None
    """System prompt, put before conversations that bring none of their own."""
    temperature: float | None = Field(default=0.0, ge=0)
    """Sampling temperature; null sends none, for models that take none."""
    seed: int | None = None
    """Sampling seed, where the endpoint knows one."""
    max_tokens: int | None = Field(default=None, ge=1)
    """Most tokens of an answer."""
    response_format: Literal["text", "json"] = "text"
    """``json`` asks for a JSON object; most endpoints then want the word JSON in the prompt."""
    parameters: Mapping[str, Any] = {}
    """Further fields of the request, such as ``top_p`` or ``max_completion_tokens``."""
    log_probabilities: int | None = Field(default=None, ge=0, le=20)
    """Asks for log-probabilities, with so many alternatives for each token. An answer is then a structure: ``text``,
    ``log_probability`` (of the whole answer, natural logarithm) and ``first`` (probability of each alternative of the first
    token); read its text with ``extract: {kind: json, field: text}``."""

    @field_validator("api_key_env")
    @classmethod
    def _names_a_variable(cls, name: str | None) -> str | None:
        if name is not None and not _ENV_NAME.fullmatch(name):
            raise ValueError(  # without the value, which may be the key
                "is not the name of an environment variable -- export the key, and write the variable's name in capitals, "
                "such as OPENAI_API_KEY"
            )
        return name

    @field_validator("base_url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        if "$" not in url and (fault := fault_of_address(url, _PATH, query=False)):
            raise ValueError(fault)
        return url

    @field_validator("parameters")
    @classmethod
    def _adds(cls, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        for name in parameters:
            if name in _OWN_FIELDS:
                raise ValueError(
                    f"{name} cannot be set here -- " + _INSTEAD.get(name, f"write {name} beside parameters")
                )
        return parameters

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        if self.response_format == "json" and "response_format" in self.parameters:
            raise ValueError("response_format is given twice -- leave out one of the two")
        return self

    def open(self, folder: Path) -> Model:
        """The live model; the environment must have every ``$NAME`` and the key. Nothing is called yet."""
        from robustspec.adapters.chat import open_chat

        return open_chat(self, Path(folder))

    def body(self) -> dict[str, Any]:
        """The fields of every request, without the messages."""
        fields: dict[str, Any] = {"model": self.model}
        given = {"temperature": self.temperature, "seed": self.seed, "max_tokens": self.max_tokens}
        fields |= {name: value for name, value in given.items() if value is not None}
        if self.response_format == "json":
            fields["response_format"] = {"type": "json_object"}
        if self.log_probabilities is not None:
            fields |= {"logprobs": True, "top_logprobs": self.log_probabilities}
        return fields | dict(self.parameters)

    def identity(self) -> str:
        """The fingerprint: the given one, else the model's name with a hash of the address and of all that is sent.

        Variables enter by name, but for the address: another ``$NAME`` of it is another model. Keys never enter.
        """
        if self.fingerprint is not None:
            return self.fingerprint
        url = expanded(self.base_url, "base_url")
        sent = [url, self.body(), self.system, dict(self.headers), dict(self.query)]
        text = json.dumps(sent, sort_keys=True, ensure_ascii=False)
        digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16)
        return f"{self.model}@{host_of(self.base_url, self.base_url)}-{digest.hexdigest()}"


_INSTEAD = {
    "messages": "the data gives the messages",
    "model": "write it as model.model",
    "stream": "answers are judged when they are whole",
    "n": "write repeats under statistics",
}


def host_of(url: str, shown: str = "") -> str:
    """The host that an address names, or ``$...`` where ``shown``, its spelling in the specification, leaves it open."""
    return "$" if "$" in shown else urlsplit(url).hostname or ""


def checked_url(url: str, field: str) -> str:
    """The expanded address of the API or of a proxy; `AdapterError` where it is none."""
    return checked_address(url, field, _PATH, query=False)
