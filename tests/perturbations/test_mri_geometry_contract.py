"""What holds of every operator on volumes that changes geometry, resolution or contrast."""

import copy
import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from head_samples import OBLIQUE, head, operator, perturbed, row_of, run_examples

from robustspec.data.picture import Volume
from robustspec.perturbation.scopes import scope_of

SETTINGS = [
    ("smoothing", {}),
    ("contrast_gamma", {}),
    ("contrast_gamma", {"direction": "expand"}),
    ("anisotropy", {"plane": "axial"}),
    ("anisotropy", {}),
    ("slice_thickness", {}),
    ("slice_thickness", {"grid": "thick"}),
    ("downsample", {}),
    ("pose", {}),
    ("warp", {}),
    ("dropped_slices", {}),
    ("dropped_slices", {"fill": "repeat", "plane": "sagittal"}),
    ("field_of_view", {"sides": 2}),
    ("field_of_view", {"grid": "cropped"}),
    ("mask", {}),
    ("skull_strip", {}),
    ("intensity_window", {}),
    ("sequence_contrast", {}),
    ("mirror", {}),
    ("reorientation", {"to": "PIR"}),
    ("quarter_turn", {}),
    ("quarter_turn", {"affine": "stays", "plane": "coronal"}),
    ("vendor_profile", {"vendor": "sim-05"}),
]
KINDS = sorted({kind for kind, _ in SETTINGS})
OTHER_GRID = ("thick", "cropped", "PIR")


@pytest.fixture(params=SETTINGS, ids=lambda setting: "-".join([setting[0], *map(str, setting[1].values())]))
def op(request):
    kind, fields = request.param
    return operator(kind, **fields)


def levels(op):
    return list(op.ladder.levels) if op.ladder else [None]


def same(one, other):
    return one.voxels.tobytes() == other.voxels.tobytes() and np.array_equal(one.affine, other.affine)


@pytest.mark.parametrize("kind", KINDS)
def test_examples(kind):
    """The examples of the documentation run."""
    assert run_examples(kind) >= 3


def test_level_0_is_the_row_itself(op):
    """Level 0 is no change."""
    row, scope = row_of(head()), scope_of(op)
    assert scope.apply(row, scope.sample(0, row), 0) is row


def test_every_level_changes_the_head(op):
    """No level is an accidental no-op."""
    volume = head()
    for level in levels(op):
        changed, magnitude, _ = perturbed(op, volume, level)
        assert not same(volume, changed)
        assert magnitude > 0


def test_magnitude_rises_with_the_level(op):
    """The realised magnitude never falls along the ladder, and the top is well above the bottom."""
    sizes = [np.mean([perturbed(op, head(), level, seed)[1] for seed in range(4)]) for level in levels(op)]
    assert sizes == sorted(sizes)
    assert len(sizes) == 1 or sizes[-1] > 1.2 * sizes[0]


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.uint16, np.float32, np.float64])
def test_type_and_shape_stay(op, kind):
    """Voxels keep their type; shape and affine stay except where an operator says otherwise."""
    volume = head(kind=kind, white=200.0, affine=OBLIQUE)
    changed, _, _ = perturbed(op, volume, levels(op)[-1])
    assert changed.voxels.dtype == volume.voxels.dtype
    if op.kind not in ("reorientation", "quarter_turn") and getattr(op, "grid", "") not in OTHER_GRID:
        assert changed.voxels.shape == volume.voxels.shape
        assert np.array_equal(changed.affine, volume.affine)


def test_same_case_same_volume_in_threads(op):
    """A case depends on its seed alone: not on threads, order, or the operator object."""
    volume = head()
    jobs = [(level, seed) for level in levels(op)[-2:] for seed in range(3)]
    alone = [perturbed(op, volume, *job)[0] for job in jobs]
    with ThreadPoolExecutor(4) as pool:
        again = list(pool.map(lambda job: perturbed(op.model_copy(), head(), *job)[0], reversed(jobs)))
    assert all(same(one, other) for one, other in zip(alone, reversed(again), strict=True))


def test_nothing_is_changed_in_place(op):
    """The volume, its facts and the params are as they were."""
    volume, scope = head(), scope_of(op)
    row = row_of(volume)
    params = scope.sample(0, row)
    before, drawn = volume.voxels.copy(), copy.deepcopy(params)
    volume.voxels.setflags(write=False)
    for level in levels(op):
        scope.apply(row, params, level)
    assert np.array_equal(before, volume.voxels)
    assert drawn == params == json.loads(json.dumps(params))


@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 3, 1), (12, 1, 12)])
def test_tiny_and_flat_volumes(op, shape):
    """A volume of one voxel, or of one slice, gives a volume and no crash."""
    changed, _, _ = perturbed(op, head(shape), levels(op)[-1])
    assert changed.voxels.size >= 1
    assert np.isfinite(changed.voxels).all()


def test_a_volume_without_signal(op):
    """Where every voxel is 0 nothing is made up."""
    empty = Volume(np.zeros((8, 8, 8), np.float32), np.eye(4), {"tr_ms": 500.0, "te_ms": 12.0}, head((8, 8, 8)).tissue)
    changed, _, _ = perturbed(op, empty, levels(op)[-1])
    assert float(np.abs(changed.voxels).max()) < 1
