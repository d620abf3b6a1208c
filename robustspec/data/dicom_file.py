"""DICOM files. Needs pydicom, the extra ``image`` or ``mri``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robustspec.data.picture import Image
from robustspec.data.picture_values import check_size, image_of, reading
from robustspec.errors import PictureError

FACTS = frozenset(
    """
    BodyPartExamined EchoTime FlipAngle ImageLaterality ImageOrientationPatient ImagePositionPatient ImageType
    InversionTime Laterality MagneticFieldStrength Manufacturer ManufacturerModelName Modality PatientOrientation
    PatientPosition PhotometricInterpretation PixelSpacing ProtocolName RepetitionTime RescaleIntercept RescaleSlope
    ScanningSequence SequenceName SeriesDescription SliceThickness SoftwareVersions SpacingBetweenSlices ViewPosition
    WindowCenter WindowWidth
    """.split()  # noqa: SIM905  # as a list it would fill a page
)
"""Header fields that an image keeps as its facts: how it was made and how the patient lies, not who that is."""

_TEXTS_AND_NUMBERS = frozenset("AE AS CS DA DS DT FD FL IS LO LT PN SH SL SS ST SV TM UC UI UL UR US UT UV".split())  # noqa: SIM905


def read_header(path: Path) -> dict[str, Any]:
    """The text and number fields of a DICOM header by keyword, read without the pixels; empty fields are left out.

    A field of several values is a list. `PictureError` for a file that is no DICOM.
    """
    with reading(path, "DICOM"):
        import pydicom

        return _fields(pydicom.dcmread(path, stop_before_pixels=True))


def _fields(dataset: Any) -> dict[str, Any]:
    fields = {e.keyword: _plain(e.value) for e in dataset if e.keyword and e.VR in _TEXTS_AND_NUMBERS}
    return {name: value for name, value in fields.items() if value not in (None, "", [])}


def _plain(value: Any) -> Any:
    """A value of pydicom as text, int, float, or a list of these."""
    if isinstance(value, list | tuple) or type(value).__name__ == "MultiValue":
        return [_plain(item) for item in value]
    if isinstance(value, bool | int | float) or value is None:
        return value if value is None else int(value) if isinstance(value, int) else float(value)
    return float(value) if type(value).__name__ == "DSdecimal" else str(value)


def read_dicom(path: Path) -> Image:
    """The image of a DICOM file of one frame, as a viewer shows it.

    The stored values are taken through the modality transform (``RescaleSlope`` and ``RescaleIntercept``, or its table),
    then through the first window of the header (``WindowCenter``, ``WindowWidth``), whose ends become black and white;
    without a window, the smallest and largest value that ``BitsStored`` allows become black and white. Of
    MONOCHROME1, whose low values are bright, the inverse is given. Up to 8 bits stored give uint8, more give uint16; colours
    are RGB. ``facts`` are the header fields of `FACTS`. `PictureError` for a file without pixel data, with several frames,
    or compressed in a way that no installed plug-in decodes.
    """
    with reading(path, "DICOM"):
        import pydicom

        header = pydicom.dcmread(path, stop_before_pixels=True)
        _check_header(path, header)
        dataset = pydicom.dcmread(path)
        if "PixelData" not in dataset:
            kind = dataset.get("Modality", "unknown")
            raise PictureError(f"{path}: has no pixel data (its modality is {kind}) -- leave it out with `where`")
        pixels = _shown(dataset, _stored(path, dataset))
        fields = _fields(header)
        return image_of(path, pixels, {name: fields[name] for name in sorted(FACTS & fields.keys())})


def _check_header(path: Path, header: Any) -> None:
    check_size(path, (header.get("Rows", 0), header.get("Columns", 0)))
    frames = int(header.get("NumberOfFrames") or 1)
    if frames > 1:
        raise PictureError(f"{path}: holds {frames} frames -- save the one that is meant as a file of its own")


def _stored(path: Path, dataset: Any) -> NDArray[Any]:
    """The stored values, decompressed."""
    syntax = dataset.file_meta.TransferSyntaxUID
    try:
        return np.asarray(dataset.pixel_array)
    except (RuntimeError, NotImplementedError) as error:
        if not syntax.is_compressed:
            raise
        raise PictureError(
            f"{path}: is compressed as {syntax.name}, which needs a plug-in of pydicom -- pip install pylibjpeg "
            "pylibjpeg-libjpeg pylibjpeg-openjpeg, or save it uncompressed"
        ) from error


def _shown(dataset: Any, stored: NDArray[Any]) -> NDArray[Any]:
    from pydicom.pixels.processing import apply_color_lut, apply_modality_lut

    photometric = dataset.PhotometricInterpretation
    if photometric == "PALETTE COLOR":
        return np.asarray(apply_color_lut(stored, dataset))
    kind = np.dtype(np.uint8 if dataset.BitsStored <= 8 else np.uint16)
    ends = _stored_ends(dataset)
    if stored.ndim == 3:
        return _scaled(stored.astype(np.float64), *ends, kind)
    values = np.asarray(apply_modality_lut(stored, dataset), dtype=np.float64)
    window = _window(dataset)
    if window is None:
        low, high = sorted(np.asarray(apply_modality_lut(np.array(ends), dataset), dtype=np.float64).tolist())
    else:
        low, high = window
    pixels = _scaled(values, low, high, kind)
    return ~pixels if photometric == "MONOCHROME1" else pixels  # of an unsigned type, white less the value


def _stored_ends(dataset: Any) -> tuple[int, int]:
    """The smallest and the largest value that can be stored."""
    bits = int(dataset.BitsStored)
    if dataset.PixelRepresentation == 1:
        return -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    return 0, (1 << bits) - 1


def _window(dataset: Any) -> tuple[float, float] | None:
    """The ends of the first window (DICOM PS3.3, C.11.2.1.2); of the sigmoid function, those of its straight part."""
    centre, width = (_first(dataset.get(name)) for name in ("WindowCenter", "WindowWidth"))
    if centre is None or width is None:
        return None
    if dataset.get("VOILUTFunction", "LINEAR") == "LINEAR":
        centre, width = centre - 0.5, width - 1.0
    return centre - width / 2, centre + width / 2


def _first(value: Any) -> float | None:
    if value is None or value == "":
        return None
    return float(value[0]) if isinstance(value, list) or type(value).__name__ == "MultiValue" else float(value)


def _scaled(values: NDArray[np.float64], low: float, high: float, kind: np.dtype[Any]) -> NDArray[Any]:
    """``low`` to ``high`` as black to white of ``kind``; a window without width is a threshold."""
    white = np.iinfo(kind).max
    if high <= low:
        return np.where(values > low, white, 0).astype(kind)
    return np.rint(np.clip((values - low) / (high - low), 0.0, 1.0) * white).astype(kind)
