"""An evidence record read back: checked field by field, since it may come from anybody, and never more than it says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, NamedTuple, get_args

import numpy as np

from robustspec.engine.proof.packed import MOST_VALUES, unpack, unpack_ranks, unpack_text
from robustspec.errors import RobustspecError
from robustspec.statistics.base import Floats, Form, Hypothesis, Ints, Method, Population

VERSION = 1
"""Version of the layout of a record."""

TESTS = ("units", "gap", "table")
MOST_STREAMS = 10_000
MOST_HORIZON = 10_000_000

Pair = tuple[Floats, Floats | None]
"""A and B of some units; B is None where it is 1 throughout."""

Table = dict[Any, float]
"""What a table metric observed in one unit: its entries with their weights."""


@dataclass(frozen=True, slots=True)
class Given:
    """The units of one stream as its test took them, in evidence order, up to the decision.

    ``against_pass`` and ``against_fail`` are A and B, B None where it is 1; they are the same object where nothing is
    missing. ``drawn`` is the rank of each unit in the arm's order, None where all units drawn gave evidence. ``rest`` counts
    units drawn after the last one of these. ``hypothesis`` is the one that the test was made with.
    """

    name: str
    hypothesis: Hypothesis
    against_pass: Pair
    against_fail: Pair
    drawn: Ints | None = None
    rest: int = 0


@dataclass(frozen=True, slots=True)
class GivenTables:
    """The units of a table metric as its test took them, in evidence order: the entries of each with their weights."""

    name: str
    hypothesis: Hypothesis
    units: Sequence[Table] = field(default_factory=list)


class Reading(NamedTuple):
    """A record that was read and checked. ``metric`` is the kind of a table metric with its fields, else empty."""

    test: str
    method: Method
    population: Population
    margin: float
    finished: bool
    shared: bool
    disjoint: bool
    keys: dict[str, str]
    metric: Any
    streams: list[Given]
    tables: list[GivenTables]

    @property
    def hypotheses(self) -> list[Hypothesis]:
        """What each stream was tested for."""
        return [each.hypothesis for each in self.streams] + [each.hypothesis for each in self.tables]

    @property
    def units(self) -> int:
        """How many units the evidence holds; the streams of a gap over cells share theirs."""
        counts = [len(each.against_pass[0]) for each in self.streams] + [len(each.units) for each in self.tables]
        return max(counts, default=0) if self.shared else sum(counts)


def reading(record: Mapping[str, Any]) -> Reading:
    """What a record says. Raises `RobustspecError` where it is damaged or of a newer version."""
    version = _whole(record, "version", "")
    if version != VERSION:
        raise RobustspecError(
            f"the evidence record has version {version}, and this robustspec reads {VERSION} -- use the robustspec that "
            "wrote it"
        )
    test = _word(record, "test", TESTS)
    streams = _streams(record)
    return Reading(
        test=test,
        method=_word(record, "method", get_args(Method)),  # type: ignore[arg-type]  # checked against the Literal
        population=_word(record, "population", get_args(Population)),  # type: ignore[arg-type]  # as above
        margin=_number(record, "margin", ""),
        finished=_truth(record, "finished", ""),
        shared=_truth(record, "shared", "") if "shared" in record else False,
        disjoint=_truth(record, "disjoint", "") if "disjoint" in record else False,
        keys=_texts(record),
        metric=record.get("metric", ""),
        streams=[] if test == "table" else [_given(*each) for each in streams],
        tables=[_tables(*each) for each in streams] if test == "table" else [],
    )


def fault(place: str, what: str) -> RobustspecError:
    """The error of a record that is not what it should be."""
    return RobustspecError(f"evidence record: {place}: {what} -- the record is damaged; run again to write it anew")


def _streams(record: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], int, str]]:
    """Each stream with its number of units and its place."""
    streams = record.get("streams")
    if not isinstance(streams, list) or len(streams) > MOST_STREAMS:
        raise fault("streams", f"a list of at most {MOST_STREAMS:,} streams belongs here")
    room, found = MOST_VALUES, []
    for index, stream in enumerate(streams):
        place = f"streams[{index}]"
        if not isinstance(stream, Mapping):
            raise fault(place, "an object belongs here")
        n = _whole(stream, "n", place)
        room -= n
        if room < 0:
            raise fault(place, f"more than {MOST_VALUES:,} units")
        found.append((stream, n, place))
    return found


def _given(stream: Mapping[str, Any], n: int, place: str) -> Given:
    hypothesis = _hypothesis(stream.get("hypothesis"), f"{place}.hypothesis")
    against_pass = _pair(stream, "pass", n, place)
    against_fail = _pair(stream, "fail", n, place) if "fail" in stream else against_pass
    drawn = _unpacked(unpack_ranks, stream.get("drawn"), n, f"{place}.drawn") if "drawn" in stream else None
    rest = _whole(stream, "rest", place) if "rest" in stream else 0
    return Given(str(stream.get("name", "")), hypothesis, against_pass, against_fail, drawn, rest)


def _pair(stream: Mapping[str, Any], key: str, n: int, place: str) -> Pair:
    packed = stream.get(key)
    if not isinstance(packed, list) or len(packed) not in (1, 2):
        raise fault(f"{place}.{key}", "one or two packed arrays belong here")
    arrays = [_unpacked(unpack, text, n, f"{place}.{key}") for text in packed]
    return arrays[0], arrays[1] if len(arrays) == 2 else None


def _tables(stream: Mapping[str, Any], n: int, place: str) -> GivenTables:
    """The units of a table metric, from one flat list of entries and how many each unit has."""
    items = _whole(stream, "items", place)
    if items > MOST_VALUES:
        raise fault(place, f"more than {MOST_VALUES:,} entries")
    sizes, codes, weights = (
        _unpacked(unpack, stream.get(key), length, f"{place}.{key}")
        for key, length in (("sizes", n), ("codes", items), ("weights", items))
    )
    entries = _entries(stream, place)
    if not _counts(sizes, items) or not _counts(codes, MOST_VALUES) or sizes.sum() != items:
        raise fault(f"{place}.sizes", "the entries do not add up to those of the units")
    if len(codes) and codes.max() >= len(entries):
        raise fault(f"{place}.codes", "a unit has an entry that is not in the list of entries")
    flat = [(entries[int(code)], weight) for code, weight in zip(codes, weights.tolist(), strict=True)]
    ends = np.cumsum(sizes).astype(np.int64)
    units = [dict(flat[end - int(size) : end]) for end, size in zip(ends, sizes, strict=True)]
    return GivenTables(str(stream.get("name", "")), _hypothesis(stream.get("hypothesis"), f"{place}.hypothesis"), units)


def _counts(values: Floats, most: int) -> bool:
    return bool(((values >= 0) & (values <= most) & (values == np.floor(values))).all())


def _entries(stream: Mapping[str, Any], place: str) -> list[Any]:
    text = _unpacked(lambda packed, _: unpack_text(packed), stream.get("entries"), 0, f"{place}.entries")
    try:
        found = [_frozen(entry) for entry in json.loads(text)]
        hash(tuple(found))
    except (ValueError, TypeError, RecursionError) as error:
        raise fault(f"{place}.entries", f"no list of entries: {error}") from error
    return found


def _frozen(entry: Any) -> Any:
    """An entry as it was counted: JSON has lists for tuples."""
    return tuple(_frozen(part) for part in entry) if isinstance(entry, list) else entry


def _unpacked(unpacker: Any, text: Any, n: int, place: str) -> Any:
    if not isinstance(text, str):
        raise fault(place, "a packed array is a text")
    try:
        return unpacker(text, n)
    except RobustspecError as error:
        raise fault(place, str(error)) from error


def _hypothesis(data: Any, place: str) -> Hypothesis:
    if not isinstance(data, Mapping):
        raise fault(place, "an object belongs here")
    declared = {each.name: each for each in fields(Hypothesis)}
    if unknown := sorted(set(map(str, data)) - set(declared)):
        raise fault(place, f"unknown field '{unknown[0]}'")
    found: dict[str, Any] = {}
    for name, each in declared.items():
        if name in data:
            found[name] = _field(data, name, str(each.type), place)
        elif each.default is MISSING:
            raise fault(place, f"'{name}' is missing")
    if not 0 <= found["horizon"] <= MOST_HORIZON:
        raise fault(place, f"a horizon lies between 0 and {MOST_HORIZON:,}")
    return Hypothesis(**found)


def _field(data: Mapping[str, Any], name: str, kind: str, place: str) -> Any:
    """A field by its declared type; annotations are texts here."""
    if kind == "bool":
        return _truth(data, name, place)
    if kind == "int":
        return _whole(data, name, place, least=-(2**127), end=2**127)
    if kind == "Form":
        return _word(data, name, get_args(Form), place)
    return None if data[name] is None and kind.endswith("| None") else _number(data, name, place)


def _word(data: Mapping[str, Any], key: str, words: Sequence[str], place: str = "") -> str:
    value = data.get(key)
    if not isinstance(value, str) or value not in words:
        raise fault(_at(place, key), f"one of {', '.join(words)} belongs here")
    return value


def _number(data: Mapping[str, Any], key: str, place: str) -> float:
    value = data.get(key)
    if isinstance(value, str) and value in ("inf", "-inf"):
        return float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e300:
        raise fault(_at(place, key), "a number belongs here")
    return float(value)


def _whole(data: Mapping[str, Any], key: str, place: str, least: int = 0, end: int = 2**63) -> int:
    value = data.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value < end:
        raise fault(_at(place, key), "a whole number belongs here")
    return value


def _truth(data: Mapping[str, Any], key: str, place: str) -> bool:
    value = data.get(key)
    if not isinstance(value, bool):
        raise fault(_at(place, key), "true or false belongs here")
    return value


def _texts(record: Mapping[str, Any]) -> dict[str, str]:
    found = record.get("keys")
    if not isinstance(found, Mapping) or not all(isinstance(value, str) for value in found.values()):
        raise fault("keys", "an object of texts belongs here")
    return {str(key): value for key, value in found.items()}


def _at(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key
