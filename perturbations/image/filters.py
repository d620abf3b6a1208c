"""Kernels and resampling that several operators on images share. Images are float32 of any range, grey or colour."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, cos, radians, sin
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robustspec.data.picture import Image

Floats = NDArray[np.float32]
Kernel = NDArray[np.float64]


def gaussian_weights(sigma: float, truncate: float = 4.0) -> Kernel:
    """Weights of a Gaussian that is cut at ``truncate`` standard deviations; they sum to 1."""
    reach = int(truncate * sigma + 0.5)
    weights: Kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(sigma, 1e-6)) ** 2)
    weights /= weights.sum()
    return weights


def disk(radius: float, alias_sigma: float) -> Kernel:
    """The kernel of a lens out of focus: a disk, its edge softened by a Gaussian of 3 pixels (5 where radius > 8)."""
    import cv2

    reach, soft = (8, 3) if radius <= 8 else (ceil(radius), 5)
    line = np.arange(-reach, reach + 1) ** 2
    inside = (line[:, None] + line <= radius**2).astype(np.float64)
    return np.asarray(cv2.GaussianBlur(inside / inside.sum(), (soft, soft), alias_sigma), dtype=np.float64)


def trail(radius: int, sigma: float, degrees: float) -> Kernel:
    """The kernel of a motion: half a Gaussian along a line of ``2 * radius + 1`` pixels from its middle."""
    width = 2 * radius + 1
    weights = np.exp(-0.5 * (np.arange(width) / sigma) ** 2)
    kernel = np.zeros((2 * width - 1, 2 * width - 1))
    across, down = cos(radians(degrees)), sin(radians(degrees))
    for place, weight in enumerate(weights / weights.sum()):
        # Pixel (y, x) takes the value that stood at (y + row, x + column).
        row, column = ceil(place * down - 0.5), ceil(place * across - 0.5)
        kernel[width - 1 + row, width - 1 + column] += weight
    return _without_margin(kernel)


def _without_margin(kernel: Kernel) -> Kernel:
    """``kernel`` cut to the smallest square about its middle that holds all weights."""
    middle = kernel.shape[0] // 2
    reach = max(int(np.abs(np.argwhere(kernel) - middle).max()), 0)
    return kernel[middle - reach : middle + reach + 1, middle - reach : middle + reach + 1]


def rescaled(kernel: Kernel, scale: float) -> Kernel:
    """``kernel``, of one or two dimensions and odd size, at ``scale`` times its size: weights spread by area, none lost."""
    if scale == 1:
        return kernel
    spread = _spread(kernel.shape[0], scale)
    return spread @ kernel if kernel.ndim == 1 else spread @ kernel @ spread.T


def _spread(size: int, scale: float) -> Kernel:
    """How much of each weight of a kernel of ``size`` falls on each place of the rescaled one."""
    old = (np.arange(size) - size // 2) * scale
    reach = ceil((size / 2) * scale - 0.5)
    new = np.arange(-reach, reach + 1)[:, None]
    overlap: Kernel = np.minimum(new + 0.5, old + scale / 2) - np.maximum(new - 0.5, old - scale / 2)
    return np.clip(overlap, 0, None) / scale


def blurred(values: Floats, sigma: float, scale: float = 1.0, *, truncate: float = 4.0) -> Floats:
    """``values`` under a Gaussian of ``sigma`` at ``scale``; what lies outside is the nearest edge."""
    import cv2

    weights = rescaled(gaussian_weights(sigma, truncate), scale)
    return _floats(cv2.sepFilter2D(values, -1, weights, weights, borderType=cv2.BORDER_REPLICATE))


def magnified(values: Floats, zoom: float) -> Floats:
    """The middle of ``values`` magnified ``zoom`` >= 1 times to the whole size, bilinear.

    The part has ``ceil(side / zoom)`` pixels, whose first and last stand for the first and last of ``round(part * zoom)``
    new ones; what these have too many is cut off evenly. So does scipy's ``zoom``.
    """
    import cv2

    (height, width), matrix = values.shape[:2], np.zeros((2, 3))
    for side, row, column in ((width, 0, 0), (height, 1, 1)):
        part = ceil(side / zoom)
        new = round(part * zoom)
        matrix[row, column] = (part - 1) / max(new - 1, 1)
        matrix[row, 2] = (side - part) // 2 + matrix[row, column] * ((new - side) // 2)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return _floats(cv2.warpAffine(values, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE))


def fitted(layer: NDArray[Any], size: tuple[int, int]) -> NDArray[Any]:
    """``layer`` resized to height and width ``size``; itself where it has them."""
    import cv2

    if layer.shape[:2] == size:
        return layer
    smaller = layer.shape[0] * layer.shape[1] > size[0] * size[1]
    return cv2.resize(layer, size[::-1], interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)


def widened(layer: NDArray[Any], values: Floats) -> NDArray[Any]:
    """A grey ``layer``, ready to be combined with ``values`` of one channel or three."""
    return layer if values.ndim == 2 else layer[..., None]


def luma(values: Floats) -> Floats:
    """The grey of an image: itself, or 0.299 R + 0.587 G + 0.114 B."""
    import cv2

    return values if values.ndim == 2 else _floats(cv2.cvtColor(values, cv2.COLOR_RGB2GRAY))


def by_value(image: Image, curve: Callable[[Floats], NDArray[Any]]) -> Image:
    """``image`` with every value, from 0 to 1, put through ``curve``: by a table where the type has few values."""
    if image.white == 1.0:
        return image.with_unit(curve(image.unit()))
    import cv2

    steps = np.arange(int(image.white) + 1, dtype=np.float32)
    table = np.rint(np.clip(curve(steps / np.float32(image.white)), 0, 1) * image.white).astype(image.pixels.dtype)
    return image.with_pixels(cv2.LUT(image.pixels, table) if image.white == 255 else np.take(table, image.pixels))


def _floats(values: NDArray[Any]) -> Floats:
    """``values``, which OpenCV's types leave open, as the float32 that they are."""
    return np.asarray(values, dtype=np.float32)
