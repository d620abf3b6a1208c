"""Pictures in conversations, and how a test reads back the data URLs that a model is sent."""

from __future__ import annotations

import base64
import gzip

import cv2
import nibabel
import numpy as np

from robustspec.data.picture import Image, Volume, made
from robustspec.data.row import Message, Row

AFFINE = np.array([[0.0, -2.0, 0.0, 30.0], [1.5, 0.0, 0.0, -20.0], [0.0, 0.0, 3.0, 5.0], [0.0, 0.0, 0.0, 1.0]])
"""Axes that change places, with voxels of 1.5 x 2 x 3 mm."""


def grey(seed=0, side=12, kind=np.uint8):
    """An image of noise."""
    values = np.random.default_rng(seed).integers(0, np.iinfo(kind).max, (side, side + 3), endpoint=True, dtype=kind)
    return made(f"grey-{seed}.png", Image(values))


def colour(seed=0, side=12):
    """An image of three different channels."""
    values = np.random.default_rng(seed).integers(0, 255, (side, side + 3, 3), endpoint=True, dtype=np.uint8)
    return made(f"colour-{seed}.png", Image(values))


def volume(seed=0, kind=np.float32):
    """A volume of noise with an affine of its own."""
    values = np.random.default_rng(seed).uniform(0, 900, (6, 7, 8)).astype(kind)
    return made(f"volume-{seed}.nii.gz", Volume(values, AFFINE))


def talk(*pictures, words="What is this?"):
    """One message of the user."""
    return (Message("user", words, images=pictures),)


def row(*pictures, **fields):
    """A row whose message shows pictures."""
    return Row("r", talk(*pictures), **fields)


def data_of(url, media_type):
    """The bytes of a data URL."""
    head, _, data = url.partition(",")
    assert head == f"data:{media_type};base64"
    return base64.b64decode(data, validate=True)


def pixels_of(url):
    """The pixels of a data URL, RGB."""
    pixels = cv2.imdecode(np.frombuffer(data_of(url, "image/png"), np.uint8), cv2.IMREAD_UNCHANGED)
    return pixels if pixels.ndim == 2 else pixels[:, :, ::-1]


def nifti_of(url):
    """The NIfTI image of a data URL."""
    return nibabel.Nifti1Image.from_bytes(gzip.decompress(data_of(url, "application/gzip")))
