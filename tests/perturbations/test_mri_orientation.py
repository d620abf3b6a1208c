"""Axes, affines and sides: reorientation, mirror and quarter_turn."""

from importlib import import_module

import numpy as np
import pytest
from head_samples import OBLIQUE, centre_mm, head, operator, perturbed, row_of

from robustspec.data.picture import Volume
from robustspec.perturbation.scopes import scope_of
from robustspec.registry import load_operators

nibabel = pytest.importorskip("nibabel", reason="the extra mri is not installed")

TURNED = np.array([[0.0, 0.4, -3.9, 52.0], [-2.0, 0.1, 0.2, 41.0], [0.1, 3.0, 0.3, -40.0], [0, 0, 0, 1]])
"""PSL, a little oblique, with voxels of 2 x 3 x 4 mm."""
AFFINES = [OBLIQUE, TURNED, np.diag([-1.0, 2.0, -3.0, 1.0])]
CODES = ["RAS", "LPS", "PIR", "ASR", "IPL", "SAL"]


def marked(affine, at=(4, 9, 15)):
    """A volume that is dark but for one voxel."""
    voxels = np.zeros((11, 14, 17), np.int16)
    voxels[at] = 1000
    return Volume(voxels, affine, tissue=lambda: {"pd": voxels.astype(np.float32)})


def place_mm(volume):
    return centre_mm(volume, volume.voxels == volume.voxels.max())


@pytest.mark.parametrize("affine", AFFINES)
@pytest.mark.parametrize("to", CODES)
def test_reorientation_agrees_with_nibabel(affine, to):
    """Voxels and affine are what nibabel makes of the same volume."""
    volume = marked(affine)
    changed, _, _ = perturbed(operator("reorientation", to=to), volume)
    image = nibabel.Nifti1Image(volume.voxels, affine)
    old, new = nibabel.io_orientation(affine), nibabel.orientations.axcodes2ornt(to)
    expected = image.as_reoriented(nibabel.orientations.ornt_transform(old, new))
    assert np.array_equal(expected.dataobj, changed.voxels)
    assert np.allclose(expected.affine, changed.affine)
    assert to == changed.orientation


@pytest.mark.parametrize("affine", AFFINES)
@pytest.mark.parametrize("to", CODES)
def test_reorientation_keeps_every_point_in_space(affine, to):
    """The marked voxel stays at its millimetres, and so does its map of the tissue."""
    volume = marked(affine)
    changed, _, _ = perturbed(operator("reorientation", to=to), volume)
    assert np.allclose(place_mm(volume), place_mm(changed))
    assert np.array_equal(changed.tissue()["pd"], changed.voxels)


@pytest.mark.parametrize("affine", AFFINES)
def test_reorientation_and_back_is_exact(affine):
    """Back in the first order the voxels are the same bits, and the affine the same up to rounding."""
    volume = marked(affine)
    there, _, _ = perturbed(operator("reorientation", to="SAL"), volume)
    back, _, _ = perturbed(operator("reorientation", to=volume.orientation), there)
    assert np.array_equal(volume.voxels, back.voxels)
    assert np.allclose(volume.affine, back.affine, rtol=0, atol=1e-12)


def test_reorientation_to_the_order_that_is_there():
    """A volume that is stored in that order already is unchanged and no evidence."""
    row, scope = row_of(marked(OBLIQUE)), scope_of(operator("reorientation", to="RAS"))
    assert scope.apply(row, scope.sample(0, row), None) is row


@pytest.mark.parametrize("to", ["RAT", "RLS", "ras", "RA", ""])
def test_reorientation_to_an_order_that_there_is_not(to):
    """A code that is none of the 48 is an error that says what to write."""
    with pytest.raises(ValueError, match="write one letter of each pair"):
        operator("reorientation", to=to)


@pytest.mark.parametrize(("affine", "side"), list(zip(AFFINES, (0, 2, 0), strict=True)))
def test_mirror_moves_a_point_to_the_other_side(affine, side):
    """A voxel goes to its mirror place along the axis that runs from left to right, beyond the middle; the affine stays."""
    at = [5, 6, 8]
    at[side] = 1
    volume = marked(affine, tuple(at))
    changed, _, _ = perturbed(operator("mirror"), volume)
    middle = affine[:3, :3] @ ((np.array(volume.voxels.shape) - 1) / 2) + affine[:3, 3]
    at[side] = volume.voxels.shape[side] - 2
    assert np.array_equal(volume.affine, changed.affine)
    assert changed.voxels[tuple(at)] == 1000
    assert (place_mm(volume) - middle)[0] * (place_mm(changed) - middle)[0] < 0


@pytest.mark.parametrize("affine", AFFINES)
def test_mirror_twice_is_the_identity(affine):
    """Two reflections give the same bits."""
    volume = marked(affine)
    once, _, _ = perturbed(operator("mirror"), volume)
    assert np.array_equal(volume.voxels, perturbed(operator("mirror"), once)[0].voxels)


def test_mirror_mirrors_the_maps_of_the_tissue():
    """The maps still fit the voxels."""
    changed, _, _ = perturbed(operator("mirror"), marked(OBLIQUE))
    assert np.array_equal(changed.tissue()["pd"], changed.voxels)


@pytest.mark.parametrize(
    ("label", "moved"),
    [
        ("left", "right"),
        ("A lesion in the LEFT frontal lobe; Right is clear.", "A lesion in the RIGHT frontal lobe; Left is clear."),
        ({"side": "left", "region": "left ventricle"}, {"side": "right", "region": "left ventricle"}),
        (
            {"findings": [{"side": "left"}, {"side": "bilateral"}]},
            {"findings": [{"side": "right"}, {"side": "bilateral"}]},
        ),
        ({"side": ["left", "right"]}, {"side": ["right", "left"]}),
        ({"side": None, "n": 3}, {"side": None, "n": 3}),
        (None, None),
        (["cleft", "leftover"], ["cleft", "leftover"]),
        ("left_lung, cleft, LEFT2, leftover", "right_lung, cleft, RIGHT2, leftover"),
        ({"side": "3_left_frontal"}, {"side": "3_right_frontal"}),
        ('{"side": "left", "note": "left hip, für"}', '{"side": "right", "note": "left hip, für"}'),
        ('[{"side": "left"}]', '[{"side": "right"}]'),
        ('{"side":  "midline", "note": "left hip"}', '{"side":  "midline", "note": "left hip"}'),
        ('"left"', '"right"'),
    ],
)
def test_mirror_moves_the_label(label, moved):
    """Left and right change places in the fields named side, at any depth, and in texts; nothing else changes."""
    assert moved == perturbed(operator("mirror"), marked(OBLIQUE), label=label)[2]


def test_mirror_in_a_field_of_another_name():
    """The field that holds the side is a parameter."""
    label = {"laterality": "left", "side": "left"}
    assert perturbed(operator("mirror", field="laterality"), marked(OBLIQUE), label=label)[2] == {
        "laterality": "right",
        "side": "left",
    }


def test_mirror_of_two_pictures_moves_the_label_once():
    """A pair of scans of one patient is mirrored as a whole."""
    row, scope = (
        row_of(marked(OBLIQUE), marked(OBLIQUE, at=(1, 2, 3)), label={"side": "left"}),
        scope_of(operator("mirror")),
    )
    changed = scope.apply(row, scope.sample(0, row), None)
    assert changed.label == {"side": "right"}
    assert all(new != old for new, old in zip(changed.input[0].images, row.input[0].images, strict=True))


def test_mirror_declares_that_the_answer_changes():
    """The relation of mirror is changes; that of the operators beside it is keeps."""
    relations = [operator(kind).relation for kind in ("mirror", "reorientation", "quarter_turn", "pose")]
    assert relations == ["changes", "keeps", "keeps", "keeps"]


@pytest.mark.parametrize("affine", AFFINES)
@pytest.mark.parametrize("plane", ["axial", "coronal", "sagittal"])
@pytest.mark.parametrize("turns", [1, 2, 3])
def test_quarter_turn_with_its_affine(affine, plane, turns):
    """Where the affine follows, the marked voxel stays at its millimetres."""
    volume = marked(affine)
    changed, magnitude, _ = perturbed(operator("quarter_turn", plane=plane, turns=turns), volume)
    assert np.allclose(place_mm(volume), place_mm(changed))
    assert magnitude == (180 if turns == 2 else 90)


@pytest.mark.parametrize("affine", AFFINES)
@pytest.mark.parametrize("plane", ["axial", "coronal", "sagittal"])
@pytest.mark.parametrize("turns", [1, 2, 3])
def test_quarter_turn_without_its_affine(affine, plane, turns):
    """Where the affine stays, the head turns about the middle in its plane, by that angle and without distortion."""
    volume = marked(affine)
    changed, _, _ = perturbed(operator("quarter_turn", plane=plane, turns=turns, affine="stays"), volume)
    middle = affine[:3, :3] @ ((np.array(volume.voxels.shape) - 1) / 2) + affine[:3, 3]
    before, after = place_mm(volume) - middle, place_mm(changed) - middle
    axes = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    along = [np.linalg.solve(axes, point) for point in (before, after)]
    normal = _normal(axes, plane)
    first, second = (axis for axis in range(3) if axis != normal)
    flat = [complex(point[first], point[second]) for point in along]
    assert np.isclose(along[0][normal], along[1][normal])
    assert np.isclose(flat[1] / flat[0], {1: 1j, 2: -1, 3: -1j}[turns])
    assert sorted(changed.spacing_mm) == pytest.approx(sorted(volume.spacing_mm))


def _normal(axes, plane):
    return int(np.argmax(np.abs(axes[["sagittal", "coronal", "axial"].index(plane)])))


def test_quarter_turn_agrees_with_numpy():
    """In the axial plane of a volume in RAS the voxels are those of numpy's rot90."""
    volume = head()
    for turns in (1, 2, 3):
        changed, _, _ = perturbed(operator("quarter_turn", turns=turns), volume)
        assert np.array_equal(np.rot90(volume.voxels, turns), changed.voxels)


def test_four_quarter_turns_are_the_identity():
    """Four turns give the same bits and the same place in space."""
    volume = turned = marked(TURNED)
    for _ in range(4):
        turned, _, _ = perturbed(operator("quarter_turn"), turned)
    assert np.array_equal(volume.voxels, turned.voxels)
    assert np.allclose(volume.affine, turned.affine)


def test_axes_of_a_grid_at_45_degrees():
    """Where two voxel axes lie equally near to one direction, each is used once all the same."""
    root = np.sqrt(0.5)
    affine = np.eye(4)
    affine[:3, :3] = [[root, root, 0], [root, -root, 0], [0, 0, 1]]
    order, _ = import_module(f"{load_operators().__name__}.mri.resampling").axes_of(affine)
    assert sorted(order) == [0, 1, 2]


def test_tissue_of_moved_anatomy_is_gone():
    """After a change of pose the maps of the tissue would be wrong, so the volume has none."""
    assert perturbed(operator("pose"), head(), 3)[0].tissue is None
    assert perturbed(operator("warp"), head(), 3)[0].tissue is None
