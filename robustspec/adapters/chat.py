"""A live chat endpoint: messages out, one answer back, and which act the endpoint itself says that it was."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlencode, urlsplit

from robustspec.adapters.base import Model, as_data_url
from robustspec.adapters.endpoints.connection import Connection, aiohttp_module, tls_context
from robustspec.adapters.endpoints.endpoint import Endpoint, Reply
from robustspec.adapters.endpoints.faults import Names, message_of
from robustspec.adapters.endpoints.secrecy import Secrets
from robustspec.adapters.environment import variables_of
from robustspec.adapters.openai import checked_url, host_of
from robustspec.adapters.target import expanded
from robustspec.answers.withheld import withheld
from robustspec.data.picture import Picture
from robustspec.data.row import Content, Input, Output
from robustspec.errors import AdapterError

if TYPE_CHECKING:
    from robustspec.adapters.openai import OpenAIAdapter

_quoted = json.encoder.encode_basestring_ascii
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TOKEN = 8  # characters from which on the user of a proxy may be a token
_PATH = "/chat/completions"
_FILTER_CODES = ("content_filter", "content_policy_violation", "ResponsibleAIPolicyViolation")


class ChatModel(Model):
    """The live model of `OpenAIAdapter`; made by `open_chat`."""

    is_async = True
    modalities = frozenset({"text", "image"})

    def __init__(self, endpoint: Endpoint, names: Names, body: Mapping[str, Any], system: str | None) -> None:
        self._endpoint, self._names = endpoint, names
        self._max_tokens = body.get("max_tokens")
        self._system = system
        # A request is put together as text: to encode it as a whole takes longer than all the rest of the adapter.
        self._head = f'{json.dumps(dict(body))[:-1]}, "messages": '
        self._log_probabilities = body.get("top_logprobs")
        self._filtered = self._cut = self._without_probabilities = 0

    async def predict_one(self, item: Input) -> Output:
        """The answer to one input; an error where there is none."""
        found = await self._endpoint.post(self._request(item.content))
        if isinstance(found, Reply):
            output = self._output(found)
            output.tokens = _tokens_of(found.data)
            return output
        if found.status == 400 and _is_filtered(found.data):
            return self._withheld("content filter of the prompt")
        return Output(error=found.sentence)

    def broken(self) -> str | None:
        """Why no further call can succeed, None while one may."""
        return self._endpoint.broken

    def notes(self) -> Iterator[str]:
        """How many answers of this run were withheld or cut."""
        if count := self._filtered:
            yield f"{count} answer{_s(count)} withheld by the endpoint (content filter), counted as refused"
        if count := self._cut:
            at = f"max_tokens {self._max_tokens}" if self._max_tokens else "the endpoint's limit of tokens"
            yield f"{count} answer{_s(count)} cut at {at} and judged as they are -- raise max_tokens"
        if count := self._without_probabilities:
            yield f"{count} answer{_s(count)} given without log-probabilities: the endpoint offers none"

    async def aclose(self) -> None:
        """Close the connections."""
        await self._endpoint.aclose()

    def _request(self, content: Content) -> bytes:
        if isinstance(content, str):
            messages = [_message("user", content)]
        else:
            messages = [_message(each.role, each.content, each.name, each.images) for each in content]
        if self._system is not None and (isinstance(content, str) or not content or content[0].role != "system"):
            messages.insert(0, _message("system", self._system))
        return f"{self._head}[{', '.join(messages)}]}}".encode("ascii")

    def _output(self, reply: Reply) -> Output:
        choice = _first_choice(reply.data)
        if choice is None:
            return Output(error=self._without_choice(reply.data))
        message = choice["message"]
        text = _text_of(message.get("content"))
        finish = choice.get("finish_reason")
        if finish == "content_filter":
            return self._withheld("content filter of the answer", text or "", reply.seconds)
        if not text and isinstance(refusal := message.get("refusal"), str) and refusal:
            return self._withheld("the model, outside of its answer", refusal, reply.seconds)
        self._cut += finish == "length"
        if text is None:
            return self._without_text(message, finish, reply.seconds)
        said = self._names.secrets.hide_in_answer(text)
        raw = said if self._log_probabilities is None else self._with_probabilities(said, choice.get("logprobs"))
        return Output(raw, None, reply.seconds)

    def _with_probabilities(self, text: str, told: Any) -> dict[str, Any]:
        """An answer with its log-probabilities, None where the endpoint gives none."""
        found = log_probabilities(told)
        self._without_probabilities += found is None
        whole, first = found or (None, None)
        return {"text": text, "log_probability": whole, "first": first}

    def _withheld(self, by: str, text: str = "", seconds: float = 0.0) -> Output:
        self._filtered += 1
        return Output(withheld(by, self._names.secrets.hide_in_answer(text)), None, seconds)

    def _without_choice(self, data: Any) -> str:
        told = message_of(data, b"", self._names.secrets) if isinstance(data, Mapping) and data.get("error") else ""
        return f"{self._names.place} sent no choices{f': {told}' if told else ', and so no answer'}"

    def _without_text(self, message: Mapping[str, Any], finish: Any, seconds: float) -> Output:
        if finish == "length":
            return Output("", None, seconds)  # all tokens went into what is not shown
        what = "a tool call instead of text" if message.get("tool_calls") else "a choice without text"
        return Output(error=f"{self._names.place} sent {what}", seconds=seconds)


def open_chat(adapter: OpenAIAdapter, folder: Path) -> ChatModel:
    """The live model of an adapter; `AdapterError` for what its environment or its files lack."""
    aiohttp_module()
    url = checked_url(expanded(adapter.base_url, "base_url"), "base_url").rstrip("/")
    query = {name: expanded(value, f"query.{name}") for name, value in adapter.query.items()}
    headers, keys = _headers_of(adapter)
    proxy = None if adapter.proxy is None else checked_url(expanded(adapter.proxy, "proxy"), "proxy")
    secrets = Secrets([*keys, *_taken_from_environment(adapter), *_passwords(proxy)])
    names = Names(adapter.base_url.rstrip("/"), adapter.model, adapter.api_key_env, secrets)
    connection = Connection(
        url=f"{url}{'' if url.endswith(_PATH) else _PATH}{'?' if query else ''}{urlencode(query)}",
        headers=headers,
        proxy=proxy,
        tls=tls_context(*adapter.certificates(folder)),
        in_flight=adapter.in_flight,
        timeout_s=adapter.timeout_s,
    )
    endpoint = Endpoint(connection, names, retries=adapter.retries, patience_s=adapter.patience_s)
    model = ChatModel(endpoint, names, adapter.body(), adapter.system)
    shown = host_of(url, adapter.base_url)
    model.name = f"{adapter.model} at {adapter.base_url if shown == '$' else shown}"
    model.fingerprint = adapter.identity()
    model.deterministic = adapter.temperature == 0
    model.endpoint = host_of(url)
    model.in_flight = adapter.in_flight
    return model


def _headers_of(adapter: OpenAIAdapter) -> tuple[dict[str, str], list[str]]:
    """What is sent with every call, and the key where there is one."""
    headers, keys = {"Content-Type": "application/json"}, []
    for name, value in adapter.headers.items():
        headers[name] = _sendable(expanded(value, f"headers.{name}"), f"model.headers.{name}")
    if (variable := adapter.api_key_env) is not None:
        if not os.environ.get(variable):
            raise AdapterError(
                f"model.api_key_env: the environment variable {variable} is not set -- set it to the key before the run"
            )
        keys.append(_sendable(os.environ[variable].strip(), f"the environment variable {variable}"))
        bearer = adapter.api_key_header.lower() == "authorization"
        headers[adapter.api_key_header] = f"Bearer {keys[-1]}" if bearer else keys[-1]
    return headers, keys


def _taken_from_environment(adapter: OpenAIAdapter) -> list[str]:
    return [os.environ.get(name, "") for name in variables_of([*adapter.headers.values(), *adapter.query.values()])]


def _sendable(value: str, place: str) -> str:
    if not (value.isascii() and value.isprintable()):
        raise AdapterError(f"{place} holds a line break or another character that no header may carry -- set it anew")
    return value


def _passwords(proxy: str | None) -> list[str]:
    parts = urlsplit(proxy or "")
    user = parts.username or ""
    return [unquote(parts.password or ""), unquote(user) if len(user) >= _TOKEN else ""]


def _message(role: str, content: str, name: str | None = None, images: Sequence[Picture] = ()) -> str:
    """One message as JSON; a name that the protocol does not know stays here."""
    named = f', "name": "{name}"' if name is not None and _NAME.fullmatch(name) else ""
    said = _parts(content, images) if images else _quoted(content)
    return f'{{"role": {_quoted(role)}, "content": {said}{named}}}'


def _parts(content: str, images: Sequence[Picture]) -> str:
    """Words and pictures as the parts of one message: PNG in data URLs."""
    words = [f'{{"type": "text", "text": {_quoted(content)}}}'] if content else []
    shown = [f'{{"type": "image_url", "image_url": {{"url": "{as_data_url(picture)}"}}}}' for picture in images]
    return f"[{', '.join([*words, *shown])}]"


def _first_choice(data: Any) -> Mapping[str, Any] | None:
    choices = data.get("choices") if isinstance(data, dict) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    return choice if isinstance(choice, dict) and isinstance(choice.get("message"), dict) else None


def _text_of(content: Any) -> str | None:
    """The text of an answer, of one in parts too."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, Mapping)]
        return "".join(part for part in parts if isinstance(part, str))
    return None


def log_probabilities(told: Any) -> tuple[float, dict[str, float]] | None:
    """Of an answer: the log-probability of the whole, and the probability of each alternative of its first token."""
    tokens = told.get("content") if isinstance(told, Mapping) else None
    if not isinstance(tokens, list) or not tokens or not all(map(_is_scored, tokens)):
        return None
    offered = tokens[0].get("top_logprobs")
    alternatives = [each for each in offered if _is_scored(each)] if isinstance(offered, list) else []
    first = {str(each.get("token")): math.exp(each["logprob"]) for each in [tokens[0], *alternatives]}
    return math.fsum(each["logprob"] for each in tokens), first


def _is_scored(token: Any) -> bool:
    value = token.get("logprob") if isinstance(token, Mapping) else None
    return isinstance(value, int | float) and -math.inf < value <= 0


def _tokens_of(data: Any) -> tuple[int, int] | None:
    """The tokens sent and received, where the endpoint tells them."""
    usage = data.get("usage") if isinstance(data, Mapping) else None
    if not isinstance(usage, Mapping):
        return None
    sent, received = usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0)
    return (sent, received) if isinstance(sent, int) and isinstance(received, int) else None


def _is_filtered(data: Any) -> bool:
    """Whether an error says that the prompt was stopped by a content filter, as Azure and OpenAI say it."""
    error = data.get("error") if isinstance(data, Mapping) else None
    if not isinstance(error, Mapping):
        return False
    inner = error.get("innererror")
    return error.get("code") in _FILTER_CODES or (isinstance(inner, Mapping) and inner.get("code") in _FILTER_CODES)


def _s(count: int) -> str:
    return " was" if count == 1 else "s were"
