"""Recipes that are not recipes, and the pictures that are not heads."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from robustspec.data.phantom import brain_mask, lesion_mask, picture, render
from robustspec.data.phantom.lettering import GLYPHS, lettered
from robustspec.data.phantom.recipe import NOT_MRI, ORGANS
from robustspec.data.picture import Image, Volume
from robustspec.errors import DataError, PictureError

HEAD = {"kind": "head", "seed": 1, "sequence": "T1w"}
LESION = {"side": "left", "region": "deep", "size_mm": 14}


def with_lesion(**keys):
    return {**HEAD, "lesions": [{**LESION, **keys}]}


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        ("head", "a recipe is a mapping, but this is 'head'"),
        ({}, "a recipe needs 'kind': one of head, organ, not_mri"),
        ({"kind": "foot"}, "'kind' is one of head, organ, not_mri, but this is 'foot'"),
        ({"kind": "head", "seed": 1}, "a recipe needs 'sequence': one of T1w, T2w, PD, FLAIR"),
        ({"kind": "head", "sequence": "PD"}, "'seed' is a whole number from 0, but this is None"),
        ({**HEAD, "seed": True}, "'seed' is a whole number from 0, but this is True"),
        ({**HEAD, "seed": -1}, "'seed' is a whole number from 0, but this is -1"),
        ({**HEAD, "leisons": []}, "a recipe of kind head has no key 'leisons' -- did you mean 'lesions'?"),
        ({**HEAD, "organ": "knee"}, "a recipe of kind head has no key 'organ'"),
        ({**HEAD, "lesions": {}}, r"'lesions' is a list, but this is \{\}"),
        ({**HEAD, "lesions": [3]}, "a lesion is a mapping, but this is 3"),
        (with_lesion(size=3), "a lesion has no key 'size' -- did you mean"),
        (with_lesion(side="middle"), "'side' is one of left, right, but this is 'middle'"),
        (with_lesion(size_mm=7), "'size_mm' of a lesion of pattern single is a number from 8 to 35, but this is 7"),
        (with_lesion(size_mm=8, pattern="ring"), "'size_mm' of a lesion of pattern ring is a number from 14 to 35"),
        (
            with_lesion(size_mm="14"),
            "'size_mm' of a lesion of pattern single is a number from 8 to 35, but this is '14'",
        ),
        (with_lesion(size_mm=float("nan")), "but this is nan"),
        (
            {**HEAD, "lesions": [LESION, LESION]},
            "two lesions stand left deep -- give one of them another side or region",
        ),
        (
            {**HEAD, "spacing_mm": 0.1},
            "'spacing_mm' is a number from 1 to 12, or three for x, y and z, but this is 0.1",
        ),
        ({**HEAD, "spacing_mm": [3, 3]}, r"three for x, y and z, but this is \[3, 3\]"),
        ({**HEAD, "spacing_mm": 10**400}, "'spacing_mm' is a number from 1 to 12"),
        ({**HEAD, "orientation": "RAX"}, "'orientation' is three letters such as RAS or LPS, but this is 'RAX'"),
        ({**HEAD, "orientation": "RLS"}, "'orientation' is three letters such as RAS or LPS, but this is 'RLS'"),
        ({**HEAD, "orientation": "RASx"}, "'orientation' is three letters such as RAS or LPS, but this is 'RASx'"),
        ({**HEAD, "orientation": ""}, "'orientation' is three letters such as RAS or LPS, but this is ''"),
        (
            {**HEAD, "orientation": "RAS", "plane": "coronal"},
            "slices of RAS volumes are axial, but 'plane' says coronal",
        ),
        ({**HEAD, "ti_ms": 900}, "'ti_ms' is for FLAIR, but the sequence is T1w -- leave it out"),
        ({**HEAD, "sequence": "FLAIR", "ti_ms": 9500}, "'ti_ms' is less than 'tr_ms', but 9500 is not less than 9000"),
        ({**HEAD, "noise": -0.1}, "'noise' is a number from 0 to 1, but this is -0.1"),
        ({**HEAD, "scanner": 3}, "'scanner' is a name, but this is 3"),
        ({**HEAD, "base": "colin27"}, "'base' is one of phantom, mni152, but this is 'colin27'"),
        ({**HEAD, "kind": "organ", "organ": "brain"}, "'organ' is one of knee, spine, abdomen, heart, breast"),
        ({"kind": "not_mri", "seed": 1, "what": "cat"}, "'what' is one of ct, xray, photo, chart, text, noise, grid"),
        (
            {"kind": "not_mri", "seed": 1, "what": "photo", "volume": True},
            "true for ct alone, but this is True for photo",
        ),
        ({"kind": "not_mri", "seed": 1, "what": "photo", "size": 40}, "'size' is a number of pixels from 48 to 1024"),
    ],
)
def test_what_is_no_recipe_is_said_to_be_none(recipe, message):
    """One sentence, at once: neither render nor a handle comes of it."""
    with pytest.raises(DataError, match=message):
        render(recipe)
    with pytest.raises(DataError, match=message):
        picture(recipe)


def test_masks_are_of_heads():
    """There is no brain in a knee."""
    knee = {"kind": "organ", "organ": "knee", "seed": 1, "sequence": "PD"}
    for mask in (brain_mask, lesion_mask):
        with pytest.raises(DataError, match="masks are of recipes of kind head, but this is of kind organ"):
            mask(knee)


def test_a_handle_renders_when_it_is_opened():
    """`picture` knows its modality and name before it opens, and opens what `render` gives."""
    volume = picture({**HEAD, "spacing_mm": 6})
    image = picture({"kind": "not_mri", "what": "text", "seed": 3, "size": 64})
    stack = picture({"kind": "not_mri", "what": "ct", "seed": 3, "volume": True})
    assert [(p.modality, p.name) for p in (volume, image, stack)] == [
        ("volume", "head-1"),
        ("image", "text-3"),
        ("volume", "ct-3"),
    ]
    assert np.array_equal(volume.open().voxels, render({**HEAD, "spacing_mm": 6}).voxels)


@pytest.mark.parametrize("organ", ORGANS)
def test_organs_are_volumes_that_differ_by_sequence_and_seed(organ):
    """Each renders, says that it is simulated, and follows sequence and seed."""
    recipe = {"kind": "organ", "organ": organ, "seed": 3, "sequence": "T1w", "spacing_mm": 6}
    volume = render(recipe)
    assert isinstance(volume, Volume)
    assert volume.facts["simulated"] is True
    assert volume.tissue()["pd"].shape == volume.voxels.shape
    assert np.array_equal(volume.voxels, render(recipe).voxels)
    for other in ({**recipe, "sequence": "T2w"}, {**recipe, "seed": 4}):
        assert np.abs(render(other).voxels - volume.voxels).mean() > 0.1 * volume.voxels.mean()


def test_organs_differ_from_heads_and_from_each_other():
    """The middle axial slices, at one size, correlate little."""
    recipes = [{**HEAD, "spacing_mm": 6}]
    recipes += [{"kind": "organ", "organ": o, "seed": 1, "sequence": "T1w", "spacing_mm": 6} for o in ORGANS]
    shown = []
    for recipe in recipes:
        voxels = render(recipe).voxels
        rows, columns = (np.linspace(0, n - 1, 20).astype(int) for n in voxels.shape[:2])
        shown.append(voxels[np.ix_(rows, columns)][:, :, voxels.shape[2] // 2].ravel())
    table = np.corrcoef(shown)
    assert max(table[i, j] for i, j in itertools.combinations(range(len(shown)), 2)) < 0.9


@pytest.mark.parametrize("what", NOT_MRI)
@pytest.mark.parametrize("size", [48, 96])
def test_other_pictures_are_bytes_of_the_size_asked_for(what, size):
    """Square, grey or colour, the same for the same seed and another for another one."""
    recipe = {"kind": "not_mri", "what": what, "seed": 3, "size": size}
    image = render(recipe)
    assert isinstance(image, Image)
    assert (image.pixels.dtype, image.size) == (np.uint8, (size, size))
    assert image.is_grey == (what not in ("photo", "chart"))
    assert image.facts == {"simulated": True}
    assert image.pixels.std() > 10
    assert np.array_equal(image.pixels, render(recipe).pixels)
    assert not np.array_equal(image.pixels, render({**recipe, "seed": 4}).pixels)


def test_a_stack_of_ct_has_bone_brighter_than_brain():
    """CT numbers plus 1024: bone near 1900, brain near 1060, air near 24."""
    stack = render({"kind": "not_mri", "what": "ct", "seed": 3, "volume": True})
    assert stack.voxels.dtype == np.uint16
    assert np.percentile(stack.voxels[:6, :6], 50) == pytest.approx(24, abs=3)
    assert np.median(stack.voxels[25:35, 30:40, 35:42]) == pytest.approx(1024 + 29, abs=6)
    assert stack.voxels.max() > 1900


def test_letters_have_ink_where_they_should():
    """Seven rows, six columns a letter; a T has a full bar on top and its stem in the middle; scale repeats pixels."""
    assert lettered("T").astype(int).tolist() == [[1, 1, 1, 1, 1, 0]] + [[0, 0, 1, 0, 0, 0]] * 6
    assert lettered("at 5", 2).shape == (14, 48)
    assert not lettered(" ").any()
    assert len({bytes(rows) for rows in GLYPHS.values()}) == len(GLYPHS)
    assert all(len(rows) == 7 and max(rows) < 32 for rows in GLYPHS.values())


def test_the_template_is_a_brain_with_the_planted_lesion():
    """Base mni152 has the template's brain: grey and white matter as they lie in it, and the lesion of the recipe."""
    pytest.importorskip("nilearn")
    recipe = {**with_lesion(size_mm=20), "base": "mni152", "noise": 0}
    volume, brain, ill = render(recipe), brain_mask(recipe), lesion_mask(recipe)
    assert 1.0 < brain.sum() * 27e-6 < 1.9
    assert not (ill & ~brain).any()
    healthy = render({**HEAD, "base": "mni152", "noise": 0})
    change = volume.voxels - healthy.voxels
    assert change[ill].mean() < -20
    far = ~ill & ~np.roll(ill, 1, 0) & ~np.roll(ill, -1, 0) & ~np.roll(ill, 1, 1) & ~np.roll(ill, -1, 1)
    assert np.abs(change[far]).mean() < 0.5
    painted = render({**HEAD, "noise": 0}).voxels
    assert np.corrcoef(painted[brain], healthy.voxels[brain])[0, 1] < 0.8


def test_a_template_that_is_not_installed_costs_the_picture_and_not_the_run(monkeypatch):
    """Without nilearn the picture cannot be opened, and the sentence says what to install."""
    from robustspec.data.phantom import template

    template._loaded.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "nilearn.datasets", None)
    with pytest.raises(PictureError, match=r"needs the package nilearn -- install robustspec\[mri\]"):
        picture({**HEAD, "base": "mni152"}).open()
