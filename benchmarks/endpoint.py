"""How near the adapter of chat endpoints comes to a bare aiohttp loop, over real HTTP.

    python benchmarks/endpoint.py [--in-flight 8 32 128 256] [--seconds 4] [--rounds 5] [--delay-ms 50] [--profile 256]

A stub in a process of its own answers each request after 50 ms. At each number of calls in flight the same requests go
through the adapter and the dispatcher (with its store), through a bare loop of as many aiohttp workers, and, where it is
installed, through the openai client, in turn, ``rounds`` times. The goal is 95 % of the bare loop at each level, taken as
the median over the rounds of the ratio within a round, for the machine is not the same from one second to the next.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import importlib.util
import json
import pstats
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from robustspec.adapters.openai import OpenAIAdapter
from robustspec.data.row import Output
from robustspec.engine.dispatch import Dispatcher, Request
from robustspec.engine.store import Store

GOAL = 0.95

ANSWER = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "stub",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": "Take one tablet."}, "finish_reason": "stop"}
        ],
        "usage": {"prompt_tokens": 20, "completion_tokens": 4, "total_tokens": 24},
    }
).encode()


class StubProtocol(asyncio.Protocol):
    """As little of HTTP as a client notices: each request of a connection is answered after a while."""

    def __init__(self, delay_s: float) -> None:
        self.delay_s, self.buffer = delay_s, b""
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(ANSWER)}\r\n\r\n"
        self.answer = head.encode() + ANSWER

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer what is complete."""
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self.buffer) < end + 4 + length:
                return
            self.buffer = self.buffer[end + 4 + length :]
            asyncio.get_running_loop().call_later(self.delay_s, self.reply)

    def reply(self) -> None:
        """One answer."""
        if not self.transport.is_closing():
            self.transport.write(self.answer)


async def serve(delay_s: float) -> None:
    """The stub; its port is the first line that it prints."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: StubProtocol(delay_s), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def texts(count: int) -> Iterator[str]:
    """Distinct inputs of a usual length."""
    for number in range(count):
        yield f"What may I take against a headache when I am {number} years old?"


def ours(url: str, in_flight: int, count: int) -> None:
    """Through the adapter, the dispatcher and its store."""
    answered = 0

    def take(request: Request, output: Output, status: str) -> None:
        nonlocal answered
        answered += output.raw == "Take one tablet."

    adapter = OpenAIAdapter(base_url=url, model="stub", in_flight=in_flight)
    with (
        tempfile.TemporaryDirectory() as folder,
        adapter.open(Path(folder)) as model,
        Store(Path(folder), "benchmark") as store,
        Dispatcher(model, store, timeout_s=adapter.limit_s) as dispatcher,
    ):
        dispatcher.run((Request(text, f"case/{n}") for n, text in enumerate(texts(count))), take)
    assert answered == count, f"{answered} of {count} answered: {dispatcher.first_error}"


def bare(url: str, in_flight: int, count: int) -> None:
    """As one would write it by hand."""
    import aiohttp

    async def main() -> int:
        answered, left = 0, texts(count)

        async def work() -> None:
            nonlocal answered
            for text in left:
                payload = {"model": "stub", "temperature": 0.0, "messages": [{"role": "user", "content": text}]}
                async with session.post(f"{url}/chat/completions", json=payload) as response:
                    answer = await response.json()
                answered += answer["choices"][0]["message"]["content"] == "Take one tablet."

        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=in_flight)) as session:
            await asyncio.gather(*(work() for _ in range(in_flight)))
        return answered

    assert asyncio.run(main()) == count


def by_openai(url: str, in_flight: int, count: int) -> None:
    """Through the vendor's own client."""
    from openai import AsyncOpenAI  # type: ignore[import-not-found,unused-ignore]  # optional, and only here

    async def main() -> int:
        answered, left = 0, texts(count)

        async def work() -> None:
            nonlocal answered
            for text in left:
                answer = await client.chat.completions.create(
                    model="stub", temperature=0.0, messages=[{"role": "user", "content": text}]
                )
                answered += answer.choices[0].message.content == "Take one tablet."

        async with AsyncOpenAI(base_url=url, api_key="none") as client:
            await asyncio.gather(*(work() for _ in range(in_flight)))
        return answered

    assert asyncio.run(main()) == count


def median(values: list[float]) -> float:
    """The middle one; by hand, for `statistics.py` beside this file hides the library's."""
    return sorted(values)[len(values) // 2]


Way = Callable[[str, int, int], None]


def timed(way: Way, url: str, in_flight: int, count: int) -> tuple[float, float]:
    """Calls a second, and microseconds of processor time a call."""
    wall, cpu = time.perf_counter(), time.process_time()
    way(url, in_flight, count)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return count / wall, cpu / count * 1e6


def level(url: str, in_flight: int, options: argparse.Namespace, ways: dict[str, Way]) -> float:
    """A line for each way, and the ratio that the goal is about."""
    ideal = in_flight / (options.delay_ms / 1000)
    count = int(ideal * options.seconds)
    measured: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for way in ways.values():
        timed(way, url, in_flight, 2 * in_flight)  # imports, and the stub's first connections
    for number in range(options.rounds):
        for name in ways if number % 2 else reversed(ways):
            # The openai client is so much slower that two short rounds say enough.
            if name != "openai":
                measured[name].append(timed(ways[name], url, in_flight, count))
            elif number < 2:
                measured[name].append(timed(ways[name], url, in_flight, max(2 * in_flight, count // 6)))
    for name, found in measured.items():
        rate, cpu = (median(list(values)) for values in zip(*found, strict=True))
        print(
            f"{in_flight:>5}  {name:<10} {rate:>7,.0f}/s, {rate / ideal:>5.1%} of ideal, {cpu:>5,.0f} us of processor"
        )
    ratios = [ours / loop for (ours, _), (loop, _) in zip(measured["robustspec"], measured["bare loop"], strict=True)]
    print(f"{in_flight:>5}  {median(ratios):.1%} of the bare loop ({min(ratios):.1%} to {max(ratios):.1%})", flush=True)
    return median(ratios)


def profile(url: str, in_flight: int, delay_ms: float) -> None:
    """Where the time of the adapter's thread goes."""
    from robustspec.engine.looped import LoopThread

    profiler, run = cProfile.Profile(), LoopThread._run
    LoopThread._run = lambda self: profiler.runcall(run, self)  # type: ignore[method-assign]  # the loop's own thread
    ours(url, in_flight, int(in_flight / delay_ms * 3000))
    pstats.Stats(profiler).sort_stats("tottime").print_stats(40)


def main() -> None:
    """Print the table; exit code 1 where a level misses the goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--in-flight", type=int, nargs="+", default=[8, 32, 128, 256])
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--delay-ms", type=float, default=50)
    parser.add_argument("--profile", type=int, metavar="IN_FLIGHT")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve(options.delay_ms / 1000))
    command = [sys.executable, __file__, "--serve", "--delay-ms", str(options.delay_ms)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as stub:
        try:
            sys.exit(measured(f"http://127.0.0.1:{port_of(stub)}/v1", options))
        finally:
            stub.terminate()


def port_of(stub: subprocess.Popen[str]) -> int:
    """The port that the stub says."""
    assert stub.stdout is not None
    return int(stub.stdout.readline())


def measured(url: str, options: argparse.Namespace) -> int:
    """What `main` does once the stub is up; the exit code."""
    if options.profile:
        profile(url, options.profile, options.delay_ms)
        return 0
    ways: dict[str, Way] = {"robustspec": ours, "bare loop": bare}
    if importlib.util.find_spec("openai") is None:
        print("the openai client is not installed and is left out")
    else:
        ways["openai"] = by_openai
    ratios = [level(url, in_flight, options, ways) for in_flight in options.in_flight]
    print(f"lowest ratio {min(ratios):.1%}, goal {GOAL:.0%}")
    return int(min(ratios) < GOAL)


if __name__ == "__main__":
    main()
