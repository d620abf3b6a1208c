"""The head: nested ellipsoids with folds, deliberately not symmetric, other in each seed."""

from __future__ import annotations

import numpy as np

from robustspec.data.phantom import template
from robustspec.data.phantom.canvas import (
    Bools,
    Box,
    Canvas,
    Floats64,
    Grid,
    Maps,
    Point,
    Warp,
    grid_of,
    rotation,
    smooth_field,
)
from robustspec.data.phantom.draws import stream
from robustspec.data.phantom.lesions import foci, infiltrate
from robustspec.data.phantom.recipe import Head
from robustspec.data.picture import Floats32

CENTRE: Point = (0.0, -17.0, 8.0)
EXTENT: Point = (180.0, 216.0, 180.0)
"""The field of view (mm)."""

BRAIN: tuple[Point, Point] = ((0.0, -17.0, 15.0), (68.0, 86.0, 64.0))
"""Middle and half-axes of the cerebrum."""
HOLLOW: tuple[Point, Point] = ((0.0, -60.0, -39.0), (56.0, 35.0, 25.0))
"""Middle and half-axes of the hollow below the tentorium."""
BRAIN_TISSUES = ("grey", "white", "nuclei")

TORQUE = -0.06
"""The right half of a brain stands further forward than the left (Yakovlev's torque): mm for each mm to the right."""
LEFT_VENTRICLE = 1.25
"""The left lateral ventricle is the larger one, by this factor of its half-axes."""
TEXTURE = 0.025
"""Standard deviation of the fine variation of proton density."""


def grid(head: Head) -> Grid:
    """The grid of a head's scan."""
    return grid_of(CENTRE, EXTENT, head.scan.spacing_mm)


def maps(head: Head, on: Grid) -> Maps:
    """Proton density, T1 and R2 over the fine voxels, lesions and partial volume in them."""
    canvas = painted(head.scan.seed, on)
    made = canvas.maps()
    if head.base == "mni152":
        template.cover(made, canvas)
    infiltrate(made, head, on)
    return made


def variation(seed: int) -> Warp:
    """The size, pose and shape of one head."""
    draw = stream(seed, "head")
    scale = 1 + np.clip(0.025 * draw.standard_normal(3), -0.05, 0.05)
    matrix = rotation(draw.uniform(-2.5, 2.5, 3)) @ np.diag(1 / scale)
    torque: Floats64 = np.eye(3)
    torque[1, 0] = TORQUE
    return Warp(torque @ matrix, CENTRE, bend_mm=2.5)


def painted(seed: int, on: Grid) -> Canvas:
    """The labels of tissue of one head."""
    canvas = Canvas(on, variation(seed), stream(seed, "shape"))
    _outside(canvas)
    _face(canvas)
    _cerebrum(canvas, stream(seed, "folds"))
    _inner(canvas, stream(seed, "inner"))
    _hindbrain(canvas)
    return canvas


def _outside(canvas: Canvas) -> None:
    """Scalp, skull and the fluid below it; face and neck as muscle."""
    everywhere: Box = (slice(None), slice(None), slice(None))
    skull = canvas.square_radius(everywhere, CENTRE, (84.0, 104.0, 88.0))
    body = skull.copy()
    for centre, semi in (((0.0, 34.0, -48.0), (56.0, 46.0, 54.0)), ((0.0, -34.0, -76.0), (54.0, 62.0, 62.0))):
        box = canvas.near(centre, semi)
        np.minimum(body[box], canvas.square_radius(box, centre, semi), out=body[box])
    canvas.shell(everywhere, body, [(1.0, "skin"), (0.965, "fat"), (0.93, "muscle")])
    upper = canvas.z > np.float32(-24.0)
    canvas.paint(everywhere, upper & (skull < 0.93**2), "bone")
    canvas.paint(everywhere, upper & (skull < 0.865**2), "csf")


def _face(canvas: Canvas) -> None:
    """Eyes, nose and the air about it; the spine's top."""
    for side in (-1.0, 1.0):
        canvas.ellipsoid("fat", (side * 30, 48.0, -32.0), (17.0, 20.0, 16.0))
        canvas.ellipsoid("vitreous", (side * 30, 56.0, -32.0), (12.0, 12.0, 12.0))
        canvas.ellipsoid("muscle", (side * 28, 36.0, -32.0), (3.5, 16.0, 3.5))
    canvas.ellipsoid("air", (0.0, 50.0, -50.0), (7.0, 20.0, 20.0))
    canvas.ellipsoid("air", (-25.0, 44.0, -60.0), (9.0, 12.0, 10.0))
    canvas.ellipsoid("air", (26.0, 44.0, -60.0), (13.0, 15.0, 13.0))
    canvas.ellipsoid("air", (0.0, 8.0, -66.0), (10.0, 9.0, 26.0))
    canvas.ellipsoid("bone", (0.0, -14.0, -80.0), (17.0, 14.0, 32.0))
    canvas.ellipsoid("marrow", (0.0, -14.0, -80.0), (13.0, 10.0, 30.0))


def _cerebrum(canvas: Canvas, draw: np.random.Generator) -> None:
    """White matter, and grey matter folded about it: ribbons along the zeros of a gyroid, sulci in their middle."""
    centre, semi = BRAIN
    box = canvas.near(centre, semi)
    square = canvas.square_radius(box, centre, semi)
    base = canvas.square_radius(box, centre, (semi[0] * 1.05, semi[1] * 1.05, semi[2] * 1.05))
    canvas.paint(box, (square < 1.28) & (canvas.z[box] < -14), "bone")
    canvas.paint(box, base < 1, "csf")
    radius = np.sqrt(square, out=square)
    fold = np.abs(_gyroid(canvas, box, draw))
    above = _above_tentorium(canvas, box)
    canvas.paint(box, above & (radius < 1), "grey")
    canvas.paint(box, above & (fold < (radius - 0.76) * 1.3) & (radius < 1), "csf")
    canvas.paint(box, above & (radius < 0.55 + 0.35 * np.minimum(fold, 1.0)), "white")
    _fissures(canvas)


def _above_tentorium(canvas: Canvas, box: Box) -> Bools:
    """Where the cerebrum may be: not in the hollow of the hindbrain."""
    return canvas.square_radius(box, *HOLLOW) > 1


def _fissures(canvas: Canvas) -> None:
    """The cleft between the halves, down to the corpus callosum, and the Sylvian fissures."""
    centre, semi = BRAIN
    box = canvas.near(centre, (1.7, semi[1], semi[2]))
    x, y, z = canvas.x[box], canvas.y[box], canvas.z[box]
    outside = canvas.square_radius(box, (0.0, -12.0, 8.0), (60.0, 42.0, 22.0)) > 1
    inside = canvas.square_radius(box, centre, semi) < 1.04
    canvas.paint(box, _above_tentorium(canvas, box) & (np.abs(x) < 1.6) & outside & inside, "csf")
    for side in (-1, 1):
        box = canvas.near((side * 52.0, -8.0, 0.0), (16.0, 30.0, 10.0))
        x, y, z = canvas.x[box], canvas.y[box], canvas.z[box]
        sheet = np.abs(z + 1 - np.float32(0.4) * (y + 8)) < 1.4
        reach = canvas.square_radius(box, (side * 68.0, -8.0, 0.0), (31.0, 32.0, 40.0)) < 1
        canvas.paint(box, sheet & reach & (canvas.square_radius(box, centre, semi) < 1.04), "csf")


def _gyroid(canvas: Canvas, box: Box, draw: np.random.Generator) -> Floats32:
    """sin x cos y + sin y cos z + sin z cos x, with wavelengths of about 30 mm that drift along each axis."""
    parts = []
    for axis, part in zip(canvas.grid.axes, box, strict=True):
        along = axis[part]
        length, phase, drift = draw.uniform(25, 31), draw.uniform(0, 2 * np.pi), draw.uniform(0, 2 * np.pi)
        parts.append((2 * np.pi / length * (along + 4 * np.sin(along / 17 + drift)) + phase).astype(np.float32))
    (sx, sy, sz), (cx, cy, cz) = ([wave(part) for part in parts] for wave in (np.sin, np.cos))
    return np.asarray((sx[:, None] * cy)[:, :, None] + (sy[:, None] * cz) + (cx[:, None] * sz)[:, None, :])


def _inner(canvas: Canvas, draw: np.random.Generator) -> None:
    """Corpus callosum, nuclei and ventricles."""
    canvas.ellipsoid("white", (0.0, -10.0, 12.0), (36.0, 46.0, 22.0))
    wide = draw.uniform(0.85, 1.2)
    for side in (-1.0, 1.0):
        canvas.ellipsoid("nuclei", (side * 12, -20.0, 5.0), (8.0, 14.0, 9.0))
        canvas.ellipsoid("nuclei", (side * 26, 2.0, 2.0), (6.0, 16.0, 9.0), (0.0, 0.0, side * 12))
        canvas.ellipsoid("nuclei", (side * 14, 14.0, 10.0), (5.5, 10.0, 8.0))
        large = wide * (LEFT_VENTRICLE if side < 0 else 1.0)
        canvas.ellipsoid("csf", (side * 9, 0.0, 18.0), (5.0 * large, 27.0, 6.0 * large), (-8.0, 0.0, side * -6))
        canvas.ellipsoid("csf", (side * 20, -42.0, 14.0), (5.5 * large, 19.0, 7.0 * large), (0.0, 0.0, side * 18))
        canvas.ellipsoid("csf", (side * 33, -22.0, -13.0), (2.6 * large, 15.0, 3.4 * large))
    canvas.ellipsoid("csf", (0.0, -14.0, 1.0), (2.2 * wide, 12.0, 8.0))


def _hindbrain(canvas: Canvas) -> None:
    """Cerebellum with its folia, brain stem, cord, and the fluid about them."""
    canvas.ellipsoid("csf", *HOLLOW)
    canvas.ellipsoid("csf", (0.0, -34.0, -62.0), (9.0, 9.0, 36.0))
    for centre in ((-24.0, -64.0, -38.0), (24.0, -64.0, -38.0), (0.0, -62.0, -36.0)):
        semi = (30.0, 30.0, 21.0) if centre[0] else (14.0, 26.0, 20.0)
        box = canvas.near(centre, semi)
        radius = np.sqrt(canvas.square_radius(box, centre, semi))
        folia = np.abs(np.sin(canvas.z[box] * np.float32(0.55) + canvas.y[box] * np.float32(0.12)))
        canvas.paint(box, radius < 1, "grey")
        canvas.paint(box, radius < 0.42 + 0.42 * folia, "white")
    canvas.ellipsoid("white", (0.0, -28.0, -30.0), (15.0, 12.0, 14.0))
    canvas.ellipsoid("white", (0.0, -31.0, -56.0), (7.0, 6.5, 40.0), (-4.0, 0.0, 0.0))
    canvas.ellipsoid("white", (0.0, -24.0, -12.0), (13.0, 10.0, 12.0))
    canvas.ellipsoid("csf", (0.0, -46.0, -34.0), (5.0, 4.5, 8.0))


def texture(seed: int, on: Grid) -> Floats32:
    """The fine variation of proton density, about 1."""
    field = smooth_field(on, stream(seed, "texture"), 6.0)
    field *= np.float32(2 * TEXTURE)
    field += np.float32(1)
    return field


def brain(head: Head, on: Grid) -> Bools:
    """Grey and white matter and nuclei, and lesions in them, over the fine voxels."""
    canvas = painted(head.scan.seed, on)
    found = template.brain(canvas) if head.base == "mni152" else canvas.is_any(BRAIN_TISSUES)
    found |= lesion(head, on)
    return found


def lesion(head: Head, on: Grid) -> Bools:
    """What lies within any lesion, over the fine voxels."""
    found = np.zeros(on.shape, dtype=bool)
    for index in range(len(head.lesions)):
        for focus in foci(head, index):
            box, radius = focus.radius(on)
            found[box] |= radius < 1
    return found
