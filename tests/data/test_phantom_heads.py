"""Heads made by code: geometry, contrast, lesions and masks against their definitions."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from robustspec.data.phantom import REGIONS, brain_mask, lesion_mask, picture, region_of, render
from robustspec.data.phantom.canvas import grid_of
from robustspec.data.phantom.head import CENTRE, EXTENT, painted
from robustspec.data.phantom.tissues import CODE, TISSUES

SEQUENCES = ("T1w", "T2w", "PD", "FLAIR")


def head(seed=17, sequence="T1w", *lesions, **keys):
    return {"kind": "head", "seed": seed, "sequence": sequence, "lesions": list(lesions), **keys}


def lesion(side="left", region="frontal", size_mm=20, pattern="single", **keys):
    return {"side": side, "region": region, "size_mm": size_mm, "pattern": pattern, **keys}


def places(mask, affine):
    """Millimetres of the voxels of a mask."""
    return np.argwhere(mask) @ affine[:3, :3].T + affine[:3, 3]


def pure(seed, tissue):
    """Voxels well inside a tissue, in the order of a volume of 3 mm: all their neighbours are of it too."""
    labels = painted(seed, grid_of(CENTRE, EXTENT, (3.0, 3.0, 3.0))).labels == CODE[tissue]
    inner = np.ones_like(labels)
    for shift in itertools.product((-1, 0, 1), repeat=3):
        inner &= np.roll(labels, shift, (0, 1, 2))
    return inner


def spin_echo(tissue, tr, te, ti=None):
    """The signal equation, written once more."""
    pd, t1, t2 = TISSUES[tissue]
    recovery = 1 - np.exp(-tr / t1) if ti is None else abs(1 - 2 * np.exp(-ti / t1) + np.exp(-tr / t1))
    return pd * recovery * np.exp(-te / t2)


@pytest.mark.parametrize(
    ("side", "region", "size_mm", "pattern"),
    [
        ("left", "frontal", 14, "single"),
        ("right", "parietal", 35, "single"),
        ("left", "temporal", 20, "ring"),
        ("right", "occipital", 24, "diffuse"),
        ("left", "cerebellum", 35, "ring"),
        ("right", "deep", 30, "single"),
    ],
)
def test_a_lesion_has_the_side_the_region_and_the_size_of_its_recipe(side, region, size_mm, pattern):
    """The centroid of its mask lies there, and the farthest two of its voxels are that far apart, to a voxel."""
    recipe = head(5, "T2w", lesion(side, region, size_mm, pattern), spacing_mm=2)
    found = places(lesion_mask(recipe), render(recipe).affine)
    assert region_of(found.mean(axis=0)) == (side, region)
    widest = max(np.linalg.norm(found - one, axis=1).max() for one in found[::5])
    assert size_mm - 2 * 3**0.5 <= widest <= size_mm


@pytest.mark.parametrize("region", REGIONS)
def test_lesions_stand_inside_the_skull_in_their_own_region(region):
    """Of the largest lesion at least 85 of 100 voxels have its side and region, and almost all are brain or its fluid."""
    for seed, side in enumerate(("left", "right", "left")):
        recipe = head(seed, "T1w", lesion(side, region, 35))
        mask = lesion_mask(recipe)
        own = [region_of(place) == (side, region) for place in places(mask, render(recipe).affine)]
        labels = painted(seed, grid_of(CENTRE, EXTENT, (3.0, 3.0, 3.0))).labels[mask]
        inside = np.isin(labels, [CODE[name] for name in ("grey", "white", "nuclei", "csf")])
        assert np.mean(own) >= 0.85
        assert inside.mean() >= 0.98


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ((30, 40, 20), ("right", "frontal")),
        ((-30, -45, 40), ("left", "parietal")),
        ((-50, -10, -15), ("left", "temporal")),
        ((25, -85, 5), ("right", "occipital")),
        ((-20, -60, -40), ("left", "cerebellum")),
        ((12, -18, 6), ("right", "deep")),
        ((-1e-9, 60, 0), ("left", "frontal")),
    ],
)
def test_regions_are_where_an_atlas_has_them(point, expected):
    """Points whose lobe is known (MNI152) get it."""
    assert region_of(point) == expected


def test_multiple_lesions_are_three_foci_apart():
    """The mask of `multiple` falls into three pieces, the first of which is as large as said."""
    ndimage = pytest.importorskip("scipy.ndimage")
    for seed, region in enumerate(REGIONS):
        labels, count = ndimage.label(lesion_mask(head(seed, "T2w", lesion("right", region, 18, "multiple"))))
        assert count == 3
        assert np.bincount(labels.ravel())[1:].max() * 27 == pytest.approx(np.pi / 6 * 18**3 * 0.74, rel=0.25)


def test_a_ring_is_bright_about_a_dark_middle():
    """On T2w the core of a ring is darker than healthy white matter, its rim brighter."""
    recipe = head(3, "T2w", lesion("right", "parietal", 28, "ring"), spacing_mm=2, noise=0)
    volume, mask = render(recipe), lesion_mask(recipe)
    found = places(mask, volume.affine)
    away = np.linalg.norm(found - found.mean(axis=0), axis=1)
    values, healthy = volume.voxels[mask], 1000 * spin_echo("white", 5000, 100)
    assert values[away < 4].mean() < 0.8 * healthy
    assert values[away > 9].mean() > 1.5 * healthy


def test_a_diffuse_lesion_is_fainter_than_a_single_one():
    """Diffuse changes the same place, by less."""
    change = {}
    for pattern in ("single", "diffuse"):
        ill = head(3, "FLAIR", lesion("left", "deep", 24, pattern), noise=0)
        mask = lesion_mask(ill)
        change[pattern] = (render(ill).voxels - render(head(3, "FLAIR", noise=0)).voxels)[mask].mean()
    assert 0.2 * change["single"] < change["diffuse"] < 0.9 * change["single"]


@pytest.mark.parametrize("sequence", SEQUENCES)
@pytest.mark.parametrize("signal", ["hyper", "hypo"])
def test_lesions_are_brighter_or_darker_as_the_recipe_says(sequence, signal):
    """In every sequence, by at least four times the noise, against the same head without a lesion."""
    ill = head(8, sequence, lesion("right", "frontal", 16, signal=signal), noise=0)
    mask = lesion_mask(ill)
    change = float((render(ill).voxels - render(head(8, sequence, noise=0)).voxels)[mask].mean())
    noise = 0.025 * 1000 * spin_echo("white", *TIMES[sequence])
    assert change * (1 if signal == "hyper" else -1) > 4 * noise


TIMES = {"T1w": (500, 12), "T2w": (5000, 100), "PD": (3000, 20), "FLAIR": (9000, 120, 2372)}


@pytest.mark.parametrize("sequence", SEQUENCES)
def test_tissues_have_the_signal_of_the_equation(sequence):
    """Well inside white matter, fluid and muscle the mean is that of the signal equation, written again here."""
    volume = render(head(4, sequence, noise=0))
    for tissue in ("white", "csf", "muscle"):
        expected = 1000 * spin_echo(tissue, *TIMES[sequence])
        assert volume.voxels[pure(4, tissue)].mean() == pytest.approx(expected, rel=0.02, abs=2)


def test_contrast_is_ordered_as_in_every_textbook():
    """Fluid is dark on T1w and FLAIR, bright on T2w; white matter is over grey on T1w and under it on T2w, PD and FLAIR."""
    white, nuclei, fluid = pure(4, "white"), pure(4, "nuclei"), pure(4, "csf")
    mean = {s: [render(head(4, s)).voxels[part].mean() for part in (fluid, nuclei, white)] for s in SEQUENCES}
    assert mean["T1w"] == sorted(mean["T1w"])
    assert mean["T2w"] == sorted(mean["T2w"], reverse=True)
    assert mean["FLAIR"][0] < 0.1 * mean["FLAIR"][2] < mean["FLAIR"][2] < mean["FLAIR"][1]
    assert mean["PD"][1] > mean["PD"][2]


@pytest.mark.parametrize("sequence", SEQUENCES)
def test_maps_of_tissue_give_the_signal(sequence):
    """Proton density, T1 and T2 of a volume give its voxels, lesion and all, when there is no noise."""
    volume = render(head(9, sequence, lesion("left", "deep", 20, "ring"), noise=0, spacing_mm=[3, 3, 6]))
    maps, facts = volume.tissue(), volume.facts
    recovered = 1 - np.exp(-facts["tr_ms"] / maps["t1_ms"])
    if sequence == "FLAIR":
        recovered = np.abs(
            recovered + 2 * (np.exp(-facts["tr_ms"] / maps["t1_ms"]) - np.exp(-facts["ti_ms"] / maps["t1_ms"]))
        )
    expected = 1000 * maps["pd"] * recovered * np.exp(-facts["te_ms"] / maps["t2_ms"])
    assert maps["pd"].shape == volume.voxels.shape
    np.testing.assert_allclose(volume.voxels, expected, rtol=1e-4, atol=0.05)


def test_noise_is_rician_at_the_level_asked_for():
    """In air its mean and spread are those of a Rayleigh distribution of the sigma that the share of white matter gives."""
    volume = render(head(2, "T2w", noise=0.05))
    sigma = 0.05 * 1000 * spin_echo("white", 5000, 100)
    air = volume.voxels[:8, :8]
    assert air.mean() == pytest.approx(sigma * np.sqrt(np.pi / 2), rel=0.05)
    assert air.std() == pytest.approx(sigma * np.sqrt(2 - np.pi / 2), rel=0.05)


def test_the_same_recipe_is_the_same_picture():
    """Twice rendered, the order of keys notwithstanding: equal voxels, equal keys."""
    recipe = head(11, "FLAIR", lesion())
    turned = dict(reversed(recipe.items()))
    assert np.array_equal(render(recipe).voxels, render(turned).voxels)
    assert picture(recipe) == picture(turned)
    assert picture(recipe) != picture({**recipe, "seed": 12})


def test_seeds_are_other_heads():
    """The brains of two seeds overlap as those of two people do: neither all nor little."""
    one, other = brain_mask(head(1)), brain_mask(head(2))
    dice = 2 * (one & other).sum() / (one.sum() + other.sum())
    assert 0.6 < dice < 0.97


def test_scans_of_one_head_differ_by_noise_alone():
    """Another `scan` is the same head with other noise."""
    one, other = (render(head(1, "T2w", scan=scan)) for scan in (0, 1))
    change = one.voxels - other.voxels
    sigma = 0.025 * 1000 * spin_echo("white", 5000, 100)
    assert change[pure(1, "white")].std() == pytest.approx(sigma * 2**0.5, rel=0.1)


def test_a_head_is_not_its_own_mirror_image():
    """Mirrored, a head differs from itself by many times the noise, and the left ventricle is the larger one."""
    for seed in range(3):
        voxels = render(head(seed, "T2w", noise=0)).voxels
        sigma = 0.025 * 1000 * spin_echo("white", 5000, 100)
        brain = brain_mask(head(seed))
        assert np.abs(voxels - voxels[::-1])[brain].mean() > 5 * sigma
        fluid = painted(seed, grid_of(CENTRE, EXTENT, (3.0, 3.0, 3.0))).labels == CODE["csf"]
        left, right = fluid[14:29, 22:52, 29:38], fluid[31:46, 22:52, 29:38]
        assert left.sum() > 1.1 * right.sum()


def test_a_series_grows_in_one_place():
    """Over sizes the anatomy stays, and each lesion lies within the next larger one."""
    series = [head(6, "FLAIR", lesion("right", "temporal", size), noise=0) for size in (8, 14, 20, 30)]
    masks = [lesion_mask(recipe) for recipe in series]
    assert all(not (small & ~large).any() for small, large in itertools.pairwise(masks))
    assert [int(mask.sum()) for mask in masks] == sorted({int(mask.sum()) for mask in masks})
    voxels = [render(recipe).voxels for recipe in series]
    far = ~masks[-1] & ~np.roll(masks[-1], 1, 0) & ~np.roll(masks[-1], -1, 0)
    assert np.mean(voxels[0][far] == voxels[-1][far]) > 0.99


def test_another_lesion_does_not_move_the_first():
    """A lesion's place follows from the seed and its index."""
    one = head(6, "T2w", lesion("right", "temporal"))
    two = head(6, "T2w", lesion("right", "temporal"), lesion("left", "deep"))
    assert not (lesion_mask(one) & ~lesion_mask(two)).any()


@pytest.mark.parametrize(
    ("keys", "orientation", "slice_mm"),
    [
        ({}, "RAS", 3),
        ({"plane": "coronal", "spacing_mm": [3, 6, 3]}, "RSA", 6),
        ({"plane": "sagittal", "spacing_mm": [5, 3, 3]}, "ASR", 5),
        ({"orientation": "LPS"}, "LPS", 3),
        ({"orientation": "SAL"}, "SAL", 3),
    ],
)
def test_slices_are_stacked_along_the_last_axis(keys, orientation, slice_mm):
    """Plane and orientation turn the array, the affine with it: the lesion stays where it is."""
    recipe = head(6, "T2w", lesion("left", "parietal", 24), **keys)
    volume = render(recipe)
    assert (volume.orientation, round(volume.spacing_mm[2], 6)) == (orientation, slice_mm)
    assert lesion_mask(recipe).shape == brain_mask(recipe).shape == volume.voxels.shape == volume.tissue()["pd"].shape
    straight = head(6, "T2w", lesion("left", "parietal", 24))
    expected = places(lesion_mask(straight), render(straight).affine).mean(axis=0)
    np.testing.assert_allclose(places(lesion_mask(recipe), volume.affine).mean(axis=0), expected, atol=1.2)


def test_thick_slices_are_means_of_thin_ones():
    """A slice of 6 mm holds what two of 3 mm hold, in its maps of tissue."""
    thin, thick = (render(head(6, "PD", noise=0, spacing_mm=[3, 3, size])).tissue()["pd"] for size in (3, 6))
    np.testing.assert_allclose(thick, (thin[:, :, ::2] + thin[:, :, 1::2]) / 2, atol=1e-5)


def test_facts_tell_times_and_that_it_is_simulated_but_not_the_sequence():
    """What a sidecar would say, and no answer to the question what it shows."""
    facts = render(head(1, "FLAIR", lesion(), tr_ms=8000, ti_ms=2250, scanner="A")).facts
    assert (facts["tr_ms"], facts["te_ms"], facts["ti_ms"], facts["simulated"]) == (8000, 120, 2250, True)
    assert facts["Manufacturer"] == "simulated A"
    assert "FLAIR" not in str(facts)
    assert not facts.keys() & {"sequence", "lesions", "seed"}


def test_other_times_change_the_contrast():
    """With a long repetition time T1w loses its contrast of white over deep grey matter."""
    white, nuclei = pure(4, "white"), pure(4, "nuclei")
    usual, long = (render(head(4, "T1w", **keys)).voxels for keys in ({}, {"tr_ms": 5000}))
    assert usual[white].mean() > 1.05 * usual[nuclei].mean()
    assert long[white].mean() < long[nuclei].mean()


def test_the_brain_mask_is_a_brain():
    """Its volume is that of grown-ups', within the brain's ellipsoid, with the lesion in it."""
    recipe = head(1, "T1w", lesion())
    mask = brain_mask(recipe)
    litres = mask.sum() * 27e-6
    assert 1.0 < litres < 1.7
    assert not (lesion_mask(recipe) & ~mask).any()
