from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from robustspec.data.block import DataBlock
from robustspec.data.csv import CsvSource
from robustspec.data.dataset import Dataset, open_dataset
from robustspec.data.jsonl import JsonlSource


@pytest.fixture
def write_jsonl(tmp_path: Path) -> Callable[..., Path]:
    """Writes records, one JSON object a line."""

    def write(records: Iterable[Mapping[str, Any]], name: str = "rows.jsonl") -> Path:
        path = tmp_path / name
        path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
        return path

    return write


@pytest.fixture
def open_jsonl(tmp_path: Path, write_jsonl: Callable[..., Path]) -> Callable[..., Dataset]:
    """Opens records, written as JSON Lines, under a block of the given keys."""

    def open_(records: Iterable[Mapping[str, Any]], cache: Path | None = None, **block: Any) -> Dataset:
        write_jsonl(records)
        return open_dataset("requests", jsonl_block(**block), tmp_path, cache)

    return open_


@pytest.fixture
def open_csv(tmp_path: Path) -> Callable[..., Dataset]:
    """Opens text as a CSV file under a block of the given keys."""

    def open_(text: str | bytes, **block: Any) -> Dataset:
        (tmp_path / "rows.csv").write_bytes(text.encode() if isinstance(text, str) else text)
        return open_dataset("requests", DataBlock(source=CsvSource(path="rows.csv"), **block), tmp_path)

    return open_


def jsonl_block(**block: Any) -> DataBlock:
    return DataBlock.model_validate({"source": JsonlSource(path="rows.jsonl"), **block})


@pytest.fixture
def block_of() -> Callable[..., DataBlock]:
    """A block over ``rows.jsonl`` with the given keys."""
    return jsonl_block


@pytest.fixture
def dicom_of() -> Callable[..., Any]:
    """Makes a DICOM data set of pixels (pydicom), its fields overridden by keyword."""

    def make(pixels: Any, bits: int = 16, **fields: Any) -> Any:
        import pydicom
        from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid

        meta = pydicom.dataset.FileMetaDataset()
        meta.MediaStorageSOPClassUID, meta.TransferSyntaxUID = MRImageStorage, ExplicitVRLittleEndian
        meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=[repr(sorted(fields.items()))])
        dataset = pydicom.dataset.FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
        allocated = 8 * pixels.dtype.itemsize
        defaults = {
            "SOPClassUID": MRImageStorage,
            "SOPInstanceUID": meta.MediaStorageSOPInstanceUID,
            "Modality": "MR",
            "Rows": pixels.shape[0],
            "Columns": pixels.shape[1],
            "SamplesPerPixel": 1,
            "PhotometricInterpretation": "MONOCHROME2",
            "BitsAllocated": allocated,
            "BitsStored": bits,
            "HighBit": bits - 1,
            "PixelRepresentation": 0,
        }
        for name, value in {**defaults, **fields}.items():
            setattr(dataset, name, value)
        dataset.PixelData = pixels.tobytes()
        dataset["PixelData"].VR = "OW" if allocated > 8 else "OB"
        return dataset

    return make
