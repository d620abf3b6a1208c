"""Facts in what the user says that can be said wrongly: numbers with their units, and sides."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from robustspec.perturbation.base import Range
from robustspec.perturbation.frame import Dialogue
from robustspec.perturbation.protect import find, lowered
from robustspec.perturbation.vocabulary import QUANTITY, STANDARD

from ..text.number_format import WORDS
from .turns import last_request, of_user

_FIGURES = re.compile(r"(?P<figures>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?P<percent>\s?%)?")
_CLINGS = re.compile(r"[\w.,:/\\–—#@+^-]$|\d[ \u00a0]$")
_ENDS = re.compile(r"(?![\w°⁄/:\\–—^½¼¾-]|[.,]\d|[ \u00a0]\d)")
_NAMED = re.compile(
    r"\b(?:account|card|case|chapter|code|order|page|phone|pin|ref|reference|room|section|step|ticket|type|version|id|no"
    r"|number|box|vitamin|grade|stage|class|day|week|slice|image|study)[\s:.#]*$"
)
_TIMES = re.compile(r"(?: times|x| x)(?![a-z\d])")
_PARTS = (
    "ankle arm breast calf cheek ear elbow eye eyelid finger foot forearm hand heel hemisphere hip jaw kidney knee leg limb "
    "lobe lung nostril ovary palm shin shoulder side temple thigh thumb toe ventricle wrist frontal temporal parietal "
    "occipital lower upper lateral"
).replace(" ", "|")
_SIDE = re.compile(
    rf"\b(?P<side>left|right)(?:-(?:sided|hand|handed)\b|\s(?:{_PARTS})s?\b)"
    r"|\b(?:on|in|to|from|at)\s(?:the|my|his|her|your|our|their)\s(?P<place>left|right)(?=\s*(?:[.,;:?!)]|$|(?:and|or|is|was)\b))"
)
_OTHER_SIDE = {"left": "right", "right": "left"}


@dataclass(frozen=True, slots=True)
class Fact:
    """A value in a text: where it stands, its unit as it is written after it, and what could be said by mistake.

    ``others`` is not empty; no other value equals ``value``.
    """

    value: str
    unit: str
    places: tuple[Range, ...]
    others: tuple[str, ...]

    def named(self, value: str) -> str:
        """``value`` with the unit, where that is a word of its own or clings to the number."""
        return value if self.unit.startswith("-") else value + self.unit

    def told(self, text: str, other: str) -> str:
        """``text`` with ``other`` in place of the value, wherever it stands."""
        for start, end in reversed(self.places):
            text = text[:start] + (other[:1].upper() + other[1:] if text[start].isupper() else other) + text[end:]
        return text


def where_told(passage: Dialogue) -> tuple[int, list[Fact]] | None:
    """The last message of the user that holds facts, and these.

    Captions (messages with pictures, but for the last request) and the row's and the lexicon's own spans hold none.
    """
    last = last_request(passage.messages)
    spans = tuple((span.text, span.category) for span in passage.row.spans)
    for place in reversed(range(len(passage.messages))):
        message = passage.messages[place]
        if not of_user(message) or (message.images and place != last):
            continue
        named = [s for s in find(message.content, passage.lexicon, spans) if s.category not in STANDARD]
        facts = facts_in(message.content, [(span.start, span.end) for span in named])
        if facts:
            return place, facts
    return None


def facts_in(text: str, taken: Sequence[Range] = ()) -> list[Fact]:
    """The facts of ``text`` outside the ranges ``taken``, each once, in the order of their first places.

    A number is a fact where it is written plainly: no range, date, time, year, ordinal, code or named thing ("type 2").
    A side is one where it is said of a part of the body, or as a place ("on the left").
    """
    found: dict[tuple[str, str], list[Range]] = {}
    low = lowered(text)
    for value, unit, start in sorted([*_numbers(low), *_sides(low)], key=lambda each: each[2]):
        end = start + len(value)
        if not any(first < end and start < last for first, last in taken):
            found.setdefault((value, text[end : end + len(unit)]), []).append((start, end))
    facts = (Fact(value, unit, tuple(places), _others(value, unit)) for (value, unit), places in found.items())
    return [fact for fact in facts if fact.others]


def _sides(low: str) -> Iterator[tuple[str, str, int]]:
    for match in _SIDE.finditer(low):
        group = "side" if match["side"] else "place"
        yield match[group], "", match.start(group)


def _numbers(low: str) -> Iterator[tuple[str, str, int]]:
    """Each plain number with its unit, where that is set off by nothing or a blank."""
    for match in QUANTITY.finditer(low):
        number, start = match["number"], match.start()
        figures = _FIGURES.fullmatch(number)
        if (figures is None and number not in WORDS[2:13]) or _CLINGS.search(low[max(0, start - 2) : start]):
            continue
        value = figures["figures"] if figures else number
        unit = number[len(value) :] or _unit(low, match)
        if unit or (figures and _stands_alone(low, match, value)):
            yield value, unit, start


def _unit(low: str, match: re.Match[str]) -> str:
    end = match.end("number")
    times = _TIMES.match(low, end)
    return times.group() if times else low[end : match.end()]


def _stands_alone(low: str, match: re.Match[str], value: str) -> bool:
    """Whether a number without a unit is an amount of something: no year, no part of more, no number of a named thing."""
    year = value.isdigit() and 1800 <= int(value) < 2100
    return (
        not year
        and bool(_ENDS.match(low, match.end()))
        and not _NAMED.search(low[max(0, match.start() - 16) : match.start()])
    )


def _others(value: str, unit: str) -> tuple[str, ...]:
    """Values that a slip could have put there: of the same form, near, and none that needs other words around it."""
    if value in _OTHER_SIDE:
        return (_OTHER_SIDE[value],)
    if value in WORDS:
        return tuple(WORDS[near] for near in (WORDS.index(value) - 1, WORDS.index(value) + 1) if 2 <= near <= 12)
    number = Decimal(value.replace(",", ""))
    if number in (0, 1):  # of one thing there is no plural
        return ()
    step = _last_digit(number)
    near = [number + step, number - step]
    if unit and not {"%", "°"} & {*unit}:
        near += [2 * number, number / 2]
    return tuple(dict.fromkeys(_written(each, value) for each in near if each > 0 and each != 1 and not each % step))


def _last_digit(number: Decimal) -> Decimal:
    """What one more at the last digit that is not 0 adds: 100 for 400, 0.1 for 38.5."""
    return Decimal(10) ** int(number.normalize().as_tuple().exponent)


def _written(number: Decimal, like: str) -> str:
    decimals = len(like.partition(".")[2])
    return f"{number:,.{decimals}f}" if "," in like else f"{number:.{decimals}f}"
