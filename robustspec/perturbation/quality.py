"""How much of a picture is left after a change, and how much of a text: measures that are the same for every operator.

A realised magnitude is in its operator's own unit (degrees, share of letters). The measures here make operators and levels
comparable: PSNR, SSIM and SNR of pictures, the edit share of texts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robustspec.data.picture import Image, Value, Volume

Array = NDArray[np.float64]

LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in the brightness of a colour (Recommendation ITU-R BT.601)."""

_SIGMA, _RADIUS = 1.5, 5
_HALF = [math.exp(-0.5 * (away / _SIGMA) ** 2) for away in range(_RADIUS + 1)]
_TAPS = [tap / (2 * sum(_HALF) - _HALF[0]) for tap in _HALF]
_C1, _C2 = 0.01**2, 0.03**2
_NORMAL = 0.6744897501960817  # the median of |x| where x is standard normal
_RAYLEIGH = math.sqrt(2 - math.pi / 2)  # the standard deviation of the length of (x, y), both standard normal


@dataclass(frozen=True, slots=True)
class Quality:
    """Measures of a changed picture against the one before.

    ``psnr_db`` is None where nothing changed or the shapes differ, ``ssim`` where the shapes differ, ``snr`` (of the changed
    picture alone) where no noise is found in it.
    """

    psnr_db: float | None
    ssim: float | None
    snr: float | None


def quality(before: Value, after: Value) -> Quality:
    """PSNR and SSIM of ``after`` against ``before``, and the SNR of ``after``.

    Volumes are compared where the body is: one that is stored in another order of axes is turned first, and one that lies on
    another grid is not compared.
    """
    noise = snr(after)
    if (
        isinstance(before, Volume)
        and isinstance(after, Volume)
        and not np.allclose(before.affine, after.affine, atol=1e-3)
    ):
        before, after = upright(before), upright(after)
        if not np.allclose(before.affine, after.affine, atol=1e-3):
            return Quality(None, None, noise)
    if _array(before).shape != _array(after).shape:
        return Quality(None, None, noise)
    return Quality(psnr_db(before, after), ssim(before, after), noise)


def upright(volume: Volume) -> Volume:
    """The volume with its axes in the order right, anterior, superior, as a viewer turns it by the affine: a view, no copy.

    An oblique volume of which two axes point the same way is given back as it is.
    """
    letters = volume.orientation
    order = [next((axis for axis, letter in enumerate(letters) if letter in ends), -1) for ends in ("RL", "AP", "SI")]
    if letters == "RAS" or sorted(order) != [0, 1, 2]:
        return volume
    affine = volume.affine[:, [*order, 3]]
    voxels = np.transpose(volume.voxels, order)
    for axis in range(3):
        if letters[order[axis]] in "LPI":
            voxels = np.flip(voxels, axis)
            affine[:3, 3] += affine[:3, axis] * (voxels.shape[axis] - 1)
            affine[:3, axis] *= -1
    return volume.with_voxels(voxels, affine)


def psnr_db(before: Value, after: Value) -> float | None:
    """Peak signal-to-noise ratio in dB: 10 log10(white squared / mean squared change); None where nothing changed.

    White is that of ``before``: the largest value of an image's type, the 99.5th percentile of a volume. Shapes must agree.
    """
    change = _array(after).astype(np.float64) - _array(before)
    error = float(np.mean(np.square(change, out=change)))
    return None if error == 0.0 else 10.0 * math.log10(before.white**2 / error)


def ssim(before: Value, after: Value) -> float:
    """Mean structural similarity, from -1 to 1 (equal): of the brightness of colour images, in three dimensions of volumes.

    Gaussian window of 11 pixels or voxels and sigma 1.5 along each axis, K1 = 0.01, K2 = 0.03, range from 0 to the white of
    ``before``, population variances; the outer 5 are left out along each axis that is longer than 10, as the window does not
    fit there. Shapes must agree.

    Source: Wang et al., Image quality assessment: from error visibility to structural similarity, IEEE Transactions on
    Image Processing 13(4), 2004.
    """
    one, other = _brightness(before, before.white), _brightness(after, before.white)
    mean_1, mean_2 = _window(one), _window(other)
    squares = mean_1 * mean_1 + mean_2 * mean_2
    both = mean_1 * mean_2
    variances = _window(one * one + other * other) - squares
    covariance = _window(one * other) - both
    similar = (2 * both + _C1) * (2 * covariance + _C2) / ((squares + _C1) * (variances + _C2))
    return float(similar.mean())


def snr(value: Value) -> float | None:
    """Signal-to-noise ratio of a picture by itself: mean of the signal over the standard deviation of the noise.

    Of an image, the signal is the mean brightness, and the noise what remains of second differences along both axes, which
    cancel all that varies smoothly (Immerkaer). Of a volume, the signal is the mean of the foreground (above Otsu's
    threshold), and the noise is read in air: the standard deviation in each of the eight corners over 0.655, as magnitudes
    of noise have a Rayleigh distribution there; the lower quartile counts, so that a neck or a ghost in some does not. Where
    the corners are blank, as around a skull-stripped head, it is the median absolute second difference inside the
    foreground. None where no noise is found, as in a volume that was computed without it, and where an axis is shorter
    than 3.

    Sources: Immerkaer, Fast noise variance estimation, Computer Vision and Image Understanding 64(2), 1996; NEMA MS 1-2008,
    method 4 (noise in air); the median of high-pass coefficients within the object after Coupé et al., Robust Rician noise
    estimation for MR images, Medical Image Analysis 14(4), 2010.
    """
    brightness = _brightness(value, 1.0)
    if min(brightness.shape) < 3:
        return None
    if isinstance(value, Image):
        rough = np.abs(_second_differences(brightness))
        signal, noise = float(brightness.mean()), math.sqrt(math.pi / 2) * float(rough.mean()) / 6.0
    else:
        inside = brightness > _otsu(brightness)
        signal = float(brightness[inside].mean()) if inside.any() else 0.0
        noise = _noise_in_air(brightness) or _noise_within(brightness, inside)
    return signal / noise if noise > 1e-6 * abs(signal) else None


def _noise_in_air(brightness: Array) -> float:
    """Sigma of Rayleigh noise in the corners, those left out that are blank; 0 where all are."""
    sides = [max(2, length // 8) for length in brightness.shape]
    found = []
    for ends in product((False, True), repeat=3):
        corner = brightness[
            tuple(slice(-side, None) if end else slice(side) for side, end in zip(sides, ends, strict=True))
        ]
        if np.count_nonzero(corner) > corner.size / 2:
            found.append(float(corner.std()) / _RAYLEIGH)
    found = [noise for noise in found if noise > 0.0]
    return float(np.percentile(found, 25)) if found else 0.0


def _noise_within(brightness: Array, inside: NDArray[np.bool_]) -> float:
    """The median absolute second difference inside the foreground, as the standard deviation of Gaussian noise."""
    rough = np.abs(_second_differences(brightness))[_eroded(inside)]
    return float(np.median(rough)) / (_NORMAL * 6.0**1.5) if rough.size else 0.0


def edit_share(before: str, after: str) -> float:
    """Levenshtein distance between two texts as a share of the longer one, from 0 (equal) to 1.

    >>> edit_share("ibuprofen", "iboprofen")
    0.1111111111111111
    """
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.normalized_distance(before, after)


def _array(value: Value) -> NDArray[Any]:
    return value.pixels if isinstance(value, Image) else value.voxels


def _brightness(value: Value, white: float) -> Array:
    """One channel as float64, in units of ``white``."""
    array = _array(value).astype(np.float64)
    if isinstance(value, Image) and array.ndim == 3:
        array = array @ np.asarray(LUMA)
    return array if white == 1.0 else np.divide(array, white, out=array)


def _window(array: Array) -> Array:
    """The mean under the window, wherever it fits; along an axis too short for it, everywhere, mirrored at the ends."""
    for axis in range(array.ndim):
        if array.shape[axis] <= 2 * _RADIUS:
            width = [(_RADIUS, _RADIUS) if each == axis else (0, 0) for each in range(array.ndim)]
            array = np.pad(array, width, mode="symmetric")
        array = _window_along(array, axis)
    return array


def _window_along(array: Array, axis: int) -> Array:
    length = array.shape[axis] - 2 * _RADIUS
    parts = [array[(slice(None),) * axis + (slice(start, start + length),)] for start in range(2 * _RADIUS + 1)]
    mean = parts[_RADIUS] * _TAPS[0]
    both = np.empty_like(mean)
    for away in range(1, _RADIUS + 1):
        np.add(parts[_RADIUS - away], parts[_RADIUS + away], out=both)
        both *= _TAPS[away]
        mean += both
    return mean


def _second_differences(array: Array) -> Array:
    """Second differences along every axis in turn, where they exist: each axis is shorter by 2."""
    for axis in range(array.ndim):
        array = np.diff(array, 2, axis=axis)
    return array


def _eroded(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where all 27 voxels around a place are inside; each axis is shorter by 2, as in `_second_differences`."""
    for axis in range(inside.ndim):
        inside = np.moveaxis(inside, axis, 0)
        inside = np.moveaxis(inside[:-2] & inside[1:-1] & inside[2:], 0, axis)
    return inside


def _otsu(array: Array) -> float:
    """The threshold that parts dark from bright with the greatest variance between the two (Otsu, 1979)."""
    counts, edges = np.histogram(array, 256)
    centres = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    total = np.cumsum(counts * centres)
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = total / below - (total[-1] - total) / above
    between = np.where(above > 0, below * above * apart**2, 0.0)
    return float(edges[1 + int(np.argmax(between))])
