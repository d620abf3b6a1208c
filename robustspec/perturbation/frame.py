"""What operators on pictures and on conversations are given, and the bases that they derive from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import model_validator

from robustspec.data.picture import Image, Value
from robustspec.data.row import Message, Row
from robustspec.perturbation.base import Params, Perturbation
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.protect import Lexicon


@dataclass(slots=True)
class Frame:
    """A picture that an operator works on.

    ``value`` is the opened picture, ``row`` the whole row (for its label, facts and groups), ``label`` the label so far.
    ``magnitude`` is the realised size of the change; None lets the engine measure it: root mean square of the change as a
    share of the white level (`rms_change`).
    """

    value: Value
    row: Row
    label: Any = None
    magnitude: float | None = None

    def with_value(self, value: Value, magnitude: float | None = None, label: Any = None) -> Frame:
        """A copy with another value and, for an operator that moves it, a new ``label``."""
        return Frame(value, self.row, self.label if label is None else label, magnitude)


@dataclass(slots=True)
class Dialogue:
    """A conversation that an operator works on: its messages with their pictures, the row, and the label so far.

    ``magnitude`` is the realised size of the change in the operator's own unit, None where it has none. ``lexicon``
    holds the terms of the data block, for operators that change words of the conversation. ``facts`` are those of the
    changed row, None where they stay as they are.
    """

    messages: tuple[Message, ...]
    row: Row
    label: Any = None
    magnitude: float | None = None
    lexicon: Lexicon | None = None
    facts: Mapping[str, Any] | None = None

    def with_messages(
        self, messages: tuple[Message, ...], magnitude: float | None = None, label: Any = None
    ) -> Dialogue:
        """A copy with other messages and, for an operator that moves it, a new ``label``."""
        return replace(self, messages=messages, magnitude=magnitude, label=self.label if label is None else label)


class PictureOperator(Perturbation):
    """What operators on images and on volumes have in common: `apply` around `change`, pure."""

    def apply(self, passage: Frame, params: Params, level: int | None) -> Frame:
        """The changed frame; the frame itself where nothing changes."""
        if level == 0:
            return passage
        changed = self.change(passage.value, self.amount(level), int(params["seed"]))
        return passage if changed is passage.value else passage.with_value(changed, self.magnitude(level))

    def change(self, value: Any, amount: float, seed: int) -> Value:
        """The opened picture changed by ``amount``: pure, of the same type and, where it `keeps_shape`, shape.

        Draw from ``seeds.stream(seed, "stage")``. With the same seed a greater amount keeps and extends the change of a
        smaller one.
        """
        raise NotImplementedError

    @property
    def keeps_shape(self) -> bool:
        """Whether what comes out has the shape of what went in; a crop that is not resized back has not."""
        return True

    def magnitude(self, level: int | None) -> float | None:
        """The realised size of the change where it is known beforehand (degrees, mm); None has it measured."""
        return None


class ImageOperator(PictureOperator):
    """An operator on images: subclasses implement ``change(image: Image, amount, seed) -> Image``.

    ``ladder`` is the ladder of natural images; a subclass that has others names them in ``ladders`` by profile.
    """

    modality: ClassVar[str] = "image"
    ladders: ClassVar[Mapping[str, Ladder]] = {}
    """Ladders of profiles other than ``natural``, of the same parameter."""

    profile: Literal["natural", "medical", "small"] = "natural"
    """Whose ladder counts: that of natural images at 224 px, of medical images, or of images of 32 px."""

    @model_validator(mode="after")
    def _has_profile(self) -> ImageOperator:
        if self.profile != "natural" and self.profile not in self.ladders:
            others = "".join(f" or {name}" for name in self.ladders)
            raise ValueError(f"{self.kind} has no ladder of the profile '{self.profile}' -- write natural{others}")
        return self

    def amount(self, level: int | None) -> float:
        """The physical strength at ``level`` of the profile's ladder, or the explicit one where ``level`` is None."""
        ladder = self.ladders.get(self.profile)
        return super().amount(level) if ladder is None or level is None else ladder.amount(level)


class VolumeOperator(PictureOperator):
    """An operator on volumes: subclasses implement ``change(volume: Volume, amount, seed) -> Volume``.

    One that moves the label implements ``apply`` instead.
    """

    modality: ClassVar[str] = "volume"


class ConversationOperator(Perturbation):
    """An operator on whole conversations: their turns, order and pictures. Subclasses implement `apply`."""

    modality: ClassVar[str] = "conversation"

    def apply(self, passage: Dialogue, params: Params, level: int | None) -> Dialogue:
        """The changed dialogue; ``passage`` itself where nothing changes."""
        raise NotImplementedError


def rms_change(before: Value, after: Value) -> float:
    """Root mean square of the change as a share of the white level; 1 where the shapes differ."""
    old, new = _array(before), _array(after)
    if old.shape != new.shape:
        return 1.0
    change = np.subtract(new, old, dtype=np.float32).reshape(-1)
    return float(np.sqrt(np.dot(change, change) / change.size) / before.white)


def _array(value: Value) -> np.ndarray[Any, Any]:
    return value.pixels if isinstance(value, Image) else value.voxels
