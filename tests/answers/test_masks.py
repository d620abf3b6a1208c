"""Masks as JSON data: three forms, and what is refused."""

import base64
import doctest

import numpy as np
import pytest

from robustspec.answers import masks
from robustspec.answers.masks import as_runs, read_mask


def bits(mask):
    return {"shape": list(mask.shape), "bits": base64.b64encode(np.packbits(mask).tobytes()).decode()}


@pytest.mark.parametrize("shape", [(3, 5), (4, 3, 7), (1, 1)])
@pytest.mark.parametrize("form", [as_runs, bits, np.ndarray.tolist, lambda mask: mask.astype(int).tolist()])
def test_every_form_is_read_back(form, shape):
    """Random masks, empty and full ones among them."""
    rng = np.random.default_rng(1)
    for share in (0.0, 0.3, 0.7, 1.0):
        mask = rng.random(shape) < share
        assert (read_mask(form(mask), shape) == mask).all()


def test_runs_are_in_the_order_of_a_c_array():
    """Cells 1, 2 and 3 of two rows of three."""
    assert read_mask({"shape": [2, 3], "rle": [1, 3]}).tolist() == [[False, True, True], [True, False, False]]


def test_runs_may_overlap_and_stand_in_any_order():
    """They are added up."""
    mask = read_mask({"shape": [1, 6], "rle": [3, 2, 0, 1, 4, 1]})
    assert mask.tolist() == [[True, False, False, True, True, False]]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "is no mask"),
        ("mask", "is no mask"),
        ([], "two or three axes, not 0"),
        ([1, 0], "two or three axes, not 1"),
        ([[[[1]]]], "two or three axes, not 4"),
        ([[]], "two or three axes"),
        ([[0, 1], [1]], "not of one length"),
        ([[0, 1], [[1], 1]], "not of one length"),
        ([[0, 2]], "not 0 and 1"),
        ([[0, 10**400]], "not 0 and 1"),
        ([[0, "1"]], "not 0 and 1"),
        ([[0, float("nan")]], "not 0 and 1"),
        ({"rle": []}, "shape of a mask"),
        ({"shape": [2, 0], "rle": []}, "shape of a mask"),
        ({"shape": [2, True], "rle": []}, "shape of a mask"),
        ({"shape": "2x2", "rle": []}, "shape of a mask"),
        ({"shape": [2, 2]}, "rle or bits"),
        ({"shape": [2, 2], "rle": [1]}, "no list of whole numbers"),
        ({"shape": [2, 2], "rle": [0.0, 1]}, "no list of whole numbers"),
        ({"shape": [2, 2], "rle": [1, 4]}, "leaves its 4 cells"),
        ({"shape": [2, 2], "rle": [-1, 2]}, "leaves its 4 cells"),
        ({"shape": [2, 2], "rle": [2, 10**30]}, "leaves its 4 cells"),
        ({"shape": [2, 2], "bits": "!!"}, "no base64"),
        ({"shape": [2, 2], "bits": "AAAA" * 100}, "no base64 of its shape"),
        ({"shape": [4, 4], "bits": "AA=="}, "1 bytes, not 2"),
        ({"shape": [2, 2], "bits": 7}, "no base64"),
        ({"shape": [10**6, 10**6], "rle": []}, "larger than"),
    ],
)
def test_what_is_no_mask_says_why(value, words):
    """Nothing is made of it first: a huge shape costs nothing."""
    with pytest.raises(ValueError, match=words):
        read_mask(value)


def test_another_shape_is_refused_before_anything_is_made():
    """However it is written."""
    for value in ([[0, 1]], {"shape": [5000, 5000, 5], "rle": [0, 1]}):
        with pytest.raises(ValueError, match=r"its shape is .*, not 2 x 2"):
            read_mask(value, (2, 2))


def test_the_worked_example_runs():
    """As the docstring says."""
    results = doctest.testmod(masks)
    assert (results.attempted > 0, results.failed) == (True, 0)
