"""A page of thumbnails: what perturbations did to pictures and texts, level beside level.

Like the report it is one self-contained page: pictures are PNG within it, it runs no script, and everything that a data
file wrote is shown with its control characters as escapes, and escaped.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from robustspec.data.picture import Image, Value
from robustspec.perturbation.quality import upright
from robustspec.reports.diff import Segment, fitted
from robustspec.reports.pages import page_environment
from robustspec.reports.text import shortened, visible, visible_change, write_whole

if TYPE_CHECKING:
    from jinja2 import Template

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]

SIDE = 160
"""The longer side of a thumbnail on the page, in its pixels."""

_SHADES = (
    63  # of each channel, black not counted: more are not seen in a thumbnail, and make the page half as large again
)
_LONGEST_TEXT = 900
_LONGEST = 2_000
_PLANES = ("axial", "coronal", "sagittal")


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A small picture on the page: its data URL, its size there, and what it shows in words."""

    src: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One input: ``facts`` stand below it, ``note`` in its place where there is nothing to see."""

    title: str
    thumbnails: Sequence[Thumbnail] = ()
    texts: Sequence[tuple[str, Sequence[Segment]]] = ()
    facts: Sequence[str] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Strip:
    """A row of data, or a setting of an operator, with what became of it from left to right."""

    title: str
    tiles: Sequence[Tile]


@dataclass(frozen=True, slots=True)
class Section:
    """A scenario, or an operator."""

    title: str
    text: str
    strips: Sequence[Strip]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole page; ``notes`` are what its reader must know."""

    title: str
    kicker: str
    notes: Sequence[str]
    sections: Sequence[Section]


@dataclass(frozen=True, slots=True)
class Window:
    """The intensities that are drawn black and white, and how many pixels of the page a pixel or a millimetre takes."""

    black: float
    white: float
    scale: float


def write_contact_sheet(sheet: Sheet, path: str | Path) -> None:
    """Write the page to a file in one step. Raises `RobustspecError` where the folder cannot be written to."""
    write_whole(path, render_contact_sheet(sheet))


def render_contact_sheet(sheet: Sheet) -> str:
    """The page."""
    return _template().render(sheet=sheet, marked=_marked, side=SIDE)


def window_of(value: Value) -> Window:
    """How pictures made from ``value`` are drawn: all alike, so that what a perturbation made darker looks darker."""
    if isinstance(value, Image):
        return Window(0.0, value.white, SIDE / max(value.size))
    longest = max(side * mm for side, mm in zip(value.voxels.shape, value.spacing_mm, strict=True))
    darkest = float(value.voxels.reshape(-1)[::7].min())
    return Window(min(0.0, darkest), value.white, SIDE / longest)


def thumbnails(value: Value, window: Window) -> list[Thumbnail]:
    """An image made small; of a volume its middle axial, coronal and sagittal slice, the patient's right to the left."""
    if isinstance(value, Image):
        height, width = value.size
        return [
            _thumbnail(value.pixels, window, _on_page((height, width), (1, 1), window), f"image of {height} x {width}")
        ]
    turned = upright(value)
    voxels, spacing = turned.voxels, turned.spacing_mm
    x, y, z = (side // 2 for side in voxels.shape)
    slices = (voxels[::-1, ::-1, z].T, voxels[::-1, y, ::-1].T, voxels[x, ::-1, ::-1].T)
    steps = ((spacing[1], spacing[0]), (spacing[2], spacing[0]), (spacing[2], spacing[1]))
    found = []
    for plane, pixels, step in zip(_PLANES, slices, steps, strict=True):
        found.append(_thumbnail(pixels, window, _on_page(pixels.shape, step, window), f"middle {plane} slice"))
    return found


def _on_page(shape: Sequence[int], step: Sequence[float], window: Window) -> tuple[int, int]:
    """Height and width on the page; no more than twice that of the clean picture."""
    height, width = (min(2 * SIDE, max(1, round(n * each * window.scale))) for n, each in zip(shape, step, strict=True))
    return height, width


def _thumbnail(pixels: NDArray[Any], window: Window, size: tuple[int, int], alt: str) -> Thumbnail:
    height, width = (min(have, wanted) for have, wanted in zip(pixels.shape, size, strict=False))
    grey = (pixels.astype(np.float64) - window.black) / max(window.white - window.black, 1e-12)
    small = _shrunk(_shrunk(np.clip(grey, 0.0, 1.0), height, 0), width, 1)
    shades = np.rint(np.rint(small * _SHADES) * (255 / _SHADES)).astype(np.uint8)
    encoded = base64.b64encode(png(shades)).decode()
    return Thumbnail(f"data:image/png;base64,{encoded}", size[1], size[0], alt)


def _shrunk(array: Floats, wanted: int, axis: int) -> Floats:
    """Means over equal stretches of an axis, pixels at their ends counted in part."""
    have = array.shape[axis]
    if wanted >= have:
        return array
    ends = np.linspace(0, have, wanted + 1)[:, None]
    overlap = np.minimum(ends[1:], np.arange(1, have + 1)) - np.maximum(ends[:-1], np.arange(have))
    weights = np.clip(overlap, 0.0, None) * (wanted / have)
    return np.moveaxis(np.tensordot(weights, array, (1, axis)), 0, axis)


def png(pixels: Bytes) -> bytes:
    """Grey (height x width) or RGB (height x width x 3) pixels as a PNG file, each row by the filter that packs best."""
    height, width = pixels.shape[:2]
    rows = pixels.reshape(height, -1)
    channels = rows.shape[1] // width
    left = np.pad(rows, ((0, 0), (channels, 0)))[:, : rows.shape[1]]
    above = np.pad(rows, ((1, 0), (0, 0)))[:height]
    filtered = np.stack([rows, rows - left, rows - above])
    cost = np.abs(filtered.view(np.int8).astype(np.int16)).sum(axis=2)
    best = cost.argmin(axis=0)
    lines = np.column_stack([best.astype(np.uint8), filtered[best, np.arange(height)]])
    head = struct.pack(">IIBBBBB", width, height, 8, 2 if channels == 3 else 0, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(lines.tobytes(), 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )


@cache
def _template() -> Template:
    return page_environment(_printed).get_template("contact_sheet.html.j2")


def _printed(value: Any) -> Any:
    """What the template prints of a value: text cut and with its unseen characters shown; markup of our own as it is."""
    if hasattr(value, "__html__") or not isinstance(value, str) or value.startswith("data:image/png;base64,"):
        return value
    return visible(shortened(value, _LONGEST))


def _marked(segments: Sequence[Segment]) -> Any:
    """What was taken out and put in as markup, its text escaped."""
    from markupsafe import Markup, escape

    tags = {"removed": "del", "added": "ins"}
    return Markup("").join(
        escape(visible(segment.text))
        if segment.kind == "equal"
        else Markup("<{0}>{1}</{0}>").format(tags[segment.kind], visible_change(segment.text))
        for segment in fitted(segments, _LONGEST_TEXT)
    )
