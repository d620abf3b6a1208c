"""NIfTI files (``.nii``, ``.nii.gz``; versions 1 and 2). Needs nibabel, the extra ``mri``."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robustspec.data.picture import Volume
from robustspec.data.picture_values import MOST_VOXELS, Facts, check_size, check_volume_shape, reading, volume_of
from robustspec.errors import PictureError

_MM_PER_UNIT = {1: 1000.0, 3: 0.001}
"""Codes of metres and micrometres in ``xyzt_units``; millimetres, and files that do not say, are taken as they are."""

_CHUNK = 1 << 20
_MOST_BEHIND = 1 << 26
"""Bytes that may follow the voxels of a compressed file; it could unpack to any number."""


def read_nifti(path: Path, facts: Facts | None = None) -> Volume:
    """The volume of a NIfTI file, its intensities scaled by ``scl_slope`` and ``scl_inter`` where the file has them.

    Voxels keep their type, or are float32 where they are scaled. The affine is the ``sform`` where its code is above 0, else
    the ``qform`` where its code is, else spacing without orientation; ``facts["affine_from"]`` says which, as the NIfTI-1
    standard and nibabel choose it. It is in millimetres whatever the unit of the file. A fourth axis of length 1 is dropped.
    Of a ``.nii.gz`` the checksum is verified. `PictureError` for a file that is torn or damaged, has several volumes or a
    wrong affine, or shows nothing.
    """
    with reading(path, "NIfTI"):
        import nibabel

        image: Any = nibabel.load(path)
        if not isinstance(image, nibabel.Nifti1Pair | nibabel.Nifti2Pair):
            raise PictureError(f"{path}: is no NIfTI file, whatever its name says -- convert it")
        check_size(path, image.shape, MOST_VOXELS)
        check_volume_shape(path, image.shape)
        affine, origin = _affine(image)
        voxels = _unpacked(path, image) if path.name.lower().endswith(".gz") else _voxels(image)
        return volume_of(path, voxels, affine, {"affine_from": origin, **(facts or {})})


def _unpacked(path: Path, image: Any) -> NDArray[Any]:
    """The voxels of a compressed file, read to its end: only there stands the checksum, and gzip compares it."""
    with gzip.open(path) as file:
        voxels = _voxels(type(image).from_stream(file))
        left = _MOST_BEHIND
        while left > 0 and (chunk := file.read(_CHUNK)):
            left -= len(chunk)
    if left <= 0:
        raise PictureError(f"{path}: over {_MOST_BEHIND:,} bytes follow the voxels -- write it again")
    return voxels


def _voxels(image: Any) -> NDArray[Any]:
    proxy = image.dataobj
    if (proxy.slope, proxy.inter) == (1.0, 0.0):
        return np.asarray(proxy.get_unscaled())
    return np.asarray(image.get_fdata(dtype=np.float32, caching="unchanged"))


def _affine(image: Any) -> tuple[NDArray[np.float64], str]:
    header = image.header
    names = {"sform": int(header["sform_code"]), "qform": int(header["qform_code"])}
    origin = next((name for name, code in names.items() if code > 0), "spacing")
    affine = np.array(image.affine, dtype=np.float64)
    affine[:3] *= _MM_PER_UNIT.get(int(header["xyzt_units"]) & 7, 1.0)
    return affine, origin
