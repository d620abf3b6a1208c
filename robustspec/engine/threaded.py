"""Plain models: chunks of calls in worker threads, watched from the calling thread."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from robustspec.adapters.base import Model
from robustspec.data.row import Input, Output
from robustspec.engine.calls import call_batch, no_answer
from robustspec.engine.ledger import Call, Ledger, Run

_SLICE_S = 0.2  # how long the calling thread waits before it looks at Ctrl-C, `cancelled` and the clock
_MAX_CHUNK = 256  # batches handed to a worker thread at once
_CHUNK_S = 0.02  # how long such a chunk should take
_SLOW_BATCH_S = 0.002  # from here on the next chunk is prepared while one is under way


class Job:
    """A chunk of calls under way in a worker thread.

    ``results`` only grows, in the order of ``inputs``; ``begun`` is when the batch under way began (monotonic seconds),
    None before and after. The thread that waits may set ``stopped``: the worker then begins no further batch, and what
    it appends later is of no interest to anybody.
    """

    __slots__ = ("begun", "failure", "inputs", "results", "stopped")

    def __init__(self, inputs: Sequence[Input]) -> None:
        self.inputs = inputs
        self.results: list[Output] = []
        self.begun: float | None = None
        self.stopped = False
        self.failure: BaseException | None = None

    def work(self, model: Model) -> None:
        """Make the calls; in the worker."""
        size = max(1, model.batch_size)
        try:
            for start in range(0, len(self.inputs), size):
                if self.stopped:
                    return
                self.begun = time.monotonic()
                self.results.extend(call_batch(model, self.inputs[start : start + size]))
        except BaseException as error:  # KeyboardInterrupt and SystemExit of the model belong to the waiting thread
            self.failure = error
        finally:
            self.begun = None


class Worker:
    """A daemon thread that takes jobs in turn and puts each on ``done`` when it ends.

    Nothing can stop a thread that hangs in a model. `abandon` leaves it behind: it ends by itself after its call.
    """

    def __init__(self, model: Model, done: SimpleQueue[Job]) -> None:
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._thread = threading.Thread(
            target=self._run, args=(model, done), name=f"robustspec-{model.name}", daemon=True
        )
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Do ``job`` after those submitted before."""
        self._jobs.put(job)

    def abandon(self) -> None:
        """End after the call under way."""
        self._jobs.put(None)

    def _run(self, model: Model, done: SimpleQueue[Job]) -> None:
        while (job := self._jobs.get()) is not None:
            job.work(model)
            done.put(job)


@dataclass(slots=True)
class _Chunk:
    calls: list[Call]
    job: Job
    delivered: int = 0


@dataclass(slots=True)
class _Lane:
    """One worker thread and the chunks handed to it, the first of them under way."""

    worker: Worker
    chunks: deque[_Chunk] = field(default_factory=deque)


class ThreadedCalls:
    """``in_flight`` worker threads, each with the chunk that it works on and, for slow models, the next one."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lanes: list[_Lane] = []
        self._done: SimpleQueue[Job] = SimpleQueue()
        self._chunk_batches = 1
        self._depth = 1

    def run(self, run: Run) -> None:
        """Answer every request; requests are pulled and outputs delivered in the calling thread."""
        try:
            while self._fill(run):
                self._wait()
                for lane in self._lanes:
                    self._drain(run, lane)
        except BaseException:
            self._stop()
            raise

    def _fill(self, run: Run) -> bool:
        """Give every worker something to do; whether any has."""
        while len(self._lanes) < max(1, self._ledger.model.in_flight):
            self._lanes.append(_Lane(Worker(self._ledger.model, self._done)))
        for _ in range(self._depth):
            for lane in self._lanes:
                if len(lane.chunks) < self._depth and (calls := self._pull(run)):
                    self._submit(lane, calls)
        return any(lane.chunks for lane in self._lanes)

    def _pull(self, run: Run) -> list[Call]:
        calls: list[Call] = []
        size = self._chunk_batches * max(1, self._ledger.model.batch_size)
        if run.is_full or run.spent is not None:
            return calls
        for request in run.requests:
            call = self._ledger.admit(run, request)
            if call is not None:
                calls.append(call)
            if len(calls) >= size or run.is_full or run.spent is not None:
                break
        return calls

    def _submit(self, lane: _Lane, calls: list[Call]) -> None:
        job = Job([Input(call.request.content, call.request.case_id) for call in calls])
        lane.chunks.append(_Chunk(calls, job))
        lane.worker.submit(job)

    def _wait(self) -> None:
        try:
            self._done.get(timeout=min(_SLICE_S, max(0.01, self._ledger.timeout_s / 5)))
        except Empty:
            self._ledger.store.tick()
        self._ledger.check_cancelled()

    def _drain(self, run: Run, lane: _Lane) -> None:
        """Deliver what a worker has finished, in the middle of a chunk too; replace the worker if it hangs."""
        while lane.chunks:
            chunk = lane.chunks[0]
            self._deliver(run, chunk)
            if chunk.job.failure is not None:
                raise chunk.job.failure
            if chunk.delivered < len(chunk.calls):
                self._replace_if_hung(run, lane)
                return
            lane.chunks.popleft()
            self._adapt(chunk.job)

    def _deliver(self, run: Run, chunk: _Chunk) -> None:
        results = chunk.job.results
        while chunk.delivered < len(results):
            at = chunk.delivered
            chunk.delivered += 1  # first: what raises below must not be delivered twice
            self._ledger.finish(run, chunk.calls[at], results[at])

    def _adapt(self, job: Job) -> None:
        """Chunks as long as a hop between threads costs little and no longer, so that outputs come in steadily."""
        call_s = sum(output.seconds for output in job.results) / len(job.results)
        batch_s = max(1e-9, call_s * self._ledger.model.batch_size)
        self._chunk_batches = max(1, min(_MAX_CHUNK, self._chunk_batches * 4, int(_CHUNK_S / batch_s)))
        self._depth = 2 if batch_s > _SLOW_BATCH_S else 1

    def _replace_if_hung(self, run: Run, lane: _Lane) -> None:
        chunk = lane.chunks[0]
        job, seen = chunk.job, len(chunk.job.results)
        begun = job.begun
        if begun is None or time.monotonic() - begun <= self._ledger.timeout_s:
            return
        job.stopped = True
        finished = list(job.results)
        lost = self._ledger.model.batch_size if len(finished) == seen else 0  # 0: it came back this very moment
        chunk.job = Job(job.inputs)  # detached from the worker, which may still append to the other
        chunk.job.results = finished
        rest = [chunk.calls[len(finished) + lost :], *(other.calls for other in list(lane.chunks)[1:])]
        self._restart(lane, rest)
        self._deliver(run, chunk)
        for call in chunk.calls[len(finished) : len(finished) + lost]:
            self._ledger.finish(run, call, no_answer(self._ledger.timeout_s))

    def _restart(self, lane: _Lane, rest: list[list[Call]]) -> None:
        """Leave the lane's worker behind, and give a new one the rest of the work."""
        for chunk in lane.chunks:
            chunk.job.stopped = True
        lane.chunks.clear()
        lane.worker.abandon()
        lane.worker = Worker(self._ledger.model, self._done)
        for calls in rest:
            if calls:
                self._submit(lane, calls)

    def _stop(self) -> None:
        """Leave the workers behind, and keep what they had finished."""
        lanes, self._lanes = self._lanes, []
        for lane in lanes:
            lane.worker.abandon()
            for chunk in lane.chunks:
                chunk.job.stopped = True
                for call, output in zip(
                    chunk.calls[chunk.delivered :], chunk.job.results[chunk.delivered :], strict=False
                ):
                    if call.key is not None:
                        self._ledger.store.put(call.key, output)

    def close(self) -> None:
        """End the threads; may be called twice."""
        for lane in self._lanes:
            lane.worker.abandon()
        self._lanes.clear()
