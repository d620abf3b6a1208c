"""The folder of a model: where it is, what it lacks, and what identifies it. Loads neither torch nor transformers."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from hashlib import blake2b, file_digest
from pathlib import Path
from typing import Any

from robustspec.data.files import expand, near, stamp
from robustspec.errors import AdapterError, DataError

LOADED = ("*.safetensors", "*.json", "*.jinja", "*.txt", "*.model", "*.npz")
"""The files of a folder that are loaded, or may be: they make up its fingerprint. Nothing that is pickled is among them."""

MADE_BY = {
    "blip": "robustspec.reference.clip.train_blip",
    "clip": "robustspec.reference.clip.train",
    "finance_lm": "robustspec.reference.finance.train_lm",
    "vit_roberta": "robustspec.reference.clip.train_order",
}
"""Folders of the small models that shipped specifications name, and the module that trains each."""

_PICKLED = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
INSTALL = "pip install 'robustspec[transformers]'"
"""What brings the packages that models in this process need."""


def require(*modules: str) -> None:
    """`AdapterError` with what to install where one of ``modules`` is not; nothing is imported."""
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if missing:
        raise AdapterError(f"model.kind needs {' and '.join(missing)}, which is not installed -- {INSTALL}")


def importable(*modules: str) -> None:
    """Import ``modules``; `AdapterError` where one is there and does not import, as one built for another version."""
    require(*modules)
    for name in modules:
        try:
            importlib.import_module(name)
        except Exception as error:  # a torn package raises what it likes, not ImportError alone
            told = " ".join(str(error).split()) or type(error).__name__
            raise AdapterError(f"model.kind needs {name}, which does not import ({told[:300]}) -- {INSTALL}") from error


def local_folder(path: str, beside: Path) -> Path:
    """The folder that ``path`` names, relative to ``beside``, with ``$NAME`` from the environment.

    Raises `AdapterError` where there is none, or where it holds no model (`check_folder`).
    """
    try:
        folder = Path(beside) / Path(expand(path)).expanduser()
    except DataError as error:
        raise AdapterError(f"model.path: {error}") from error
    if folder.is_file():
        raise AdapterError(f"model.path: {folder} is a file -- name the folder that holds config.json and the weights")
    if not folder.is_dir():
        maker = MADE_BY.get(folder.name)
        told = f" -- make it with: python -m {maker} {folder}" if maker else near(folder, folder=True)
        raise AdapterError(f"model.path: {folder}: no such folder{told}")
    check_folder(folder)
    return folder


def check_folder(folder: Path) -> None:
    """`AdapterError` for a folder without a readable ``config.json``, or without weights in safetensors."""
    config_of(folder)
    if any(folder.glob("*.safetensors")):
        return
    pickled = sorted(file.name for pattern in _PICKLED for file in folder.glob(pattern))
    if pickled:
        raise AdapterError(
            f"{folder}: the weights are pickled ({pickled[0]}), and to load them may run code that they carry -- "
            "save the model again with save_pretrained, which writes safetensors"
        )
    raise AdapterError(
        f"{folder}: the folder holds no weights -- copy the model's *.safetensors into it, or save it there with "
        "save_pretrained"
    )


def config_of(folder: Path) -> dict[str, Any]:
    """What the folder's ``config.json`` says; `AdapterError` where there is none, or none that can be read."""
    file = folder / "config.json"
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AdapterError(
            f"{folder}: the folder holds no config.json, and so no model -- name the folder that save_pretrained wrote"
        ) from None
    except (OSError, ValueError) as error:
        raise AdapterError(f"{file}: not a model's configuration ({error}) -- save the model again") from error
    if not isinstance(config, dict):
        raise AdapterError(f"{file}: not a model's configuration, which is an object -- save the model again")
    return config


def hub_folder(name: str, revision: str, *, download: bool) -> Path:
    """The folder of a model of the hub at one commit: that of the cache, or with ``download`` fetched into it.

    Only the files of `LOADED` are fetched. Raises `AdapterError` where the cache has it not, or it cannot be fetched.
    """
    from huggingface_hub import constants, snapshot_download

    if download and constants.HF_HUB_OFFLINE:
        raise AdapterError(
            f"model.download: {name} may not be fetched, for HF_HUB_OFFLINE is set -- unset it, or leave out download"
        )
    try:
        found = snapshot_download(name, revision=revision, local_files_only=not download, allow_patterns=list(LOADED))
    except Exception as error:  # of the hub, the network or the disk
        if download:
            raise AdapterError(f"model.name: {name} at {revision} cannot be fetched: {_short(error)}") from error
        raise AdapterError(
            f"model.name: {name} at {revision} is not in the hub's cache, and nothing is fetched unasked -- write "
            f"download: true, or run: hf download {name} --revision {revision}"
        ) from error
    check_folder(Path(found))
    return Path(found)


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else ''}"[:300]


def loaded_files(folder: Path) -> list[Path]:
    """The files of a model's folder that are loaded, or may be, by name."""
    return sorted({file for pattern in LOADED for file in folder.glob(pattern) if file.is_file()})


def content_of(files: Iterable[Path]) -> str:
    """BLAKE2b of the names and contents of files, 32 hex digits; files are read side by side, and once in a process."""
    named = list(files)
    with ThreadPoolExecutor(max_workers=min(8, os.cpu_count() or 1)) as pool:
        digests = list(pool.map(_digest, named))
    whole = blake2b(digest_size=16)
    for file, digest in zip(named, digests, strict=True):
        whole.update(f"{file.name}\0{digest}\0".encode())
    return whole.hexdigest()


def _digest(file: Path) -> str:
    return _read(file, stamp(file))


@lru_cache(maxsize=4096)
def _read(file: Path, _stamp: tuple[int, int, int]) -> str:
    """The digest of a file, read again when its stamp changes."""
    with file.open("rb") as opened:
        return file_digest(opened, lambda: blake2b(digest_size=16)).hexdigest()
