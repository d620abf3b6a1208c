"""Built-in samples of every modality, and the operators that can be tried on them: what needs no data of the user's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from typing import Any, get_args

from pydantic import ValidationError

from robustspec import registry
from robustspec.data.picture import Image, Picture, Value
from robustspec.data.row import Message, Row
from robustspec.errors import RobustspecError
from robustspec.perturbation.base import Perturbation
from robustspec.perturbation.frame import ImageOperator

MODALITIES = ("text", "image", "volume")
"""What there are samples of."""

SIDE_PX = 224
"""Side of the sample images: that of the field's standard ladders; those of the profile ``small`` have 32."""
SPACING_MM = 2.0
"""Distance of the voxels of the sample volumes."""


_WHAT = {"saturate": "photo", "background_swap": "chart"}
"""Which image an operator needs to have an effect: one with colours, or with a plain background."""


@dataclass(frozen=True, slots=True)
class Setting:
    """An operator in one setting: ``what`` says in which, "" where all is as it is by default."""

    operator: Perturbation
    what: str = ""

    @property
    def name(self) -> str:
        """The kind, with what is set."""
        return f"{self.operator.kind} ({self.what})" if self.what else self.operator.kind


def sample_rows(operator: Perturbation, rows: int) -> list[Row]:
    """Rows for an operator: texts, images (grey ones for medical profiles) or heads."""
    if operator.modality == "image":
        return list(islice(_images(getattr(operator, "profile", "natural"), _WHAT.get(operator.kind)), rows))
    if operator.modality == "volume":
        return list(islice(_volumes(), rows))
    return list(islice(_texts(), rows))


def settings(modality: str) -> tuple[list[Setting], list[str]]:
    """Every registered operator of a modality that needs no arguments, in each of its settings; and why others are left out.

    A setting differs from the defaults in one field: a profile, or a field that has a few values to choose from.
    """
    found: list[Setting] = []
    left_out: list[str] = []
    for line in registry.listing("perturbations"):
        if line.cls is None:
            left_out.append(line.broken)
        elif line.cls.modality == modality:
            try:
                found += _settings_of(line.cls)
            except ValidationError as error:
                wanted = ", ".join(str(each["loc"][-1]) for each in error.errors() if each["loc"])
                left_out.append(f"{line.entry.kind} needs to be told {wanted or 'what to do'}")
            except RobustspecError as error:
                left_out.append(f"{line.entry.kind}: {error}")
    return found, left_out


def _settings_of(cls: type[Perturbation]) -> Iterator[Setting]:
    plain = cls(kind=cls.model_fields["kind"].default)
    absent = plain.missing_extra()
    if absent is not None:
        raise RobustspecError(absent)
    settings = [Setting(plain)]
    for name, field in cls.model_fields.items():
        for value in _choices(plain, name, field.annotation):
            try:
                settings.append(
                    Setting(cls(kind=plain.kind, **{name: value}), f"{name}: {json.dumps(value).strip(chr(34))}")
                )
            except ValidationError:  # it takes another field along, or this operator has no ladder of this profile
                continue
    yield from settings


def _choices(plain: Perturbation, name: str, annotation: Any) -> list[Any]:
    """The values of a field other than its default, where it has a few to choose from."""
    default = getattr(plain, name)
    if name == "kind":
        return []
    if name == "profile" and isinstance(plain, ImageOperator):
        return list(plain.ladders)
    if annotation is bool:
        return [not default]
    values = [value for value in get_args(annotation) if isinstance(value, str)]
    return [value for value in values if value != default]


def _texts() -> Iterator[Row]:
    from robustspec.commands.init import shipped_specs

    path = shipped_specs() / "data" / "pharmacy" / "requests.jsonl"
    with path.open(encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            yield Row(record["id"], record["text"], record["request"])


def _images(profile: str, what: str | None) -> Iterator[Row]:
    what = what or ("xray" if profile == "medical" else "photo")
    for number in count(1):
        size = 64 if profile == "small" else SIDE_PX
        picture = _picture({"kind": "not_mri", "what": what, "seed": number, "size": size})
        yield _row(f"{what}-{number}", _halved(picture) if profile == "small" else picture)


def _halved(picture: Picture) -> Picture:
    """Half as wide and high: each pixel the mean of four."""

    def halved() -> Value:
        image = picture.open()
        assert isinstance(image, Image)  # samples of images are images
        parts = image.unit()
        return image.with_unit((parts[::2, ::2] + parts[1::2, ::2] + parts[::2, 1::2] + parts[1::2, 1::2]) / 4)

    return Picture(picture.key + b" halved", picture.name, picture.modality, halved)


def _volumes() -> Iterator[Row]:
    for number in count(1):
        recipe = {"kind": "head", "seed": number, "sequence": "T1w", "spacing_mm": SPACING_MM}
        yield _row(f"head-{number}", _picture(recipe))


def _picture(recipe: dict[str, Any]) -> Picture:
    from robustspec.data.phantom import picture

    return picture(recipe)


def _row(name: str, picture: Picture) -> Row:
    return Row(name, (Message("user", "", images=(picture,)),))
