"""PNG, JPEG and TIFF files, whole and torn, made by the usual writers."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest

from robustspec.data.image_file import read_image
from robustspec.errors import PictureError

cv2 = pytest.importorskip("cv2")
PIL_Image = pytest.importorskip("PIL.Image")

RNG = np.random.default_rng(5)
GREY = RNG.integers(0, 256, (12, 9), dtype=np.uint8)
RGB = RNG.integers(0, 256, (12, 9, 3), dtype=np.uint8)
DEEP = RNG.integers(0, 65536, (12, 9), dtype=np.uint16)
DEEP_RGB = RNG.integers(0, 65536, (12, 9, 3), dtype=np.uint16)


@pytest.fixture
def saved(tmp_path):
    """Saves an array with Pillow."""

    def save(array, name="a.png", mode=None, **options):
        path = tmp_path / name
        picture = PIL_Image.fromarray(array)
        (picture if mode is None else picture.convert(mode)).save(path, **options)
        return path

    return save


@pytest.fixture
def saved_deep(tmp_path):
    """Saves an array of any type with OpenCV, channels in the order RGB."""

    def save(array, name="a.png"):
        path = tmp_path / name
        assert cv2.imwrite(str(path), array[:, :, [2, 1, 0, 3][: array.shape[2]]] if array.ndim == 3 else array)
        return path

    return save


def refusal(path) -> str:
    with pytest.raises(PictureError) as caught:
        read_image(path)
    return str(caught.value)


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
@pytest.mark.parametrize("array", [GREY, RGB, DEEP], ids=["grey", "rgb", "16 bit"])
def test_lossless_files_give_back_their_values(saved, array, name):
    """Value for value and type for type."""
    pixels = read_image(saved(array, name)).pixels
    assert pixels.dtype == array.dtype
    np.testing.assert_array_equal(pixels, array)


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_colours_of_16_bits_are_not_cut(saved_deep, name):
    """Pillow would give their high bytes."""
    path = saved_deep(DEEP_RGB, name)
    pixels = read_image(path).pixels
    assert pixels.dtype == np.uint16
    np.testing.assert_array_equal(pixels, DEEP_RGB)


@pytest.mark.parametrize(
    "array", [DEEP / np.float32(65535), (DEEP_RGB / 65535).astype(np.float32)], ids=["grey", "rgb"]
)
def test_a_tiff_of_floats_keeps_them(saved_deep, array):
    """From 0 to 1, as float32."""
    pixels = read_image(saved_deep(array, "a.tiff")).pixels
    assert pixels.dtype == np.float32
    np.testing.assert_array_equal(pixels, array)


def test_a_tiff_of_doubles_becomes_float32(saved_deep):
    """An image has one type of floats."""
    pixels = read_image(saved_deep(DEEP / 65535.0, "a.tif")).pixels
    assert pixels.dtype == np.float32
    np.testing.assert_allclose(pixels, DEEP / 65535.0, atol=1e-7)


def test_floats_beyond_one_are_refused(saved_deep):
    """What is white in them, nobody knows."""
    said = refusal(saved_deep(DEEP.astype(np.float32), "a.tif"))
    assert "an image of floats runs from 0 to 1 -- divide it by its white level" in said


def test_integers_out_of_range_are_refused(saved):
    """32 bits may hold what 16 cannot; nothing wraps around."""
    said = refusal(saved(np.array([[-5, 7], [70000, 1]], dtype=np.int32), "a.tif"))
    assert "holds values from -5 to 70000, and an image of 16 bits holds 0 to 65535" in said


def test_integers_in_range_become_uint16(saved):
    """A TIFF of 32 bits whose values fit."""
    pixels = read_image(saved(DEEP.astype(np.int32), "a.tif")).pixels
    assert pixels.dtype == np.uint16
    np.testing.assert_array_equal(pixels, DEEP)


def test_a_palette_becomes_its_colours(saved):
    """Not the numbers of its entries."""
    path = saved(RGB, mode="P")
    expected = np.array(PIL_Image.open(path).convert("RGB"))
    np.testing.assert_array_equal(read_image(path).pixels, expected)


def test_black_and_white_become_0_and_255(saved):
    """One bit a pixel."""
    pixels = read_image(saved(GREY > 127)).pixels
    np.testing.assert_array_equal(pixels, np.where(GREY > 127, 255, 0))


def test_what_is_transparent_shows_white(saved):
    """Clear is white, opaque its colour, half between them; the colour that hides behind is not shown."""
    rgba = np.zeros((2, 2, 4), dtype=np.uint8)
    rgba[0, 0], rgba[0, 1], rgba[1, 0] = (200, 10, 0, 0), (200, 10, 0, 255), (100, 0, 0, 51)
    pixels = read_image(saved(rgba)).pixels
    assert pixels.tolist()[0] == [[255, 255, 255], [200, 10, 0]]
    assert pixels.tolist()[1][0] == [224, 204, 204]  # 0.2 of the colour, 0.8 of white


def test_a_transparent_entry_of_a_palette_shows_white(saved):
    """The tRNS chunk of a palette: red stays, black is clear."""
    drawn = np.zeros((4, 4, 3), dtype=np.uint8)
    drawn[2:] = (255, 0, 0)
    black = PIL_Image.fromarray(drawn).convert("P").getpixel((0, 0))
    pixels = read_image(saved(drawn, mode="P", transparency=black)).pixels
    drawn[:2] = 255
    np.testing.assert_array_equal(pixels, drawn)


def test_grey_with_opacity_stays_grey(saved):
    """Two channels in the file, one in the image."""
    grey = np.stack([GREY, np.full_like(GREY, 255)], axis=2)
    np.testing.assert_array_equal(read_image(saved(grey)).pixels, GREY)


def test_opacity_of_16_bits(saved_deep):
    """Half of the colour over white, in 16 bits."""
    rgba = np.full((3, 3, 4), 20000, dtype=np.uint16)
    rgba[..., 3] = 32768
    expected = round(20000 * 32768 / 65535 + 65535 * (1 - 32768 / 65535))
    np.testing.assert_array_equal(read_image(saved_deep(rgba)).pixels, np.full((3, 3, 3), expected))


def test_grey_of_16_bits_with_opacity(tmp_path):
    """A PNG that Pillow does not write: 16 bits of grey, 16 bits of opacity, written by hand."""
    rows = b"".join(b"\0" + struct.pack(">HHHH", 1000, 65535, 1000, 0) for _ in range(2))
    header = struct.pack(">IIBBBBB", 2, 2, 16, 4, 0, 0, 0)

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    path = tmp_path / "a.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )
    assert read_image(path).pixels.tolist() == [[1000, 65535]] * 2


def test_a_jpeg_is_near_what_was_saved(saved):
    """Smooth pixels lose little."""
    smooth = np.add.outer(np.arange(32), np.arange(32)).astype(np.uint8) * 4
    pixels = read_image(saved(smooth, "a.jpg", quality=95)).pixels
    assert pixels.shape == smooth.shape
    assert np.abs(pixels.astype(int) - smooth).max() <= 4


def test_a_cmyk_jpeg_becomes_rgb(saved):
    """Pure cyan ink shows as cyan light."""
    rgb = np.zeros((16, 16, 3), dtype=np.uint8)
    rgb[...] = (0, 255, 255)
    pixels = read_image(saved(rgb, "a.jpg", mode="CMYK")).pixels
    assert pixels.shape == (16, 16, 3)
    assert np.abs(pixels.astype(int) - rgb).max() <= 3


def turned(array, orientation):
    """What each value of the EXIF tag means, by its definition: where row 0 and column 0 of the stored pixels are seen."""
    return {
        1: array,
        2: np.fliplr(array),
        3: np.rot90(array, 2),
        4: np.flipud(array),
        5: array.T,
        6: np.rot90(array, -1),
        7: np.rot90(array, 2).T,
        8: np.rot90(array),
    }[orientation]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "deep.png", "deep.tif"])
def test_the_orientation_of_a_camera_is_applied(saved, name, orientation):
    """All eight, in every format and depth."""
    exif = PIL_Image.Exif()
    exif[0x0112] = orientation
    stored = np.kron(np.arange(6, dtype=np.uint8).reshape(2, 3) * 40, np.ones((8, 8), dtype=np.uint8))
    stored = stored.astype(np.uint16) * 257 if name.startswith("deep") else stored
    options = {"tiffinfo": {274: orientation}} if name.endswith("tif") else {"exif": exif}
    pixels = read_image(saved(stored, name, **options)).pixels
    assert pixels.shape == turned(stored, orientation).shape
    np.testing.assert_allclose(pixels, turned(stored, orientation), atol=3)


@pytest.mark.parametrize("deep", [False, True])
def test_a_tiff_whose_zero_is_white_is_turned_round(saved_deep, tmp_path, deep):
    """Photometric interpretation 0."""
    array = DEEP if deep else GREY
    data = cv2.imencode(".tif", array, [cv2.IMWRITE_TIFF_COMPRESSION, 1])[1].tobytes()
    tag = struct.pack("<HHI", 262, 3, 1)
    assert data.count(tag) == 1
    at = data.index(tag) + len(tag)
    path = tmp_path / "white.tif"
    path.write_bytes(data[:at] + b"\0" + data[at + 1 :])
    np.testing.assert_array_equal(read_image(path).pixels, np.iinfo(array.dtype).max - array)


def test_a_tiff_of_two_pages_is_refused(saved):
    """Which one is meant, nobody knows."""
    path = saved(GREY, "a.tif", save_all=True, append_images=[PIL_Image.fromarray(GREY)])
    assert "holds several pages -- save the one that is meant" in refusal(path)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "deep.tif", "deep.png"])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.6])
def test_a_truncated_file_is_refused(saved, saved_deep, name, share):
    """Cut anywhere, it is one sentence and no half picture."""
    big = RNG.integers(0, 256, (64, 64, 3), dtype=np.uint8)
    path = saved_deep(big.astype(np.uint16), name) if name.startswith("deep") else saved(big, name)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    said = refusal(path)
    assert str(path) in said
    assert " -- " in said
    assert "\n" not in said


def test_one_pixel_is_no_image(saved):
    """1 x 1 is what a broken export leaves."""
    assert "has 1 x 1 pixels -- an image has at least 2 x 2" in refusal(saved(GREY[:1, :1]))


def claiming(path, width, height):
    """The PNG of ``path`` with another size in its header, its checksum made right."""
    data = bytearray(path.read_bytes())
    data[16:24] = struct.pack(">II", width, height)
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    path.write_bytes(data)
    return path


def test_a_decompression_bomb_is_refused_by_its_header(saved):
    """A file of 200 bytes that claims 100,000 x 100,000 pixels."""
    assert "its header claims 100,000 x 100,000" in refusal(claiming(saved(GREY), 100_000, 100_000))


def test_a_file_of_another_format_is_refused(tmp_path):
    """A page of an error that was saved as a picture."""
    path = tmp_path / "a.png"
    path.write_text("<html>404</html>")
    assert "is no PNG, JPEG or TIFF, whatever its name says" in refusal(path)


def test_the_format_is_told_by_the_bytes(saved, tmp_path):
    """A PNG called .jpg opens as the PNG that it is."""
    path = saved(RGB).rename(tmp_path / "a.jpg")
    np.testing.assert_array_equal(read_image(path).pixels, RGB)
