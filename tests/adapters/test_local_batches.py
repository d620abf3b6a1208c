"""Batches that run out of memory: halved, and at one input a single error, with everything finished kept."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from robustspec.adapters.local.batching import Batches, is_out_of_memory
from robustspec.adapters.local.model import LocalModel, Prepared
from robustspec.data.row import Input, Output
from robustspec.errors import AdapterError


class Small(LocalModel):
    """Doubles numbers; a batch whose numbers add up to more than ``room`` does not fit."""

    def __init__(self, room: int, rows: int) -> None:
        super().__init__(None, Batches(rows, "buy more"))
        self.name, self.room, self.sizes = "small", room, list[int]()

    def prepare(self, item: Input) -> Prepared:
        if not item.text.isdigit():
            raise AdapterError(f"'{item.text}' is no number")
        return Prepared(item, int(item.text), int(item.text))

    def work(self, batch: Sequence[Prepared]) -> list[int]:
        self.sizes.append(len(batch))
        if sum(each.data for each in batch) > self.room:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return [2 * each.data for each in batch]


def test_a_batch_that_does_not_fit_is_halved_for_good() -> None:
    """8 do not fit, 4 do, and the engine is told that 4 may come."""
    model = Small(room=4, rows=8)
    assert model.predict([Input("1")] * 16) == [2] * 16
    assert model.sizes == [8, 4, 4, 4, 4]
    assert model.batch_size == 4
    assert list(model.notes()) == ["batches were cut from 8 to 4 inputs: out of memory -- write batch_size: 4"]
    assert model.broken() is None


def test_outputs_stand_in_the_order_of_their_inputs() -> None:
    """Longest first is how they are worked on, and faults of inputs stay theirs."""
    model = Small(room=9, rows=4)
    outputs = model.predict([Input("3"), Input("x"), Input("5"), Input("1"), Input("4")])
    assert outputs == [6, Output(error="'x' is no number"), 10, 2, 8]


def test_an_input_that_does_not_fit_alone_ends_the_run_with_one_error() -> None:
    """It has the remedy; those after it share the error, and nothing more is tried."""
    model = Small(room=2, rows=2)
    assert model.predict([Input("1"), Input("2")]) == [2, 4]
    sentence = "the model runs out of memory with a single input -- buy more"
    assert model.predict([Input("1"), Input("3")]) == [Output(error=sentence)] * 2
    assert model.broken() == sentence
    tried = len(model.sizes)
    assert model.predict([Input("1")]) == [Output(error=sentence)]
    assert len(model.sizes) == tried


def test_what_was_finished_before_is_kept() -> None:
    """Of one call too."""
    batches: Batches = Batches(1, "buy more")

    def work(part: Sequence[int]) -> list[int]:
        if part[0] == 3:
            raise MemoryError
        return [part[0]]

    found = batches.run(work, [1, 2, 3, 4])
    assert found[:2] == [1, 2]
    assert [output.error for output in found[2:]] == [batches.broken] * 2


def test_other_faults_pass_through() -> None:
    """A wrong shape is no lack of memory."""

    def work(part: Sequence[int]) -> list[int]:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    with pytest.raises(RuntimeError, match="shapes"):
        Batches(2).run(work, [1, 2])


@pytest.mark.parametrize(
    "message",
    [
        "CUDA out of memory. Tried to allocate 20.00 MiB",
        "[enforce fail at alloc_cpu.cpp:118] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate",
        "DefaultCPUAllocator: not enough memory: you tried to allocate 8 bytes.",
    ],
)
def test_the_words_of_torch_are_known(message: str) -> None:
    """Of a GPU, and of the machine."""
    assert is_out_of_memory(RuntimeError(message))


def test_the_error_of_torch_is_known(one_thread: None) -> None:
    """It is a RuntimeError that says so."""
    import torch

    assert issubclass(torch.OutOfMemoryError, RuntimeError)
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**60, dtype=torch.uint8)
    assert is_out_of_memory(caught.value)
