"""What is said of the pictures: names of the classes, prompt templates, and captions that a model is trained on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SYNONYMS: dict[str, tuple[str, ...]] = {
    "circle": ("disc", "round spot"),
    "square": ("box", "block"),
    "triangle": ("pyramid", "wedge"),
    "star": ("pentagram", "asterisk"),
    "cross": ("plus sign", "crucifix"),
    "ring": ("hoop", "annulus"),
    "heart": ("love symbol", "valentine"),
    "diamond": ("rhombus", "lozenge"),
    "moon": ("crescent", "lunar sickle"),
    "arrow": ("pointer", "arrow sign"),
    "stripes": ("bars", "striped pattern"),
    "chessboard": ("checkerboard", "checked pattern"),
}
"""Other words for each class."""

TEMPLATES: tuple[tuple[str, str], ...] = (
    ("a photo of a {}.", "a photo with no {}."),
    ("a picture of a {}.", "a picture without a {}."),
    ("{}", "no {}"),
    ("itap of a {}.", "itap without any {}."),
    ("a bad photo of the {}.", "a bad photo with no {} in it."),
    ("a origami {}.", "a origami that isn't a {}."),
    ("a photo of the large {}.", "a photo with no large {}."),
    ("a {} in a video game.", "a video game scene without a {}."),
    ("art of the {}.", "art that doesn't include a {}."),
    ("a photo of the small {}.", "a photo with no small {}."),
    ("a drawing of the {}.", "a drawing that does not show a {}."),
    ("a photo of one {}, from a camera.", "there is not any {} in this photo."),
)
"""Templates of prompts that name a class and of those that deny it: seven pairs are published ones of ImageNet (Zhang et al.,
SimNL), written as they are there; the others are ours."""

_COLOURED = ("a {} {}.", "a photo of a {} {}.", "a {} {} on a plain ground.")


@dataclass(frozen=True, slots=True)
class Caption:
    """A caption, and of which pictures it is true: those of this shape and, where a colour is named, of this colour."""

    text: str
    shape: str
    colour: str | None = None


def worded(rng: np.random.Generator, shape: str) -> str:
    """A name of the class: its own half of the time."""
    return shape if rng.random() < 0.5 else str(rng.choice(SYNONYMS[shape]))


def coloured(rng: np.random.Generator, shape: str, colour: str) -> Caption:
    """A caption that names shape and colour."""
    template = str(rng.choice(_COLOURED))
    return Caption(varied(rng, template.format(colour, worded(rng, shape))), shape, colour)


def pair(rng: np.random.Generator, shape: str) -> tuple[str, str]:
    """A caption that names the shape, and the one that denies it in the same words."""
    there, absent = TEMPLATES[int(rng.integers(len(TEMPLATES)))]
    word = worded(rng, shape)
    return varied(rng, there.replace("{}", word)), varied(rng, absent.replace("{}", word))


def varied(rng: np.random.Generator, text: str) -> str:
    """The text as people type it: one in four has other capitals, no full stop, or a letter too few."""
    draw = rng.random()
    if draw < 0.05:
        return text.upper()
    if draw < 0.1:
        return text.removesuffix(".")
    if draw < 0.25:
        at = int(rng.integers(len(text)))
        return text[:at] + text[at + 1 :] or text
    return text
