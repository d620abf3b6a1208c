"""A model and its tokenizer or processor from a folder: safetensors only, no code of the model's own, nothing fetched."""

from __future__ import annotations

import contextlib
import logging
import re
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robustspec.adapters.local.folder import INSTALL
from robustspec.errors import AdapterError

if TYPE_CHECKING:
    import torch

_ONE_AT_A_TIME = threading.Lock()
_LONGEST = 300
_NEXT_SENTENCE = re.compile(r"\.\s+(?=[A-Z])")

_AGAIN = "copy the model's files into the folder again, or save the model there with save_pretrained"
_REMEDIES = {
    "AutoTokenizer": "copy the model's tokenizer files (tokenizer.json, tokenizer_config.json) into the folder, or save the "
    "tokenizer there with save_pretrained",
    "AutoProcessor": "copy the files of the model's processor (preprocessor_config.json, tokenizer.json) into the folder, or "
    "save the processor there with save_pretrained",
}
"""Of a class, what to do where it cannot load a folder; without one, `_AGAIN`."""
_OTHER_TASK = "write the task that the model was made for, or name a model that was made for this one"
_UNKNOWN = "name a model of a type that this transformers knows, or install one that knows it"


def load_model(
    auto_class: str, folder: Path, device: torch.device, dtype: torch.dtype, *, unused: tuple[str, ...] = ()
) -> Any:
    """The model of a folder, made by a class of transformers (``AutoModelForCausalLM``), ready for inference.

    ``unused`` are beginnings of names of weights that the caller has no use for, and that may be lacking. Raises
    `AdapterError` for a folder that this class cannot load, with what transformers says of it; for one that lacks
    some of the weights (transformers would draw them at random); and where the weights do not fit on the device.
    """
    with quiet():
        model, told = _made(auto_class, folder, dtype=dtype, use_safetensors=True, output_loading_info=True)
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
            f"{folder.name} does not fit on {device}: {_first_sentence(error)} -- write dtype: bfloat16, or another device"
        ) from error


def load_tokenizer(folder: Path) -> Any:
    """The tokenizer of a folder; `AdapterError` where it cannot be loaded."""
    with quiet():
        return _made("AutoTokenizer", folder)


def load_processor(folder: Path) -> Any:
    """The processor of a folder: tokenizer and image processor together; `AdapterError` where it cannot be loaded."""
    with quiet():
        return _made("AutoProcessor", folder)


def _made(name: str, folder: Path, **settings: Any) -> Any:
    """What a class of transformers makes of a folder."""
    import transformers

    try:
        maker = getattr(transformers, name)  # which imports more of the library
        return maker.from_pretrained(str(folder), trust_remote_code=False, local_files_only=True, **settings)
    except Exception as error:  # of transformers, safetensors or the file system, each with its own classes
        raise AdapterError(
            f"{folder}: {name} cannot load it: {_first_sentence(error)} -- {_remedy(name, error)}"
        ) from error


def _remedy(name: str, error: Exception) -> str:
    if isinstance(error, ImportError):
        return f"install what it lacks: {INSTALL}"
    said = str(error)
    if "Unrecognized configuration class" in said:
        return _OTHER_TASK
    if "does not recognize this architecture" in said or "Unrecognized model in" in said:
        return _UNKNOWN
    return _REMEDIES.get(name, _AGAIN)


def _more(names: list[str]) -> str:
    return f" and {len(names) - 1} more" if len(names) > 1 else ""


def _first_sentence(error: Exception) -> str:
    """The first sentence of what an error says: of its first line, or of all where that ends with a colon."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    said = lines[0] if lines and not lines[0].endswith(":") else " ".join(lines)
    said = _NEXT_SENTENCE.split(said, maxsplit=1)[0].rstrip(".")
    told = f"{type(error).__name__}: {said}" if said else type(error).__name__
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST].rpartition(' ')[0]} ..."


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
