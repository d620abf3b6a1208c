"""Pictures as bytes: what is sent to an endpoint, written to a report, or exported. Equal values give equal bytes."""

from __future__ import annotations

import base64
import gzip
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robustspec.data.picture import Image, Value, Volume
from robustspec.errors import PictureError

_TYPES = {"b1": "u1", "f2": "f4", "f16": "f8"}
"""Types that NIfTI has no code for, or few readers know, and the smallest one that holds them."""


def encoded(value: Value) -> tuple[str, bytes]:
    """Media type and bytes: an image as PNG, a volume as gzipped NIfTI-1.

    An image of uint8 or uint16 keeps every value, one of floats is rounded to 16 bits. A volume keeps its values; its
    affine (in NIfTI-1: float32) is both ``sform`` and, where it has no shear, ``qform``, in millimetres.
    `PictureError` where the extra is not installed.
    """
    if isinstance(value, Image):
        return "image/png", _png(value)
    return "application/gzip", _nifti(value)


def data_url(value: Value) -> str:
    """The picture as a data URL (RFC 2397) in base64."""
    media_type, data = encoded(value)
    return f"data:{media_type};base64,{base64.b64encode(data).decode('ascii')}"


def _png(image: Image) -> bytes:
    try:
        import cv2
    except ImportError:
        raise PictureError("writing an image needs opencv -- pip install 'robustspec[image]'") from None
    pixels = image.pixels
    if pixels.dtype.kind == "f":
        pixels = np.rint(np.clip(pixels, 0.0, 1.0).astype(np.float64) * 65535).astype(np.uint16)
    if pixels.ndim == 3:
        pixels = np.ascontiguousarray(pixels[:, :, ::-1])
    done, data = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 4])
    assert done
    return bytes(data)


def _nifti(volume: Volume) -> bytes:
    try:
        import nibabel
    except ImportError:
        raise PictureError("writing a volume needs nibabel -- pip install 'robustspec[mri]'") from None
    voxels = _as_nifti_type(volume.voxels)
    image: Any = nibabel.Nifti1Image(voxels, volume.affine, dtype=voxels.dtype)  # type: ignore[no-untyped-call]  # nibabel has no types
    image.header.set_xyzt_units("mm")
    image.set_qform(volume.affine, code=2, strip_shears=True)
    image.set_sform(volume.affine, code=2)
    return gzip.compress(image.to_bytes(), compresslevel=4, mtime=0)


def _as_nifti_type(voxels: NDArray[Any]) -> NDArray[Any]:
    code = _TYPES.get(voxels.dtype.str[1:])
    return voxels if code is None else voxels.astype(code)
