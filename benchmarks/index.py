"""Seconds and peak memory of indexing a large JSON Lines file, and of loading the cached index.

    python benchmarks/index.py [ROWS]        # default 1,000,000

Each step runs in a process of its own, so that its peak resident memory is its own.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

VENDORS = ("canon", "ge", "philips", "siemens")


def write_rows(path: Path, rows: int) -> None:
    """A file of synthetic requests with two columns to group by."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(rows):
            record = {
                "id": f"request-{number}",
                "input": f"I have had a headache since this morning, can I take two tablets of 200 mg? ({number})",
                "label": {"action": "order", "ingredient": "ibuprofen", "dose_mg": 200, "interval_h": 6},
                "vendor": VENDORS[number % len(VENDORS)],
                "age": 18 + number % 70,
            }
            file.write(json.dumps(record) + "\n")


def open_once(folder: Path) -> dict[str, float]:
    """Open the data set of ``folder`` and draw an order; seconds of both and peak memory in MiB."""
    from robustspec.data.block import DataBlock
    from robustspec.data.dataset import open_dataset
    from robustspec.data.jsonl import JsonlSource

    groups = ["vendor", {"name": "age_band", "column": "age", "bins": [40, 65]}]
    block = DataBlock.model_validate({"source": JsonlSource(path="rows.jsonl"), "groups": groups})
    imported = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    begin = time.perf_counter()
    dataset = open_dataset("rows", block, folder, folder / "cache")
    opened = time.perf_counter()
    dataset.order(0)
    ordered = time.perf_counter()
    dataset.rows(dataset.order(0).rows[:1000])
    read = time.perf_counter()
    return {
        "open_s": round(opened - begin, 3),
        "order_s": round(ordered - opened, 3),
        "read_1000_rows_s": round(read - ordered, 3),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "of_which_imports_mib": round(imported),
    }


def main() -> None:
    """Write the file, then open it twice: without and with a cached index."""
    if len(sys.argv) > 2:
        print(json.dumps(open_once(Path(sys.argv[2]))))
        return
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_rows(folder / "rows.jsonl", rows)
        print(f"{rows:,} rows, {(folder / 'rows.jsonl').stat().st_size / 2**20:.0f} MiB")
        for step in ("build", "cached"):
            done = subprocess.run([sys.executable, __file__, "open", name], check=True, capture_output=True, text=True)
            print(f"{step}: {done.stdout.strip()}")


if __name__ == "__main__":
    main()
