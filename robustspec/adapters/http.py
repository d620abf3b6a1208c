"""Any endpoint that takes JSON and gives JSON: the request is a template, the answer stands at a path of the response."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import field_validator

from robustspec.adapters.base import EVERYTHING, Model, as_data_url, plain_messages
from robustspec.adapters.endpoints.adapter import EndpointAdapter
from robustspec.adapters.endpoints.connection import Connection, aiohttp_module, tls_context
from robustspec.adapters.endpoints.endpoint import Endpoint, Reply
from robustspec.adapters.endpoints.faults import Names, message_of, printable
from robustspec.adapters.endpoints.fields import checked_address, fault_of_address
from robustspec.adapters.endpoints.secrecy import Secrets
from robustspec.adapters.environment import hidden, is_variable, secrets_of, variables_of
from robustspec.adapters.target import expanded
from robustspec.adapters.template import each_text, fault_of_path, fault_of_template, filled, texts_of, value_at
from robustspec.data.row import Input, Output
from robustspec.errors import AdapterError

_PATH = "PATH"
_HEADERS = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "robustspec"}
_THERE_CHARACTERS = 120


class HttpAdapter(EndpointAdapter):
    """An endpoint that takes a JSON document by POST and answers with another. Needs the extra `robustspec[http]`.

    ``body`` is the request with places in it: ``"{input}"`` stands for the text (of a conversation, the last user
    message), ``"{messages}"`` for the conversation as a list of objects with ``role``, ``content`` and, where pictures are
    shown, ``images`` (data URLs: an image as PNG, a volume as gzipped NIfTI), ``"{system}"`` for its system message, empty
    where it has none. A text that is a place and nothing else becomes the value; within a
    longer text (``"Q: {input} A:"``) it is written there. ``response`` says where the answer stands. Nothing is
    evaluated: for anything cleverer, use `callable`.

    ``$NAME`` in ``url`` and ``headers``, and where it is all of a text of ``body``, is taken from the environment when
    the model opens, and shown nowhere.
    ``in_flight`` calls are under way at once, fewer while the endpoint says that it is overloaded; what may succeed later
    is tried again; redirects are not followed. It is identified by address, headers, body and path as they are written.
    """

    kind: Literal["http"] = "http"
    url: str
    """The whole address, ``https://HOST/PATH``."""
    method: Literal["POST"] = "POST"
    """How it is called."""
    body: Any
    """The request, with ``"{input}"`` or ``"{messages}"`` (in quotes) where the input belongs."""
    response: str | None = None
    """Path of the answer, such as ``answer`` or ``choices.0.text``; without it the whole response is the answer."""
    deterministic: bool = True
    """The same input always gets the same output; repeats of it are then one observation."""

    @field_validator("url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        if "$" not in url and (fault := fault_of_address(url, _PATH, query=True)):
            raise ValueError(fault)
        return url

    @field_validator("body")
    @classmethod
    def _has_a_place(cls, body: Any) -> Any:
        try:
            json.dumps(body, sort_keys=True)
        except (TypeError, ValueError) as error:
            raise ValueError(f"is not JSON ({error}) -- use texts, numbers, lists and objects") from None
        if fault := fault_of_template(body):
            raise ValueError(fault)
        return body

    @field_validator("response")
    @classmethod
    def _is_path(cls, path: str | None) -> str | None:
        if path is not None and (fault := fault_of_path(path)):
            raise ValueError(fault)
        return path

    def open(self, folder: Path) -> Model:
        """The live model; the environment must have every ``$NAME``. Nothing is called yet."""
        aiohttp_module()
        url = checked_address(expanded(self.url, "url"), "url", _PATH, query=True)
        connection = Connection(
            url=url,
            headers=self._headers(),
            proxy=self._proxy(),
            tls=tls_context(*self.certificates(Path(folder))),
            in_flight=self.in_flight,
            timeout_s=self.timeout_s,
        )
        names = Names(
            self.url,
            key=next(iter(variables_of(self.headers.values())), None),
            secrets=self._secrets(),
            address="model.url",
            is_address="is model.url the whole address?",
            give_key="give a key in model.headers, as $NAME",
        )
        endpoint = Endpoint(connection, names, retries=self.retries, patience_s=self.patience_s)
        # Only a text that is a variable and nothing else: a prompt may well speak of $USD.
        body = each_text(self.body, lambda text: expanded(text, "body") if is_variable(text) else text)
        model = HttpModel(endpoint, names, body, self.response)
        model.endpoint = urlsplit(url).hostname or ""
        model.name = self.url.split("?")[0] if "$" in self.url else model.endpoint
        model.fingerprint = self.fingerprint or self._identity(url)
        model.in_flight, model.deterministic = self.in_flight, self.deterministic
        return model

    def _headers(self) -> dict[str, str]:
        own = {}
        for name, value in self.headers.items():
            own[name] = expanded(value, f"headers.{name}")
            if not (own[name].isascii() and own[name].isprintable()):
                raise AdapterError(f"model.headers.{name} holds a character that no header may carry -- set it anew")
        given = {name.lower() for name in own}
        return {name: value for name, value in _HEADERS.items() if name.lower() not in given} | own

    def _proxy(self) -> str | None:
        return (
            None if self.proxy is None else checked_address(expanded(self.proxy, "proxy"), "proxy", _PATH, query=True)
        )

    def _secrets(self) -> Secrets:
        in_body = filter(is_variable, texts_of(self.body))
        return secrets_of([self.url, self.proxy or "", *self.headers.values(), *in_body])

    def _identity(self, url: str) -> str:
        """Variables enter by name, but for host and path: another server is another model, another key is not."""
        place, query = url.split("?")[0], self.url.partition("?")[2]
        sent = json.dumps([place, query, dict(self.headers), self.body, self.response], sort_keys=True)
        return f"http-{blake2b(sent.encode(), digest_size=16).hexdigest()}"


class HttpModel(Model):
    """The live endpoint; made by `HttpAdapter.open`."""

    is_async = True

    def __init__(self, endpoint: Endpoint, names: Names, body: Any, response: str | None) -> None:
        self._endpoint, self._names = endpoint, names
        self._body, self._response = body, response
        self._texts = frozenset(texts_of(body))
        self.modalities = EVERYTHING if "{messages}" in self._texts else frozenset({"text"})

    async def predict_one(self, item: Input) -> Output:
        """The answer to one input; an error where there is none."""
        system = next((message.content for message in item.messages if message.role == "system"), "")
        values: dict[str, Any] = {"input": item.text, "system": system}
        if "{messages}" in self._texts:
            values["messages"] = plain_messages(item.messages, as_data_url)
        found = await self._endpoint.post(json.dumps(filled(self._body, values)).encode())
        if not isinstance(found, Reply):
            return Output(error=found.sentence)
        return self._output(found)

    def broken(self) -> str | None:
        """Why no further call can succeed, None while one may."""
        return self._endpoint.broken

    async def aclose(self) -> None:
        """Close the connections."""
        await self._endpoint.aclose()

    def _output(self, reply: Reply) -> Output:
        try:
            value = reply.data if self._response is None else value_at(reply.data, self._response)
        except LookupError as error:
            there = printable(self._names.secrets.hide(str(error)), _THERE_CHARACTERS)
            return self._without(f"has no '{self._response}': {there}{self._told(reply.data)}", reply.seconds)
        if value is None:
            return self._without(f"is null{f' at {self._response!r}' if self._response else ''}", reply.seconds)
        return Output(hidden(value, self._names.secrets), None, reply.seconds)

    def _told(self, data: Any) -> str:
        """What a response says of an error, though its status is 200."""
        told = message_of(data, b"", self._names.secrets) if isinstance(data, Mapping) and data.get("error") else ""
        return f"; it says: {told}" if told else ""

    def _without(self, what: str, seconds: float) -> Output:
        return Output(None, f"the answer of {self._names.place} {what} -- correct model.response", seconds)
