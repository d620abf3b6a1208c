"""Work in batches that are halved where memory runs out, so that nothing finished is lost."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from robustspec.data.row import Output

Item = TypeVar("Item")

_TOLD = ("out of memory", "not enough memory", "can't allocate memory", "cannot allocate memory")


class Batches:
    """How many inputs a model is given at once; halved for good where memory runs out.

    ``broken`` is set when a single input did not fit: a sentence with the remedy, which ends the run.
    """

    def __init__(self, rows: int, remedy: str = "write a smaller model, or a machine with more memory") -> None:
        self.rows = self.first = max(1, rows)
        self.broken: str | None = None
        self._remedy = remedy

    def run(self, work: Callable[[Sequence[Item]], Sequence[Any]], items: Sequence[Item]) -> list[Any]:
        """What ``work`` gives for the items, in their order; it is called with at most ``rows`` of them.

        A batch that runs out of memory is done again in halves. An item that does not fit alone, and all after it, get an
        `Output` with the error; whatever else ``work`` raises passes through.
        """
        done: list[Any] = []
        while len(done) < len(items):
            if self.broken is not None:
                return done + [Output(error=self.broken)] * (len(items) - len(done))
            part = items[len(done) : len(done) + self.rows]
            found = self._tried(work, part)
            if found is None:
                release()  # here, where no frame of what failed holds its tensors any more
            else:
                done.extend(found)
        return done

    def _tried(self, work: Callable[[Sequence[Item]], Sequence[Any]], part: Sequence[Item]) -> Sequence[Any] | None:
        """What ``work`` gives, None where memory ran out: then there are fewer rows, or it is broken."""
        try:
            return work(part)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
        if len(part) == 1:
            self.broken = f"the model runs out of memory with a single input -- {self._remedy}"
        self.rows = max(1, len(part) // 2)
        return None

    def note(self) -> str | None:
        """A sentence where batches were halved, None where not."""
        if self.rows == self.first:
            return None
        return (
            f"batches were cut from {self.first} to {self.rows} inputs: out of memory -- write batch_size: {self.rows}"
        )


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, of a GPU or of the machine: ``torch.OutOfMemoryError`` says it too."""
    return isinstance(error, MemoryError) or any(told in str(error).lower() for told in _TOLD)


def release() -> None:
    """Give back the memory that is no longer used, to the GPU too."""
    gc.collect()
    torch = sys.modules.get("torch")  # not imported here: what ran out of memory may be anything
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
