"""Anatomy that moves: pose and warp, against TorchIO and SimpleITK."""

from importlib import import_module

import numpy as np
import pytest
from head_samples import OBLIQUE, centre_mm, head, operator, perturbed, row_of

from robustspec.data.picture import Volume
from robustspec.perturbation.scopes import scope_of
from robustspec.registry import load_operators

torchio = pytest.importorskip("torchio", reason="the extra mri is not installed")
sitk = pytest.importorskip("SimpleITK")
MRI = f"{load_operators().__name__}.mri"
POSE, WARP = import_module(f"{MRI}.pose"), import_module(f"{MRI}.warp")
LPS = np.diag([-1.0, -1.0, 1.0])


def small_head(affine):
    """A head with so much air around it that nothing leaves the field of view."""
    inner = head((12, 14, 11)).voxels
    return Volume(np.pad(inner, 14), affine)


def euler_degrees(turn):
    """The angles of TorchIO's Affine, in RAS, for a rotation matrix in RAS."""
    euler = sitk.Euler3DTransform()
    euler.SetMatrix((LPS @ turn @ LPS).ravel().tolist(), 1e-6)
    return tuple(np.degrees([-euler.GetAngleX(), -euler.GetAngleY(), euler.GetAngleZ()]))


@pytest.mark.parametrize("affine", [np.diag([2.0, 3.0, 2.5, 1.0]), np.diag([-2.0, 3.0, -2.5, 1.0])])
@pytest.mark.parametrize("level", [1, 5])
def test_pose_agrees_with_torchio(affine, level):
    """The same turn and shift by TorchIO's Affine gives the same voxels."""
    volume, seed = small_head(affine), 11
    degrees, shift = 6.0 * level, 8.0 * level
    turn = POSE.rotation(POSE._direction(seed, "axis"), degrees)
    move = torchio.Affine((1, 1, 1), euler_degrees(turn), tuple(shift * POSE._direction(seed, "shift")))
    expected = move(torchio.ScalarImage(tensor=volume.voxels[None], affine=affine)).data[0].numpy()
    changed = operator("pose").change(volume, degrees, seed)
    assert np.allclose(expected, changed.voxels, atol=0.5)  # of 800


def test_pose_turns_by_the_angle_that_it_says():
    """A blob goes round the middle of the volume by exactly that angle, on an oblique grid in mm."""
    affine = OBLIQUE.copy()
    affine[:3, :3] = np.linalg.qr(affine[:3, :3])[0] @ np.diag([3.0, 2.5, 3.5])  # at right angles, still oblique
    index = np.indices((40, 42, 39)).reshape(3, -1).T
    blob = 1000 * np.exp(-(((index - (25, 16, 24)) / 2) ** 2).sum(axis=1)).reshape(40, 42, 39)
    volume = Volume(blob, affine)
    middle = affine[:3, :3] @ ((np.array(blob.shape) - 1) / 2) + affine[:3, 3]

    def place(values):
        return affine[:3, :3] @ (values.reshape(-1, 1) * index).sum(axis=0) / values.sum() + affine[:3, 3] - middle

    for seed in range(3):
        expected = POSE.rotation(POSE._direction(seed, "axis"), 30.0) @ place(blob)
        assert np.allclose(expected, place(operator("pose", shift_mm=0).change(volume, 30.0, seed).voxels), atol=0.05)


def test_pose_has_a_fixed_angle_and_a_drawn_axis():
    """The matrix turns by the angle about any axis, and seeds give different ones."""
    turns = [POSE.rotation(POSE._direction(seed, "axis"), 24.0) for seed in range(5)]
    angles = [np.degrees(np.arccos((np.trace(turn) - 1) / 2)) for turn in turns]
    assert np.allclose(angles, 24)
    assert all(np.allclose(turn @ turn.T, np.eye(3)) and np.isclose(np.linalg.det(turn), 1) for turn in turns)
    assert len({turn.round(6).tobytes() for turn in turns}) == 5


def test_pose_keeps_the_head_in_the_field_of_view():
    """A shift of 40 mm in a field of view with little room stops at its edge: the signal hardly shrinks."""
    volume = Volume(np.pad(head().voxels, 3), np.diag([3.0, 3.0, 3.0, 1.0]))
    for seed in range(6):
        moved = operator("pose", shift_mm=40).change(volume, 6.0, seed)
        assert moved.voxels.sum() > 0.97 * volume.voxels.sum()
        assert not np.array_equal(moved.voxels, volume.voxels)


def test_pose_reports_degrees():
    """The magnitude is the angle."""
    assert [perturbed(operator("pose"), head(), level)[1] for level in (1, 3, 5)] == [6, 18, 30]


def test_warp_agrees_with_simpleitk():
    """The field of the inner control points is the one that SimpleITK's cubic B-spline gives, and so are the voxels."""
    volume, seed = small_head(np.diag([-2.0, -3.0, 2.5, 1.0])), 4  # in LPS, so that voxel axes are SimpleITK's
    points = np.zeros((7, 7, 7, 3))
    points[2:5, 2:5, 2:5] = np.moveaxis(WARP._points(seed) * 7.5, 0, -1)
    transform = torchio.ElasticDeformation(points, (7.5, 7.5, 7.5))
    expected = transform(torchio.ScalarImage(tensor=volume.voxels[None], affine=volume.affine)).data[0].numpy()
    changed = operator("warp").change(volume, 7.5, seed)
    assert np.abs(expected - changed.voxels).max() < 0.002 * 800
    assert np.abs(volume.voxels - changed.voxels).max() > 0.2 * 800


def displacements(affine, shape, amount, seed):
    """How far the warp takes every voxel from its place, in voxels: read from warped ramps."""
    ramps = np.indices(shape).astype(np.float32)
    return np.stack([operator("warp").change(Volume(ramp, affine), amount, seed).voxels - ramp for ramp in ramps])


@pytest.mark.parametrize("amount", [15.0, 50.0])
@pytest.mark.parametrize("step", [3.0, 6.0])
def test_warp_never_folds(amount, step):
    """The Jacobian is positive all over the inside: in small volumes too, where the warp is made of several steps."""
    for seed in range(3):
        places = displacements(np.diag([step, step, step, 1.0]), (24, 28, 22), amount, seed) + np.indices((24, 28, 22))
        jacobian = np.stack([np.stack(np.gradient(part)) for part in places])
        inside = np.moveaxis(jacobian, (0, 1), (-2, -1))[4:-4, 4:-4, 4:-4]
        assert np.linalg.det(inside).min() > 0.05


def test_one_step_would_fold():
    """The test above can fail: the same field in one step folds in the smallest of these volumes."""
    volume = Volume(np.zeros((24, 28, 22)), np.diag([3.0, 3.0, 3.0, 1.0]))
    worst = []
    for seed in range(3):
        places = WARP._field(WARP._points(seed) * 50.0, volume.voxels.shape) / 3.0 + np.indices(volume.voxels.shape)
        jacobian = np.stack([np.stack(np.gradient(part)) for part in places])
        worst.append(np.linalg.det(np.moveaxis(jacobian, (0, 1), (-2, -1))).min())
    assert min(worst) < 0


def test_warp_hardly_moves_the_borders():
    """Voxels at the faces move by less than a sixth of the amount; some inside by a good part of it."""
    lengths = np.sqrt(((displacements(np.diag([6.0, 6.0, 6.0, 1.0]), (24, 28, 22), 15.0, 1) * 6) ** 2).sum(axis=0))
    faces = max(lengths[[0, -1]].max(), lengths[:, [0, -1]].max(), lengths[:, :, [0, -1]].max())
    assert faces < 15 / 6
    assert 4 < lengths.max() < 15


def test_warp_reports_the_largest_displacement():
    """The magnitude is the length of the largest displacement in mm."""
    volume = head(affine=np.diag([3.0, 6.0, 6.0, 1.0]))
    seed = scope_of(operator("warp")).sample(0, row_of(volume))["1"]["seed"]
    lengths = np.sqrt(
        np.einsum("cxyz,c->xyz", displacements(volume.affine, (24, 28, 22), 15.0, seed) ** 2, [9, 36, 36])
    )
    assert np.isclose(perturbed(operator("warp"), volume, 5)[1], lengths.max(), rtol=0.02)


@pytest.mark.parametrize("kind", ["pose", "warp"])
def test_sides_hold(kind):
    """The lesion of the left hemisphere is on the left of the head's own middle at every level of warp, and of mild poses."""
    volume = Volume(np.pad(head().voxels, 5), np.diag([3.0, 3.0, 3.0, 1.0]))
    for level in (1, 2, 3, 4, 5) if kind == "warp" else (1, 2):
        for seed in range(3):
            changed, _, _ = perturbed(operator(kind), volume, level, seed)
            middle = centre_mm(changed, changed.voxels > 100)
            assert centre_mm(changed, changed.voxels > 760)[0] < middle[0]


def test_sizes_hold_under_warp():
    """The volume of a ball in the middle of the brain changes by less than a quarter at the top level."""
    x, y, z = np.indices((60, 70, 56))
    ball = Volume(100.0 * ((x - 24) ** 2 + (y - 38) ** 2 + (z - 30) ** 2 < 36), np.diag([3.0, 3.0, 3.0, 1.0]))
    shares = [operator("warp").change(ball, 15.0, seed).voxels.sum() / ball.voxels.sum() for seed in range(6)]
    assert all(0.75 < share < 1.25 for share in shares)
    assert max(shares) > 1.01
