"""Small images, phantom-like volumes and conversations with studies, for the contract of operators on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from robustspec.data.picture import Image, Picture, Volume, made
from robustspec.data.row import Message, Row

SIDE = 64
SHAPE = (24, 28, 24)


def image(kind: Any, *, grey: bool, seed: int = 0) -> Image:
    """A disc and a bar before a shaded, nearly plain ground, with a little noise; 64 x 64."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    unit = np.full((SIDE, SIDE, 3), (0.78, 0.8, 0.84))
    unit[(x - 0.4) ** 2 + (y - 0.45) ** 2 < 0.06] = (0.85, 0.35, 0.15)
    unit[(abs(x - 0.75) < 0.07) & (abs(y - 0.5) < 0.3)] = (0.1, 0.2, 0.45)
    unit += 0.04 * (y - 0.5)[..., np.newaxis] + rng.normal(0, 0.006, unit.shape)
    unit = np.clip(unit.mean(axis=-1) if grey else unit, 0, 1)
    if kind is np.float32:
        return Image(unit.astype(np.float32))
    return Image(np.rint(unit * np.iinfo(kind).max).astype(kind))


def affine() -> np.ndarray[Any, Any]:
    """Voxels of 2 x 2 x 3 mm, the first axis to the left, tilted by 8 degrees about it."""
    tilt = np.deg2rad(8)
    turn = np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]])
    matrix = np.eye(4)
    matrix[:3, :3] = turn @ np.diag([-2.0, 2.0, 3.0])
    matrix[:3, 3] = (24.0, -30.0, -35.0)
    return matrix


def volume(kind: Any, seed: int = 0) -> Volume:
    """Nested ellipsoids with a lesion on one side, imaged by spin echo with noise; 24 x 28 x 24 voxels."""
    tissue = _tissue()
    signal = tissue["pd"] * (1 - np.exp(-600 / tissue["t1_ms"])) * np.exp(-15 / tissue["t2_ms"])
    rng = np.random.default_rng(seed)
    noisy = np.hypot(900 * signal + rng.normal(0, 6, SHAPE), rng.normal(0, 6, SHAPE))
    voxels = np.rint(noisy).astype(kind) if np.dtype(kind).kind in "iu" else noisy.astype(kind)
    return Volume(voxels, affine(), {"tr_ms": 600.0, "te_ms": 15.0}, _tissue)


def _tissue() -> Mapping[str, np.ndarray[Any, np.dtype[np.float32]]]:
    x, y, z = (np.linspace(-1, 1, side) for side in SHAPE)
    grid = np.meshgrid(x, y, z, indexing="ij")
    maps = {"pd": 0.0, "t1_ms": 1000.0, "t2_ms": 50.0}
    filled = {name: np.full(SHAPE, value, dtype=np.float32) for name, value in maps.items()}
    for middle, radii, values in (
        ((0, 0, 0), (0.88, 0.9, 0.88), (0.9, 300, 70)),  # scalp
        ((0, 0, 0), (0.78, 0.8, 0.78), (0.8, 1100, 95)),  # grey matter
        ((0.05, 0, 0), (0.55, 0.6, 0.55), (0.7, 700, 75)),  # white matter
        ((0.15, 0.1, 0), (0.15, 0.3, 0.2), (1.0, 3500, 1500)),  # ventricle
        ((-0.35, -0.2, 0.1), (0.15, 0.15, 0.18), (0.95, 1500, 180)),  # lesion
    ):
        inside = sum(((a - m) / r) ** 2 for a, m, r in zip(grid, middle, radii, strict=True)) < 1
        for name, value in zip(filled, values, strict=True):
            filled[name][inside] = value
    return filled


LABEL = {"findings": [{"kind": "lesion", "side": "left", "region": "frontal"}], "answer": "left"}


def shown(name: str, *values: Image | Volume) -> Row:
    """A row that shows pictures in one message, with a label that has sides in it."""
    pictures = tuple(made(f"{name}-{number}", value) for number, value in enumerate(values, 1))
    return Row(name, (Message("user", "What do you see?", images=pictures),), LABEL, policy=("answer",), unit="u")


def rows(modality: str) -> list[Row]:
    """Rows with one picture each: every type, grey and in colour; float32 and int16 volumes."""
    if modality == "image":
        return [
            shown(f"{np.dtype(kind).name}-{'grey' if grey else 'rgb'}", image(kind, grey=grey))
            for kind in (np.uint8, np.uint16, np.float32)
            for grey in (True, False)
        ]
    return [shown("float32", volume(np.float32)), shown("int16", volume(np.int16, 1))]


def mixed_row(modality: str) -> Row:
    """A conversation with two pictures of ``modality`` in two messages and one of the other before them."""
    first, second = (
        (image(np.uint8, grey=False, seed=seed) for seed in (3, 4))
        if modality == "image"
        else (volume(np.float32, seed) for seed in (3, 4))
    )
    other = volume(np.float32, 5) if modality == "image" else image(np.uint8, grey=True, seed=5)
    messages = (
        Message("system", "You are a radiologist."),
        Message("user", "This one first.", images=(made("other", other), made("first", first))),
        Message("assistant", "I see."),
        Message("user", "And now?", images=(made("second", second),)),
    )
    return Row("mixed", messages, LABEL)


def conversations() -> list[Row]:
    """A plain text, a talk without pictures, and a series of four dated studies."""
    talk = (
        Message("system", "You are a radiologist."),
        Message("user", "Is the lesion in the left frontal lobe growing?"),
        Message("assistant", "Please send the studies."),
        Message("user", "I shall."),
    )
    studies = [Message("user", f"Study of 202{year}-03-1{year}.", images=(study(year),)) for year in range(4)]
    series = (talk[0], *studies, Message("user", "In which order were they made, and what has changed?"))
    told = {"told": {"age": "I am 34.", "medicines": "I take warfarin."}, "critical": ["age", "medicines"]}
    update = {"content": "A new study has come in.", "name": "worklist", "label": "no"}
    return [
        Row("text", "Is the lesion growing?", "yes", facts={"update": update}),
        Row("talk", talk, LABEL),
        Row("told", "I am 34. I take warfarin. Which tablet may I take?", "yes", facts=told),
        Row("series", series, {"order": [f"202{year}-03-1{year}" for year in range(4)]}),
    ]


def study(number: int) -> Picture:
    """A small volume that differs from study to study."""
    whole = volume(np.float32, number)
    return made(f"study-{number}", replace(whole, voxels=whole.voxels[::3, ::3, ::3].copy(), tissue=None))
