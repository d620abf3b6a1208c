"""The copilot looks at every volume on one grid, in one orientation, in one place."""

import numpy as np
import pytest

from robustspec.data.phantom import lesion_mask, render
from robustspec.reference.mri.detector import place_of
from robustspec.reference.mri.features import inside_of, picture_features, quality_features
from robustspec.reference.mri.scan import scan_of

HEAD = {"kind": "head", "seed": 4, "sequence": "T1w"}


@pytest.mark.parametrize("orientation", ["LPS", "PIR", "SLA", "RSA"])
def test_the_order_of_the_axes_does_not_matter(orientation):
    """An array in another order with its affine is the same scan."""
    one, other = scan_of(render(HEAD)), scan_of(render({**HEAD, "orientation": orientation}))
    assert one.values.shape == other.values.shape
    assert np.allclose(one.origin_mm, other.origin_mm)
    assert float(np.abs(one.values - other.values).mean()) < 0.02  # noise is drawn in the order of the array


def test_without_trust_the_array_counts():
    """A copilot that ignores the affine sees another head where the axes are in another order."""
    volume = render({**HEAD, "orientation": "LPS"})
    assert float(np.abs(scan_of(volume).values - scan_of(volume, trusts_affine=False).values).mean()) > 0.05


def test_other_voxels_are_brought_to_the_grid():
    """A volume of 2 x 2 x 4 mm has the size of one of 3 mm, within a voxel or two."""
    one, other = scan_of(render(HEAD)), scan_of(render({**HEAD, "spacing_mm": [2, 2, 4]}))
    assert np.abs(np.array(one.values.shape) - other.values.shape).max() <= 2


@pytest.mark.parametrize("plane", ["axial", "coronal", "sagittal"])
def test_the_plane_is_that_of_the_slices(plane):
    """The widest spacing is across the slices."""
    spacing = [4 if plane == across else 3 for across in ("sagittal", "coronal", "axial")]
    assert scan_of(render({**HEAD, "plane": plane, "spacing_mm": spacing})).plane == plane


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("region", ["frontal", "parietal", "temporal", "occipital", "cerebellum", "deep"])
def test_places_have_their_names(side, region):
    """The middle of a planted lesion has the side and region of its recipe."""
    recipe = {**HEAD, "lesions": [{"side": side, "region": region, "size_mm": 15}]}
    assert place_of(scan_of(render(recipe)), np.argwhere(lesion_mask(recipe))) == (side, region)


def test_an_empty_volume_gives_features_all_the_same():
    """Air, and a grid of two voxels, have features of the usual length without NaN."""
    from robustspec.data.picture import Volume

    for shape in ((20, 20, 20), (2, 2, 2)):
        scan = scan_of(Volume(np.zeros(shape, np.float32), np.diag([3.0, 3.0, 3.0, 1.0])))
        assert not inside_of(scan).any()
        for features in (picture_features(scan), quality_features(scan)):
            assert np.isfinite(features).all()
