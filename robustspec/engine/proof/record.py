"""The evidence of a verdict as plain data, and the verdict computed again from it by the same public tests.

A record holds what the test took (the values of the units in evidence order, in both views), what it tested, and what the
evidence belongs to: specification, data, model, seed, arm, look, versions of the libraries. `recompute` needs no data,
no model and no network.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from robustspec.engine.proof.packed import MOST_VALUES, pack, pack_ranks, pack_text
from robustspec.engine.proof.recorded import VERSION, Given, GivenTables, Pair, Reading, Table, fault, reading
from robustspec.errors import RobustspecError
from robustspec.statistics.absolute_sum import AbsoluteSumTest
from robustspec.statistics.approximate import TableTest
from robustspec.statistics.base import Hypothesis, Method, Population, Summary
from robustspec.statistics.paired_gap import make_gap
from robustspec.statistics.select import make_test

if TYPE_CHECKING:
    from robustspec.engine.plan import ArmPlan

__all__ = ["Given", "GivenTables", "is_intact", "keys", "reading", "recompute", "record", "record_table", "sealed"]

_Decision = Literal["PASS", "FAIL"] | None
_ALWAYS = ("bound", "at_least", "alpha_pass", "alpha_fail", "horizon")
"""The fields of a hypothesis that are always written; others only where they differ from their default."""


def keys(
    *, spec_hash: str, data_hash: str, fingerprint: str | None, seed: int, arm: str, look: int = 1
) -> dict[str, str]:
    """What a record's evidence belongs to, with the versions of what computed it."""
    import platform

    from robustspec import __version__

    return {
        "spec": spec_hash,
        "data": data_hash,
        "model": fingerprint or "",
        "seed": str(seed),
        "arm": arm,
        "look": str(look),
        "robustspec": __version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


def record(
    test: str,
    method: Method,
    population: Population,
    given: Sequence[Given],
    *,
    finished: bool,
    margin: float,
    keys: Mapping[str, str],
    shared: bool = False,
    disjoint: bool = False,
) -> dict[str, Any]:
    """The record of a verdict, JSON-able; empty where there is too much evidence to keep.

    ``test`` is "units" (`make_test`, one stream) or "gap" (`make_gap`). ``finished`` says that the arm's units ran out.
    ``shared`` says that the streams of a gap are measured on the same units, so that n is that of the longest;
    ``disjoint`` that no unit is in two of them.
    """
    if sum(len(stream.against_pass[0]) for stream in given) > MOST_VALUES:
        return {}
    more = {name: True for name, said in (("shared", shared), ("disjoint", disjoint)) if said}
    streams = [_stream(stream) for stream in given]
    return sealed({**_head(test, method, population, margin, finished, keys), **more, "streams": streams})


def record_table(
    arm: ArmPlan, units: Sequence[Table], *, finished: bool, keys: Mapping[str, str], texts: bool = True
) -> dict[str, Any]:
    """The record of a verdict on a table metric, from the table of each unit in evidence order.

    Empty for a gap, for entries that JSON has no word for, and where there is too much evidence to keep. Entries may hold
    labels and answers: without ``texts`` (`privacy: {examples: ...}` other than full) none that holds a text is kept.
    """
    from robustspec.language.kinds import dump_kind

    settings, entries = arm.settings, dict.fromkeys(entry for unit in units for entry in unit)
    if arm.is_gap or sum(map(len, units)) > MOST_VALUES or not all(_is_plain(entry, texts) for entry in entries):
        return {}
    head = _head("table", settings.method, settings.population, settings.margin, finished, keys)
    given = GivenTables(arm.streams[0].name, arm.streams[0].hypothesis, units)
    return sealed({**head, "metric": dump_kind(arm.metric), "streams": [_tables(given, list(entries))]})


def sealed(data: Mapping[str, Any]) -> dict[str, Any]:
    """A record with its checksum, which an edit by accident or by hand breaks. It is no signature."""
    return {**data, "checksum": _checksum(data)}


def is_intact(record: Mapping[str, Any]) -> bool:
    """Whether the checksum is that of the rest."""
    return record.get("checksum") == _checksum(record)


def recompute(record: Mapping[str, Any]) -> tuple[_Decision, Summary]:
    """The decision and the summary that the public test gives on this evidence.

    Raises `RobustspecError` where the record is damaged, of a newer version, or holds what no test takes.
    """
    read = reading(record)
    judge = {"units": _units, "gap": _gap, "table": _table}[read.test]
    try:
        with np.errstate(all="ignore"):
            return judge(read)
    except (ValueError, ArithmeticError, LookupError, TypeError, AttributeError) as error:
        raise RobustspecError(f"no test takes this evidence: {error}") from error


def _units(read: Reading) -> tuple[_Decision, Summary]:
    stream = _only(read.streams)
    test = make_test(read.method, read.population, stream.hypothesis)
    test.extend(stream.against_pass, stream.against_fail, stream.drawn)
    if read.finished:
        test.finish()
    return test.decision, test.summary()


def _gap(read: Reading) -> tuple[_Decision, Summary]:
    hypotheses = read.hypotheses
    if not hypotheses:
        raise fault("streams", "a gap needs its values")
    first = hypotheses[0]
    rates = first.alpha_pass, first.alpha_fail
    test = make_gap(read.method, read.population, first.bound, *rates, hypotheses, read.margin, read.disjoint)
    for number, stream in enumerate(read.streams):
        test.extend(number, stream.against_pass, stream.against_fail)
    # All streams hold just what was in evidence, so that the looks are those of the run, the last one too.
    test.finish()
    return test.decision, replace(test.summary(), n=read.units)


def _table(read: Reading) -> tuple[_Decision, Summary]:
    from robustspec.language.kinds import validate_kind
    from robustspec.metrics.base import TableMetric

    stream, metric = _only(read.tables), validate_kind("metrics", read.metric)
    if not isinstance(metric, TableMetric):
        raise fault("metric", "a metric of a whole table belongs here")
    test: AbsoluteSumTest | TableTest
    if metric.part_ranges and read.method in ("sequential", "fixed") and read.population == "distribution":
        test = AbsoluteSumTest(stream.hypothesis, metric.part_ranges, read.method)
        test.extend(metric.part_means(stream.units))
    else:
        test = TableTest(stream.hypothesis, metric.values, read.method, read.population)
        test.extend(stream.units)
    if read.finished:
        test.finish()
    return test.decision, test.summary()


def _only(streams: Sequence[Any]) -> Any:
    if len(streams) != 1:
        raise fault("streams", f"one stream belongs here, not {len(streams)}")
    return streams[0]


def _head(
    test: str, method: Method, population: Population, margin: float, finished: bool, keys: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "version": VERSION,
        "test": test,
        "method": method,
        "population": population,
        "margin": float(margin),
        "finished": bool(finished),
        "keys": dict(keys),
    }


def _stream(given: Given) -> dict[str, Any]:
    data: dict[str, Any] = {
        "name": given.name,
        "hypothesis": _written(given.hypothesis),
        "n": len(given.against_pass[0]),
        "pass": _packed(given.against_pass),
    }
    if given.against_fail is not given.against_pass:
        data["fail"] = _packed(given.against_fail)
    if given.drawn is not None:
        data["drawn"] = pack_ranks(given.drawn)
    if given.rest:
        data["rest"] = int(given.rest)
    return data


def _tables(given: GivenTables, entries: Sequence[Any]) -> dict[str, Any]:
    """The tables of many units as one list of entries, their weights, and how many each unit has."""
    code = {entry: number for number, entry in enumerate(entries)}
    flat = [(code[entry], weight) for unit in given.units for entry, weight in unit.items()]
    return {
        "name": given.name,
        "hypothesis": _written(given.hypothesis),
        "n": len(given.units),
        "items": len(flat),
        "entries": pack_text(json.dumps(entries, separators=(",", ":"), allow_nan=False)),
        "sizes": pack(np.array([len(unit) for unit in given.units], dtype=np.float64)),
        "codes": pack(np.array([number for number, _ in flat], dtype=np.float64)),
        "weights": pack(np.array([weight for _, weight in flat], dtype=np.float64)),
    }


def _is_plain(entry: Any, texts: bool) -> bool:
    """Whether JSON brings an entry back as it was; an entry with a text only where texts may be kept."""
    if isinstance(entry, tuple):
        return type(entry) is tuple and all(_is_plain(part, texts) for part in entry)
    if isinstance(entry, str):
        return texts
    return entry is None or type(entry) in (int, bool) or (type(entry) is float and math.isfinite(entry))


def _packed(pair: Pair) -> list[str]:
    a, b = pair
    return [pack(a)] if b is None else [pack(a), pack(b)]


def _written(hypothesis: Hypothesis) -> dict[str, Any]:
    """Its fields, without those that have their default."""
    values = ((field.name, getattr(hypothesis, field.name), field.default) for field in fields(Hypothesis))
    return {name: _plain(value) for name, value, default in values if name in _ALWAYS or value != default}


def _plain(value: Any) -> Any:
    """JSON data: numpy scalars as Python's, and a number that JSON lacks as text."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    return float(value) if math.isfinite(value) else str(float(value))


def _checksum(record: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in record.items() if key != "checksum"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), default=str)
    return blake2b(text.encode(), digest_size=8).hexdigest()
