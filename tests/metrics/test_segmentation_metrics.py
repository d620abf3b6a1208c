"""Dice and HD95 of masks, against scipy's distance transform, its tree and hand counts."""

import json
import math

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.ndimage import binary_erosion, distance_transform_edt, generate_binary_structure
from scipy.spatial import cKDTree

from robustspec.answers.masks import as_runs
from robustspec.data.row import Answer, Case, Row
from robustspec.errors import DataError
from robustspec.metrics.hd95 import Hd95, hausdorff_95
from robustspec.metrics.mask_dice import MaskDice


def blob(rng, shape):
    """A random connected-looking mask: an ellipsoid with a ragged edge."""
    grid = np.indices(shape)
    centre, radius = (np.array(shape) * rng.uniform(low, high, len(shape)) for low, high in ((0.3, 0.7), (0.15, 0.4)))
    far = sum(((grid[k] - centre[k]) / radius[k]) ** 2 for k in range(len(shape)))
    return far + rng.normal(0, 0.15, shape) < 1


def score(metric, label, answer, act="answered", policy=("answer",)):
    return metric.score(Case(Row("7", "...", label=label), Answer(answer, act), policy))


@pytest.mark.parametrize("shape", [(20, 30), (12, 14, 10)])
@pytest.mark.parametrize("seed", range(4))
def test_dice_is_that_of_the_counts(shape, seed):
    """2 |A & B| / (|A| + |B|)."""
    rng = np.random.default_rng(seed)
    one, other = blob(rng, shape), blob(rng, shape)
    expected = 2 * (one & other).sum() / (one.sum() + other.sum())
    assert score(MaskDice(), as_runs(one), other.tolist()) == pytest.approx(expected)


def test_dice_of_empty_masks():
    """1 where both are, 0 where one is."""
    empty, full = [[0, 0]], [[0, 1]]
    assert [score(MaskDice(), *pair) for pair in ((empty, empty), (empty, full), (full, empty))] == [1, 0, 0]


def surface(mask):
    return mask & ~binary_erosion(mask, generate_binary_structure(mask.ndim, 1))


@pytest.mark.parametrize("spacing", [(0.5, 2), (1, 1, 1), (0.9, 1.2, 4)])
@pytest.mark.parametrize("seed", range(4))
def test_hd95_is_that_of_scipy(spacing, seed):
    """By its distance transform, and by its tree over the surface points in mm."""
    shape = (14, 16, 12)[: len(spacing)]
    rng = np.random.default_rng(seed)
    masks = [blob(rng, shape), blob(rng, shape)]
    one, other = map(surface, masks)
    by_transform = max(
        np.percentile(distance_transform_edt(~to, sampling=spacing)[of], 95) for of, to in ((one, other), (other, one))
    )
    points = [np.argwhere(each) * spacing for each in (one, other)]
    by_tree = max(np.percentile(cKDTree(points[1 - k]).query(points[k])[0], 95) for k in (0, 1))
    assert hausdorff_95(*masks, spacing) == pytest.approx(by_transform)
    assert by_tree == pytest.approx(by_transform)


def test_hd95_is_the_same_either_way_and_0_of_a_mask_with_itself():
    """A distance."""
    rng = np.random.default_rng(5)
    one, other = blob(rng, (12, 13, 14)), blob(rng, (12, 13, 14))
    assert hausdorff_95(one, other, (1, 2, 3)) == hausdorff_95(other, one, (1, 2, 3))
    assert hausdorff_95(one, one, (1, 2, 3)) == 0


def test_a_distant_twentieth_does_not_count():
    """Of 39 points on a line one is 10 mm off, which the largest distance would be."""
    one = np.zeros((11, 39), dtype=bool)
    one[0] = True
    other = one.copy()
    other[:, 0] = [False] * 10 + [True]
    assert hausdorff_95(one, other, (1, 1)) == 0


SPACED = Hd95(worst_mm=40, spacing_mm=(3, 4))
FAR = ([[1, 0], [0, 0]], [[0, 0], [0, 1]])


def test_the_distance_is_in_mm():
    """One cell down and one to the right of 3 by 4 mm: 5."""
    assert score(SPACED, *FAR) == 5


@pytest.mark.parametrize(
    ("label", "answer", "expected"),
    [
        ([[0, 0]], [[0, 0]], 0),
        ([[0, 0]], [[0, 1]], 40),
        ([[1, 0]], [[0, 0]], 40),
        ([[1, 0]], [[1, 0, 0]], 40),
        ([[1, 0]], "no mask", 40),
    ],
)
def test_the_worst_is_declared(label, answer, expected):
    """One mask empty, of another shape, or none: the worst; both empty: 0."""
    assert score(SPACED, label, answer) == expected


def test_no_distance_counts_more_than_the_worst():
    """5 mm count 4 where that is the worst."""
    assert score(Hd95(worst_mm=4, spacing_mm=(3, 4)), *FAR) == 4
    assert (Hd95.upper, SPACED.upper) == (math.inf, 40)


@pytest.mark.parametrize(
    ("act", "policy", "expected"),
    [("refused", "answer", 40), ("refused", "may_refuse", 0), ("asked", "answer", 40), ("unparsed", "may_refuse", 40)],
)
def test_what_is_done_instead_of_answering(act, policy, expected):
    """Nothing wrong where the policy allows it, else the worst."""
    assert score(SPACED, FAR[0], None, act, (policy,)) == expected


@pytest.mark.parametrize(
    "label",
    [
        {"seg": {**as_runs(np.array(FAR[0])), "spacing_mm": [3, 4]}},
        {"seg": FAR[0], "spacing_mm": [3, 4]},
        json.dumps({"seg": FAR[0], "spacing_mm": [3, 4]}),
    ],
)
def test_the_label_may_state_its_spacing(label):
    """With the mask, or beside it; a label may be JSON text."""
    assert score(Hd95(worst_mm=40, field="seg"), label, {"seg": FAR[1]}) == 5


@pytest.mark.parametrize("spacing", [None, [1], [1, 0], [1, "2"], 3])
def test_without_a_spacing_there_are_no_millimetres(spacing):
    """A fault of the data."""
    label = {"seg": FAR[0]} | ({} if spacing is None else {"spacing_mm": spacing})
    with pytest.raises(DataError, match="hd95 needs the distance of cells along 2 axes"):
        score(Hd95(worst_mm=40, field="seg"), label, {"seg": FAR[1]})


@pytest.mark.parametrize("metric", [MaskDice(field="seg"), Hd95(worst_mm=1, spacing_mm=(1, 1), field="seg")])
@pytest.mark.parametrize("label", [{"mask": FAR[0]}, {"seg": []}, {"seg": [[0, 5]]}, "text", None])
def test_a_label_without_a_mask_is_a_fault_of_the_data(metric, label):
    """Misspelt, without a cell, or of other numbers."""
    with pytest.raises(DataError, match="row 7: the label holds no mask under 'seg'"):
        score(metric, label, {"seg": FAR[0]})


@pytest.mark.parametrize("answer", [None, [[1, 0, 0]], {"seg": FAR[0]}, [[1, 7]], {"shape": [9999, 9999], "rle": []}])
def test_an_answer_that_is_no_mask_of_the_shape_has_no_overlap(answer):
    """It scores like one that covers nothing."""
    assert score(MaskDice(), FAR[0], answer) == 0


def test_masks_are_the_same_whatever_their_form():
    """For flip_rate; what is no mask equals nothing."""
    row, mask = Row("7", "..."), np.array(FAR[0])
    assert MaskDice().same(Answer(as_runs(mask)), Answer(FAR[0]), row)
    assert not MaskDice().same(Answer(FAR[0]), Answer(FAR[1]), row)
    assert not MaskDice().same(Answer("x"), Answer("x"), row)


@pytest.mark.parametrize("fields", [{}, {"worst_mm": 0}, {"worst_mm": math.inf}, {"worst_mm": 9, "spacing_mm": (1,)}])
def test_the_worst_must_be_a_length(fields):
    """Without one there is no bound, and no test."""
    with pytest.raises(ValidationError):
        Hd95(**fields)
