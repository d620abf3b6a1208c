"""How often the same data have been judged before: under other settings, and with other models.

A larger ``max_samples``, another seed, bound, method or margin after a verdict is another look at the same evidence, and
the chance of a wrong verdict adds up over looks. A bound that is edited after its data have judged any model was chosen
with a view of the data. And the best of many models on one data set is partly the luckiest. This ledger remembers all
three: one JSON line for each verdict, appended to a file in the cache folder.
"""

from __future__ import annotations

import json
import os
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from robustspec.statistics.claim import counted, number

FILE = "looks.jsonl"

_WATCHED = ("bound", "margin", "confidence", "method", "population")
"""The settings that must not be chosen after a look at the data, whatever the model."""


def digest(parts: Mapping[str, Any]) -> str:
    """A stable digest of JSON-able parts."""
    text = json.dumps(parts, sort_keys=True, default=str, ensure_ascii=False)
    return blake2b(text.encode(), digest_size=12).hexdigest()


def reuse_note(models: int) -> str:
    """What it means that the data have judged ``models`` other versions before; "" for none."""
    if models == 0:
        return ""
    best = "the better of two" if models == 1 else "the best of several"
    before = f"these data have judged {counted(models, 'model versions')} before"
    return f"{before}: choosing {best} on the same data is optimistic"


@dataclass(frozen=True, slots=True)
class _Judged:
    """Settings under which some data were judged on some topic, and the day."""

    chosen: Mapping[str, Any]
    day: str


class Looks:
    """The ledger in a cache folder. A line that cannot be read is skipped: the ledger only ever adds caution.

    The file stays open from the first new line until `close` (or the end of ``with``); each line is written whole and at
    once, so that an interrupted run loses none and several processes may append.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._signatures: dict[str, list[str]] = {}
        self._topics: dict[str, list[_Judged]] = {}
        self._models: dict[str, set[str]] = {}
        self._told: set[tuple[str, str, str]] = set()
        self._descriptor: int | None = None
        self._closing: weakref.finalize[Any, Looks] | None = None
        self._unwritable = False
        if self.path.is_file():
            for line in self.path.read_bytes().splitlines():
                self._read(line)

    def __enter__(self) -> Looks:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; another verdict opens it again."""
        if self._closing is not None:
            self._closing()
        self._descriptor = self._closing = None

    def look(self, question: str, settings: str) -> int:
        """The number of this look, from 1, at ``question`` (what is asked of which data and model)."""
        known = self._signatures.get(question, [])
        return known.index(settings) + 1 if settings in known else len(known) + 1

    def warnings(self, topic: str, chosen: Mapping[str, Any]) -> list[str]:
        """A sentence for each setting that was another when the same data were judged on ``topic`` before.

        ``topic`` is what is asked of which data, of whatever model; ``chosen`` holds ``bound``, ``margin``,
        ``confidence`` (a number, or those of PASS and FAIL), ``method`` and ``population``, whichever are known. Settings
        that came later than the first verdict under ``chosen`` do not count against it.
        """
        now = _watched(chosen)
        known = self._topics.get(topic, [])
        first = next((index for index, judged in enumerate(known) if judged.chosen == now), len(known))
        found = []
        for name in _WATCHED:
            others = [each for each in known[:first] if name in now and each.chosen.get(name, now[name]) != now[name]]
            if others:
                found.append(_edited(name, others[-1], now[name]))
        return found

    def models_before(self, data: str, model: str) -> int:
        """How many other models than ``model`` the data of this content hash have judged."""
        return len(self._models.get(data, set()) - {model})

    def record(
        self,
        question: str,
        settings: str,
        verdict: str,
        arm: str,
        *,
        topic: str = "",
        chosen: Mapping[str, Any] | None = None,
        data: str = "",
        model: str = "",
    ) -> None:
        """Remember a verdict; ``topic`` and ``chosen`` as of `warnings`, ``data`` and ``model`` as of `models_before`."""
        if (question, settings, topic) in self._told:
            return
        line: dict[str, Any] = {
            "question": question,
            "settings": settings,
            "verdict": verdict,
            "arm": arm,
            "at": _now(),
        }
        if topic:
            line |= {"topic": topic, "chosen": _watched(chosen or {}), "data": data, "model": model}
        self._take(line)
        self._append(json.dumps(line, ensure_ascii=False))

    def _read(self, line: bytes) -> None:
        try:
            self._take(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return

    def _take(self, line: Mapping[str, Any]) -> None:
        """Enter a line, of this version or of one that knew questions and settings only."""
        question, settings, topic = str(line["question"]), str(line["settings"]), str(line.get("topic", ""))
        known = self._signatures.setdefault(question, [])
        if settings not in known:
            known.append(settings)
        self._told.add((question, settings, topic))
        if not topic:
            return
        judged = _Judged(_watched(line["chosen"]), str(line["at"])[:10])
        if all(each.chosen != judged.chosen for each in self._topics.setdefault(topic, [])):
            self._topics[topic].append(judged)
        if line["data"] and line["model"]:
            self._models.setdefault(str(line["data"]), set()).add(str(line["model"]))

    def _append(self, line: str) -> None:
        if self._unwritable:
            return
        try:
            # One write for a whole line: lines of several processes do not mix, and Ctrl-C finds nothing unwritten.
            os.write(self._open(), f"{line}\n".encode())
        except OSError:
            # A full disk must not cost a verdict; the store has already said so.
            self._unwritable = True

    def _open(self) -> int:
        if self._descriptor is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
            self._closing = weakref.finalize(self, os.close, self._descriptor)
        return self._descriptor


def _watched(chosen: Mapping[str, Any]) -> dict[str, Any]:
    return {name: chosen[name] for name in _WATCHED if name in chosen}


def _edited(name: str, earlier: _Judged, now: Any) -> str:
    return (
        f"the {name} was {_told(earlier.chosen[name])} when these data were judged on {earlier.day}; it is {_told(now)} now: "
        f"for a {name} chosen after looking at these data the stated error rate does not hold"
    )


def _told(value: Any) -> str:
    """A setting for a reader; a list holds the confidence of a PASS and that of a FAIL."""
    if isinstance(value, list | tuple):
        same = len({float(each) for each in value}) == 1
        return _told(value[0]) if same else " and ".join(_told(each) for each in value)
    return number(float(value)) if isinstance(value, int | float) else str(value)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
