"""What the fields of an adapter may hold: addresses that call and hide nothing, headers that give no secret away."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from robustspec.errors import AdapterError

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_SECRET_HEADER = re.compile(r"auth|key|token|secret|cookie|password", re.IGNORECASE)


def sound_headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    """``headers`` themselves; ValueError for a name that is none, and for a secret that is written out."""
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f"'{name}' is no name of a header -- leave out colons and spaces")
        if _SECRET_HEADER.search(name) and "$" not in value:
            raise ValueError(f"{name} holds a secret -- export it, and write $NAME here")
    return headers


def fault_of_address(url: str, path: str, *, query: bool) -> str:
    """What is wrong with an address; empty for a sound one. Does not repeat it where it may hold a password.

    ``path`` is how an example ends; ``query`` says whether a ``?`` with what stands behind it may follow.
    """
    example = f"write http://HOST:PORT/{path} or https://HOST/{path}"
    try:
        parts = urlsplit(url)
        port_is_sound = parts.port is None or parts.port > 0
    except ValueError:
        return f"is not an address -- {example}"
    if parts.username is not None or parts.password is not None:
        return "holds a user or a password -- export the address, and write $NAME"
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_sound:
        return f"'{url}' is not an address -- {example}"
    if not query and (parts.query or parts.fragment):
        return "holds more than an address -- move what stands behind the '?' to query"
    return ""


def checked_address(url: str, field: str, path: str, *, query: bool) -> str:
    """An expanded address; `AdapterError` where it is none, without repeating what the environment holds."""
    fault = fault_of_address(url, path, query=query)
    if fault.startswith("'"):
        fault = "does not expand to an address" + fault[fault.rindex(" --") :]
    if fault and not (field == "proxy" and fault.startswith("holds a user")):
        raise AdapterError(f"model.{field} {fault}")
    return url
