"""DICOM files, whole and torn, made by pydicom."""

from __future__ import annotations

import numpy as np
import pytest

from robustspec.data.dicom_file import read_dicom, read_header
from robustspec.errors import PictureError

pydicom = pytest.importorskip("pydicom")

RNG = np.random.default_rng(7)
TWELVE_BITS = RNG.integers(0, 4096, (9, 7), dtype=np.uint16)


@pytest.fixture
def saved(tmp_path, dicom_of):
    def save(pixels=TWELVE_BITS, name="a.dcm", bits=12, **fields):
        path = tmp_path / name
        dicom_of(pixels, bits, **fields).save_as(path, enforce_file_format=True)
        return path

    return save


def refusal(path) -> str:
    with pytest.raises(PictureError) as caught:
        read_dicom(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_stored_bits_become_the_whole_of_16(saved):
    """Without a window, 0 to 4095 become 0 to 65535."""
    pixels = read_dicom(saved()).pixels
    assert pixels.dtype == np.uint16
    np.testing.assert_array_equal(pixels, np.rint(TWELVE_BITS / 4095 * 65535))


@pytest.mark.parametrize(("bits", "kind"), [(8, np.uint8), (16, np.uint16)])
def test_values_that_fill_their_type_are_kept(saved, bits, kind):
    """8 bits of 8, 16 of 16."""
    stored = RNG.integers(0, 1 << bits, (9, 7)).astype(kind)
    pixels = read_dicom(saved(stored, bits=bits)).pixels
    assert pixels.dtype == kind
    np.testing.assert_array_equal(pixels, stored)


def test_the_window_of_the_header_is_black_to_white(saved):
    """PS3.3, C.11.2.1.2: with centre 2048 and width 4096, x becomes ((x - 2047.5) / 4095 + 0.5) of white."""
    path = saved(WindowCenter=2048, WindowWidth=4096)
    expected = np.clip((TWELVE_BITS - 2047.5) / 4095 + 0.5, 0, 1)
    np.testing.assert_array_equal(read_dicom(path).pixels, np.rint(expected * 65535))


def test_the_window_is_in_rescaled_units(saved):
    """Stored 1024 is 0 Hounsfield units: the centre of the window, in the middle of grey."""
    stored = np.array([[1024, 0], [824, 1224]], dtype=np.uint16)
    fields = {"RescaleSlope": 1, "RescaleIntercept": -1024, "WindowCenter": 0, "WindowWidth": 400}
    pixels = read_dicom(saved(stored, VOILUTFunction="LINEAR_EXACT", **fields)).pixels
    assert pixels.tolist() == [[32768, 0], [0, 65535]]


def test_pydicom_shows_the_same(saved):
    """Its own transforms, scaled to 16 bits."""
    from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut

    path = saved(RescaleSlope=2.5, RescaleIntercept=-100, WindowCenter=[3000, 10], WindowWidth=[2000, 20])
    dataset = pydicom.dcmread(path)
    shown = apply_voi_lut(apply_modality_lut(dataset.pixel_array, dataset), dataset, index=0)
    shown = (shown - shown.min()) / (shown.max() - shown.min())
    np.testing.assert_allclose(read_dicom(path).pixels / 65535, shown, atol=1e-4)


def test_a_negative_slope_turns_the_scale_round(saved):
    """Without a window, the largest stored value is then the darkest."""
    pixels = read_dicom(saved(RescaleSlope=-1, RescaleIntercept=0)).pixels
    np.testing.assert_array_equal(pixels, 65535 - np.rint(TWELVE_BITS / 4095 * 65535))


def test_signed_values_start_at_their_smallest(saved):
    """Two's complement of 12 bits: -2048 is black, 2047 white."""
    stored = np.array([[-2048, 2047], [0, -1]], dtype=np.int16)
    pixels = read_dicom(saved(stored, PixelRepresentation=1)).pixels
    np.testing.assert_array_equal(pixels, np.rint((stored + 2048.0) / 4095 * 65535))


def test_monochrome1_is_inverted(saved):
    """Its low values are bright."""
    pixels = read_dicom(saved(PhotometricInterpretation="MONOCHROME1")).pixels
    np.testing.assert_array_equal(pixels, 65535 - np.rint(TWELVE_BITS / 4095 * 65535))


def test_colours_are_rgb(saved):
    """Three samples a pixel, 8 bits each."""
    stored = RNG.integers(0, 256, (6, 5, 3), dtype=np.uint8)
    path = saved(stored, bits=8, PhotometricInterpretation="RGB", SamplesPerPixel=3, PlanarConfiguration=0)
    np.testing.assert_array_equal(read_dicom(path).pixels, stored)


def test_a_run_length_encoded_file_is_decoded(saved):
    """The one compression that pydicom decodes by itself."""
    path = saved()
    dataset = pydicom.dcmread(path)
    dataset.compress(pydicom.uid.RLELossless)
    dataset.save_as(path)
    np.testing.assert_array_equal(read_dicom(path).pixels, np.rint(TWELVE_BITS / 4095 * 65535))


def test_facts_tell_how_it_was_made_and_not_of_whom(saved):
    """Vendor, field and laterality; no name."""
    fields = {"Manufacturer": "Acme", "MagneticFieldStrength": "3", "Laterality": "L", "PatientOrientation": ["L", "F"]}
    facts = read_dicom(saved(PatientName="Doe^J", PatientID="17", **fields)).facts
    assert facts["Manufacturer"] == "Acme"
    assert facts["MagneticFieldStrength"] == 3.0
    assert facts["Laterality"] == "L"
    assert facts["PatientOrientation"] == ["L", "F"]
    assert not {name for name in facts if name.startswith("Patient")} - {"PatientOrientation"}


def test_a_header_is_plain_values(saved):
    """Text, int, float and lists; empty fields and sequences are left out."""
    header = read_header(saved(PatientID="17", EchoTime="2.5", InstanceNumber="4", StudyID="", ImageType=["A", "B"]))
    assert (header["PatientID"], header["EchoTime"], header["InstanceNumber"]) == ("17", 2.5, 4)
    assert [type(header[name]) for name in ("PatientID", "EchoTime", "InstanceNumber")] == [str, float, int]
    assert header["ImageType"] == ["A", "B"]
    assert "StudyID" not in header
    assert "PixelData" not in header


def test_a_file_without_pixel_data_is_refused(saved, tmp_path):
    """A structured report among the images."""
    path = saved(Modality="SR")
    dataset = pydicom.dcmread(path)
    del dataset.PixelData
    dataset.save_as(path)
    assert "has no pixel data (its modality is SR) -- leave it out with `where`" in refusal(path)


def test_a_compression_that_needs_a_plug_in_says_so(saved):
    """JPEG-LS, for which none is installed."""
    path = saved()
    dataset = pydicom.dcmread(path)
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.JPEGLSLossless
    dataset.PixelData = pydicom.encaps.encapsulate([b"\xff\xd8" + bytes(60)])
    dataset["PixelData"].VR = "OB"
    dataset.save_as(path)
    said = refusal(path)
    assert "is compressed as JPEG-LS Lossless" in said
    assert "needs a plug-in of pydicom -- pip install pylibjpeg" in said


def test_several_frames_are_refused(saved):
    """A cine loop is no image."""
    path = saved(np.stack([TWELVE_BITS, TWELVE_BITS]), NumberOfFrames=2, Rows=9, Columns=7)
    assert "holds 2 frames -- save the one that is meant" in refusal(path)


def test_a_bomb_is_refused_by_its_header(saved):
    """65,000 x 65,000 pixels in a file of a kilobyte."""
    assert "its header claims 65,000 x 65,000" in refusal(saved(Rows=65000, Columns=65000))


def test_one_pixel_is_no_image(saved):
    """1 x 1."""
    assert "has 1 x 1 pixels" in refusal(saved(TWELVE_BITS[:1, :1]))


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.95])
def test_a_truncated_file_is_refused(saved, share):
    """Cut in the preamble, in the header or in the pixels."""
    path = saved(RNG.integers(0, 4096, (40, 40), dtype=np.uint16))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    said = refusal(path)
    assert str(path) in said
    assert " -- " in said


def test_a_file_that_is_no_dicom_is_refused(tmp_path):
    """Text by the name of an image."""
    path = tmp_path / "a.dcm"
    path.write_text("no preamble")
    assert "cannot be read as DICOM" in refusal(path)
