"""The contact sheet: thumbnails that show what the values are, and a page that is safe to open."""

import base64
import re

import numpy as np
import pytest

from robustspec.data.picture import Image, Volume
from robustspec.reports.contact_sheet import (
    SIDE,
    Section,
    Sheet,
    Strip,
    Tile,
    png,
    render_contact_sheet,
    thumbnails,
    window_of,
    write_contact_sheet,
)
from robustspec.reports.diff import diff

cv2 = pytest.importorskip("cv2")


def decoded(data):
    """The pixels of a PNG, RGB where it has colours, read by OpenCV."""
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    return pixels[:, :, ::-1] if pixels.ndim == 3 else pixels


def shown(thumbnail):
    """The pixels of a thumbnail."""
    head, _, data = thumbnail.src.partition(",")
    assert head == "data:image/png;base64"
    return decoded(base64.b64decode(data))


def in_shades(pixels):
    """The nearest of the 64 shades that a thumbnail has."""
    return np.rint(np.rint(pixels * (63 / 255)) * (255 / 63))


def page(*tiles, title="A sheet"):
    return render_contact_sheet(
        Sheet(title, "Contact sheet", [], [Section("noise", "What it does.", [Strip("r1", tiles)])])
    )


@pytest.mark.parametrize("shape", [(1, 1), (5, 9), (40, 31), (7, 6, 3), (64, 48, 3)])
def test_png_keeps_every_pixel(shape):
    """What another library reads from the file is what was written."""
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    np.testing.assert_array_equal(pixels, decoded(png(pixels)))


def test_smooth_pictures_pack_well():
    """A gradient takes a small part of its bytes: rows are stored as differences."""
    pixels = np.add.outer(np.arange(160), np.arange(160)).astype(np.uint8)
    assert len(png(pixels)) < pixels.size / 50


def test_a_large_image_is_the_mean_of_its_pixels():
    """Twice as many pixels: each on the page is the mean of four."""
    pixels = np.random.default_rng(1).integers(0, 256, (2 * SIDE, SIDE, 3), dtype=np.uint8)
    image = Image(pixels)
    (small,) = thumbnails(image, window_of(image))
    expected = pixels.reshape(SIDE, 2, SIDE // 2, 2, 3).mean(axis=(1, 3))
    assert (small.height, small.width) == (SIDE, SIDE // 2)
    assert np.abs(shown(small) - expected).max() <= 255 / 63 / 2 + 0.5


def test_pixels_on_an_edge_count_in_part():
    """Three halves of a pixel to one: (1 + 0.5 x 2) / 1.5 and so on, as areas have it."""
    pixels = np.tile(np.array([[10, 40, 90]], np.uint8), (1, SIDE // 2))
    image = Image(np.repeat(pixels, 3, axis=0))
    (small,) = thumbnails(image, window_of(image))
    assert shown(small)[0, :2].tolist() == in_shades(np.array([20, 73.3])).tolist()


def test_a_small_image_is_stored_as_it_is():
    """The page draws it larger; the file holds its own pixels."""
    pixels = np.random.default_rng(2).integers(0, 256, (20, 10), dtype=np.uint8)
    image = Image(pixels)
    (small,) = thumbnails(image, window_of(image))
    assert (small.height, small.width) == (SIDE, SIDE // 2)
    np.testing.assert_array_equal(in_shades(pixels), shown(small))


def test_a_cropped_image_is_drawn_at_the_scale_of_the_clean_one():
    """Half of the width is half of the width on the page."""
    image = Image(np.zeros((40, 80), np.uint8))
    (small,) = thumbnails(Image(np.zeros((40, 40), np.uint8)), window_of(image))
    assert (small.height, small.width) == (SIDE // 2, SIDE // 2)


@pytest.mark.parametrize(("dtype", "white"), [(np.uint16, 65535), (np.float32, 1.0)])
def test_every_type_is_drawn_from_black_to_white(dtype, white):
    """0 is black and the type's largest value white."""
    image = Image(np.array([[0, white]], dtype=dtype))
    assert shown(thumbnails(image, window_of(image))[0]).tolist() == [[0, 255]]


def head(orientation_flip=False):
    """Voxels with marks: bright at the patient's left, brighter in front, brightest on top."""
    voxels = np.full((20, 24, 16), 10, np.float32)
    voxels[:6, 9:15, 5:11] = 100  # x low: the left of RAS is low x
    voxels[7:13, 20:, 5:11] = 150  # anterior
    voxels[7:13, 9:15, 12:] = 200  # superior
    affine = np.diag([2.0, 2, 3, 1])
    if orientation_flip:
        voxels, affine = voxels[::-1].copy(), np.diag([-2.0, 2, 3, 1])
    return Volume(voxels, affine)


def test_a_volume_shows_three_planes_as_a_radiologist_sees_them():
    """Axial: front on top, the patient's left to the right; coronal and sagittal: head on top, sagittal facing left."""
    volume = head()
    axial, coronal, sagittal = (shown(each) for each in thumbnails(volume, window_of(volume)))
    bright = {100: 130, 150: 190, 200: 255}
    assert axial[12, -1] == coronal[8, -1] == bright[100]
    assert axial[0, 10] == sagittal[8, 0] == bright[150]
    assert coronal[0, 10] == sagittal[0, 12] == bright[200]


def test_the_affine_says_where_right_is():
    """The same head stored from right to left looks the same."""
    one, other = head(), head(orientation_flip=True)
    for first, second in zip(thumbnails(one, window_of(one)), thumbnails(other, window_of(other)), strict=True):
        np.testing.assert_array_equal(shown(first), shown(second))


def test_slices_have_the_proportions_of_the_body():
    """Voxels of 2 x 2 x 3 mm: 40 x 48 x 48 mm, drawn alike in all planes."""
    volume = head()
    sizes = [(each.width, each.height) for each in thumbnails(volume, window_of(volume))]
    assert sizes == [(133, 160), (133, 160), (160, 160)]


def test_a_darker_volume_looks_darker():
    """Pictures of a row are drawn in the window of the clean one."""
    volume = head()
    darker = volume.with_floats(volume.floats() / 2)
    first, second = (shown(thumbnails(each, window_of(volume))[0]) for each in (volume, darker))
    assert np.abs(first / 2 - second).max() <= 4
    assert second.max() < 140


def test_an_oblique_volume_with_two_axes_alike_is_drawn():
    """No axis is the nearest to one of the three: it is drawn as it is stored."""
    affine = np.eye(4)
    affine[:3, :3] = [[1, 0.9, 0], [0.5, 0.2, 0.1], [0.1, 0.3, 1]]
    assert len(thumbnails(Volume(head().voxels, affine), window_of(head()))) == 3


def test_the_page_holds_its_pictures_and_asks_nobody():
    """Pictures are data URLs, there is no script, and the page's policy allows neither script nor network."""
    image = Image(np.zeros((4, 4), np.uint8))
    html = page(Tile("level 1", thumbnails(image, window_of(image)), facts=["std 0.08", "SSIM 0.912"]))
    assert re.findall(r'<img src="([^,]+),', html) == ["data:image/png;base64"]
    assert "default-src 'none'; img-src data:" in html
    assert "<script" not in html
    assert "http" not in html.replace("http-equiv", "")
    assert "std 0.08<br>SSIM 0.912<br>" in html


def test_what_data_says_is_escaped():
    """Markup and control characters of a row are shown, not obeyed."""
    evil = "<img src=x onerror=alert(1)>\x1b[31m\u202e"
    html = page(Tile(evil, texts=[(evil, diff("a", evil))], facts=[evil], note=evil), title=evil)
    assert "<img src=x" not in html
    assert "\x1b" not in html
    assert "\u202e" not in html
    assert "\\x1b[31m\\u202e" in html


def test_changes_of_texts_are_marked():
    """What was taken out and put in, within the running text."""
    html = page(Tile("level 1", texts=[("user", diff("take ibuprofen", "take iboprofen"))]))
    assert "<b>user:</b> <bdi>take ib<del>u</del><ins>o</ins>profen</bdi>" in html


def test_a_tile_without_a_picture_says_why():
    """Unchanged and missing cases have a note in the place of the picture."""
    assert '<p class="none">missing: brain.png is cut short</p>' in page(
        Tile("l1", note="missing: brain.png is cut short")
    )


def test_the_page_is_written_whole(tmp_path):
    """One file, in a folder that is made."""
    write_contact_sheet(Sheet("T", "K", [], []), tmp_path / "new" / "sheet.html")
    assert [each.name for each in (tmp_path / "new").iterdir()] == ["sheet.html"]
