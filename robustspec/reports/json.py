"""Results as JSON and back: report.json is for machines, for comparing runs, and for rendering a page again later."""

from __future__ import annotations

import json
import math
import types
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, asdict, fields, is_dataclass
from functools import cache
from numbers import Integral, Real
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from robustspec.engine.evidence import RunResult
from robustspec.errors import RobustspecError
from robustspec.language.concepts import NOT_ASSESSED
from robustspec.reports.text import concepts_of, verdict_counts, write_whole

FORMAT = 1
"""Version of the file's layout, under ``robustspec_report``."""


def to_data(result: RunResult) -> dict[str, Any]:
    """A result as plain JSON data; a number that is not finite becomes None. Messages have no fields that are None.

    ``concepts`` follows from the scenarios and is not read back: by concept a status, and for each scenario that names it
    how many verdicts of each word it has.
    """
    data: dict[str, Any] = _plain(asdict(result))
    for scenario in data["scenarios"]:
        for arm in scenario["arms"]:
            for example in arm["examples"]:
                example["talk"] = example["talk"] and [_given(said) for said in example["talk"]]
    data["concepts"] = {
        concept: {
            "status": "assessed" if scenarios else NOT_ASSESSED,
            "scenarios": {scenario.id: dict(verdict_counts(scenario.arms)) for scenario in scenarios},
        }
        for concept, scenarios in concepts_of(result).items()
    }
    return data


def _given(said: Mapping[str, Any]) -> dict[str, Any]:
    """A message of a conversation without what it says nothing of: there are hundreds of them."""
    return {name: value for name, value in said.items() if value is not None}


def from_data(data: Mapping[str, Any]) -> RunResult:
    """The result behind `to_data`.

    Keys that this version does not know are ignored. Raises `RobustspecError` with the place of what is missing or of the
    wrong type.
    """
    return _run_result(data, "result")


def _run_result(data: Any, place: str) -> RunResult:
    result = _build(RunResult, data, place)
    assert isinstance(result, RunResult)
    return result


def write_json(results: Sequence[RunResult], path: str | Path) -> None:
    """Write results to a file in one step. ASCII only, so that even a lone surrogate in an output survives."""
    data = {"robustspec_report": FORMAT, "results": [to_data(result) for result in results]}
    write_whole(path, json.dumps(data, indent=1, allow_nan=False) + "\n")


def read_json(path: str | Path) -> list[RunResult]:
    """The results in a file of `write_json`. Raises `RobustspecError` where it is not one, or of a newer format."""
    try:
        data = json.loads(Path(path).read_bytes())
    except OSError as error:
        raise RobustspecError(f"{path}: the report cannot be read: {error.strerror} -- check the path") from error
    except (ValueError, RecursionError) as error:
        raise RobustspecError(f"{path}: not JSON ({error}) -- name a report.json of robustspec") from error
    version = data.get("robustspec_report") if isinstance(data, dict) else None
    if not isinstance(version, int) or not isinstance(data.get("results"), list):
        raise RobustspecError(f"{path}: no report of robustspec -- name a file that --robustspec-report wrote")
    if version > FORMAT:
        raise RobustspecError(
            f"{path}: written in format {version}, and this robustspec reads up to {FORMAT} -- update robustspec"
        )
    return [_run_result(each, f"{path}: results[{index}]") for index, each in enumerate(data["results"])]


def _plain(value: Any) -> Any:
    """Plain JSON data of a value: numpy scalars as numbers, what JSON has no word for as None or text."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _build(kind: Any, data: Any, place: str) -> Any:
    """An instance of a dataclass from plain data, field by field."""
    if not isinstance(data, Mapping):
        raise _fault(place, f"expected an object, found {_name(data)}")
    hints, found = _hints(kind), {}
    for field in fields(kind):
        if field.name in data:
            found[field.name] = _read(hints[field.name], data[field.name], f"{place}.{field.name}")
        elif field.default is MISSING and field.default_factory is MISSING:
            raise _fault(place, f"'{field.name}' is missing")
    return kind(**found)


def _read(hint: Any, data: Any, place: str) -> Any:
    """Plain data as the type that a field declares."""
    origin, args = get_origin(hint), get_args(hint)
    if hint is Any:
        return data
    if origin in (Union, types.UnionType):
        return None if data is None else _read(next(a for a in args if a is not types.NoneType), data, place)
    if is_dataclass(hint):
        return _build(hint, data, place)
    if origin is Literal:
        return _checked(data, data in args, place, f"one of {', '.join(args)}")
    if origin is list:
        _checked(data, isinstance(data, list), place, "a list")
        return [_read(args[0], item, f"{place}[{index}]") for index, item in enumerate(data)]
    if origin is tuple:
        _checked(data, isinstance(data, list) and len(data) == len(args), place, f"a list of {len(args)}")
        return tuple(
            _read(arg, item, f"{place}[{index}]") for index, (arg, item) in enumerate(zip(args, data, strict=True))
        )
    if origin is dict:
        _checked(data, isinstance(data, dict), place, "an object")
        return {key: _read(args[1], item, f"{place}.{key}") for key, item in data.items()}
    return _scalar(hint, data, place)


def _scalar(hint: type, data: Any, place: str) -> Any:
    if hint is float:
        if data is None:  # a number that was not finite
            return math.nan
        _checked(data, isinstance(data, int | float) and not isinstance(data, bool), place, "a number")
        return float(data)
    whole = hint is int and isinstance(data, bool)
    return _checked(
        data,
        isinstance(data, hint) and not whole,
        place,
        {str: "a text", int: "a whole number"}.get(hint, "true or false"),
    )


def _checked(data: Any, fits: bool, place: str, wanted: str) -> Any:
    if not fits:
        raise _fault(place, f"expected {wanted}, found {_name(data)}")
    return data


def _name(data: Any) -> str:
    text = repr(data)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _fault(place: str, what: str) -> RobustspecError:
    return RobustspecError(
        f"{place}: {what} -- the report is damaged or of another version; run again to write it anew"
    )
