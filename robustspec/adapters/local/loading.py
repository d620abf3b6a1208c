"""A model and its tokenizer or processor from a folder: safetensors only, no code of the model's own, nothing fetched."""

from __future__ import annotations

import contextlib
import logging
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robustspec.errors import AdapterError

if TYPE_CHECKING:
    import torch

_ONE_AT_A_TIME = threading.Lock()


def load_model(
    auto_class: str, folder: Path, device: torch.device, dtype: torch.dtype, *, unused: tuple[str, ...] = ()
) -> Any:
    """The model of a folder, made by a class of transformers (``AutoModelForCausalLM``), ready for inference.

    ``unused`` are beginnings of names of weights that the caller has no use for, and that may be lacking. Raises
    `AdapterError` for a folder that this class cannot load, with what transformers says of it; for one that lacks
    some of the weights (transformers would draw them at random); and where the weights do not fit on the device.
    """
    import transformers

    maker = getattr(transformers, auto_class)
    with quiet():
        model, told = _made(
            maker,
            auto_class,
            folder,
            dtype=dtype,
            use_safetensors=True,
            trust_remote_code=False,
            local_files_only=True,
            output_loading_info=True,
        )
    lacking = sorted([*told["missing_keys"], *(str(key[0]) for key in told["mismatched_keys"])])
    if lacking := [name for name in lacking if not name.startswith(unused)]:
        raise AdapterError(
            f"{folder}: the weights lack {lacking[0]}{_more(lacking)}, which {type(model).__name__} needs -- name a model "
            "that was trained for this task"
        )
    try:
        return model.to(device).eval().requires_grad_(False)
    except RuntimeError as error:
        raise AdapterError(
            f"{folder.name} does not fit on {device}: {_first_line(error)} -- write dtype: bfloat16, or another device"
        ) from error


def load_tokenizer(folder: Path) -> Any:
    """The tokenizer of a folder."""
    from transformers import AutoTokenizer

    with quiet():
        return _made(AutoTokenizer, "AutoTokenizer", folder, trust_remote_code=False, local_files_only=True)


def load_processor(folder: Path) -> Any:
    """The processor of a folder: tokenizer and image processor together."""
    from transformers import AutoProcessor

    with quiet():
        return _made(AutoProcessor, "AutoProcessor", folder, trust_remote_code=False, local_files_only=True)


def _made(maker: Any, name: str, folder: Path, **settings: Any) -> Any:
    try:
        return maker.from_pretrained(str(folder), **settings)
    except Exception as error:  # of transformers, safetensors or the file system, each with its own classes
        raise AdapterError(f"{folder}: {name} cannot load it: {_first_line(error)}") from error


def _more(names: list[str]) -> str:
    return f" and {len(names) - 1} more" if len(names) > 1 else ""


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0] if lines else ''}"[:300]


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """No bars, hints or warnings of transformers while something is loaded; its settings are then as they were."""
    from transformers.utils import logging as told

    with _ONE_AT_A_TIME, warnings.catch_warnings():
        level, bars = told.get_verbosity(), told.is_progress_bar_enabled()
        warnings.simplefilter("ignore")
        told.set_verbosity(logging.CRITICAL)
        told.disable_progress_bar()  # type: ignore[no-untyped-call]  # of transformers
        try:
            yield
        finally:
            told.set_verbosity(level)
            if bars:
                told.enable_progress_bar()  # type: ignore[no-untyped-call]  # of transformers
