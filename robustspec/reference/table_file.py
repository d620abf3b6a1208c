"""Tables that the data generators write: the same bytes on every machine."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path


def write_csv(path: Path, head: Sequence[str], records: Iterable[Sequence[str]]) -> None:
    """Write a CSV file in UTF-8 with a header and a newline after each line."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(records)
