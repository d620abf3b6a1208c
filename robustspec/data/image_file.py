"""PNG, JPEG and TIFF files. Needs Pillow and OpenCV, the extra ``image``.

What a file is, its first bytes tell, not its suffix. Nothing is cut to 8 bits: Pillow does that to colours of 16 bits,
so these are decoded by OpenCV.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from robustspec.data.picture import Image
from robustspec.data.picture_values import check_size, image_of, over_white, reading
from robustspec.errors import PictureError

_ORIENTATION = 0x0112
_WIDTH, _HEIGHT, _BITS, _PHOTOMETRIC, _FORMAT = 256, 257, 258, 262, 339
_OFFSETS, _COUNTS = (273, 324), (279, 325)
"""TIFF tags: where strips or tiles start, and how long they are."""


def read_image(path: Path) -> Image:
    """The image of a PNG, JPEG or TIFF file, as a viewer shows it.

    Palettes, CMYK and YCbCr become RGB; what is transparent shows white; the orientation that a camera noted (EXIF) is
    applied. Raises `PictureError` for what is none of these, is cut short, or has several pages, and before decoding for
    one that claims more than `picture_values.MOST_PIXELS`.
    """
    with reading(path, "an image"), path.open("rb") as file:
        start = file.read(8)
        file.seek(0)
        reader = next((reader for magic, reader in _READERS.items() if start.startswith(magic)), None)
        if reader is None:
            raise PictureError(f"{path}: is no PNG, JPEG or TIFF, whatever its name says -- convert it to PNG")
        return image_of(path, reader(path, file))


def _png(path: Path, file: BinaryIO) -> NDArray[Any]:
    header = file.read(26)
    width, height = int.from_bytes(header[16:20], "big"), int.from_bytes(header[20:24], "big")
    depth, colour = header[24], header[25]
    check_size(path, (height, width))
    picture = _loaded("PNG", path, file)
    if depth < 16 or colour == 0:
        return _oriented(_shown(picture), picture)
    pixels = _decoded(path, file)
    if colour == 4 and pixels.ndim == 3:  # grey with opacity
        pixels = over_white(pixels[:, :, :3], pixels[:, :, 3:])[:, :, 0]
    return _oriented(pixels, picture)


def _jpeg(path: Path, file: BinaryIO) -> NDArray[Any]:
    picture = _loaded("JPEG", path, file)
    return _oriented(_shown(picture), picture)


def _tiff(path: Path, file: BinaryIO) -> NDArray[Any]:
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

    start = file.read(8)
    tags: Any = ImageFileDirectory_v2(start + (file.read(8) if start[2:4] in (b"+\0", b"\0+") else b""))
    file.seek(tags.next)
    tags.load(file)
    check_size(path, (tags[_HEIGHT], tags[_WIDTH]))
    _check_whole(path, tags)
    if tags.next:
        raise PictureError(f"{path}: holds several pages -- save the one that is meant as a file of its own")
    if max(tags.get(_BITS, (1,))) <= 8 and set(tags.get(_FORMAT, (1,))) == {1}:
        picture = _loaded("TIFF", path, file)  # which also turns it as its orientation says
        return _shown(picture)
    return _white_is_high(_decoded(path, file), tags.get(_PHOTOMETRIC))


def _check_whole(path: Path, tags: Any) -> None:
    """Decoders fill with zeros what a file cut short does not hold."""
    size = path.stat().st_size
    for offsets, counts in zip(_OFFSETS, _COUNTS, strict=True):
        ends = (offset + count for offset, count in zip(tags.get(offsets, ()), tags.get(counts, ()), strict=True))
        if max(ends, default=0) > size:
            raise PictureError(f"{path}: is cut short -- write it again")


def _white_is_high(pixels: NDArray[Any], photometric: int | None) -> NDArray[Any]:
    """Pixels of a TIFF whose 0 means white, the other way round."""
    if photometric != 0 or pixels.dtype.kind != "u":
        return pixels
    return np.iinfo(pixels.dtype).max - pixels


_READERS: dict[bytes, Callable[[Path, BinaryIO], NDArray[Any]]] = {
    b"\x89PNG\r\n\x1a\n": _png,
    b"\xff\xd8\xff": _jpeg,
    b"II*\0": _tiff,
    b"MM\0*": _tiff,
    b"II+\0": _tiff,
    b"MM\0+": _tiff,
}


def _loaded(kind: str, path: Path, file: BinaryIO) -> Any:
    """The picture that Pillow decodes; `PIL.Image.open` would warn of a large one before its size can be looked at."""
    import PIL.Image

    file.seek(0)
    PIL.Image.preinit()
    # Without a name: Pillow 13 maps a named TIFF into memory, and then turns it wrongly.
    picture = PIL.Image.OPEN[kind][0](file, "")
    check_size(path, (picture.size[1], picture.size[0]))
    picture.load()
    return picture


def _shown(picture: Any) -> NDArray[Any]:
    """The pixels of a picture of any mode of Pillow, grey or RGB."""
    mode: str = picture.mode
    if mode.startswith("I"):
        pixels: NDArray[Any] = np.array(picture)
        return pixels
    grey = mode in ("1", "L", "LA", "La")
    if mode.endswith(("A", "a")) or "transparency" in picture.info:
        pixels = np.array(picture.convert("RGBA"))
        pixels = over_white(pixels[:, :, :3], pixels[:, :, 3:])
        return pixels[:, :, 0] if grey else pixels
    return np.array(picture.convert("L" if grey else "RGB"))


def _decoded(path: Path, file: BinaryIO) -> NDArray[Any]:
    """The values as they are stored, of any type; channels in the order RGB."""
    import cv2

    file.seek(0)
    pixels: Any = cv2.imdecode(np.frombuffer(file.read(), dtype=np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise PictureError(f"{path}: cannot be decoded -- save it without compression, or as PNG")
    if pixels.ndim == 3 and pixels.shape[2] >= 3:
        pixels = pixels[:, :, [2, 1, 0, 3][: pixels.shape[2]]]
    return np.asarray(pixels)


def _oriented(pixels: NDArray[Any], picture: Any) -> NDArray[Any]:
    """Pixels turned as the EXIF of ``picture`` says (2 to 8: mirrored, turned, or both)."""
    orientation = picture.getexif().get(_ORIENTATION, 1)
    if orientation in (5, 6, 7, 8):
        pixels = np.swapaxes(pixels, 0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels
