"""The spans that a perturbation must leave alone: doses, numbers, units, negation, laterality, and named categories.

Three sources name spans: the standard categories below (English), the row's own ``spans``, and a lexicon of the data
block. All of them are protected unless the entry says otherwise: ``protect: []`` switches protection off, ``within``
turns it round. Finding is quick on the usual sentence that holds few of them: words are looked up in a table, and the
patterns run only where a digit or a trigger word stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from robustspec.data.row import Row, Span
from robustspec.errors import PerturbationError
from robustspec.perturbation.base import Found, Range, Ranges
from robustspec.perturbation.vocabulary import CATEGORY_OF, FREQUENCY, QUANTITY, STANDARD, TIMES

RowSpans = tuple[tuple[str, str], ...]
"""A row's own spans as (text, category), hashable."""

Mark = tuple[int, int, str]
"""A span while it is sorted: start, minus end (of two that start together the longer comes first), category."""

_TOKEN = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"[\d½⅓⅔¼¾⅛]")
_CONTRACTED_NOT = re.compile(r"[^\W\d_]*n['’]t(?![^\W_])")
_ASCII_SEPARATORS = {code: " " for code in range(128) if not chr(code).isalnum()}
_CACHED_TEXTS = 1024


class Lexicon:
    """Terms by category, found as whole words in any case: ``Lexicon({"drug": ["ibuprofen", "co-codamol"]})``.

    A term of several words is found whatever one or two characters stand between them ("co-codamol", "co codamol");
    where terms begin at the same word the longest is taken. Cost grows with the text, not with the number of terms.
    """

    __slots__ = ("_by_first", "categories")

    def __init__(self, terms: Mapping[str, Iterable[str]]) -> None:
        self.categories: tuple[str, ...] = tuple(terms)
        entries: dict[tuple[str, ...], list[str]] = {}
        for category, of_category in terms.items():
            for term in of_category:
                known = entries.setdefault(tuple(_TOKEN.findall(lowered(term))), [])
                if category not in known:
                    known.append(category)
        self._by_first: dict[str, list[tuple[tuple[str, ...], list[str]]]] = {}
        for tokens in sorted((tokens for tokens in entries if tokens), key=len, reverse=True):
            self._by_first.setdefault(tokens[0], []).append((tokens, entries[tokens]))

    def find(self, low: str) -> Iterator[Found]:
        """Every term in the lower-case text ``low``, from left to right."""
        matches = list(_TOKEN.finditer(low))
        tokens = [match.group() for match in matches]
        skip_to = 0
        for index, token in enumerate(tokens):
            if index < skip_to or token not in self._by_first:
                continue
            for wanted, categories in self._by_first[token]:
                last = index + len(wanted)
                if tuple(tokens[index:last]) == wanted and _joined(matches[index:last]):
                    start, end = matches[index].start(), matches[last - 1].end()
                    yield from (Found(start, end, category) for category in categories)
                    skip_to = last
                    break

    def __contains__(self, tokens: Sequence[str]) -> bool:
        """Whether any of ``tokens`` begins a term."""
        return not self._by_first.keys().isdisjoint(tokens)


def _joined(matches: Sequence[re.Match[str]]) -> bool:
    return all(right.start() - left.end() <= 2 for left, right in pairwise(matches))


def lowered(text: str) -> str:
    """``text`` in lower case, position by position: letters whose lower case is longer stay as they are."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(lower if len(lower := character.lower()) == 1 else character for character in text)


def _tokens(low: str) -> list[str]:
    if low.isascii():
        return low.translate(_ASCII_SEPARATORS).split()
    return _TOKEN.findall(low)


def _places(low: str, tokens: Iterable[str]) -> Iterator[tuple[int, int, str]]:
    """Where ``tokens``, in the order in which they stand in ``low``, stand there as whole words."""
    position = 0
    for token in tokens:
        start = low.find(token, position)
        while (start and low[start - 1].isalnum()) or low[start + len(token) : start + len(token) + 1].isalnum():
            start = low.find(token, start + 1)
        position = start + len(token)
        yield start, position, token


def _words(low: str, hits: Iterable[str]) -> Iterator[Mark]:
    """Spans that begin at a word of the table: what it is by itself, and the dose that it opens."""
    for start, end, token in _places(low, hits):
        category = CATEGORY_OF[token]
        if category == "number":
            yield from _number(low, start)
            continue
        if category != "trigger":
            yield start, -end, category
        if category in ("trigger", "dose"):
            yield from _frequency(low, start)


def _digits(low: str) -> Iterator[Mark]:
    """Every number in figures, with the letters that cling to it, and the dose that it opens."""
    position = 0
    digit = _DIGIT.search(low)
    while digit:
        start = first = digit.start()
        while first > position and _clings(low[first - 1]):
            first -= 1
        for mark in _number(low, start):
            position = max(position, -mark[1])
            yield mark
        if first < start:
            yield first, -position, "number"
            yield from _frequency(low, first)
        digit = _DIGIT.search(low, position)


def _clings(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _number(low: str, start: int) -> Iterator[Mark]:
    """The number that begins at ``start``, its unit or what clings to it, and the dose that it opens."""
    quantity = QUANTITY.match(low, start)
    assert quantity is not None  # every digit and every number word of the table is one
    end = quantity.end("number")
    kind = quantity.lastgroup
    if kind == "amount" or kind == "measure":
        yield start, -end, "number"
        yield quantity.start(kind), -quantity.end(kind), "unit"
        if kind == "amount":
            yield start, -quantity.end(), "dose"
        return
    if low.startswith(TIMES, end):
        yield from _frequency(low, start)
    while end < len(low) and _clings(low[end]):
        end += 1
    yield start, -end, "number"


def _frequency(low: str, start: int) -> Iterator[Mark]:
    often = FREQUENCY.match(low, start)
    if often:
        yield start, -often.end(), "dose"


def _standard(low: str, tokens: Sequence[str]) -> list[Mark]:
    found: list[Mark] = []
    if not CATEGORY_OF.keys().isdisjoint(tokens):
        found += _words(low, [token for token in tokens if token in CATEGORY_OF])
    if _DIGIT.search(low):
        found += _digits(low)
    if "n't" in low or "n’t" in low:
        found += ((match.start(), -match.end(), "negation") for match in _CONTRACTED_NOT.finditer(low))
    return found


def _occurrences(low: str, text: str, category: str) -> Iterator[Mark]:
    """Every occurrence of a row's span; in a word of ASCII letters it does not count."""
    start = low.find(text)
    while start >= 0:
        end = start + len(text)
        if not (_continues(low[start - 1 : start], text[0]) or _continues(text[-1], low[end : end + 1])):
            yield start, -end, category
        start = low.find(text, start + 1)


def _continues(left: str, right: str) -> bool:
    pair = left + right
    return len(pair) == 2 and pair.isascii() and pair.isalnum()


@lru_cache(maxsize=_CACHED_TEXTS)
def find(text: str, lexicon: Lexicon | None = None, row_spans: RowSpans = ()) -> tuple[Found, ...]:
    """Every span known in ``text``: standard, of the row, of the lexicon; ascending.

    Spans of different categories may overlap; of one category, a span inside another is left out.
    """
    low = lowered(text)
    tokens = _tokens(low)
    found = _standard(low, tokens)
    if lexicon is not None and tokens in lexicon:
        found += ((span.start, -span.end, span.category) for span in lexicon.find(low))
    for span_text, category in row_spans:
        if span_text:
            found += _occurrences(low, lowered(span_text), category)
    if len(found) > 1:
        found.sort()
    reach: dict[str, int] = {}
    outermost = []
    for start, minus_end, category in found:
        if -minus_end > reach.get(category, -1):
            reach[category] = -minus_end
            outermost.append(Found(start, -minus_end, category))
    return tuple(outermost)


def _merged(spans: Iterable[Found]) -> list[Range]:
    """Overlapping and touching spans as one range each; ``spans`` ascend by their starts."""
    ranges: list[Range] = []
    first, last = 0, -1
    for span in spans:
        if span.start > last:
            if last >= 0:
                ranges.append((first, last))
            first, last = span.start, span.end
        elif span.end > last:
            last = span.end
    if last >= 0:
        ranges.append((first, last))
    return ranges


def _gaps(length: int, taken: Iterable[Range]) -> Iterator[Range]:
    """What ``taken``, ascending and disjoint, leaves of a text."""
    done = 0
    for start, end in taken:
        if start > done:
            yield done, start
        done = end
    if done < length:
        yield done, length


def _without(ranges: Iterable[Range], taken: Sequence[Range]) -> Iterator[Range]:
    """What is left of ``ranges`` without ``taken``; both ascending and disjoint."""
    for start, end in ranges:
        for first, last in taken:
            if last <= start or first >= end:
                continue
            if first > start:
                yield start, first
            start = last
        if start < end:
            yield start, end


_PARTS = {"dose": ("number", "unit")}
"""A dose is made of these: who names doses means them too, inside the dose."""


@lru_cache(maxsize=_CACHED_TEXTS)
def _ranges(
    text: str, lexicon: Lexicon | None, row_spans: RowSpans, protecting: bool, within: tuple[str, ...] | None
) -> Ranges:
    spans = find(text, lexicon, row_spans)
    if within is None:
        return Ranges(tuple(_gaps(len(text), _merged(spans) if protecting else ())), spans)
    lifted = {*within, *(part for category in within for part in _PARTS.get(category, ()))}
    inside = _merged(span for span in spans if span.category in within)
    taken = _merged(span for span in spans if span.category not in lifted) if protecting else []
    return Ranges(tuple(_without(inside, taken)), spans)


class Finder:
    """From a text to its `Ranges`, under one entry's ``protect`` and ``within``. Results are cached by text.

    ``protect``: None or any list protects the standard categories and every category with a source; an empty list
    switches protection off. ``within``: only the spans of these categories may be edited; their protection is lifted,
    that of others which overlap them is not (a dose is lifted with its number and unit).
    """

    __slots__ = ("_lexicon", "_protecting", "_row_spans", "_within")

    def __init__(
        self,
        lexicon: Lexicon | None = None,
        spans: Iterable[Span] = (),
        *,
        protect: Sequence[str] | None = None,
        within: Sequence[str] | None = None,
    ) -> None:
        self._lexicon = lexicon if lexicon is not None and lexicon.categories else None
        self._row_spans: RowSpans = tuple((span.text, span.category) for span in spans)
        self._protecting = protect is None or len(protect) > 0
        self._within = None if within is None else tuple(within)

    def __call__(self, text: str) -> Ranges:
        """The ranges of ``text`` that may be edited, and the spans known in it."""
        return _ranges(text, self._lexicon, self._row_spans, self._protecting, self._within)

    def begins_term(self, word: str) -> bool:
        """Whether a word in lower case is a standard term, or begins one of the lexicon."""
        return word in CATEGORY_OF or (self._lexicon is not None and (word,) in self._lexicon)

    def for_row(self, row: Row) -> Finder:
        """This finder with the row's own spans beside its sources."""
        if not row.spans:
            return self
        finder = Finder.__new__(Finder)
        finder._lexicon, finder._protecting, finder._within = self._lexicon, self._protecting, self._within
        finder._row_spans = (*self._row_spans, *((span.text, span.category) for span in row.spans))
        return finder


def unknown_categories(named: Iterable[str], sourced: Iterable[str]) -> list[str]:
    """Those of ``named`` that are not standard and have no source (a lexicon of the data block, spans of the rows)."""
    known = {*STANDARD, *sourced}
    return [category for category in named if category not in known]


def check_categories(named: Iterable[str], sourced: Iterable[str], place: str = "protect") -> None:
    """Raise `PerturbationError` where ``protect`` or ``within`` (``place``) names a category without a source."""
    sources = sorted(sourced)
    unknown = unknown_categories(named, sources)
    if unknown:
        raise PerturbationError(
            f"{place}: nothing says what a '{unknown[0]}' is -- give the category a lexicon in the data block or spans "
            f"on the rows, or name one of {', '.join([*STANDARD, *(name for name in sources if name not in STANDARD)])}"
        )
