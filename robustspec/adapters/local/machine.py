"""What a model runs on: the device, the type of its numbers, and how many inputs go in at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from robustspec.errors import AdapterError

if TYPE_CHECKING:
    import torch

Precision = Literal["auto", "float32", "bfloat16", "float16"]

ROWS_ON_CPU = 16
ROWS_ON_CUDA = 128
_SHARE = 0.5  # of the free memory, for activations are not counted
_TOKENS = 1024  # of a prompt whose length is not known yet


def device_of(wanted: str) -> torch.device:
    """The device that ``auto``, ``cpu``, ``cuda`` or ``cuda:N`` names; `AdapterError` for one that is not there."""
    import torch

    if wanted == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    device = torch.device(wanted)
    if device.type != "cuda":
        return device
    if not torch.cuda.is_available():
        built = "" if torch.version.cuda else ", and torch was installed without CUDA"
        raise AdapterError(
            f"model.device: {wanted} is asked for, and there is no CUDA device{built} -- write device: auto"
        )
    count = torch.cuda.device_count()
    if device.index is not None and device.index >= count:
        last = "cuda:0" if count == 1 else f"cuda:0 to cuda:{count - 1}"
        raise AdapterError(f"model.device: {wanted} is asked for, and there is {last} -- write one of these, or auto")
    return device


def dtype_of(wanted: Precision, device: torch.device) -> torch.dtype:
    """The type of weights and activations; ``auto`` is float32 on a CPU and bfloat16 (else float16) on CUDA.

    A checkpoint's own type is never taken over: half precision on a CPU is slow, and not the same on every machine.
    """
    import torch

    if wanted != "auto":
        return {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}[wanted]
    if device.type != "cuda":
        return torch.float32
    return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16


def rows_for(model: Any, device: torch.device, tokens: int = 0) -> int:
    """How many inputs go in at once: 16 on a CPU; on CUDA a power of two up to 128 whose keys and values fit.

    ``tokens`` is how many are generated. It is a first guess: batches that do not fit are halved.
    """
    if device.type != "cuda":
        return ROWS_ON_CPU
    import torch

    free, _ = torch.cuda.mem_get_info(device)
    rows = ROWS_ON_CUDA
    while rows > 1 and rows * _row_bytes(model, tokens) > _SHARE * free:
        rows //= 2
    return rows


def _row_bytes(model: Any, tokens: int) -> int:
    """What one row takes: keys and values of each token in each layer, and one row of logits in float32."""
    config = model.config.get_text_config()
    layers = getattr(config, "num_hidden_layers", 0) or 0
    heads = getattr(config, "num_attention_heads", 1) or 1
    shared = getattr(config, "num_key_value_heads", None) or heads
    width = getattr(config, "head_dim", None) or (getattr(config, "hidden_size", 0) or 0) // heads
    cache = 2 * layers * shared * width * model.dtype.itemsize * (_TOKENS + tokens)
    return int(cache + 4 * (getattr(config, "vocab_size", 0) or 0))
