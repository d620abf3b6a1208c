"""Intensities: contrast_gamma, intensity_window, sequence_contrast and vendor_profile."""

from importlib import import_module

import numpy as np
import pytest
from head_samples import head, operator, perturbed, run_examples

from robustspec.data.phantom import render
from robustspec.data.picture import Volume
from robustspec.errors import PictureError
from robustspec.registry import load_operators

VENDORS = [f"sim-{number:02}" for number in range(1, 11)]


def step_wedge():
    """Intensities from -50 to 150 whose white level is 100: 6,300 voxels, of which every 7th is looked at for it."""
    values = np.concatenate([np.linspace(0, 100, 6200), np.full(90, 100.0), np.linspace(-50, 150, 10)])
    return Volume(values.reshape(63, 10, 10), np.eye(4))


@pytest.mark.parametrize("direction", ["compress", "expand"])
def test_contrast_gamma_is_a_power_of_shares(direction):
    """Between black and white the curve is 100 (x / 100) ** gamma with the ladder's gamma."""
    wedge = step_wedge()
    assert wedge.white == pytest.approx(100, abs=0.5)
    gammas = {"compress": (0.86, 0.72, 0.58, 0.44, 0.30), "expand": (1.4, 1.8, 2.2, 2.6, 3.0)}[direction]
    inside = (wedge.voxels >= 0) & (wedge.voxels <= wedge.white)
    for level, gamma in enumerate(gammas, start=1):
        changed, _, _ = perturbed(operator("contrast_gamma", direction=direction), wedge, level)
        expected = wedge.white * (wedge.voxels / wedge.white).clip(0, 1) ** gamma
        assert np.allclose(expected[inside], changed.voxels[inside], atol=1e-3)
        assert np.allclose(wedge.voxels[~inside], changed.voxels[~inside], atol=1e-3)


@pytest.mark.parametrize(("kind", "level"), [("contrast_gamma", 5), ("intensity_window", 5)])
def test_curves_keep_the_order_of_intensities(kind, level):
    """What was brighter is brighter still, or as bright."""
    wedge = step_wedge()
    changed, _, _ = perturbed(operator(kind), wedge, level)
    order = np.argsort(wedge.voxels.ravel(), kind="stable")
    assert (np.diff(changed.voxels.ravel()[order]) >= -1e-4).all()


def test_intensity_window_narrows_around_the_median():
    """The head's median stays; of the head, more is black or white at each level."""
    volume = head(white=900.0)
    median = np.median(volume.voxels[volume.voxels > 90])
    clipped = []
    for level in range(1, 6):
        changed, _, _ = perturbed(operator("intensity_window"), volume, level)
        there = np.abs(volume.voxels - median) < 2
        assert np.abs(changed.voxels[there] - median).max() < 10
        clipped.append(((changed.voxels == 0) | (changed.voxels >= volume.white)).sum())
    assert clipped == sorted(clipped)


def test_sequence_contrast_is_the_signal_equation():
    """Without noise, other times give what the phantom renders with them, for spin echo and with inversion."""
    for sequence, times in [("T1w", {"tr_ms": 700.0, "te_ms": 20.0}), ("FLAIR", {"te_ms": 90.0, "ti_ms": 2000.0})]:
        recipe = {"kind": "head", "seed": 3, "sequence": sequence, "spacing_mm": 6, "noise": 0}
        before, after = render(recipe), render({**recipe, **times})
        op = operator("sequence_contrast", deviation_percent=0, **times)
        changed, _, _ = perturbed(op, before)
        assert np.allclose(after.voxels, changed.voxels, atol=1.0)
        assert {name: changed.facts[name] for name in times} == times


def test_sequence_contrast_leaves_noise_alone():
    """The noise of the volume is that of before: it depends on none of the times."""
    recipe = {"kind": "head", "seed": 3, "sequence": "T2w", "spacing_mm": 6, "noise": 0.03}
    noisy, clean = render(recipe), render({**recipe, "noise": 0})
    op = operator("sequence_contrast", deviation_percent=0, te_ms=70.0)
    left = [perturbed(op, volume)[0].voxels for volume in (noisy, clean)]
    bright = clean.voxels > 100
    assert np.allclose((noisy.voxels - clean.voxels)[bright], (left[0] - left[1])[bright], atol=3.0)


def test_sequence_contrast_deviates_by_percent():
    """At level 5 both times are half or one and a half times the nominal ones, by the seed; all four pairs are drawn."""
    found = set()
    for seed in range(24):
        changed, _, _ = perturbed(operator("sequence_contrast"), head(), 5, seed)
        found.add((changed.facts["tr_ms"], changed.facts["te_ms"]))
    assert found == {(tr, te) for tr in (250.0, 750.0) for te in (6.0, 18.0)}


@pytest.mark.parametrize("lack", ["tissue", "tr_ms"])
def test_sequence_contrast_without_maps_or_times(lack):
    """A volume without tissue maps, or whose times are unknown, is a PictureError that says what is missing."""
    whole = head()
    tissue = None if lack == "tissue" else whole.tissue
    facts = {"te_ms": 12.0} if lack == "tr_ms" else whole.facts
    with pytest.raises(PictureError, match=lack):
        operator("sequence_contrast").change(Volume(whole.voxels, whole.affine, facts, tissue), 10.0, 0)


def test_vendors_are_ten_and_simulated():
    """The table has ten scanners, the documentation prints it, and every volume says that its scanner is simulated."""
    module = import_module(f"{load_operators().__name__}.mri.vendor_profile")
    assert list(module.profiles()) == VENDORS
    for name, profile in module.profiles().items():
        assert (
            f"| {name} | {profile.psf_mm} | {profile.noise_std:.3f} | {profile.bias:.2f} | {profile.gamma:.2f} |"
            in module.VendorProfile.__doc__
        )
        changed, _, _ = perturbed(operator("vendor_profile", vendor=name), head())
        assert changed.facts["Manufacturer"] == f"simulated {name}"
    assert run_examples("vendor_profile") >= 4


def test_a_vendor_that_there_is_not():
    """Another name is an error that lists the ten."""
    with pytest.raises(ValueError, match=r"'sim-01'.*'sim-10'"):
        operator("vendor_profile", vendor="sim-11")


def test_vendors_differ_more_than_studies():
    """Two scanners give one head other voxels; their gain is the same in every study, their noise is not."""
    flat = Volume(np.full((24, 24, 24), 500.0, np.float32), np.diag([3.0, 3.0, 3.0, 1.0]))
    seen = {
        name: [perturbed(operator("vendor_profile", vendor=name), flat, None, seed)[0].voxels for seed in (1, 2)]
        for name in VENDORS
    }

    def coarse(values):
        return values.reshape(4, 6, 4, 6, 4, 6).mean(axis=(1, 3, 5))

    for name in VENDORS:
        one, other = seen[name]
        assert not np.array_equal(one, other)
        assert np.allclose(coarse(one), coarse(other), rtol=0.02)
    means = [coarse(pair[0]) for pair in seen.values()]
    gaps = [np.abs(one - other).max() for k, one in enumerate(means) for other in means[:k]]
    assert min(gaps) > 10


def test_the_gain_of_a_scanner_reaches_its_bias():
    """On a noise-free flat volume the largest logarithm of the gain is the table's bias."""
    module = import_module(f"{load_operators().__name__}.mri.vendor_profile")
    for name, profile in module.profiles().items():
        gain = module._gain(name, profile.bias, (20, 24, 22))
        assert np.abs(np.log(gain)).max() == pytest.approx(profile.bias, rel=1e-4)


def test_vendor_noise_is_rician():
    """In air the mean is that of a Rayleigh distribution, std * sqrt(pi / 2), and in bright tissue the std is the table's."""
    air_and_tissue = np.zeros((40, 40, 40), np.float32)
    air_and_tissue[20:] = 1000
    changed, _, _ = perturbed(operator("vendor_profile", vendor="sim-01"), Volume(air_and_tissue, np.eye(4)))
    air, tissue = changed.voxels[2:12], changed.voxels[28:38]
    assert air.mean() == pytest.approx(10 * np.sqrt(np.pi / 2), rel=0.02)
    assert (np.diff(tissue, axis=2) / np.sqrt(2)).std() == pytest.approx(10, rel=0.05)
