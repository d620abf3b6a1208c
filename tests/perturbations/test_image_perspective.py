"""Corners that move."""

from __future__ import annotations

import numpy as np
import pytest
from picture_samples import scene

from robustspec.data.picture import Image
from robustspec.registry import load_operators, lookup

load_operators()
Perspective = lookup("perturbations", "perspective")

SIDE = 101


def whence() -> Image:
    """An image that holds each pixel's place (x, y from 0 to 1) and, in its third channel, that it is one."""
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) / (SIDE - 1)
    return Image(np.stack([x, y, np.ones_like(x)], axis=-1))


def corners(amount: float, seed: int) -> list[tuple[float, float] | None]:
    """Where the four corners have gone; None for one that has left the frame."""
    moved = Perspective(border="black").change(whence(), amount, seed).pixels
    found: list[tuple[float, float] | None] = []
    for x, y in ((0, 0), (1, 0), (1, 1), (0, 1)):
        far = np.hypot(moved[..., 0] - x, moved[..., 1] - y) + 9 * (moved[..., 2] < 0.98)
        row, column = np.unravel_index(far.argmin(), far.shape)
        found.append((float(column) / (SIDE - 1) - x, float(row) / (SIDE - 1) - y) if far.min() < 0.012 else None)
    return found


def test_every_corner_moves_by_the_ladders_share() -> None:
    """A corner that is still in the frame lies the share of the side from where it was, and goes on along its line."""
    seen = 0
    for seed in range(10):
        for near, far in zip(corners(0.1, seed), corners(0.2, seed), strict=True):
            if near is None or far is None:
                continue
            seen += 1
            assert np.hypot(*near) == pytest.approx(0.1, abs=0.016)
            assert np.hypot(*far) == pytest.approx(0.2, abs=0.016)
            assert np.array(far) == pytest.approx(2 * np.array(near), abs=0.03)
    assert seen >= 5


def test_corners_go_their_own_ways() -> None:
    """The directions of the four corners are drawn apart: it is no mere shift."""
    directions = [np.arctan2(*near) for seed in range(10) for near in corners(0.1, seed) if near is not None]
    assert np.std(directions) > 0.3


def test_the_engine_is_albumentations() -> None:
    """The same matrix given to albumentations' Perspective makes the same image."""
    albumentations = pytest.importorskip("albumentations")
    import cv2

    image, direct = scene(64), albumentations.Perspective(border_mode=cv2.BORDER_REFLECT_101, p=1)
    matrices = []
    original = cv2.warpPerspective

    def spy(pixels: np.ndarray, **options: object) -> np.ndarray:
        matrices.append(options["M"])
        return np.asarray(original(pixels, **options))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cv2, "warpPerspective", spy)
        moved = Perspective().change(image, 0.15, 2).pixels
    assert np.array_equal(moved, direct.apply(image.pixels, matrices[0], 64, 64))


def test_medical_images_get_black_behind_them() -> None:
    """The profile chooses the border, as for every operator that moves an image."""
    white = Image(np.full((40, 40), 255, dtype=np.uint8))
    assert [
        int(Perspective(profile=profile).change(white, 0.2, 1).pixels.min()) for profile in ("natural", "medical")
    ] == [255, 0]
