"""Where an entry's operator is applied: to a text, to pictures, or to a whole conversation, as its modality says."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from robustspec.data.picture import Picture
from robustspec.data.row import Content, Message, Row, images_of
from robustspec.errors import PerturbationError
from robustspec.perturbation.base import Params, Perturbation
from robustspec.perturbation.frame import Dialogue, Frame, rms_change
from robustspec.perturbation.protect import Lexicon
from robustspec.perturbation.scope import Scope
from robustspec.perturbation.seeds import identity_of, seed_of

_PICTURES = re.compile(r"input|image\.[1-9][0-9]*")


class AnyScope(Protocol):
    """What the engine calls: `sample` once per case, `apply` once per level. Safe to use from several threads."""

    operator: Perturbation
    on: str

    def sample(self, seed: int, row: Row, draw: int = 0) -> Params:
        """The params of one case, JSON-able: all that `apply` needs to make it again."""
        ...

    def apply(self, row: Row, params: Params, level: int | None) -> Row:
        """The perturbed row, with its label and magnitude; ``row`` itself where nothing changes."""
        ...


def scope_of(
    operator: Perturbation,
    *,
    on: str = "input",
    protect: Sequence[str] | None = None,
    within: Sequence[str] | None = None,
    lexicon: Lexicon | None = None,
) -> AnyScope:
    """The scope of an entry, by its operator's modality; ``protect``, ``within`` and ``lexicon`` are of texts."""
    if operator.modality == "text":
        return Scope(operator, on=on, protect=protect, within=within, lexicon=lexicon)
    if protect is not None or within is not None:
        raise PerturbationError(
            f"{operator.kind}: protect and within speak of text, and this acts on {_acts_on(operator)}"
        )
    if operator.modality == "conversation":
        return DialogueScope(operator, on=on, lexicon=lexicon)
    return PictureScope(operator, on=on)


def _acts_on(operator: Perturbation) -> str:
    return {"image": "images", "volume": "volumes"}.get(operator.modality, "conversations")


class PictureScope:
    """An operator with the pictures that it changes: all of the operator's modality, or with ``image.N`` the N-th picture.

    ``image.N`` counts all pictures of the input from 1. Each picture has its own draw, the same under either spelling.
    """

    __slots__ = ("_identities", "on", "operator")

    def __init__(self, operator: Perturbation, *, on: str = "input") -> None:
        if not _PICTURES.fullmatch(on):
            raise PerturbationError(
                f"on: '{on}' is no picture that {operator.kind} can change -- write input (all pictures) or image.N (from 1)"
            )
        self.operator, self.on = operator, on
        self._identities: dict[int, str] = {}

    def sample(self, seed: int, row: Row, draw: int = 0) -> Params:
        """For each picture, by its number, what the operator draws."""
        params: dict[str, Params] = {}
        for number, picture in self._chosen(row):
            drawn = seed_of(seed, row.id, self._identity(number), draw)
            if type(self.operator).sample is Perturbation.sample:
                params[str(number)] = {"seed": drawn}
            else:
                params[str(number)] = self.operator.sample(random.Random(drawn), Frame(picture.open(), row, row.label))
        return params

    def apply(self, row: Row, params: Params, level: int | None) -> Row:
        """The row with changed pictures; their mean magnitude; ``row`` itself where none changes."""
        label, sizes, new = row.label, list[float | None](), dict[int, Picture]()
        for number, picture in self._chosen(row):
            frame = Frame(picture.open(), row, label)
            changed = self.operator.apply(frame, params[str(number)], level)
            if changed.value is frame.value:
                continue
            after = self._changed(picture, frame, params[str(number)], level, changed)
            if after.digest != picture.digest:
                new[number], label = after, changed.label
                sizes.append(rms_change(frame.value, changed.value) if changed.magnitude is None else changed.magnitude)
        if not new:
            return row
        known = [size for size in sizes if size is not None]
        return replace(
            row, input=_put(row.input, new), label=label, magnitude=sum(known) / len(known) if known else None
        )

    def _changed(self, picture: Picture, frame: Frame, params: Params, level: int | None, changed: Frame) -> Picture:
        """The changed picture, which tells apart all that ``apply`` may look at: the row and its label, too."""
        operator, row, label = self.operator, frame.row, frame.label
        how = json.dumps(
            [identity_of(operator, ""), operator.amount(level), level, params, row.id, label],
            sort_keys=True,
            default=str,
        )
        return picture.changed(
            changed.value,
            how.encode("utf-8", "surrogatepass"),
            lambda: operator.apply(Frame(picture.open(), row, label), params, level).value,
        )

    def _chosen(self, row: Row) -> list[tuple[int, Picture]]:
        numbered = enumerate(images_of(row.input), 1)
        wanted = None if self.on == "input" else int(self.on.partition(".")[2])
        return [
            (number, picture)
            for number, picture in numbered
            if picture.modality == self.operator.modality and wanted in (None, number)
        ]

    def _identity(self, number: int) -> str:
        if number not in self._identities:
            self._identities[number] = identity_of(self.operator, f"image.{number}")
        return self._identities[number]


def _put(content: Content, new: dict[int, Picture]) -> Content:
    """The conversation with the pictures of these numbers, from 1, replaced."""
    assert not isinstance(content, str)  # a text has no pictures
    messages, number = [], 0
    for message in content:
        images = tuple(new.get(number + place, picture) for place, picture in enumerate(message.images, 1))
        number += len(images)
        messages.append(message if images == message.images else replace(message, images=images))
    return tuple(messages)


class DialogueScope:
    """An operator on the whole conversation; a plain text is one message of the user."""

    __slots__ = ("_identity", "_lexicon", "on", "operator")

    def __init__(self, operator: Perturbation, *, on: str = "input", lexicon: Lexicon | None = None) -> None:
        if on != "input":
            raise PerturbationError(f"on: {operator.kind} acts on whole conversations -- leave out on")
        self.operator, self.on, self._lexicon = operator, on, lexicon
        self._identity = identity_of(operator, on)

    def sample(self, seed: int, row: Row, draw: int = 0) -> Params:
        """What the operator draws for the conversation."""
        drawn = seed_of(seed, row.id, self._identity, draw)
        if type(self.operator).sample is Perturbation.sample:
            return {"seed": drawn}
        return self.operator.sample(random.Random(drawn), self._dialogue(row))

    def apply(self, row: Row, params: Params, level: int | None) -> Row:
        """The row with the changed conversation; ``row`` itself where nothing changes."""
        before = self._dialogue(row)
        changed = self.operator.apply(before, params, level)
        if changed is before or changed.messages == before.messages:
            return row
        facts = row.facts if changed.facts is None else changed.facts
        return replace(row, input=changed.messages, label=changed.label, magnitude=changed.magnitude, facts=facts)

    def _dialogue(self, row: Row) -> Dialogue:
        messages = (Message("user", row.input),) if isinstance(row.input, str) else row.input
        return Dialogue(messages, row, row.label, lexicon=self._lexicon)
