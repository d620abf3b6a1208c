"""From the specification of an encoder to the live one: folder, machine, towers, tasks, memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from robustspec.adapters.encoders.encoder import Encoder
from robustspec.adapters.encoders.memory import Kept
from robustspec.adapters.encoders.model import EncoderModel
from robustspec.adapters.encoders.order import load_head
from robustspec.adapters.encoders.spec import EncoderAdapter, ZeroShotAdapter
from robustspec.adapters.encoders.tasks import Choose, Classify, Match, Order, Prompting, Task
from robustspec.adapters.encoders.towers import Towers
from robustspec.adapters.local.batching import Batches
from robustspec.adapters.local.folder import content_of, importable, loaded_files
from robustspec.adapters.local.machine import ROWS_ON_CPU, ROWS_ON_CUDA, device_of, dtype_of

if TYPE_CHECKING:
    import torch

_REMEDY = "write dtype: bfloat16, or name a smaller model or another device"

MakeTowers = Callable[["torch.device", "torch.dtype"], Towers]


def open_encoder(
    adapter: EncoderAdapter, folder: Path, model: Path, parts: Sequence[Path], make: MakeTowers, threshold: float
) -> EncoderModel:
    """The live model of an adapter.

    ``folder`` is that of the specification, ``model`` the model's, ``parts`` the folders whose files are loaded; ``make``
    makes the towers on a device, and ``threshold`` is that of matching where the specification names none. What is cheap to
    read and may be wrong (labels, heads, the device) is read before the weights.
    """
    tasks = _tasks(adapter, folder, model, threshold)
    importable("torch", "transformers", "safetensors", "PIL")
    device = device_of(adapter.device)
    dtype = dtype_of(adapter.dtype, device)
    files = [file for part in parts for file in loaded_files(part)]
    machine = f"{device.type} {dtype}"
    weights = blake2b(f"{adapter.kind} {machine} {content_of(files)}".encode(), digest_size=16).hexdigest()
    batches = Batches(adapter.batch_size or (ROWS_ON_CUDA if device.type == "cuda" else ROWS_ON_CPU), _REMEDY)
    encoder = Encoder(make(device, dtype), batches, Kept(weights) if adapter.embeddings == "cache" else None)
    opened = EncoderModel(encoder, batches, tasks, getattr(adapter, "task", "order"))
    opened.name = adapter.shown_name
    opened.fingerprint = adapter.identity(model, f"{weights} {_further(adapter, folder, model)}")
    return opened


def _tasks(adapter: EncoderAdapter, folder: Path, model: Path, threshold: float) -> Mapping[str, Task]:
    """What the model can be asked; the order task where it is named, or there is a file of heads."""
    tasks: dict[str, Task] = {}
    if isinstance(adapter, ZeroShotAdapter):
        prompting = Prompting(
            adapter.labels_in(folder),
            adapter.templates,
            adapter.negative_templates,
            adapter.negative_weight,
            adapter.top,
        )
        chosen = threshold if adapter.threshold is None else adapter.threshold
        tasks |= {"classify": Classify(prompting), "choose": Choose(), "match": Match(chosen)}
    head = adapter.head_file(folder, model)
    if getattr(adapter, "task", "order") == "order" or adapter.head is not None or head.is_file():
        tasks["order"] = Order(load_head(head, adapter.features), adapter.features)
    return tasks


def _further(adapter: EncoderAdapter, folder: Path, model: Path) -> str:
    """The content of what the settings name by file: labels and heads."""
    labels = adapter.labels_in(folder) if isinstance(adapter, ZeroShotAdapter) else ()
    head = adapter.head_file(folder, model)
    return f"{labels} {content_of([head]) if head.is_file() else ''}"
