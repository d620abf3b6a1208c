"""What a specification says of any model behind an address: how many calls at once, patience, certificates, proxy."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Self

from pydantic import Field, field_validator, model_validator

from robustspec.adapters.base import AdapterSpec
from robustspec.adapters.endpoints.fields import fault_of_address, sound_headers
from robustspec.adapters.target import expanded
from robustspec.errors import AdapterError

_FILES = ("ca_file", "client_certificate", "client_key")


class EndpointAdapter(AdapterSpec):
    """Base of the adapters that call an address. ``address_ends`` is how such an address ends, for hints."""

    address_ends: ClassVar[str] = "PATH"

    headers: Mapping[str, str] = {}
    """Headers of each request; a value with a secret is written ``$NAME``, as in ``Authorization: Bearer $TOKEN``."""
    in_flight: int = Field(default=16, ge=1, le=4096)
    """Most calls under way at once."""
    retries: int = Field(default=5, ge=0, le=20)
    """How often a call is tried again after an error of the server or the connection, or an attempt over ``timeout_s``."""
    patience_s: float = Field(default=300.0, gt=0)
    """Seconds that a call may spend in attempts and in waits between them, those for an overloaded endpoint included."""
    ca_file: str | None = None
    """PEM file of the CA that signed the endpoint's certificate, relative to the specification; ``$NAME`` is expanded."""
    client_certificate: str | None = None
    """PEM file of the certificate that the endpoint asks of its clients, with the key or beside ``client_key``."""
    client_key: str | None = None
    """PEM file of that certificate's key."""
    proxy: str | None = None
    """Proxy to call through, such as ``$HTTPS_PROXY``; the environment alone sets none."""

    @field_validator("proxy")
    @classmethod
    def _is_proxy(cls, url: str | None) -> str | None:
        if url is not None and "$" not in url and (fault := fault_of_address(url, cls.address_ends, query=False)):
            raise ValueError(fault)
        return url

    @field_validator("headers")
    @classmethod
    def _hides_secrets(cls, headers: Mapping[str, str]) -> Mapping[str, str]:
        return sound_headers(headers)

    @model_validator(mode="after")
    def _has_certificate_and_key(self) -> Self:
        if self.client_key is not None and self.client_certificate is None:
            raise ValueError("client_key needs client_certificate -- name both files")
        return self

    @property
    def limit_s(self) -> float:
        """None from outside: a call bounds itself, and how long it waits for its turn is the endpoint's doing."""
        return math.inf

    def check(self, folder: Path) -> None:
        """The files are there; the environment is not looked at, and nothing is called."""
        for name in _FILES:
            path = getattr(self, name)
            if path is not None and "$" not in path and not (Path(folder) / path).is_file():
                raise AdapterError(f"model.{name}: {Path(folder) / path}: no such file -- correct the path")

    def certificates(self, folder: Path) -> list[Path | None]:
        """The files of `ca_file`, `client_certificate` and `client_key`, None for those that are not named."""
        named = ((name, getattr(self, name)) for name in _FILES)
        return [None if path is None else folder / expanded(path, name) for name, path in named]
