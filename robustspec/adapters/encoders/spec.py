"""What the specifications of CLIP, BLIP and ViT with RoBERTa share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from robustspec.adapters.encoders.order import HEAD, Features
from robustspec.adapters.encoders.prompts import PLACE, lines_of
from robustspec.adapters.local.folder import require
from robustspec.adapters.local.spec import LocalAdapter
from robustspec.adapters.target import expanded
from robustspec.errors import AdapterError

Task = Literal["auto", "classify", "choose", "match", "order"]
Prompt = Annotated[str, Field(min_length=1)]


class EncoderAdapter(LocalAdapter):
    """The fields that models share that embed pictures and texts."""

    embeddings: Literal["memory", "cache"] = "memory"
    """Where embeddings of pictures are kept: ``memory`` for this run, ``cache`` also in ``.robustspec_cache/embeddings``
    for the next, by the content of the picture and of the model's files."""
    head: str | None = None
    """File of order heads (NPZ), relative to the specification; by default ``order_head.npz`` in the model's folder."""
    features: Features = "V+T"
    """What the order task looks at: pictures and text, pictures only, text only; each has a head of its own."""

    def check(self, folder: Path) -> None:
        """As for every model in this process; images need Pillow too."""
        super().check(folder)
        require("PIL")

    def head_file(self, folder: Path, model: Path) -> Path:
        """Where the order heads are; ``model`` is the model's folder."""
        return model / HEAD if self.head is None else Path(folder) / expanded(self.head, "head")


class ZeroShotAdapter(EncoderAdapter):
    """The fields of models whose pictures and texts are in one space."""

    task: Task = "auto"
    """What is asked. ``auto`` goes by the documents of each row: ``captions`` to choose, ``caption`` to match, ``headlines``
    to order, else to classify."""
    labels: tuple[Prompt, ...] | str = ()
    """The classes in their order, or a file with one a line, relative to the specification; ``_`` is worded as a space."""
    templates: tuple[Prompt, ...] = ("a photo of a {}.",)
    """Prompts with ``{}`` for the class. The vector of a class is the mean over templates of unit vectors."""
    negative_templates: tuple[Prompt, ...] = ()
    """Prompts that deny the class, such as ``a photo with no {}.``; they enter the logits, and ``present`` is reported."""
    negative_weight: float = Field(default=0.25, ge=0, le=1)
    """The share of the prompts that deny in the logits: scale * ((1 - w) cos(f, W) + w (1 - cos(f, W-)))."""
    label_subset: tuple[Prompt, ...] = ()
    """Only these labels may be answered, such as the 200 classes of ImageNet-R among 1,000."""
    top: int = Field(default=100, ge=1)
    """Most labels in ``scores``, the best ones."""
    threshold: float | None = Field(default=None, ge=-1, le=1)
    """From which score on a caption matches."""

    @field_validator("templates", "negative_templates")
    @classmethod
    def _have_a_place(cls, templates: tuple[str, ...]) -> tuple[str, ...]:
        if odd := [template for template in templates if PLACE not in template]:
            raise ValueError(f"'{odd[0]}' has no place for the class -- write {{}} where it belongs")
        return templates

    @model_validator(mode="after")
    def _fits_its_task(self) -> Self:
        if not self.templates:
            raise ValueError("templates is empty -- write ['{}'] for the bare name of the class")
        if self.task == "classify" and not self.labels:
            raise ValueError("task classify needs labels -- list them, or name a file with one a line")
        if not isinstance(self.labels, str):
            _distinct(self.labels)
            self._subset(self.labels)
        return self

    def labels_in(self, folder: Path) -> tuple[str, ...]:
        """The labels that may be answered, read from their file where they stand in one.

        Raises `AdapterError` for a file that is not there, or whose lines are not two distinct labels or more.
        """
        if not isinstance(self.labels, str):
            return self._subset(self.labels)
        path = Path(folder) / expanded(self.labels, "labels")
        try:
            found = tuple(lines_of(path.read_text(encoding="utf-8-sig")))
            _distinct(found)
            return self._subset(found)
        except (OSError, UnicodeDecodeError) as error:
            raise AdapterError(
                f"model.labels: {path} cannot be read ({error}) -- list the labels, or name a file with one a line"
            ) from error
        except ValueError as error:
            raise AdapterError(f"model.labels: {path}: {error}") from error

    def _subset(self, labels: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := [label for label in self.label_subset if label not in set(labels)]:
            raise ValueError(f"label_subset names '{unknown[0]}', which is none of the labels -- see labels")
        return self.label_subset or labels

    def check(self, folder: Path) -> None:
        """The file of labels can be read, too."""
        super().check(folder)
        if not isinstance(self.labels, str) or "$" not in self.labels:
            self.labels_in(folder)


def _distinct(labels: tuple[str, ...]) -> None:
    if len(set(labels)) < len(labels):
        twice = next(label for at, label in enumerate(labels) if label in labels[:at])
        raise ValueError(f"the label '{twice}' stands twice -- leave one out")
    if len(labels) == 1:
        raise ValueError("one label leaves nothing to choose -- list two or more")
