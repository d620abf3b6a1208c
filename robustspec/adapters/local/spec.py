"""What every specification of a model in this process says: which model, and on what machine."""

from __future__ import annotations

import json
import math
import re
from hashlib import blake2b
from pathlib import Path
from typing import Any, Self

from pydantic import Field, field_validator, model_validator

from robustspec.adapters.base import AdapterSpec
from robustspec.adapters.local.folder import content_of, hub_folder, importable, loaded_files, local_folder, require
from robustspec.adapters.local.machine import Precision

_DEVICE = re.compile(r"auto|cpu|cuda(:\d+)?")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_HUB_NAME = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)?")


class LocalAdapter(AdapterSpec):
    """The fields that adapters of models in this process share."""

    path: str | None = None
    """Folder of the model, as ``save_pretrained`` writes it, relative to the specification; ``$NAME`` is expanded."""
    name: str | None = None
    """Name of the model on the Hugging Face hub, such as ``Qwen/Qwen3-0.6B``, instead of ``path``."""
    revision: str | None = None
    """Commit of the model on the hub, 40 hex digits: a branch may be another model tomorrow."""
    download: bool = False
    """Fetch the model from the hub where its cache has it not; ``HF_HUB_OFFLINE`` forbids it."""
    device: str = "auto"
    """``cpu``, ``cuda``, ``cuda:0``, or ``auto``: CUDA where there is one."""
    dtype: Precision = "auto"
    """Type of the weights: ``auto`` is float32 on a CPU and bfloat16 on CUDA, whatever the checkpoint holds."""
    batch_size: int | None = Field(default=None, ge=1)
    """Most inputs that the model is given at once; by default as many as suit the machine. Halved where memory runs out."""

    @field_validator("device")
    @classmethod
    def _is_device(cls, device: str) -> str:
        if not _DEVICE.fullmatch(device):
            raise ValueError(f"'{device}' is no device -- write auto, cpu, cuda, or cuda:0")
        return device

    @field_validator("name")
    @classmethod
    def _is_hub_name(cls, name: str | None) -> str | None:
        if name is not None and not _HUB_NAME.fullmatch(name):
            raise ValueError(f"'{name}' is no name of the hub -- write owner/model, or path for a folder")
        return name

    @model_validator(mode="after")
    def _names_one_model(self) -> Self:
        if (self.path is None) == (self.name is None):
            raise ValueError(
                "needs one of path and name -- path for a folder, name and revision for a model of the hub"
            )
        if self.name is None:
            if self.revision is not None or self.download:
                raise ValueError("revision and download belong to a name of the hub -- leave them out beside path")
        elif self.revision is None:
            raise ValueError(f"name needs revision -- write the commit of {self.name}, 40 hex digits from its page")
        elif not _COMMIT.fullmatch(self.revision):
            raise ValueError(
                f"revision '{self.revision}' is no commit, and may be another model tomorrow -- write its 40 hex digits"
            )
        return self

    @property
    def limit_s(self) -> float:
        """None from outside: nothing can stop a model in this process, and one left behind would keep its memory."""
        return math.inf

    @property
    def shown_name(self) -> str:
        """The model's name for people: no ``$NAME`` of the path is expanded in it."""
        return f"{self.name}@{(self.revision or '')[:8]}" if self.path is None else Path(self.path).name

    def check(self, folder: Path) -> None:
        """The packages are there, and so is a local folder with configuration and weights; nothing is loaded."""
        require("torch", "transformers")
        if self.path is not None and "$" not in self.path:
            local_folder(self.path, Path(folder))

    def model_folder(self, folder: Path) -> Path:
        """The folder with the model's files; `AdapterError` where there is none, or it holds no model.

        The packages are imported, which `check` does not do: `AdapterError` where one of them cannot be.
        """
        require("torch", "transformers")
        found = None if self.path is None else local_folder(self.path, Path(folder))
        importable("torch", "transformers", "safetensors")
        if found is not None:
            return found
        assert self.name is not None
        assert self.revision is not None
        return hub_folder(self.name, self.revision, download=self.download)

    def identity(self, folder: Path, machine: str) -> str:
        """The fingerprint: the given one, else a hash of the files in the model's ``folder``, the settings and the machine.

        Neither the path, the batch size nor the time limit enter: they do not change what the model answers.
        """
        if self.fingerprint is not None:
            return self.fingerprint
        settings: dict[str, Any] = self.model_dump(mode="json", exclude=_NOT_IDENTITY)
        text = json.dumps([settings, machine, content_of(loaded_files(folder))], sort_keys=True)
        return f"{self.kind}:{blake2b(text.encode(), digest_size=16).hexdigest()}"


_NOT_IDENTITY = {"path", "name", "revision", "download", "device", "dtype", "batch_size", "timeout_s", "fingerprint"}
