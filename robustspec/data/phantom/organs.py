"""Other organs than the brain, drawn simply: enough to be told from a head and from each other.

The frame is the head's: right, anterior, superior, the patient lying straight; the origin is the middle of the field of view.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from robustspec.data.phantom.canvas import Canvas, Grid, Maps, Point, Warp, grid_of, rotation
from robustspec.data.phantom.draws import stream
from robustspec.data.phantom.recipe import Organ

EXTENTS: dict[str, Point] = {
    "knee": (150.0, 150.0, 180.0),
    "spine": (120.0, 150.0, 270.0),
    "abdomen": (360.0, 250.0, 200.0),
    "heart": (340.0, 240.0, 200.0),
    "breast": (340.0, 220.0, 180.0),
}
"""Fields of view (mm)."""


def grid(asked: Organ) -> Grid:
    """The grid of an organ's scan."""
    return grid_of((0.0, 0.0, 0.0), EXTENTS[asked.organ], asked.scan.spacing_mm)


def maps(asked: Organ, on: Grid) -> Maps:
    """Proton density, T1 and R2 over the fine voxels."""
    draw = stream(asked.scan.seed, asked.organ)
    scale = 1 + np.clip(0.04 * draw.standard_normal(3), -0.08, 0.08)
    matrix = rotation(draw.uniform(-3, 3, 3)) @ np.diag(1 / scale)
    canvas = Canvas(on, Warp(matrix, (0.0, 0.0, 0.0), bend_mm=3.0), draw)
    DRAWN[asked.organ](canvas, draw)
    return canvas.maps()


def _layers(canvas: Canvas, centre: Point, semi: Point, skin: float, fat: float, inner: str) -> None:
    """A part of the body: skin about fat about something, of given thickness (mm)."""
    for tissue, less in (("skin", 0.0), ("fat", skin), (inner, skin + fat)):
        canvas.ellipsoid(tissue, centre, (semi[0] - less, semi[1] - less, semi[2] - less))


def _bone(canvas: Canvas, centre: Point, semi: Point, tilt_deg: Point = (0.0, 0.0, 0.0), cortex: float = 3.0) -> None:
    canvas.ellipsoid("bone", centre, semi, tilt_deg)
    canvas.ellipsoid("marrow", centre, (semi[0] - cortex, semi[1] - cortex, semi[2] - cortex), tilt_deg)


def _knee(canvas: Canvas, draw: np.random.Generator) -> None:
    """The right knee: thigh bone, shin bone, calf bone (lateral), knee cap, cartilage, ligament, muscle."""
    _layers(canvas, (0.0, 0.0, 0.0), (62.0, 66.0, 220.0), 2.5, 7.0, "muscle")
    canvas.ellipsoid("fat", (0.0, 30.0, -8.0), (22.0, 18.0, 20.0))
    for side in (-1.0, 1.0):
        canvas.ellipsoid("cartilage", (side * 20, -2.0, 12.0), (21.0, 29.0, 22.0))
    canvas.ellipsoid("cartilage", (0.0, 0.0, -23.0), (40.0, 28.0, 19.0))
    _bone(canvas, (0.0, 2.0, 80.0), (17.0, 16.0, 76.0))
    for side in (-1.0, 1.0):
        _bone(canvas, (side * 19, -2.0, 14.0), (19.0, 26.0, 20.0))
    canvas.ellipsoid("marrow", (0.0, 2.0, 28.0), (20.0, 13.0, 22.0))
    _bone(canvas, (0.0, 2.0, -86.0), (16.0, 15.0, 62.0))
    _bone(canvas, (0.0, 0.0, -26.0), (37.0, 25.0, 17.0))
    canvas.ellipsoid("marrow", (0.0, 2.0, -46.0), (17.0, 14.0, 26.0))
    _bone(canvas, (37.0, -18.0, -72.0), (7.0, 7.0, 44.0), cortex=2.0)
    _bone(canvas, (0.0, 45.0, 18.0), (19.0, 9.0, 21.0))
    canvas.ellipsoid("cartilage", (0.0, 0.0, -3.0), (5.0, 7.0, 17.0), (25.0, 0.0, 0.0))
    canvas.ellipsoid("vessel", (4.0, -38.0, 0.0), (4.0, 4.0, 120.0))
    if draw.uniform() < 0.5:
        canvas.ellipsoid("csf", (-6.0, 34.0, 40.0), (20.0, 7.0, 12.0))


def _spine(canvas: Canvas, draw: np.random.Generator) -> None:
    """Lumbar spine: eight vertebrae and discs along a curve, the canal with its cord, spinous processes, muscle."""
    _layers(canvas, (0.0, 10.0, 0.0), (160.0, 82.0, 400.0), 2.5, 10.0, "muscle")
    canvas.ellipsoid("fat", (0.0, 66.0, 0.0), (46.0, 26.0, 150.0))
    curve, dried = draw.uniform(8.0, 14.0), int(draw.integers(0, 8))
    for level in range(8):
        z = 122.0 - 35.0 * level
        y = 14.0 + curve * float(np.cos(np.pi * z / 190))
        _bone(canvas, (0.0, y, z), (24.0, 19.0, 15.5), cortex=2.0)
        canvas.ellipsoid("cartilage" if level == dried else "disc", (0.0, y + 0.5, z - 17.5), (23.0, 18.0, 4.5))
        canvas.ellipsoid("csf", (0.0, y - 27.0, z), (8.5, 8.0, 24.0))
        _bone(canvas, (0.0, y - 52.0, z - 6.0), (4.0, 15.0, 9.0), (-15.0, 0.0, 0.0), cortex=1.5)
    for level in range(16):
        z = 130.0 - 17.5 * level
        y = -13.0 + curve * float(np.cos(np.pi * z / 190))
        canvas.ellipsoid("white", (0.0, y, z), (3.5 if z < -20 else 5.0, 3.5, 12.0))


def _abdomen(canvas: Canvas, draw: np.random.Generator) -> None:
    """Liver (right), spleen and stomach (left), kidneys, great vessels, a vertebra, bowel."""
    _layers(canvas, (0.0, 0.0, 0.0), (168.0, 114.0, 400.0), 3.0, 16.0, "muscle")
    canvas.ellipsoid("fat", (0.0, 6.0, 0.0), (134.0, 82.0, 380.0))
    for _ in range(16):
        place = draw.uniform((-85, -5, -100), (85, 62, -10))
        canvas.ellipsoid("muscle", tuple(place), (22.0, 15.0, 16.0), (0.0, 0.0, float(draw.uniform(0, 90))))
        canvas.ellipsoid("air" if draw.uniform() < 0.3 else "gland", tuple(place), (15.0, 9.0, 10.0))
    canvas.ellipsoid("liver", (66.0, 8.0, 44.0), (62.0, 66.0, 66.0))
    canvas.ellipsoid("liver", (8.0, 34.0, 56.0), (58.0, 32.0, 36.0))
    canvas.ellipsoid("vessel", (60.0, 4.0, 46.0), (34.0, 4.0, 4.0), (0.0, 20.0, 25.0))
    canvas.ellipsoid("csf", (46.0, 42.0, 6.0), (12.0, 20.0, 15.0))
    canvas.ellipsoid("muscle", (-58.0, 34.0, 54.0), (42.0, 32.0, 34.0))
    canvas.ellipsoid("air", (-58.0, 42.0, 58.0), (32.0, 18.0, 24.0))
    canvas.ellipsoid("spleen", (-100.0, -28.0, 56.0), (25.0, 38.0, 42.0))
    for side in (-1.0, 1.0):
        canvas.ellipsoid("kidney", (side * 64, -38.0, -4.0 - 6 * side), (25.0, 22.0, 50.0), (0.0, side * 10, 0.0))
        canvas.ellipsoid("fat", (side * 58, -36.0, -4.0 - 6 * side), (10.0, 9.0, 26.0))
    _bone(canvas, (0.0, -52.0, 0.0), (24.0, 20.0, 380.0))
    canvas.ellipsoid("csf", (0.0, -82.0, 0.0), (9.0, 8.0, 380.0))
    canvas.ellipsoid("vessel", (-10.0, -20.0, 0.0), (10.0, 10.0, 380.0))
    canvas.ellipsoid("vessel", (16.0, -18.0, 0.0), (11.0, 9.0, 380.0))


def _chest(canvas: Canvas, semi: Point) -> None:
    """A chest's wall, lungs, spine and great vessels."""
    _layers(canvas, (0.0, 0.0, 0.0), semi, 3.0, 10.0, "muscle")
    for side in (-1.0, 1.0):
        canvas.ellipsoid("bone", (side * 68, 2.0, 10.0), (62.0, semi[1] - 22, 128.0))
        canvas.ellipsoid("lung", (side * 68, 2.0, 10.0), (58.0, semi[1] - 26, 124.0))
    canvas.ellipsoid("fat", (0.0, 10.0, 0.0), (34.0, semi[1] - 36, 140.0))
    _bone(canvas, (0.0, -62.0, 0.0), (21.0, 18.0, 300.0))
    canvas.ellipsoid("csf", (0.0, -86.0, 0.0), (8.0, 7.0, 300.0))
    canvas.ellipsoid("vessel", (-22.0, -42.0, 0.0), (12.0, 12.0, 300.0))


def _heart(canvas: Canvas, draw: np.random.Generator) -> None:
    """The heart in the chest, its tip to the left and forward: muscle about the left chamber, the right one, the atria."""
    _chest(canvas, (160.0, 108.0, 300.0))
    turned = (0.0, 0.0, 40.0 + float(draw.uniform(-6, 6)))
    canvas.ellipsoid("fat", (-22.0, 24.0, -14.0), (62.0, 52.0, 58.0), turned)
    canvas.ellipsoid("myocardium", (2.0, 44.0, -16.0), (46.0, 28.0, 38.0), turned)
    canvas.ellipsoid("vessel", (2.0, 44.0, -16.0), (42.0, 24.0, 34.0), turned)
    canvas.ellipsoid("myocardium", (-40.0, 26.0, -18.0), (34.0, 44.0, 36.0), turned)
    wall = float(draw.uniform(9.0, 12.0))
    canvas.ellipsoid("vessel", (-38.0, 23.0, -18.0), (34.0 - wall, 44.0 - wall, 36.0 - wall), turned)
    canvas.ellipsoid("vessel", (26.0, -2.0, 6.0), (26.0, 24.0, 28.0))
    canvas.ellipsoid("vessel", (-16.0, -20.0, 8.0), (30.0, 18.0, 24.0))
    canvas.ellipsoid("vessel", (6.0, 14.0, 66.0), (15.0, 15.0, 46.0))


def _breast(canvas: Canvas, draw: np.random.Generator) -> None:
    """Both breasts before the chest: fat with glandular tissue in it."""
    for side in (-1.0, 1.0):
        wide = 58.0 * float(draw.uniform(0.9, 1.08))
        _layers(canvas, (side * 72, 18.0, 0.0), (wide + 6, 84.0, wide + 8), 2.5, 0.0, "fat")
        for _ in range(18):
            way = draw.standard_normal(3)
            x, y, z = way / np.linalg.norm(way) * draw.uniform(0.0, 1.0) * (30.0, 34.0, 30.0)
            blob = draw.uniform(6.0, 15.0, 3)
            canvas.ellipsoid("gland", (side * 72 + x, 58.0 + y, z), tuple(blob), (0.0, 0.0, float(draw.uniform(0, 90))))
    for tissue, less in (("muscle", 0.0), ("bone", 12.0), ("lung", 16.0)):
        canvas.ellipsoid(tissue, (0.0, -70.0, 0.0), (158.0 - less, 92.0 - less, 400.0))
    canvas.ellipsoid("fat", (0.0, -60.0, 0.0), (32.0, 60.0, 400.0))
    canvas.ellipsoid("vessel", (-22.0, -40.0, -20.0), (46.0, 34.0, 50.0))


DRAWN: dict[str, Callable[[Canvas, np.random.Generator], None]] = {
    "knee": _knee,
    "spine": _spine,
    "abdomen": _abdomen,
    "heart": _heart,
    "breast": _breast,
}
