"""NPZ files as data: pictures, labels and other columns as arrays."""

from __future__ import annotations

import numpy as np
import pytest

from robustspec.data.block import DataBlock
from robustspec.data.checks import check_block
from robustspec.data.dataset import open_dataset
from robustspec.data.npz import NpzSource
from robustspec.data.picture import Volume
from robustspec.errors import DataError

IMAGES = np.random.default_rng(1).integers(0, 256, (4, 6, 5), dtype=np.uint8)


@pytest.fixture
def opened(tmp_path):
    def open_(arrays, prefix="", **block):
        np.savez(tmp_path / "set.npz", **arrays)
        source = NpzSource(path="set.npz", prefix=prefix)
        return open_dataset("set", DataBlock.model_validate({"source": source, **block}), tmp_path)

    return open_


def test_arrays_are_columns(opened):
    """Images with labels, ids and a group."""
    arrays = {
        "images": IMAGES,
        "labels": np.array([3, 1, 2, 3]),
        "ids": np.array(["p", "q", "r", "s"]),
        "vendor": np.array(["a", "b", "a", "b"]),
        "snr": np.array([10.5, 3.0, 8.0, 9.0]),
        "about": np.array("one text for all"),
    }
    dataset = opened(arrays, groups=["vendor"], where={"snr": {"at_least": 5}})
    rows = dataset.rows(range(3))
    assert [(row.id, row.label, row.groups["vendor"]) for row in rows] == [("p", 3, "a"), ("r", 2, "a"), ("s", 3, "b")]
    np.testing.assert_array_equal(rows[1].input[0].images[0].open().pixels, IMAGES[2])
    assert type(rows[0].label) is int


def test_without_ids_rows_are_numbered(opened):
    """As in any file."""
    assert [row.id for row in opened({"images": IMAGES}).rows([0, 3])] == ["0000001", "0000004"]


def test_volumes_have_their_affine(opened):
    """One for all of them."""
    volumes = np.random.default_rng(2).normal(size=(2, 5, 6, 3)).astype(np.float32)
    volume = opened({"volumes": volumes, "affine": np.diag([1, 2, 3, 1])}).rows([1])[0].input[0].images[0].open()
    assert isinstance(volume, Volume)
    assert volume.spacing_mm == (1.0, 2.0, 3.0)
    np.testing.assert_array_equal(volume.voxels, volumes[1])


def test_a_prefix_chooses_a_part(opened):
    """As files of benchmarks name them; labels may stand in a column."""
    arrays = {
        "train_images": IMAGES,
        "train_labels": np.zeros((4, 1), dtype=np.uint8),
        "test_images": IMAGES[:2],
        "test_labels": np.array([[5], [6]], dtype=np.uint8),
    }
    dataset = opened(arrays, prefix="test_")
    assert [row.label for row in dataset.rows([0, 1])] == [5, 6]
    assert dataset.n_rows == 2


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"pictures": IMAGES}, r"holds no: one array 'images' .* is needed -- there are: pictures \(4, 6, 5\)"),
        ({"images": IMAGES, "volumes": IMAGES}, "holds both"),
        ({"images": IMAGES[0]}, "no axis to count them"),
        ({"images": IMAGES, "labels": np.arange(3)}, "the array 'labels' has 3 entries, 'images' has 4"),
        (
            {"images": IMAGES, "labels": np.array([{}, 1, 2, 3], dtype=object)},
            "Python objects, which are never unpickled",
        ),
        ({"images": IMAGES, "labels": np.array([1, np.nan, 2, 3])}, r"set\.npz#images\[1\]: 'label' holds NaN"),
        (
            {"images": IMAGES, "ids": np.array(["a", "b", "a", "c"])},
            r"images\[2\]: the id 'a' stands at .*images\[0\] too",
        ),
    ],
)
def test_arrays_that_do_not_fit_are_told(opened, arrays, said):
    """Before any call, with array and entry."""
    with pytest.raises(DataError, match=said):
        opened(arrays)


def test_a_torn_file_is_an_error(tmp_path):
    """One sentence."""
    (tmp_path / "set.npz").write_bytes(b"PK\x03\x04 nonsense")
    with pytest.raises(DataError, match=r"set\.npz: cannot be read as NPZ"):
        NpzSource(path="set.npz").open(tmp_path / "set.npz")


def test_the_linter_knows_the_columns(tmp_path):
    """A wrong label has the nearest array."""
    np.savez(tmp_path / "set.npz", images=IMAGES, vendor=np.arange(4))
    block = DataBlock.model_validate({"source": NpzSource(path="set.npz"), "groups": ["vendr"]})
    (fault,) = check_block("set", block, tmp_path)
    assert fault.suggestion == "did you mean 'vendor'?"
