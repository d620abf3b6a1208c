"""Backgrounds found and replaced."""

from __future__ import annotations

import numpy as np
import pytest
from picture_samples import KINDS, scene, subject
from scipy import ndimage

from robustspec.data.picture import Image
from robustspec.registry import load_operators, lookup

load_operators()
BackgroundSwap = lookup("perturbations", "background_swap")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("grey", [True, False])
def test_the_subject_keeps_every_pixel(kind: type, grey: bool) -> None:
    """Behind it all is new; type and size stay."""
    image = subject(kind=kind, grey=grey)
    plain = abs(image.unit() - 0.96) < 0.01
    behind = plain if grey else plain.all(axis=-1)
    after = BackgroundSwap().change(image, 1, 5)
    assert np.array_equal(image.pixels[~behind], after.pixels[~behind])
    assert (after.pixels[behind] != image.pixels[behind]).mean() > 0.95
    assert (image.pixels.shape, image.pixels.dtype) == (after.pixels.shape, after.pixels.dtype)


def test_the_mask_is_what_touches_the_rim() -> None:
    """scipy's labels of what is near white give the same mask: a white spot inside the subject is none of it."""
    image = subject(grey=True)
    image.pixels[28:36, 28:36] = 245
    labels, _ = ndimage.label(abs(image.unit() - 0.96) <= 0.06)
    expected = np.isin(labels, np.unique(labels[0]))
    changed = BackgroundSwap(pattern="gradient").change(image, 1, 2).pixels != image.pixels
    assert not changed[28:36, 28:36].any()
    assert not (changed & ~expected).any()
    assert (expected & ~changed).mean() < 0.01


def test_a_photograph_without_a_plain_background_is_left_alone() -> None:
    """The very image comes back, which the engine counts as unchanged; and so does a blank one."""
    noise = Image(np.random.default_rng(1).integers(0, 255, (64, 64, 3), dtype=np.uint8))
    blank = Image(np.full((32, 32, 3), 200, dtype=np.uint8))
    assert BackgroundSwap().change(noise, 1, 3) is noise
    assert BackgroundSwap().change(blank, 1, 3) is blank


def test_a_strip_of_sky_is_no_background() -> None:
    """Less than half of the rim is plain, although a third of the area is."""
    image = Image(np.random.default_rng(1).integers(0, 255, (64, 64, 3), dtype=np.uint8))
    image.pixels[:24] = 200
    assert BackgroundSwap().change(image, 1, 3) is image


def test_tolerance_says_what_is_plain() -> None:
    """A shaded ground is plain to a tolerant mask only."""
    image = scene(grey=True)
    assert BackgroundSwap(tolerance=0.005).change(image, 1, 3) is image
    assert BackgroundSwap(tolerance=0.3).change(image, 1, 3) is not image


def test_the_seed_draws_pattern_and_colours() -> None:
    """Of eight seeds no two make the same background, with a given pattern too."""
    for fields in ({}, {"pattern": "stripes"}, {"pattern": "checks"}, {"pattern": "clouds"}):
        made = {BackgroundSwap(**fields).change(subject(), 1, seed).pixels.tobytes() for seed in range(8)}
        assert len(made) == 8
