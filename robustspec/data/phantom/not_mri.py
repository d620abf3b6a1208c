"""Pictures that are not from MRI, made by code: what a report copilot must not report on.

| what | picture |
|---|---|
| ct | a slice of a head as CT shows it (bone white, brain grey, table below); or a stack of slices |
| xray | a chest in projection, bone white |
| photo | a landscape in colour |
| chart | bars or a line with axes and a title, in colour |
| text | a page of printed words |
| noise | noise without anything in it |
| grid | a lattice of lines, as of a test object |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robustspec.data.phantom import head as heads
from robustspec.data.phantom.canvas import Point, folded, grid_of
from robustspec.data.phantom.draws import stream
from robustspec.data.phantom.lettering import lettered
from robustspec.data.phantom.recipe import Other
from robustspec.data.phantom.tissues import NAMES
from robustspec.data.picture import Floats32, Image, Volume

Draw = np.random.Generator
Bytes = NDArray[np.uint8]

FACTS = {"simulated": True}

HOUNSFIELD = {
    "air": -1000,
    "skin": 40,
    "fat": -90,
    "bone": 900,
    "marrow": 250,
    "muscle": 55,
    "csf": 8,
    "grey": 40,
    "white": 29,
    "nuclei": 37,
    "vitreous": 10,
}
"""CT numbers of the tissues of a head."""
STORED_ZERO = 1024
"""What a scanner adds to CT numbers to store them without a sign."""

PRINTED = """
    INVOICE ORDER NUMBER DATE TOTAL AMOUNT PAID DEAR SIR MADAM THANK YOU FOR YOUR LETTER OF THE MEETING WILL BE HELD IN ROOM
    PLEASE RETURN THIS FORM BY FRIDAY SINCERELY OFFICE STREET PHONE PAGE TABLE PRICE TAX DUE ACCOUNT BANK COPY SIGNED
"""
"""The words of pages and charts."""


def draw(asked: Other) -> Image | Volume:
    """The picture of a recipe of kind ``not_mri``: uint8; a stack of CT slices is uint16, CT numbers plus 1024."""
    generator = stream(asked.seed, "not_mri", asked.what)
    if asked.volume:
        return _ct_volume(asked.seed, generator)
    return Image(DRAWN[asked.what](asked.size, asked.seed, generator), FACTS)


def _bytes(values: NDArray[Any]) -> Bytes:
    """From 0..1 to 0..255."""
    return np.asarray(np.rint(np.clip(values, 0, 1) * 255), dtype=np.uint8)


def _frame(size: int) -> tuple[Floats32, Floats32]:
    """Rows and columns from -1 to 1, downwards and rightwards."""
    along = np.linspace(-1, 1, size, dtype=np.float32)
    return along[:, None], along[None, :]


def _numbers(seed: int, extent: Point, spacing: Point, centre: Point) -> Floats32:
    """CT numbers of a head, in the order right, anterior, superior."""
    grid = grid_of(centre, extent, spacing)
    numbers = np.array([HOUNSFIELD.get(name, 0) for name in NAMES], dtype=np.float32)
    return folded(numbers[heads.painted(seed, grid).labels], grid.fold)


def _ct_volume(seed: int, generator: Draw) -> Volume:
    spacing = (3.0, 3.0, 3.0)
    numbers = _numbers(seed, heads.EXTENT, spacing, heads.CENTRE)
    numbers += 9 * generator.standard_normal(numbers.shape, dtype=np.float32)
    affine = grid_of(heads.CENTRE, heads.EXTENT, spacing).affine
    return Volume(np.rint(numbers + STORED_ZERO).clip(0, 4095).astype(np.uint16), affine, FACTS)


def _ct(size: int, seed: int, generator: Draw) -> Bytes:
    """An axial slice, patient's right on the left, in the window that shows brain (centre 40, width 120)."""
    x, y, _ = heads.CENTRE
    step = 240.0 / size
    level = float(generator.uniform(5, 45))
    numbers = _numbers(seed, (240.0, 240.0, 2.0), (step, step, 2.0), (x, y - 10, level))[::-1, ::-1, 0].T
    numbers = numbers + 6 * generator.standard_normal(numbers.shape, dtype=np.float32)
    row, column = _frame(size)
    table = np.abs(row - 0.97 + 0.22 * column**2) < 0.012
    return _bytes(np.where(table, np.float32(1), (numbers + 20) / 120))


def _xray(size: int, _: int, generator: Draw) -> Bytes:
    """A chest from the front: what stands in the beam, summed and exposed."""
    v, u = _frame(size)
    wide = float(generator.uniform(0.9, 1.05))
    inside = _soft(1.0 - np.maximum(np.abs(u / (0.92 * wide)), np.abs(v) * 0.8) ** 6, 0.3)
    dense = 1.1 * inside
    for side in (-1, 1):
        lung = 1 - ((u - side * 0.42) / (0.34 * wide)) ** 2 - ((v + 0.08) / 0.72) ** 2
        dense = dense - 0.8 * _soft(lung, 0.25)
        dense = dense + 0.35 * _soft(0.03 - np.abs(v + 0.82 - 0.16 * side * u), 0.02) * (np.abs(u) < 0.8)
    for rib in range(9):
        middle = -0.72 + 0.17 * rib
        arc = v - middle - 0.30 * (np.abs(u) - 0.1) + 0.45 * u**2
        dense = dense + 0.22 * _soft(0.028 - np.abs(arc), 0.015) * _soft(0.84 * wide - np.abs(u), 0.05)
    dense = dense + 0.5 * _soft(0.10 - np.abs(u), 0.04) * inside
    dense = dense + 0.7 * _soft(1 - ((u - 0.14) / 0.30) ** 2 - ((v - 0.28) / 0.34) ** 2, 0.3)
    dense = dense + 0.9 * _soft(v - 0.55 - 0.25 * u**2, 0.12) * inside
    exposed = 1 - np.exp(-1.1 * dense)
    return _bytes(exposed + 0.02 * generator.standard_normal(exposed.shape, dtype=np.float32))


def _soft(level: Any, width: float) -> Any:
    """0 below zero, rising to 1 over ``width``."""
    return np.clip(level / width, 0, 1)


def _photo(size: int, _: int, generator: Draw) -> Bytes:
    """Sky with a sun, hills, a house and trees."""
    v, u = _frame(size)
    sky = np.array([0.35, 0.6, 0.95]) + (v[..., None] + 1) / 2 * np.array([0.5, 0.3, 0.05])
    scene = np.broadcast_to(sky, (size, size, 3)).astype(np.float32)
    sun = (u - generator.uniform(-0.8, 0.8)) ** 2 + (v + 0.7) ** 2 < 0.02
    scene[sun] = (1.0, 0.95, 0.6)
    for depth, colour in enumerate(((0.45, 0.55, 0.6), (0.3, 0.5, 0.25), (0.25, 0.6, 0.2))):
        ridge = 0.25 * depth + 0.12 * np.sin(u * generator.uniform(2, 5) + generator.uniform(0, 6)) - 0.05
        scene[np.broadcast_to(v > ridge, (size, size))] = colour
    x, y = generator.uniform(-0.6, 0.4), 0.45
    scene[(np.abs(u - x) < 0.22) & (v > y - 0.15) & (v < y + 0.2)] = (0.8, 0.7, 0.55)
    scene[(np.abs(u - x) < (v - y + 0.42) * 0.9) & (v < y - 0.15)] = (0.65, 0.2, 0.15)
    scene[(np.abs(u - x) < 0.05) & (v > y + 0.02) & (v < y + 0.2)] = (0.3, 0.2, 0.1)
    for _tree in range(5):
        x, y = generator.uniform(-0.95, 0.95), generator.uniform(0.5, 0.85)
        scene[(np.abs(u - x) < 0.02) & (v > y) & (v < y + 0.14)] = (0.35, 0.22, 0.1)
        scene[(u - x) ** 2 + (v - y + 0.05) ** 2 < 0.012] = (0.08, 0.35, 0.1)
    return _bytes(scene + 0.025 * generator.standard_normal(scene.shape, dtype=np.float32))


def _chart(size: int, _: int, generator: Draw) -> Bytes:
    """Bars or a line over axes, with a title."""
    page = np.full((size, size, 3), 255, dtype=np.uint8)
    left, right, top, bottom = size // 8, size - size // 16, size // 7, size - size // 8
    for line in range(6):
        at = bottom - line * (bottom - top) // 6
        page[at, left:right] = 215
        _write(page, str(10 * line), at - 3, 2)
    count = int(generator.integers(5, 9))
    heights = (generator.uniform(0.15, 0.95, count) * (bottom - top)).astype(int)
    edges = np.linspace(left, right, count + 1).astype(int)
    if generator.uniform() < 0.5:
        for start, stop, height in zip(edges[:-1], edges[1:], heights, strict=True):
            page[bottom - height : bottom, start + 2 : stop - 2] = (40, 90, 190)
    else:
        columns = np.arange(edges[0], edges[-1])
        rows = bottom - np.interp(columns, (edges[:-1] + edges[1:]) / 2, heights).astype(int)
        for thick in range(max(2, size // 90)):
            page[rows + thick, columns] = (200, 60, 40)
    page[top:bottom, left : left + 2] = page[bottom : bottom + 2, left:right] = 20
    _write(page, " ".join(generator.choice(PRINTED.split(), 3)), size // 30, left, 1 + size // 250)
    return page


def _text(size: int, _: int, generator: Draw) -> Bytes:
    """Lines of words on paper that is not quite even nor straight."""
    page = np.full((size, size), 238, dtype=np.uint8)
    scale = 1 + size // 400
    for top in range(size // 16, size - 10 * scale, 11 * scale):
        if generator.uniform() < 0.12:
            continue
        words = " ".join(generator.choice(PRINTED.split(), 40))
        most = size * 7 // 8 // (6 * scale)
        _write(page, words[: int(generator.integers(most // 2, most + 1))], top, size // 16, scale)
    tilt = float(generator.uniform(-0.03, 0.03))
    for column in range(size):
        page[:, column] = np.roll(page[:, column], round(tilt * (column - size / 2)))
    v, _u = _frame(size)
    return _bytes(
        page / np.float32(255) - 0.06 * (v + 1) + 0.02 * generator.standard_normal(page.shape, dtype=np.float32)
    )


def _write(page: Bytes, text: str, top: int, left: int, scale: int = 1) -> None:
    """Put text onto a page in dark ink, cut at its edges."""
    ink = lettered(text, scale)[: page.shape[0] - top, : page.shape[1] - left]
    page[top : top + ink.shape[0], left : left + ink.shape[1]][ink] = 30


def _noise(size: int, _: int, generator: Draw) -> Bytes:
    """Independent grey values."""
    return _bytes(0.5 + 0.2 * generator.standard_normal((size, size), dtype=np.float32))


def _grid(size: int, _: int, generator: Draw) -> Bytes:
    """Bright lines at even distances on black, turned a little."""
    v, u = _frame(size)
    angle, pitch = float(generator.uniform(-0.15, 0.15)), float(generator.uniform(0.14, 0.24))
    across, along = u * np.cos(angle) + v * np.sin(angle), v * np.cos(angle) - u * np.sin(angle)
    lines = np.maximum(np.cos(2 * np.pi * across / pitch), np.cos(2 * np.pi * along / pitch)) > 0.86
    inside = np.maximum(np.abs(across), np.abs(along)) < 0.85
    shades = np.where(lines & inside, np.float32(0.85), np.float32(0.05))
    return _bytes(shades + 0.02 * generator.standard_normal((size, size), dtype=np.float32))


DRAWN: dict[str, Callable[[int, int, Draw], Bytes]] = {
    "ct": _ct,
    "xray": _xray,
    "photo": _photo,
    "chart": _chart,
    "text": _text,
    "noise": _noise,
    "grid": _grid,
}
