"""How long to wait before a call is made again."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import Random

_BASE_S = 0.5
_CAP_S = 20.0


def backoff_s(random: Random, attempt: int) -> float:
    """Seconds to wait after the ``attempt``-th failure in a row (from 0): exponential, with full jitter.

    Uniform between 0 and min(20, 0.5 * 2**attempt). Source: M. Brooker, "Exponential backoff and jitter", AWS
    Architecture Blog, 2015: of the schemes compared there, full jitter needs the fewest calls.
    """
    return random.uniform(0.0, min(_CAP_S, _BASE_S * 2.0 ** min(attempt, 16)))


def retry_after_s(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """The seconds that a response asks to wait, at least 0; None where it does not say or cannot be read.

    Reads ``Retry-After`` (RFC 9110, section 10.2.3: seconds, or an HTTP date, which is taken against the response's own
    ``Date`` where there is one, for clocks differ) and ``retry-after-ms``, which some endpoints send beside it.
    """
    for name, unit_s in (("retry-after-ms", 0.001), ("Retry-After", 1.0)):
        seconds = _number(headers.get(name))
        if seconds is not None:
            return max(0.0, seconds * unit_s)
    until = _date(headers.get("Retry-After"))
    if until is None:
        return None
    return max(0.0, (until - (_date(headers.get("Date")) or now or datetime.now(UTC))).total_seconds())


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _date(text: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)
