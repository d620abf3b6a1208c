"""How an endpoint is reached: certificates, proxy, headers, and the pool of connections."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robustspec.errors import AdapterError

if TYPE_CHECKING:
    import aiohttp
    from yarl import URL

_CONNECT_S = 15.0
_KEPT_OPEN_S = 20.0  # less than the idle limit of common servers, so that few connections are found closed


def aiohttp_module() -> Any:
    """aiohttp, imported when the first endpoint opens; an `AdapterError` names the extra that brings it."""
    try:
        import aiohttp
    except ImportError as error:
        raise AdapterError(
            f"models behind HTTP need aiohttp, which does not import ({error}) -- pip install 'robustspec[http]'"
        ) from error
    return aiohttp


@dataclass(frozen=True, slots=True)
class Connection:
    """All that a session needs, values already taken from the environment; ``repr`` shows no header and no proxy."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    proxy: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = None
    in_flight: int = 16
    timeout_s: float = 60.0

    def target(self) -> URL:
        """The address, to be parsed once."""
        from yarl import URL

        return URL(self.url)

    def open(self) -> aiohttp.ClientSession:
        """A session on the running loop: no cookies, nothing taken from the environment, no more than ``in_flight``."""
        http = aiohttp_module()
        session: aiohttp.ClientSession = http.ClientSession(
            connector=http.TCPConnector(
                limit=self.in_flight, ssl=self.tls or True, keepalive_timeout=_KEPT_OPEN_S, ttl_dns_cache=60
            ),
            # A compressed answer could be a thousand times longer than what was sent.
            headers={"Accept-Encoding": "identity", **self.headers},
            proxy=self.proxy,
            cookie_jar=http.DummyCookieJar(),
            # What an attempt takes in all is bounded by `Deadlines`.
            timeout=http.ClientTimeout(total=None, sock_connect=_CONNECT_S),
        )
        return session


def tls_context(ca_file: Path | None, certificate: Path | None, key: Path | None) -> ssl.SSLContext | None:
    """The context for a private CA or a client certificate; None where the system's own is meant.

    Raises `AdapterError` for a file that is missing, no PEM, or a key that a password protects.
    """
    if ca_file is None and certificate is None:
        return None
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # SSLError is one
        raise AdapterError(
            f"model.ca_file: {ca_file} holds no certificates that can be read ({_reason(error)}) -- "
            "give the CA's certificate as a PEM file"
        ) from error
    if certificate is not None:
        try:
            context.load_cert_chain(certificate, key, password="")  # a key with a password must not ask for it
        except OSError as error:
            raise AdapterError(
                f"model.client_certificate: {certificate} cannot be used ({_reason(error)}) -- give a PEM file, and its "
                "key without a password in it or as model.client_key"
            ) from error
    return context


def _reason(error: OSError) -> str:
    return getattr(error, "reason", None) or error.strerror or str(error)
