"""How much and how often: the amounts and the intervals that a request names."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

from robustspec.reference.pharmacy.formulary import HOURS_PER_DAY
from robustspec.reference.pharmacy.items import Item, kind_at

MOST_PIECES = 20
"""More tablets than this in one breath is no count of tablets but another number."""
_BODY_WEIGHT_MG = 1_000_000.0
_NO_STRENGTH = ("unit", "per", "times", "hour", "day", "years")


@dataclass(slots=True)
class Quantity:
    """An amount such as ``2 tablets of 200 mg``: mg of one piece, how many, where it stands; whether the count follows it."""

    mg: float
    count: float
    at: int
    is_piece: bool
    count_follows: bool = True

    def dose_mg(self, strengths_mg: Sequence[float]) -> float:
        """The amount of one dose; ``400 mg, 2 tablets`` is 400 mg where tablets of 200 mg exist and none of 400.

        ``2 x 400 mg`` is 800 mg whatever exists.
        """
        if (
            self.count > 1
            and self.count_follows
            and self.mg not in strengths_mg
            and self.mg / self.count in strengths_mg
        ):
            return self.mg
        return self.mg * self.count


def _is_count(items: Sequence[Item], at: int) -> bool:
    return kind_at(items, at) == "number" and 0 < items[at].value <= MOST_PIECES and kind_at(items, at - 1) != "every"


def _count_before(items: Sequence[Item], at: int) -> float:
    """How many pieces are named before the amount at ``at``: ``two 200 mg``, ``2 Advil 200 mg``, ``2 tablets of 200 mg``."""
    if _is_count(items, at - 1):
        return items[at - 1].value
    if kind_at(items, at - 1) == "times" and _is_count(items, at - 2):
        return items[at - 2].value
    if kind_at(items, at - 1) == "drug" and _is_count(items, at - 2):
        return items[at - 2].value
    back = at - 1
    while back > at - 5 and kind_at(items, back) in ("of", "drug", "word", "unknown", "per"):
        back -= 1
    if kind_at(items, back) == "form" and _is_count(items, back - 1):
        return items[back - 1].value
    return 1.0


def _count_after(items: Sequence[Item], at: int) -> float:
    """How many pieces are named after the unit at ``at``: ``200 mg x 2``, ``200 mg, 2 tablets``, ``... 2 every``."""
    ahead = at + 1
    if (
        kind_at(items, ahead) == "times"
        and _is_count(items, ahead + 1)
        and kind_at(items, ahead + 2) not in ("times", "day")
    ):
        return items[ahead + 1].value
    while ahead < at + 4 and kind_at(items, ahead) in ("form", "drug", "of", "word"):
        ahead += 1
    if _is_count(items, ahead) and kind_at(items, ahead + 1) in ("form", "every"):
        return items[ahead].value
    return 1.0


def _bare_strength(items: Sequence[Item], at: int, strengths_mg: Container[float]) -> bool:
    """Whether the number at ``at`` is a strength without its unit, as in ``ibuprofen 800``."""
    return (
        kind_at(items, at - 1) == "drug"
        and items[at].value in strengths_mg
        and kind_at(items, at + 1) not in _NO_STRENGTH
    )


def quantities(items: Sequence[Item], strengths_mg: Container[float] = ()) -> list[Quantity]:
    """Every amount with a unit of mass; a weight in kilograms is a body weight and none of them.

    A number right after a medicine that is one of ``strengths_mg`` counts as mg.
    """
    found = []
    for at, item in enumerate(items):
        if item.kind == "number" and _bare_strength(items, at, strengths_mg):
            found.append(Quantity(item.value, _count_after(items, at), at, False))
            continue
        unit = at + 1 if kind_at(items, at + 1) != "per" else at + 2
        if item.kind == "number" and kind_at(items, unit) == "unit" and items[unit].value < _BODY_WEIGHT_MG:
            before = _count_before(items, at)
            count = before if before > 1 else _count_after(items, unit)
            found.append(
                Quantity(item.value * items[unit].value, count, at, kind_at(items, unit + 1) == "form", before <= 1)
            )
    return found


def loose_pieces(items: Sequence[Item]) -> float | None:
    """``2 tablets`` or ``2 Advil`` without a strength."""
    for at in range(len(items)):
        if _is_count(items, at) and kind_at(items, at + 1) in ("form", "drug"):
            return items[at].value
    return None


def _after_every(items: Sequence[Item], at: int) -> float | None:
    """Hours of ``every 6 hours``, ``q6h``, ``every 4 to 6 h`` (the shorter), ``every night``."""
    following = kind_at(items, at + 1)
    if following in ("day", "night"):
        return float(HOURS_PER_DAY)
    if following == "hour":
        return 1.0
    if following != "number" or items[at + 1].value <= 0:
        return None
    end = at + 2
    while end < at + 4 and (kind_at(items, end) == "number" or (end < len(items) and items[end].text in ("to", "or"))):
        end += 1
    return items[at + 1].value * (HOURS_PER_DAY if kind_at(items, end) == "day" else 1)


def _times_a_day(items: Sequence[Item], at: int) -> float | None:
    """Hours of ``4 times a day`` and ``3x daily``; ``2 x 200 mg``, ``200 mg x 2`` and ``once more`` are none."""
    item = items[at]
    if item.kind == "per_day":
        again = at + 1 < len(items) and items[at + 1].text in ("more", "again", "before", "upon")
        return None if again or (at and items[at - 1].text == "at") else HOURS_PER_DAY / item.value
    if item.kind != "times" or kind_at(items, at - 1) != "number" or kind_at(items, at + 1) == "number":
        return None
    return HOURS_PER_DAY / items[at - 1].value if items[at - 1].value > 0 else None


def _spaced(items: Sequence[Item], at: int) -> float | None:
    """Hours of ``6 hourly`` and ``6 hours apart``."""
    if items[at].kind != "hour" or kind_at(items, at - 1) != "number":
        return None
    apart = at + 1 < len(items) and items[at + 1].text == "apart"
    return items[at - 1].value if apart or items[at].text == "hourly" else None


def _daily(items: Sequence[Item], at: int) -> float | None:
    """A day for ``daily``, ``a day``, ``each night``, ``at bedtime``."""
    item = items[at]
    if item.kind not in ("day", "night"):
        return None
    named = item.text in ("nightly", "bedtime") or (item.kind == "day" and item.text.startswith("dai"))
    return float(HOURS_PER_DAY) if named or kind_at(items, at - 1) == "per" else None


def interval_h(items: Sequence[Item]) -> float | None:
    """The hours between two doses as the request says them; None where it does not."""
    for at, item in enumerate(items):
        if item.kind == "every":
            hours = _after_every(items, at)
            if hours:
                return hours
    for rule in (_times_a_day, _spaced, _daily):
        for at in range(len(items)):
            hours = rule(items, at)
            if hours:
                return hours
    return None
