"""Names that may stand in a node id."""

from __future__ import annotations

import re
from hashlib import blake2b

NAME_PATTERN = r"^[A-Za-z0-9._-]+$"
"""What every name of the language matches, so that it can be part of a pytest node id."""

_KEPT = re.compile(r"[A-Za-z0-9._-]+")


def slug(value: str) -> str:
    """A group value as it stands in a node id.

    A value of ``[A-Za-z0-9._-]`` only is kept; any other gets its kept parts joined by ``-`` and four hex digits of its
    BLAKE2b digest, so that two values that look alike after slugging stay apart.

    >>> slug("from-65"), slug("GE Healthcare")
    ('from-65', 'GE-Healthcare-0fbf')
    """
    if _KEPT.fullmatch(value):
        return value
    digest = blake2b(value.encode("utf-8", "surrogatepass"), digest_size=2).hexdigest()
    return "-".join([*_KEPT.findall(value), digest])
