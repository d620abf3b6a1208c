"""One call, or one batch, of a model that may raise, answer nonsense, or never come back."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Sequence
from typing import Any

from robustspec.adapters.base import Model, as_output, not_taken
from robustspec.data.row import Input, Output
from robustspec.errors import AdapterError

MAX_CHARACTERS = 1_000_000
"""Longer text is cut here, longer structures are no answer: one runaway answer must not fill the memory."""

_ERROR_CHARACTERS = 500


def failure(error: BaseException, seconds: float = 0.0) -> Output:
    """The output of a call that raised: none, with the exception's type and text."""
    if isinstance(error, AdapterError):
        return Output(None, str(error)[:_ERROR_CHARACTERS], seconds)
    return Output(None, f"{type(error).__name__}: {error}"[:_ERROR_CHARACTERS], seconds)


def settled(value: Any, seconds: float = 0.0) -> Output:
    """What a model returned as an `Output` that is the same now and when it is read back from a store.

    Text is kept up to 1,000,000 characters. Structures become what JSON makes of them (tuples lists, keys strings);
    what has ``tolist`` (numpy, torch) becomes plain data. Anything else is an error that names its type.
    """
    if type(value) is str:
        return Output(value[:MAX_CHARACTERS], None, seconds)
    output = as_output(value)
    seconds = output.seconds or seconds
    if output.error is not None:
        return Output(None, output.error, seconds)
    if output.raw is None:
        return Output(None, "the model returned None", seconds)
    if isinstance(output.raw, str):
        done = Output(str.__str__(output.raw)[:MAX_CHARACTERS], None, seconds)
    else:
        done = _settled_structure(output.raw, seconds)
    done.turns, done.replies, done.tokens = output.turns, output.replies, output.tokens
    return done


def _settled_structure(raw: Any, seconds: float) -> Output:
    try:
        text = json.dumps(raw, default=_plain, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        close = getattr(raw, "close", None)
        if asyncio.iscoroutine(raw) and close is not None:
            close()
        return Output(None, f"the model returned {type(raw).__name__}, neither text nor JSON-able: {error}", seconds)
    if len(text) > MAX_CHARACTERS:
        return Output(None, f"the model returned {len(text):,} characters of JSON, over {MAX_CHARACTERS:,}", seconds)
    return Output(json.loads(text), None, seconds)


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"a {type(value).__name__} in it")


def call_batch(model: Model, inputs: Sequence[Input]) -> list[Output]:
    """One output for each input of one `predict`; where a batch raises, each of its inputs is tried once alone.

    So one bad input does not cost the others. A wrong number of outputs costs them all: which belongs to which is lost.
    An input with a picture that the model does not take has no output, and is not handed over.
    """
    faults = [not_taken(model, item) for item in inputs]
    if any(faults):
        taken = [item for item, fault in zip(inputs, faults, strict=True) if fault is None]
        outputs = iter(call_batch(model, taken) if taken else ())
        return [next(outputs) if fault is None else Output(error=fault) for fault in faults]
    begun = time.perf_counter()
    try:
        values = model.predict(inputs)
        if len(values) != len(inputs):
            raise AdapterError(f"{model.name} returned {len(values)} outputs for {len(inputs)} inputs")
    except Exception as error:  # the model is the user's and may raise anything
        if len(inputs) == 1 or isinstance(error, AdapterError):
            return [failure(error, time.perf_counter() - begun)] * len(inputs)
        return [call_batch(model, [item])[0] for item in inputs]
    seconds = (time.perf_counter() - begun) / len(inputs)
    return [settled(value, seconds) for value in values]


async def call_one(model: Model, item: Input, timeout_s: float) -> Output:
    """The output for one input of an async model; a call beyond ``timeout_s`` is cancelled and is no answer."""
    if (fault := not_taken(model, item)) is not None:
        return Output(error=fault)
    begun = time.perf_counter()
    limit = asyncio.timeout(timeout_s)
    try:
        if timeout_s == math.inf:  # the model bounds its calls itself, and a timer for each would be felt
            value = await model.predict_one(item)
        else:
            async with limit:
                value = await model.predict_one(item)
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        return failure(error, time.perf_counter() - begun)  # the model's own doing, not the end of the run
    except Exception as error:  # the model is the user's and may raise anything
        if limit.expired():
            return no_answer(timeout_s)
        return failure(error, time.perf_counter() - begun)
    if limit.expired():  # it swallowed its cancellation
        return no_answer(timeout_s)
    return settled(value, time.perf_counter() - begun)


def no_answer(timeout_s: float) -> Output:
    """The output of a call that was given up."""
    return Output(None, f"no answer within {timeout_s:g} s", timeout_s)
