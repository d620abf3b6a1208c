from __future__ import annotations

from importlib import import_module
from typing import Any

import artefact_samples
import numpy as np
import pytest
from scipy import ndimage
from scipy.spatial.transform import Rotation

from robustspec.data.picture import Volume
from robustspec.registry import lookup

Motion = lookup("perturbations", "motion")
module = import_module(Motion.__module__)
Pose, scanned, drawn = module.Pose, module.scanned, module._drawn


def poses(*entries: tuple[float, int, float, tuple[float, float, float]]) -> list[Any]:
    return [Pose(time, axis, turn, np.array(shift)) for time, axis, turn, shift in entries]


def brute_force(volume: Volume, moves: list[Any], axis: int) -> np.ndarray:
    """Whole transforms in three dimensions of whole resampled volumes, put together line by line."""
    signal, size = volume.voxels.astype(np.float64), volume.voxels.shape[axis]
    spacing, middle = np.array(volume.spacing_mm), (np.array(volume.voxels.shape) - 1) / 2
    spectrum = np.fft.fftshift(np.fft.fftn(signal))
    for line in range(size):
        before = [move for move in moves if move.time < 0.5 and line < int(size * move.time)]
        after = [move for move in moves if move.time >= 0.5 and line >= int(size * move.time)]
        pose = min(before, key=lambda move: move.time, default=None) or max(
            after, key=lambda move: move.time, default=None
        )
        if pose is None:
            continue
        # Axis 1 as axis of the turn: the other two in ascending order have the opposite sense of rotation.
        sense = -1 if pose.axis == 1 else 1
        turn = Rotation.from_rotvec(np.eye(3)[pose.axis] * np.radians(sense * pose.turn_deg)).as_matrix()
        back = np.diag(1 / spacing) @ turn.T @ np.diag(spacing)
        offset = middle - back @ (middle + pose.shift_mm / spacing)
        moved = ndimage.affine_transform(signal, back, offset, order=1, mode="grid-constant")
        index = [slice(None)] * 3
        index[axis] = slice(line, line + 1)
        spectrum[tuple(index)] = np.fft.fftshift(np.fft.fftn(moved))[tuple(index)]
    return np.abs(np.fft.ifftn(np.fft.ifftshift(spectrum)))


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_k_space_is_filled_line_by_line_from_a_moving_head(axis: int) -> None:
    """Turns about each axis, and shifts within the plane of the turn: as by brute force with scipy's resampling."""
    volume = artefact_samples.head((12, 14, 13))
    moves = poses((0.2, 0, 5, (0, 3, -2)), (0.3, 1, -8, (2.5, 0, 1)), (0.7, 2, 6, (-3, 2, 0)), (0.85, 1, 4, (0, 0, 0)))
    ours = scanned(volume.voxels, volume.spacing_mm, moves, axis)
    np.testing.assert_allclose(brute_force(volume, moves, axis), ours, atol=0.05)


def test_spacing_that_differs_by_axis_is_respected() -> None:
    """Degrees and mm are of the patient and not of the voxels."""
    volume = Volume(artefact_samples.head((12, 14, 13)).voxels, np.diag([2.0, 3.0, 5.0, 1.0]))
    moves = poses((0.3, 0, 10, (0, 4, 4)), (0.7, 1, 10, (4, 0, 4)))
    np.testing.assert_allclose(
        brute_force(volume, moves, 1), scanned(volume.voxels, volume.spacing_mm, moves, 1), atol=0.05
    )


def test_shifts_along_the_axis_of_the_turn_are_whole_voxels_where_they_should_be() -> None:
    """A shift by two voxels, with no turn, is exact along every axis."""
    volume = artefact_samples.head((12, 14, 13))
    moves = poses((0.3, 0, 0, (8, 0, 0)), (0.7, 2, 0, (0, 0, -8)))
    np.testing.assert_allclose(
        brute_force(volume, moves, 0), scanned(volume.voxels, volume.spacing_mm, moves, 0), atol=0.05
    )


@pytest.mark.parametrize("turned", [0, 2])
def test_it_is_torchios_motion(turned: int) -> None:
    """The same moves, as TorchIO orders them: it gives the first segment the pose of the central one, and both leave the
    centre still. Its frame is left-posterior-superior, it turns about the frame's origin, and it shows the real part; so
    the comparison is with the real part of the image of our k-space.
    """
    torchio = pytest.importorskip("torchio")
    volume = artefact_samples.head((16, 16, 16))
    volume = volume.with_voxels(np.where(volume.voxels > 60, volume.voxels, 0))  # they fill up differently at the edges
    early, late = (7.0, (0.0, 4.0, 0.0)), (-6.0, (4.0, 0.0, 0.0))
    ours = poses((0.3, turned, early[0], early[1]), (0.7, turned, late[0], late[1]))
    flips = np.array([-1, -1, 1])  # from RAS+ to LPS+: turns about z keep their sense, about x they change it

    def in_lps(turn: float, shift: tuple[float, ...]) -> tuple[Any, Any]:
        # A transform of ITK takes the new frame's points to the old one: the move, undone.
        rotation = Rotation.from_rotvec(np.eye(3)[turned] * np.radians(turn)).inv()
        lps = np.diag(flips) @ rotation.as_matrix() @ np.diag(flips)
        angles = Rotation.from_matrix(lps).as_rotvec(degrees=True)
        return angles, flips * rotation.apply(-np.array(shift))

    entries = [in_lps(*early), in_lps(*late)]
    transform = torchio.Motion(
        degrees=np.array([entry[0] for entry in entries]),
        translation=np.array([entry[1] for entry in entries]),
        times=np.array([0.3, 0.7]),
        image_interpolation="linear",
    )
    image = torchio.ScalarImage(tensor=volume.voxels[None], affine=volume.affine)
    theirs = transform(torchio.Subject(scan=image))["scan"].numpy()[0]
    mine = module.measured(volume.voxels, volume.spacing_mm, ours, 2)
    np.testing.assert_allclose(theirs, np.fft.ifft(mine, axis=0).real.transpose(1, 2, 0), atol=0.5)


def test_a_still_head_is_the_volume_itself() -> None:
    """Without moves the lines of k-space are those of the volume."""
    volume = artefact_samples.head()
    np.testing.assert_allclose(volume.voxels, scanned(volume.voxels, volume.spacing_mm, [], 1), atol=0.01)


def test_a_level_keeps_the_moves_of_the_one_before() -> None:
    """Moment, axis, sign and direction stay; degrees and mm grow, and two moves come in."""
    for seed in range(5):
        fewer, more = drawn(seed, 4, 2.0, 4.0), drawn(seed, 6, 3.0, 6.0)
        for before, after in zip(fewer, more, strict=False):
            assert (before.time, before.axis, before.turn_deg * 1.5) == (after.time, after.axis, after.turn_deg)
            np.testing.assert_allclose(before.shift_mm * 1.5, after.shift_mm)


def test_every_further_move_comes_nearer_to_the_centre() -> None:
    """On either side, so that it takes lines from the still part alone and leaves the others their poses."""
    for seed in range(10):
        times = np.array([pose.time for pose in drawn(seed, 12, 1.0, 1.0)]) - 0.5
        for side in (times[times < 0], times[times > 0]):
            assert len(side) == 6
            assert (np.diff(np.abs(side)) < 0).all()


def test_every_move_has_the_size_of_its_level() -> None:
    """Degrees and mm are no upper bounds: each turn and each shift has them."""
    found = drawn(3, 10, 5.0, 10.0)
    assert {abs(pose.turn_deg) for pose in found} == {5.0}
    np.testing.assert_allclose([np.linalg.norm(pose.shift_mm) for pose in found], 10.0)
    assert {pose.axis for pose in found} == {0, 1, 2}
    assert all(0 < pose.time < 1 for pose in found)


def test_mm_and_moves_follow_the_degrees_unless_given() -> None:
    """2.5 degrees are 5 mm and 5 moves; what is given counts instead."""
    volume = artefact_samples.head((12, 14, 13))
    follows = Motion(axis=0).change(volume, 2.5, seed=1).voxels
    given = Motion(axis=0, mm=5, moves=5).change(volume, 2.5, seed=1).voxels
    fewer = Motion(axis=0, moves=2).change(volume, 2.5, seed=1).voxels
    assert np.array_equal(follows, given)
    assert not np.array_equal(follows, fewer)
