"""A picture that changes between the index and its use stops the run: its outputs would be stored for another picture."""

import numpy as np
import pytest

from robustspec.data.picture_files import picture_file
from robustspec.errors import DataError, PictureError

PIL = pytest.importorskip("PIL.Image")


def save(path, level):
    PIL.fromarray(np.full((16, 16), level, np.uint8)).save(path)


def test_a_file_that_is_rewritten_is_told(tmp_path):
    """The handle was made of the first picture, and opens no other one."""
    path = tmp_path / "scan.png"
    save(path, 10)
    picture = picture_file(path)
    path.unlink()
    save(path, 200)
    with pytest.raises(DataError, match="changed during the run") as told:
        picture.open()
    assert not isinstance(told.value, PictureError)


def test_a_file_that_stays_opens(tmp_path):
    """The same handle opens as often as it is asked."""
    save(tmp_path / "scan.png", 10)
    picture = picture_file(tmp_path / "scan.png")
    assert int(picture.open().pixels.max()) == int(picture.open().pixels.min()) == 10
