"""Pictures of an input in words: what they are, and what a perturbation did to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from robustspec.errors import PictureError

if TYPE_CHECKING:
    from robustspec.data.picture import Picture, Value
    from robustspec.data.row import Content
    from robustspec.perturbation.quality import Quality


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a picture: ``number`` is its place, from 1, in the changed input, or where it was if it is gone.

    ``before`` is None where it was put in, ``after`` where it was taken out; ``came_from`` is its earlier place where it
    moved unchanged.
    """

    number: int
    before: Picture | None
    after: Picture | None
    came_from: int | None = None

    @property
    def is_changed(self) -> bool:
        """Whether it stayed in its place and shows something else."""
        return self.before is not None and self.after is not None and self.before != self.after


def fates(clean: Content, changed: Content) -> list[Fate]:
    """What became of each picture, unchanged ones left out. Raises `PictureError` where one cannot be opened."""
    from robustspec.data.row import images_of

    old, new = dict(enumerate(images_of(clean), 1)), dict(enumerate(images_of(changed), 1))
    for place in [place for place in new if place in old and old[place].digest == new[place].digest]:
        del old[place], new[place]
    found = []
    for place, picture in list(new.items()):
        origin = next((each for each in old if old[each].digest == picture.digest), None)
        if origin is not None:
            found.append(Fate(place, old.pop(origin), new.pop(place), origin))
    for place, picture in new.items():
        stayed = place in old and old[place].modality == picture.modality
        found.append(Fate(place, old.pop(place) if stayed else None, picture))
    return sorted(found, key=lambda fate: fate.number) + [Fate(place, picture, None) for place, picture in old.items()]


def line(number: int, picture: Picture, more: str = "") -> str:
    """A picture as a line: ``[image 1: 224 x 224 RGB uint8, brain.png]``; that it cannot be opened, where it cannot."""
    try:
        what = kind_of(picture.open())
    except PictureError as error:
        return f"[image {number}: {picture.name}, cannot be used: {error}]"
    name = f", {picture.name}" if picture.name else ""
    return f"[image {number}: {what}{name}{more}]"


def kind_of(value: Value) -> str:
    """``224 x 224 RGB uint8`` (height x width), or ``volume 60 x 72 x 60, 3 x 3 x 3 mm, RAS``."""
    from robustspec.data.picture import Image

    if isinstance(value, Image):
        height, width = value.size
        return f"{height} x {width} {'grey' if value.is_grey else 'RGB'} {value.pixels.dtype.name}"
    shape = " x ".join(map(str, value.voxels.shape))
    spacing = " x ".join(f"{side:.3g}" for side in value.spacing_mm)
    return f"volume {shape}, {spacing} mm, {value.orientation}"


def lines_of(content: Content) -> Iterator[str]:
    """A line for each picture of an input."""
    from robustspec.data.row import images_of

    for number, picture in enumerate(images_of(content), 1):
        yield line(number, picture)


def changes(clean: Content, changed: Content) -> Iterator[str]:
    """A line for each picture that changed, moved, was put in or taken out."""
    for fate in fates(clean, changed):
        if fate.came_from is not None and fate.after is not None:
            yield line(fate.number, fate.after, f", was image {fate.came_from}")
        elif fate.before is not None and fate.after is not None:
            yield line(fate.number, fate.after) + f" {measures(fate.before, fate.after)}"
        elif fate.after is not None:
            yield line(fate.number, fate.after, ", put in")
        elif fate.before is not None:
            yield line(fate.number, fate.before, ", taken out")


def measures(before: Picture, after: Picture) -> str:
    """SSIM, PSNR and SNR of a changed picture in words, those that there are."""
    from robustspec.perturbation.quality import quality

    return in_words(quality(before.open(), after.open()))


def in_words(measured: Quality) -> str:
    """``SSIM 0.912, PSNR 24.1 dB, SNR 13``: those that there are."""
    parts = []
    if measured.ssim is not None:
        parts.append(f"SSIM {measured.ssim:.3f}")
    if measured.psnr_db is not None:
        parts.append(f"PSNR {measured.psnr_db:.1f} dB")
    if measured.snr is not None:
        parts.append(f"SNR {measured.snr:.3g}")
    return ", ".join(parts) or "not comparable"
