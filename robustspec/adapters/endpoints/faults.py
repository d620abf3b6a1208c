"""What went wrong with a call of an endpoint, as a sentence, and what follows from it."""

from __future__ import annotations

import errno
import json
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from robustspec.adapters.endpoints.connection import aiohttp_module
from robustspec.adapters.endpoints.retries import retry_after_s
from robustspec.adapters.endpoints.secrecy import Secrets

Then = Literal["again", "later", "never"]
"""Try again; try again when the endpoint is less busy; trying again changes nothing."""

Ends = Literal["no", "unless answered", "yes"]
"""Whether no further call can succeed: with `unless answered`, only where none has been answered so far."""

_AGAIN = {408, 409, 425, 500, 502, 504}
_LATER = {429, 503, 529}
_MESSAGE = 240  # characters of an endpoint's own message
_ABSENT_MODEL = ("model_not_found", "DeploymentNotFound", "invalid_model")
_NO_MONEY = ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active")


@dataclass(frozen=True, slots=True)
class Fault:
    """A call without an answer. ``data`` is the body where it was JSON."""

    sentence: str
    then: Then = "never"
    ends: Ends = "no"
    pause_s: float | None = None
    status: int = 0
    data: Any = None
    outage: bool = False
    """The endpoint was not there, or had no time; not this call's own doing."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the user calls things: the address as it stands in the specification, the model, the key's variable.

    ``secrets`` is what must not be called anything. The last three are the field of the address, the question that an
    unknown address raises, and the remedy where no key was sent.
    """

    place: str
    model: str = ""
    key: str | None = None
    secrets: Secrets = field(default_factory=Secrets)
    address: str = "model.base_url"
    is_address: str = "does model.base_url end where the API begins, such as in /v1?"
    give_key: str = "name the environment variable that holds a key as model.api_key_env"


def of_status(status: int, headers: Mapping[str, str], body: bytes, names: Names) -> Fault:
    """The fault that a response without an answer is."""
    data = _json(body)
    message = message_of(data, body, names.secrets)
    told = f"{names.place} answered {status}{f': {message}' if message else ''}"
    code = _code(data)
    if 300 <= status < 400:
        return Fault(_redirected(status, headers, names), ends="unless answered", status=status)
    if status == 401:
        return Fault(f"{told} -- {_key_remedy(names)}", ends="yes", status=status)
    if status == 407:
        return Fault(f"the proxy wants a password ({told}) -- give model.proxy one by $NAME", ends="yes", status=status)
    if code in _NO_MONEY:
        return Fault(f"{told} -- the account behind the key has nothing left to spend", ends="yes", status=status)
    if status == 404 or code in _ABSENT_MODEL:
        return Fault(f"{told} -- {_absent_remedy(names)}", ends="unless answered", status=status, data=data)
    if status == 403:
        remedy = "the key may not use this model, or something between forbids the call"
        return Fault(f"{told} -- {remedy}", ends="unless answered", status=status, data=data)
    if status in _LATER:
        pause = retry_after_s(headers)
        return Fault(told, "later", pause_s=pause, status=status, data=data, outage=True)
    again = status in _AGAIN or status > 500
    return Fault(told, "again" if again else "never", status=status, data=data, outage=again and status != 500)


def of_exception(error: Exception, names: Names, timeout_s: float) -> Fault:
    """The fault that an exception of aiohttp stands for; any other exception passes through."""
    aiohttp = aiohttp_module()
    place = names.place
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return _of_certificate(error, place)
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return of_status(error.status, error.headers or {}, b"", names)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return _of_connecting(error, names)
    if isinstance(error, TimeoutError):
        return Fault(f"{place} gave no answer within {timeout_s:g} s", "again", outage=True)
    if isinstance(error, aiohttp.ClientPayloadError):
        return Fault(f"the answer of {place} broke off", "again")
    if isinstance(error, aiohttp.ClientConnectionError | ConnectionError):
        remedy = "its log says why; over https it may want model.client_certificate"
        what = f"{place} closed the connection without an answer -- {remedy}"
        return Fault(what, "again", ends="unless answered", outage=True)
    if isinstance(error, aiohttp.ClientError | OSError):
        what = f"did not answer in HTTP ({type(error).__name__})"
        return Fault(f"{place} {what} -- is {names.address} the address of an API?", ends="unless answered")
    raise error


def _of_connecting(error: Exception, names: Names) -> Fault:
    aiohttp = aiohttp_module()
    remedy = f"start the server, or correct {names.address}"
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        reason, remedy = "the proxy cannot be reached", "correct model.proxy"
    elif isinstance(error, aiohttp.ClientConnectorDNSError):
        reason, remedy = "there is no such host", f"correct the host in {names.address}, or look at the network"
    elif isinstance(error, TimeoutError):
        reason = "no connection in time"
    else:
        reason = _of_system(getattr(error, "os_error", error))
    return Fault(f"{names.place} cannot be reached: {reason} -- {remedy}", "again", ends="unless answered", outage=True)


def _of_system(error: BaseException) -> str:
    # A host with several addresses gives one error without a number for all of them.
    number = getattr(error, "errno", None)
    if number == errno.ECONNREFUSED or (number is None and f"Errno {errno.ECONNREFUSED}" in str(error)):
        return "nothing listens there"
    return os.strerror(number).lower() if number and number > 0 else "no connection"


def _of_certificate(error: Exception, place: str) -> Fault:
    cause = getattr(error, "certificate_error", None) or getattr(error, "os_error", None) or error
    reason = getattr(cause, "verify_message", "") or getattr(cause, "reason", "") or "the handshake failed"
    if isinstance(cause, ssl.SSLCertVerificationError):
        remedy = "where a private CA signed it, give that CA's certificate as model.ca_file"
        return Fault(f"the certificate of {place} is not trusted: {reason} -- {remedy}", ends="unless answered")
    remedy = "is it https at all, and does it want model.client_certificate?"
    return Fault(f"no TLS connection to {place}: {str(reason).lower()} -- {remedy}", "again", ends="unless answered")


def _redirected(status: int, headers: Mapping[str, str], names: Names) -> str:
    target = urlsplit(headers.get("Location", ""))
    host = target.netloc.rpartition("@")[2]
    to = printable(names.secrets.hide(f"{target.scheme}://{host}"), 100) if host else "another path"
    return (
        f"{names.place} answered {status}, a redirect to {to}, which is not followed so that the key goes "
        f"nowhere else -- give the address itself as {names.address}"
    )


def _key_remedy(names: Names) -> str:
    if names.key is None:
        return names.give_key
    return f"put a key that is valid for this endpoint into the environment variable {names.key}"


def _absent_remedy(names: Names) -> str:
    model = f"is '{names.model}' the name of a model that it serves (model.model), and " if names.model else ""
    return f"{model}{names.is_address}"


def message_of(data: Any, body: bytes, secrets: Secrets) -> str:
    """The message in an error's body, in the shapes that servers use: one short line without secrets."""
    found: Any = data
    for name in ("error", "message", "detail"):
        if isinstance(found, Mapping) and found.get(name):
            found = found[name]
    if data is None:
        found = body.decode("utf-8", "replace")
        found = "" if found.lstrip().startswith("<") else found  # a page for people
    if not found:
        return ""
    # Hidden before it is cut: of a key that the cut goes through, a part would be left.
    return printable(secrets.hide(found if isinstance(found, str) else json.dumps(found)), _MESSAGE)


def printable(text: str, length: int) -> str:
    """``text`` in one line of at most ``length`` characters, nothing in it that a terminal would obey."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= length else line[: length - 3] + "..."


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _code(data: Any) -> str:
    error = data.get("error") if isinstance(data, Mapping) else None
    code = error.get("code") or error.get("type") if isinstance(error, Mapping) else None
    return code if isinstance(code, str) else ""
