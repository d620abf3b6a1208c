"""How often the same data and model have been judged under other settings.

A larger ``max_samples``, another seed, bound, method or margin after a verdict is another look at the same evidence, and
the chance of a wrong verdict adds up over looks. This ledger remembers them: one JSON line for each verdict, appended.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

FILE = "looks.jsonl"


def digest(parts: Mapping[str, Any]) -> str:
    """A stable digest of JSON-able parts."""
    text = json.dumps(parts, sort_keys=True, default=str, ensure_ascii=False)
    return blake2b(text.encode(), digest_size=12).hexdigest()


class Looks:
    """The ledger in a cache folder. A line that cannot be read is skipped: the ledger only ever adds caution."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._signatures: dict[str, list[str]] = {}
        if self.path.is_file():
            for line in self.path.read_bytes().splitlines():
                self._read(line)

    def _read(self, line: bytes) -> None:
        try:
            record = json.loads(line)
            self._add(str(record["question"]), str(record["settings"]))
        except (ValueError, KeyError, TypeError):
            return

    def _add(self, question: str, settings: str) -> None:
        known = self._signatures.setdefault(question, [])
        if settings not in known:
            known.append(settings)

    def look(self, question: str, settings: str) -> int:
        """The number of this look, from 1, at ``question`` (what is asked of which data and model)."""
        known = self._signatures.get(question, [])
        return known.index(settings) + 1 if settings in known else len(known) + 1

    def record(self, question: str, settings: str, verdict: str, arm: str) -> None:
        """Remember a verdict."""
        if settings in self._signatures.get(question, []):
            return
        self._add(question, settings)
        line = {
            "question": question,
            "settings": settings,
            "verdict": verdict,
            "arm": arm,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError:
            # A full disk must not cost a verdict; the store has already said so.
            return
