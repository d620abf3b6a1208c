"""Drawn instructions: a title, five steps each with a headline and a picture, in which shapes gather one by one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robustspec.reference.clip.render import COLOURS, SHAPES, SIDE

STEPS = 5
Pixels = NDArray[np.uint8]

_THINGS = ("circle", "square", "triangle", "cross", "ring", "diamond")
_SLOTS = tuple((x, y) for y in (0.5, -0.5) for x in (-0.62, 0.0, 0.62))
_TITLES = ("how to lay a pattern of {} things", "how to make a {} board", "build a {} sign", "arrange a {} picture")
_HEADLINES: tuple[tuple[str, ...], ...] = (
    ("start with a {}", "first lay down a {}", "begin by placing one {}"),
    ("add a second piece, a {}", "put a {} beside the first", "follow with a {}"),
    ("place a third one, a {}", "half way, add a {}", "continue with a {} in the middle"),
    ("the fourth piece is a {}", "nearly done, add a {}", "set a {} next to the others"),
    ("finish with a {}", "put the last piece, a {}, in place", "complete it with a {}"),
)
_PLAIN = ("now take a {}", "this is where the {} goes")
"""Headlines that do not tell which step it is."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """A title, and of each step its headline and its picture (``SIDE`` x ``SIDE`` x 3, uint8)."""

    title: str
    headlines: tuple[str, ...]
    pictures: tuple[Pixels, ...]


def instruction(rng: np.random.Generator) -> Instruction:
    """An instruction of ``STEPS`` steps; one headline in six is plain."""
    colour, ground = (str(name) for name in rng.choice(list(COLOURS), 2, replace=False))
    things = [str(name) for name in rng.choice(_THINGS, STEPS)]
    slots = [_SLOTS[int(place)] for place in rng.permutation(len(_SLOTS))[:STEPS]]
    headlines = tuple(_headline(rng, step, thing) for step, thing in enumerate(things))
    pictures = tuple(_canvas(rng, things[: step + 1], slots, colour, ground) for step in range(STEPS))
    return Instruction(str(rng.choice(_TITLES)).format(colour), headlines, pictures)


def _headline(rng: np.random.Generator, step: int, thing: str) -> str:
    return str(rng.choice(_PLAIN if rng.random() < 1 / 6 else _HEADLINES[step])).format(thing)


def _canvas(
    rng: np.random.Generator, things: list[str], slots: list[tuple[float, float]], colour: str, ground: str
) -> Pixels:
    fine = 2 * SIDE
    ends = np.linspace(-1, 1, fine, dtype=np.float32)
    x, y = np.broadcast_arrays(ends[None, :], -ends[:, None])
    inside = np.zeros((fine, fine), dtype=bool)
    for thing, (right, up) in zip(things, slots, strict=False):
        u, v = ((x - right) / 0.3).astype(np.float32), ((y - up) / 0.3).astype(np.float32)
        inside |= SHAPES[thing](u, v)
    picture = np.where(inside[..., None], COLOURS[colour], COLOURS[ground])
    coarse = picture.reshape(SIDE, 2, SIDE, 2, 3).mean(axis=(1, 3)) + rng.normal(0, 0.01, (SIDE, SIDE, 3))
    return np.asarray(np.rint(np.clip(coarse, 0, 1) * 255), dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two steps of an instruction, and whether they are in order."""

    title: str
    headlines: tuple[str, str]
    pictures: tuple[Pixels, Pixels]
    in_order: bool


def pairs(count: int, seed: int) -> list[Pair]:
    """``count`` pairs, each of another instruction, every second one turned round."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(count):
        of = instruction(rng)
        early, late = sorted(int(step) for step in rng.choice(STEPS, 2, replace=False))
        one, other = (early, late) if number % 2 == 0 else (late, early)
        made.append(
            Pair(
                of.title,
                (of.headlines[one], of.headlines[other]),
                (of.pictures[one], of.pictures[other]),
                number % 2 == 0,
            )
        )
    return made
