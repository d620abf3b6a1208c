"""Another background behind the subject."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from robustspec.data.picture import Floats32, Image
from robustspec.perturbation.frame import ImageOperator
from robustspec.perturbation.seeds import stream

Pattern = Literal["clouds", "gradient", "stripes", "checks"]
_PATTERNS: tuple[Pattern, ...] = ("clouds", "gradient", "stripes", "checks")

LEAST, MOST = 0.05, 0.98
"""Shares of the image that a background may have: with less there is none, with more there is no subject."""
LEAST_RIM = 0.5
"""Share of the rim that a background has at least: a strip of sky is none."""


class BackgroundSwap(ImageOperator):
    """Replaces a plain background by a pattern drawn from the seed; the subject keeps every pixel.

    Asks whether a model looks at the subject or at what is behind it. The background is what touches the rim of the image
    and is of nearly one colour: all pixels within ``tolerance`` of the rim's median colour that are connected with the
    rim. An image with no such background (less than half of the rim or 0.05 of the area, as in most photographs of scenes),
    or with nothing else, is returned unchanged and is counted so. It has no levels.

    Patterns: clouds of smooth colours, a gradient, stripes, or checks. Magnitude: root mean square of the change as a
    share of white.

    >>> import numpy as np
    >>> pixels = np.full((8, 8), 250, dtype=np.uint8)
    >>> pixels[2:6, 3:5] = 40
    >>> swapped = BackgroundSwap().change(Image(pixels), 1, seed=7).pixels
    >>> bool((swapped[2:6, 3:5] == 40).all()), int((swapped != 250).sum())
    (True, 64)

    Source: backgrounds as a shortcut of image models: Xiao et al. (2020, arXiv:2006.09994), who cut the subjects out with
    annotated boxes and masks; here the mask is found, and the patterns are ours.
    """

    kind: Literal["background_swap"] = "background_swap"
    tolerance: float = Field(default=0.06, gt=0, le=0.5)
    """Largest difference from the background's colour, in any channel, as a share of white."""
    pattern: Pattern | None = None
    """What is put behind the subject; by default the seed chooses."""

    needs: ClassVar[tuple[str, ...]] = ("cv2",)
    extra: ClassVar[str] = "image"

    def change(self, image: Image, amount: float, seed: int) -> Image:
        """The subject before another background."""
        import cv2

        mask = background(image, self.tolerance)
        if not LEAST <= mask.mean() <= MOST or _rim(mask).mean() < LEAST_RIM:
            return image
        rng = stream(seed, "background")
        pattern = self.pattern or _PATTERNS[int(rng.random() * len(_PATTERNS))]
        drawn = _draw(pattern, image.size, rng)
        behind = cv2.cvtColor(drawn, cv2.COLOR_RGB2GRAY) if image.is_grey else drawn
        pixels = image.with_unit(behind).pixels
        return image.with_pixels(cv2.copyTo(image.pixels, (~mask).view(np.uint8), pixels))


def background(image: Image, tolerance: float) -> NDArray[np.bool_]:
    """Which pixels of ``image`` are its plain background: height x width."""
    import cv2

    colour, reach = np.median(_rim(image.pixels), axis=0), tolerance * image.white
    alike = cv2.inRange(image.pixels, _scalar(colour - reach), _scalar(colour + reach))
    _, regions = cv2.connectedComponents(alike, connectivity=4)
    touching = np.zeros(int(regions.max()) + 1, dtype=np.bool_)
    touching[_rim(regions)] = True
    touching[0] = False  # what is not alike
    found: NDArray[np.bool_] = touching[regions]
    return found


def _rim(pixels: NDArray[Any]) -> NDArray[Any]:
    return np.concatenate([pixels[0], pixels[-1], pixels[1:-1, 0], pixels[1:-1, -1]])


def _scalar(colour: NDArray[Any]) -> tuple[float, ...]:
    return tuple(np.atleast_1d(colour).tolist())


def _draw(pattern: Pattern, size: tuple[int, int], rng: np.random.Generator) -> Floats32:
    """A pattern of two or more colours: height x width x 3, from 0 to 1."""
    import cv2

    height, width = size
    if pattern == "clouds":
        few = rng.random((5, 5, 3), dtype=np.float32)
        clouds: Floats32 = np.clip(cv2.resize(few, (width, height), interpolation=cv2.INTER_CUBIC), 0, 1)
        return clouds
    first, second = rng.random((2, 3), dtype=np.float32)
    angle, waves = rng.random() * np.pi, 3 + 5 * rng.random()
    y, x = (
        np.arange(height, dtype=np.float32)[:, np.newaxis] / max(size),
        np.arange(width, dtype=np.float32) / max(size),
    )
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    if pattern == "gradient":
        share = (along - along.min()) / max(float(np.ptp(along)), 1e-6)
    else:
        share = np.sin(2 * np.pi * waves * along) > 0
    if pattern == "checks":
        share = share ^ (np.sin(2 * np.pi * waves * across) > 0)
    blend: Floats32 = (first + (second - first) * share[..., np.newaxis]).astype(np.float32)
    return blend
