"""Milliseconds an image of each operator of the standard set, beside imagecorruptions and albumentations in the same run.

    python benchmarks/perturb_image.py [--only KIND ...] [--level 3] [--calls 20] [--size 224] [--peers FOLDER]

One image of 224 x 224 x 3 bytes, one core, one thread of OpenCV; median processor time of the calls, each with a seed of
its own; the tools take turns. imagecorruptions is measured where it can be imported, if need be from FOLDER, the
site-packages of another environment (it wants setuptools < 81). Where a word of it has to be changed to run with today's
numpy and scikit-image, it is marked †. albumentations' transform is the nearest one and computes something else, except
where marked =: there it computes the same, and the goal is 95 % of its speed. Quote the ratios, not the times.

Goals: nothing slower than imagecorruptions, nothing over 10 ms, the 15 of ImageNet-C in 45 ms together.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

from robustspec.data.picture import Image
from robustspec.registry import lookup

THEIR_NAMES = {"elastic": "elastic_transform", "jpeg": "jpeg_compression"}
SHIMMED = {"fog", "gaussian_blur", "glass_blur"}

NEAREST: dict[str, tuple[str, dict[str, Any]]] = {
    "gaussian_noise": ("GaussNoise", {"std_range": (0.18, 0.18)}),
    "shot_noise": ("ShotNoise", {"scale_range": (0.1, 0.1)}),
    "impulse_noise": ("SaltAndPepper", {"amount": (0.09, 0.09), "salt_vs_pepper": (0.5, 0.5)}),
    "defocus_blur": ("Defocus", {"radius": (6, 6), "alias_blur": (0.5, 0.5)}),
    "glass_blur": ("GlassBlur", {"sigma": 1.0, "max_delta": 2, "iterations": 3}),
    "motion_blur": ("MotionBlur", {"blur_limit": (31, 31)}),
    "zoom_blur": ("ZoomBlur", {"max_factor": (1.21, 1.21), "step_factor": (0.02, 0.02)}),
    "snow": ("RandomSnow", {}),
    "frost": ("Spatter", {"mode": "mud"}),
    "fog": ("RandomFog", {}),
    "brightness": ("RandomBrightnessContrast", {"brightness_limit": (0.3, 0.3), "contrast_limit": (0, 0)}),
    "contrast": ("RandomBrightnessContrast", {"brightness_limit": (0, 0), "contrast_limit": (-0.8, -0.8)}),
    "elastic": ("ElasticTransform", {"alpha": 21.25, "sigma": 2.24}),
    "pixelate": ("Downscale", {"scale_range": (0.4, 0.4)}),
    "jpeg": ("ImageCompression", {"quality_range": (15, 15)}),
    "speckle_noise": ("MultiplicativeNoise", {"multiplier": (0.65, 1.35), "per_channel": True, "elementwise": True}),
    "gaussian_blur": ("GaussianBlur", {"blur_limit": (25, 25), "sigma_limit": (3, 3)}),
    "gamma": ("RandomGamma", {"gamma_limit": (130, 130)}),
    "saturate": ("HueSaturationValue", {"hue_shift_limit": 0, "sat_shift_limit": (60, 60), "val_shift_limit": 0}),
    "spatter": ("Spatter", {"mode": "rain"}),
}
"""albumentations' nearest transform at about the strength of level 3; the first 15 are ImageNet-C's."""

STANDARD = tuple(NEAREST)[:15]
SAME = {"defocus_blur"}
"""Kinds that albumentations computes as they are published."""

WARM_UP = 15
"""Calls of each tool before its times count."""

SLOW = 200.0
"""Milliseconds beyond which two calls are enough."""

Call = Callable[[int], Any]
"""One call, given its number."""


def photograph(side: int) -> np.ndarray:
    """A colourful image with sky, texture and edges, RGB."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0:side, 0:side] / side
    sky = np.stack([90 + 60 * y, 150 + 40 * y, 235 - 40 * y], axis=-1)
    grass = np.array([60, 140, 50]) + 25 * rng.standard_normal((side, side, 1))
    image = np.where((y > 0.65 + 0.08 * np.sin(9 * x))[..., None], grass, sky)
    image[(abs(x - 0.45) < 0.2) & (abs(y - 0.6) < 0.2)] = (200, 60, 40)
    image[(x - 0.85) ** 2 + (y - 0.2) ** 2 < 0.006] = (255, 230, 60)
    return np.clip(image, 0, 255).astype(np.uint8)


def ours(kind: str, level: int, pixels: np.ndarray) -> Call:
    """Our operator at ``level``."""
    operator, image = lookup("perturbations", kind)(), Image(pixels)
    return lambda number: operator.change(image, operator.amount(level), number)


def imagecorruptions(kind: str, level: int, pixels: np.ndarray) -> Call | None:
    """The function of imagecorruptions, None where it is not installed or has none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import imagecorruptions as package
            from imagecorruptions import corruptions
    except ImportError:
        return None
    name = THEIR_NAMES.get(kind, kind)
    if name not in package.get_corruption_names("all"):
        return None
    np.float_ = np.float64  # type: ignore[attr-defined]  # †: gone from numpy 2
    from skimage.filters import gaussian

    def with_channels(values: np.ndarray, *sigma: Any, multichannel: bool = False, **options: Any) -> np.ndarray:
        return gaussian(values, *sigma, channel_axis=-1 if multichannel else None, **options)

    corruptions.gaussian = with_channels  # †: `multichannel` is gone from scikit-image
    return lambda number: package.corrupt(pixels, severity=level, corruption_name=name)


def albumentations(kind: str, pixels: np.ndarray) -> Call | None:
    """albumentations' nearest transform, None where it is not installed."""
    os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"
    try:
        import albumentations as package
    except ImportError:
        return None
    name, options = NEAREST[kind]
    transform = getattr(package, name)(p=1.0, **options)
    return lambda number: transform(image=pixels)


def measured(calls: list[Call | None], count: int) -> list[float]:
    """Median milliseconds of processor time of each call, taken in turns; nan where there is none.

    The first `WARM_UP` calls fill caches (frost's textures, tables) and do not count; two calls are enough of what is slow.
    """
    times: list[list[float]] = [[] for _ in calls]
    for number in range(count + WARM_UP):
        turns = list(zip(times, calls, strict=True))
        for taken, call in turns[:: 1 if number % 2 else -1]:  # who comes second finds the image in the cache
            if call is None or (len(taken) > 1 and min(taken) > SLOW):
                continue
            start = time.process_time()
            call(number)
            taken.append(1000 * (time.process_time() - start))
    return [statistics.median(taken[WARM_UP:] or taken) if taken else float("nan") for taken in times]


def line(kind: str, own: float, theirs: float, nearest: float) -> str:
    """A line of the table, with what was missed."""
    missed = [
        *(["slower than imagecorruptions"] if own > theirs else []),
        *(["over 10 ms"] if own > 10 else []),
        *(["under 95 % of albumentations"] if kind in SAME and nearest / own < 0.95 else []),
    ]
    mark, same = "†" if kind in SHIMMED else " ", "=" if kind in SAME else " "
    return (
        f"{kind:15} {own:8.2f} {theirs:10.2f}{mark} {theirs / own:7.1f} {nearest:8.2f}{same} {nearest / own:7.1f}  "
        f"{NEAREST[kind][0]:25} {'MISSED: ' + ', '.join(missed) if missed else 'met'}"
    )


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", default=list(NEAREST), choices=list(NEAREST))
    parser.add_argument("--level", type=int, default=3)
    parser.add_argument("--calls", type=int, default=20)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--peers", default="")
    options = parser.parse_args()
    if options.peers:
        sys.path.append(options.peers)
    cv2.setNumThreads(1)
    pixels = photograph(options.size)
    print(
        f"{options.size} x {options.size} x 3 uint8, level {options.level}, median ms an image of {options.calls} calls"
    )
    print(f"{'operator':15} {'ours':>8} {'imagecorr.':>11} {'ratio':>7} {'albument.':>9} {'ratio':>7}")
    totals = [0.0, 0.0, 0.0]
    for kind in options.only:
        calls = [ours(kind, options.level, pixels), imagecorruptions(kind, options.level, pixels)]
        times = measured([*calls, albumentations(kind, pixels)], options.calls)
        print(line(kind, *times), flush=True)
        if kind in STANDARD:
            totals = [total + each for total, each in zip(totals, times, strict=True)]
    if set(STANDARD) <= set(options.only):
        own, theirs, nearest = totals
        ratios = f"{own:8.2f} {theirs:10.2f}  {theirs / own:7.1f} {nearest:8.2f}  {nearest / own:7.1f}"
        print(f"{'the 15':15} {ratios}  {'':25} {'met' if own <= 45 else 'MISSED: over 45 ms'}")


if __name__ == "__main__":
    main()
