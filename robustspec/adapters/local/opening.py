"""From a specification of a transformers model to the live one: folder, machine, weights, task."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from robustspec.adapters.local.batching import Batches
from robustspec.adapters.local.chat import ChatModel
from robustspec.adapters.local.choices import ChoicesModel
from robustspec.adapters.local.classifying import ClassifyModel
from robustspec.adapters.local.folder import importable
from robustspec.adapters.local.generating import Decoding, Generator
from robustspec.adapters.local.image_text import ImageTextModel
from robustspec.adapters.local.loading import load_model, load_processor, load_tokenizer
from robustspec.adapters.local.machine import device_of, dtype_of, rows_for
from robustspec.adapters.local.model import LocalModel
from robustspec.adapters.local.prompting import Prompts

if TYPE_CHECKING:
    from robustspec.adapters.transformers import TransformersAdapter

_CLASSES = {
    "chat": "AutoModelForCausalLM",
    "choices": "AutoModelForCausalLM",
    "classify": "AutoModelForSequenceClassification",
    "image_text": "AutoModelForImageTextToText",
}
_REMEDY = "lower max_tokens, write dtype: bfloat16, or name a smaller model or another device"


def open_model(adapter: TransformersAdapter, folder: Path) -> LocalModel:
    """The live model of an adapter, from the folder with its files."""
    device = device_of(adapter.device)
    dtype = dtype_of(adapter.dtype, device)
    if adapter.task == "image_text":
        importable("PIL")
    own = load_processor(folder) if adapter.task == "image_text" else load_tokenizer(folder)
    if adapter.task != "classify":
        _prompts(adapter, own)  # a missing chat template shows before weights are loaded
    loaded = load_model(_CLASSES[adapter.task], folder, device, dtype)
    rows = adapter.batch_size or rows_for(loaded, device, adapter.max_tokens if adapter.task != "classify" else 0)
    model = _of_task(adapter, loaded, own, Batches(rows, _REMEDY))
    model.name = adapter.shown_name
    model.fingerprint = adapter.identity(folder, f"{device.type} {dtype}")
    model.deterministic = adapter.temperature == 0
    return model


def _of_task(adapter: TransformersAdapter, loaded: Any, own: Any, batches: Batches) -> LocalModel:
    if adapter.task == "classify":
        return ClassifyModel(loaded, own, batches, truncate=adapter.truncate)
    prompts = _prompts(adapter, own)
    if adapter.task == "choices":
        return ChoicesModel(
            loaded,
            own,
            prompts,
            batches,
            choices=adapter.choices,
            normalise=adapter.normalise,
            before=adapter.before_choice,
            truncate=adapter.truncate,
        )
    decoding = Decoding(adapter.max_tokens, adapter.temperature, adapter.seed, adapter.stop, adapter.timeout_s)
    if adapter.task == "image_text":
        return ImageTextModel(Generator(loaded, own.tokenizer, decoding), own, prompts, batches)
    return ChatModel(Generator(loaded, own, decoding), prompts, batches, truncate=adapter.truncate)


def _prompts(adapter: TransformersAdapter, own: Any) -> Prompts:
    return Prompts(
        own,
        prompt=adapter.prompt,
        system=adapter.system,
        arguments=adapter.template_arguments,
        name=adapter.shown_name,
    )
