"""Folders of DICOM files, their headers as columns."""

from __future__ import annotations

import numpy as np
import pytest

from robustspec.data import dicom
from robustspec.data.block import DataBlock
from robustspec.data.checks import check_block
from robustspec.data.dataset import open_dataset
from robustspec.data.dicom import DicomSource
from robustspec.errors import DataError, PictureError

pydicom = pytest.importorskip("pydicom")


@pytest.fixture
def folder(tmp_path, dicom_of):
    """Three images of two patients, one in a folder of its own and one without suffix."""
    for value, (name, patient, vendor) in enumerate(
        [("a.dcm", "17", "GE"), ("IM0002", "17", "GE"), ("more/c.DCM", "18", "Philips")], 1
    ):
        path = tmp_path / "scans" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.full((8, 8), 1000 * value, dtype=np.uint16)
        fields = {"PatientID": patient, "Manufacturer": vendor, "MagneticFieldStrength": "1.5"}
        dicom_of(pixels, 16, **fields).save_as(path, enforce_file_format=True)
    for name in ("README", "notes.txt", "DICOMDIR"):
        (tmp_path / "scans" / name).write_text("x" * 200)
    return tmp_path / "scans"


@pytest.fixture
def opened(folder, tmp_path):
    def open_(cache=None, **block):
        kind = DicomSource(path="scans")
        return open_dataset("scans", DataBlock.model_validate({"source": kind, **block}), tmp_path, cache)

    return open_


def test_each_file_is_a_row(opened):
    """With or without suffix; texts and the index of a disc are left out."""
    rows = opened().rows([0, 1, 2])
    assert [row.id for row in rows] == ["IM0002", "a.dcm", "more/c.DCM"]
    assert [int(row.input[0].images[0].open().pixels[0, 0]) for row in rows] == [2000, 1000, 3000]


def test_header_fields_are_columns(opened):
    """For groups, conditions and the unit."""
    dataset = opened(groups=["Manufacturer", "MagneticFieldStrength"], unit="PatientID")
    assert dataset.n_units == 2
    assert dataset.group_values("Manufacturer") == ["GE", "Philips"]
    assert dataset.group_values("MagneticFieldStrength") == ["1.5"]
    assert opened(where={"Manufacturer": "Philips"}).n_rows == 1


def test_pixels_are_not_read_for_the_index(opened, monkeypatch):
    """Only headers are."""
    read, asked = pydicom.dcmread, []
    monkeypatch.setattr(pydicom, "dcmread", lambda path, **options: asked.append(options) or read(path, **options))
    assert opened(groups=["Manufacturer"]).n_rows == 3
    assert asked
    assert all(options == {"stop_before_pixels": True} for options in asked)


def test_a_cached_index_is_used(opened, tmp_path, monkeypatch):
    """While no file changed."""
    opened(tmp_path / "cache")
    monkeypatch.setattr(dicom.DicomFolder, "scan", lambda self: pytest.fail("the folder was scanned"))
    assert opened(tmp_path / "cache").n_rows == 3


def test_a_file_without_pixels_is_a_row_whose_picture_is_missing(opened, folder, dicom_of):
    """The others go on."""
    report = dicom_of(np.zeros((2, 2), dtype=np.uint16), Modality="SR")
    del report.PixelData
    report.save_as(folder / "b.dcm", enforce_file_format=True)
    row = opened().rows([2])[0]
    with pytest.raises(PictureError, match=r"b\.dcm: has no pixel data"):
        row.input[0].images[0].open()
    assert opened(where={"Modality": "MR"}).n_rows == 3


def test_a_file_that_is_no_dicom_is_named(opened, folder):
    """By its suffix it should be one."""
    (folder / "b.dcm").write_text("no preamble")
    with pytest.raises(DataError, match=r"b\.dcm: cannot be read as DICOM"):
        opened()


def test_a_folder_without_dicom_is_an_error(tmp_path):
    """It says what counts as one."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"holds no DICOM files -- one ends in \.dcm"):
        DicomSource(path="empty").open(tmp_path / "empty")


def test_pydicom_is_asked_for(folder, monkeypatch):
    """With the extra that brings it."""
    monkeypatch.setattr(dicom, "find_spec", lambda name: None)
    with pytest.raises(DataError, match=r"needs pydicom -- pip install 'robustspec\[image\]'"):
        DicomSource(path="scans").open(folder)


def test_the_linter_knows_the_columns(folder, tmp_path):
    """A typo in a keyword has the nearest one."""
    block = DataBlock.model_validate({"source": DicomSource(path="scans"), "groups": ["Manufacturr"]})
    (fault,) = check_block("scans", block, tmp_path)
    assert fault.suggestion == "did you mean 'Manufacturer'?"
