"""How near the dispatcher comes to the ideal throughput, and what it remembers of a call.

    python benchmarks/dispatch.py [CALLS] [--in-flight 256] [--sleep-ms 50] [--plain]

An async model in this process sleeps 50 ms and answers; with 256 calls in flight the ideal is 5,120 calls/s. The goal
is 90 % of it, and at most 32 bytes of resident memory for each distinct call, measured from the 10,000th call to the
last (1,000,000 for the figure that is published). ``--plain`` times a plain function, against a bare loop in this run.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from robustspec.adapters.base import Model
from robustspec.adapters.callable import wrap
from robustspec.data.row import Output
from robustspec.engine.dispatch import Dispatcher, Request
from robustspec.engine.store import Store

WARM = 10_000
"""Calls after which caches, buffers and free lists have their size."""


def resident_bytes() -> int:
    """Resident set of this process, in bytes (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def requests(calls: int) -> Iterator[Request]:
    """Distinct inputs of a usual length."""
    for number in range(calls):
        yield Request(f"What may I take against a headache when I am {number} years old?", f"case/{number}")


class Meter:
    """Counts outputs and notes memory at the warm point and after every 10,000 outputs."""

    def __init__(self) -> None:
        self.count = 0
        self.warm_bytes = self.last_bytes = 0

    def __call__(self, request: Request, output: Output, status: str) -> None:
        """The dispatcher's ``on_output``."""
        self.count += 1
        if self.count % WARM == 0:
            self.last_bytes = resident_bytes()
            if self.count == WARM:
                self.warm_bytes = self.last_bytes


def measure(model: Model, calls: int) -> tuple[Meter, float]:
    """The meter, and the seconds of the whole run into an empty store."""
    meter = Meter()
    with (
        tempfile.TemporaryDirectory() as folder,
        Store(Path(folder), "benchmark") as store,
        Dispatcher(model, store) as dispatcher,
    ):
        begun = time.perf_counter()
        dispatcher.run(requests(calls), meter)
        return meter, time.perf_counter() - begun


def main() -> None:
    """Print one line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("calls", type=int, nargs="?", default=200_000)
    parser.add_argument("--in-flight", type=int, default=256)
    parser.add_argument("--sleep-ms", type=float, default=50)
    parser.add_argument("--plain", action="store_true")
    options = parser.parse_args()

    async def sleeping(text: str) -> str:
        await asyncio.sleep(options.sleep_ms / 1000)
        return "take one tablet"

    def constant(text: str) -> str:
        return "take one tablet"

    model = wrap(constant) if options.plain else wrap(sleeping, in_flight=options.in_flight)
    meter, seconds = measure(model, options.calls)
    if options.plain:
        begun = time.perf_counter()
        for request in requests(options.calls):
            constant(request.content)  # type: ignore[arg-type]  # text by construction
        bare = time.perf_counter() - begun
        print(f"{seconds / options.calls * 1e6:.1f} us a call, {bare / options.calls * 1e6:.2f} us in a bare loop")
    else:
        ideal = options.in_flight / (options.sleep_ms / 1000)
        print(f"{options.calls / seconds:,.0f} calls/s, {options.calls / seconds / ideal:.1%} of {ideal:,.0f}")
    if options.calls > WARM:
        growth = (meter.last_bytes - meter.warm_bytes) / (options.calls - WARM)
        print(f"{growth:.1f} bytes of resident memory a call from {WARM:,} to {options.calls:,}")


if __name__ == "__main__":
    main()
