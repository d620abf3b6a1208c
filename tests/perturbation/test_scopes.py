"""Which pictures of a row an entry changes, what each draws, and what becomes of labels, magnitudes and identities."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import ClassVar, Literal

import numpy as np
import pytest

from robustspec.data import picture as pictures
from robustspec.data.picture import Image, Picture, Volume, made
from robustspec.data.row import Message, Row, images_of
from robustspec.errors import PerturbationError, PictureError
from robustspec.perturbation.base import Params, Relation
from robustspec.perturbation.frame import Frame, ImageOperator, VolumeOperator
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.scope import Scope
from robustspec.perturbation.scopes import DialogueScope, PictureScope, scope_of
from robustspec.registry import lookup


class Speckle(ImageOperator):
    """Adds the level to a pixel that the seed draws."""

    kind: Literal["test/speckle"] = "test/speckle"
    steps: float | None = None
    ladder: ClassVar[Ladder | None] = Ladder("steps", (1.0, 2.0, 3.0))

    def change(self, image: Image, amount: float, seed: int) -> Image:
        if not image.pixels.any():
            return image
        pixels = image.pixels.copy()
        pixels.reshape(-1)[seed % pixels.size] += int(amount)
        return image.with_pixels(pixels)


class Flip(VolumeOperator):
    """Mirrors the first axis, and the side that the label names."""

    kind: Literal["test/flip"] = "test/flip"
    relation: ClassVar[Relation] = "changes"

    def apply(self, passage: Frame, params: Params, level: int | None) -> Frame:
        assert isinstance(passage.value, Volume)
        other = {"left": "right", "right": "left"}[passage.row.label]
        return passage.with_value(passage.value.with_voxels(passage.value.voxels[::-1].copy()), label=other)


class Stamp(ImageOperator):
    """Writes what the row's facts say into a corner; draws nothing from the seed."""

    kind: Literal["test/stamp"] = "test/stamp"

    def sample(self, rng: random.Random, passage: Frame) -> Params:
        return {"size": int(passage.value.pixels.shape[0])}

    def apply(self, passage: Frame, params: Params, level: int | None) -> Frame:
        assert isinstance(passage.value, Image)
        pixels = passage.value.pixels.copy()
        pixels[0, 0] = passage.row.facts["mark"]
        return passage.with_value(passage.value.with_pixels(pixels))


class Refuses(ImageOperator):
    """Cannot change a small picture."""

    kind: Literal["test/refuses"] = "test/refuses"

    def change(self, image: Image, amount: float, seed: int) -> Image:
        if image.pixels.size < 100:
            raise PictureError("the picture is too small")
        return image.with_pixels(image.pixels + 1)


def grey(value=50, side=8):
    """A plain image with one odd pixel, so that no two are equal."""
    pixels = np.full((side, side), 40, np.uint8)
    pixels[-1, -1] = value
    return made(f"{value}.png", Image(pixels))


def scan(value=1.0):
    return made(f"{value}.nii", Volume(np.linspace(0, value, 24, dtype=np.float32).reshape(2, 3, 4), np.eye(4)))


def row_of(*shown, label=None, **fields):
    """A row with pictures in one message."""
    return Row("r", (Message("user", "What?", images=shown),), label, **fields)


def changed_numbers(before, after):
    """Numbers, from 1, of the pictures that differ."""
    pairs = zip(images_of(before.input), images_of(after.input), strict=True)
    return [number for number, (old, new) in enumerate(pairs, 1) if old.digest != new.digest]


def applied(scope, row, level=1, seed=0, draw=0):
    return scope.apply(row, scope.sample(seed, row, draw), level)


# Which scope, which pictures.


@pytest.mark.parametrize(
    ("kind", "scope"),
    [("letter_case", Scope), ("jpeg", PictureScope), ("mirror", PictureScope), ("study_order", DialogueScope)],
)
def test_the_modality_chooses_the_scope(kind, scope):
    """Text, pictures, whole conversations."""
    assert type(scope_of(lookup("perturbations", kind)())) is scope


def test_all_pictures_of_the_modality_change():
    """Images and volumes stand in one row: each operator changes its own, and the words stay."""
    row = row_of(grey(1), scan(), grey(2), label="left")
    noisy = applied(scope_of(Speckle()), row)
    assert changed_numbers(row, noisy) == [1, 3]
    assert noisy.input[0].content == "What?"
    assert changed_numbers(row, applied(scope_of(Flip()), row, None)) == [2]


@pytest.mark.parametrize(("on", "expected"), [("image.1", [1]), ("image.3", [3]), ("image.2", []), ("image.4", [])])
def test_one_picture_by_its_number(on, expected):
    """Numbers count all pictures of the row; one of another modality, or none, leaves the row as it is."""
    row = row_of(grey(1), scan(), grey(2))
    changed = applied(scope_of(Speckle(), on=on), row)
    assert changed_numbers(row, changed) == expected
    assert (changed is row) == (not expected)


def test_numbers_count_over_messages():
    """The second picture may stand in a later message; messages without a change are the same objects."""
    messages = (
        Message("user", "March", images=(grey(1),)),
        Message("assistant", "I see."),
        Message("user", "June", "note", (grey(2), grey(3))),
    )
    row = Row("r", messages)
    changed = applied(scope_of(Speckle(), on="image.2"), row)
    assert changed_numbers(row, changed) == [2]
    assert changed.input[0] is messages[0]
    assert changed.input[1] is messages[1]
    assert (changed.input[2].content, changed.input[2].name) == ("June", "note")


@pytest.mark.parametrize("on", ["image.0", "image.", "image.x", "image.01", "turn.1", "system", "context.a", ""])
def test_a_place_that_is_no_picture(on):
    """The sentence says what may be written."""
    with pytest.raises(
        PerturbationError, match=r"is no picture that test/speckle can change -- write input .* or image.N"
    ):
        scope_of(Speckle(), on=on)


@pytest.mark.parametrize("field", ["protect", "within"])
@pytest.mark.parametrize(
    ("kind", "what"), [("jpeg", "images"), ("mirror", "volumes"), ("study_order", "conversations")]
)
def test_protect_and_within_speak_of_text(kind, what, field):
    """A picture has no spans of words."""
    with pytest.raises(PerturbationError, match=f"protect and within speak of text, and this acts on {what}"):
        scope_of(lookup("perturbations", kind)(), **{field: ["dose"]})


def test_a_conversation_operator_has_no_place():
    """It acts on the whole."""
    with pytest.raises(PerturbationError, match="study_order acts on whole conversations -- leave out on"):
        scope_of(lookup("perturbations", "study_order")(), on="image.1")


@pytest.mark.parametrize("content", ["words", (Message("user", "words"),)])
def test_a_row_without_pictures_is_unchanged(content):
    """It is no evidence: text rows among picture rows."""
    row = Row("r", content)
    scope = scope_of(Speckle())
    assert scope.sample(0, row) == {}
    assert applied(scope, row) is row


# Draws.


def test_each_picture_has_its_own_draw():
    """Two equal pictures in one row do not get equal noise."""
    row = row_of(grey(1), grey(1))
    params = scope_of(Speckle()).sample(0, row)
    assert sorted(params) == ["1", "2"]
    assert params["1"] != params["2"]


@pytest.mark.parametrize("number", [1, 2])
def test_the_draw_is_the_same_under_either_spelling(number):
    """`on: image.2` changes the second picture as `on: input` does."""
    row = row_of(grey(1), grey(2))
    whole, one = applied(scope_of(Speckle()), row), applied(scope_of(Speckle(), on=f"image.{number}"), row)
    assert images_of(whole.input)[number - 1].digest == images_of(one.input)[number - 1].digest


def test_the_draw_depends_on_seed_row_and_draw():
    """And on nothing else: the same again gives the same."""
    row, scope = row_of(grey(1)), scope_of(Speckle())
    drawn = [
        scope.sample(0, row, 0)["1"]["seed"],
        scope.sample(1, row, 0)["1"]["seed"],
        scope.sample(0, row, 1)["1"]["seed"],
        scope.sample(0, replace(row, id="other"), 0)["1"]["seed"],
    ]
    assert len(set(drawn)) == 4
    assert scope_of(Speckle()).sample(0, row_of(grey(9)), 0)["1"]["seed"] == drawn[0]


def test_params_are_json():
    """All that is needed to make the case again survives a file."""
    row, scope = row_of(grey(1), grey(2)), scope_of(Speckle())
    params = scope.sample(0, row)
    again = json.loads(json.dumps(params))
    first, second = scope.apply(row, params, 2), scope.apply(row, again, 2)
    assert [each.digest for each in images_of(first.input)] == [each.digest for each in images_of(second.input)]


def test_levels_share_their_draw():
    """Level 2 changes the same pixel as level 1, by more."""
    row, scope = row_of(grey(1)), scope_of(Speckle())
    params, clean = scope.sample(0, row), grey(1).open().pixels.astype(int)
    one, two = (images_of(scope.apply(row, params, level).input)[0].open().pixels - clean for level in (1, 2))
    assert np.array_equal(two, 2 * one)
    assert one.sum() == 1


def test_an_operator_that_samples_itself_sees_the_opened_picture():
    """`sample` gets a frame with the value and the row."""
    assert scope_of(Stamp()).sample(0, row_of(grey(1, side=16))) == {"1": {"size": 16}}


# What comes out.


def test_nothing_is_changed_in_place():
    """The clean row and its values stay."""
    row = row_of(grey(1))
    before = grey(1).open().pixels
    applied(scope_of(Speckle()), row)
    assert np.array_equal(images_of(row.input)[0].open().pixels, before)


def test_level_0_and_nothing_to_change_are_the_row_itself():
    """Identity, not equality: so the engine tells a case that is no evidence."""
    blank = row_of(made("black.png", Image(np.zeros((4, 4), np.uint8))))
    assert applied(scope_of(Speckle()), row_of(grey(1)), 0).magnitude == 0.0
    assert applied(scope_of(Speckle()), blank) is blank


def test_a_new_value_that_shows_the_same_is_no_change():
    """An operator that copies without changing gives the row itself: compared by digest, not by identity."""
    row = row_of(grey(40), facts={"mark": 40})
    assert applied(scope_of(Stamp()), row, None) is row


def test_the_magnitude_is_the_mean_over_changed_pictures():
    """A picture that stays as it is does not water it down."""
    black = made("black.png", Image(np.zeros((8, 8), np.uint8)))
    one = applied(scope_of(Speckle()), row_of(grey(1)), 3).magnitude
    assert one == pytest.approx(3 / 255 / 8)  # one of 64 pixels by 3
    assert applied(scope_of(Speckle()), row_of(grey(1), grey(2), black), 3).magnitude == pytest.approx(one)


def test_a_magnitude_that_an_operator_knows_is_kept():
    """Rotation tells its angle in degrees."""
    row = row_of(grey(1, side=32))
    assert applied(scope_of(lookup("perturbations", "rotate")()), row, 2).magnitude == 10


def test_a_label_is_moved_once_for_several_pictures():
    """Two mirrored scans of one patient have the lesion on the other side, not on the same side again."""
    row = row_of(scan(1.0), scan(2.0), label="left")
    for number, operator in enumerate((Flip(), lookup("perturbations", "mirror")())):
        changed = applied(scope_of(operator), row, None)
        assert (number, changed.label, changed_numbers(row, changed)) == (number, "right", [1, 2])
    assert row.label == "left"


def test_the_label_stays_where_no_picture_changes():
    """A volume that is its own mirror image is unchanged, label and all."""
    same = made("same", Volume(np.ones((4, 4, 4)), np.eye(4)))
    row = row_of(same, label="left")
    assert applied(scope_of(Flip()), row, None) is row


def test_the_rest_of_the_row_stays():
    """Facts, groups, unit, policy and the name of the picture."""
    row = row_of(grey(1), facts={"a": 1}, groups={"g": "x"}, unit="u", policy=("ask",))
    changed = applied(scope_of(Speckle()), row)
    assert replace(changed, input=row.input, magnitude=row.magnitude) == row
    assert images_of(changed.input)[0].name == "1.png"


# Pictures as handles.


def counted(value):
    """A picture that counts how often it is opened."""
    opened = []
    picture = Picture(b"counted" + value.pixels.tobytes()[:8], "c.png", "image", lambda: opened.append(1) or value)
    return picture, opened


def test_a_changed_picture_is_made_again_when_the_cache_has_dropped_it(monkeypatch):
    """Equal to the first time, from its clean picture: memory does not follow the number of rows."""
    cache = pictures._Cache(1)  # holds one value only
    monkeypatch.setattr(pictures, "_CACHE", cache)
    clean, opened = counted(grey(1, side=32).open())
    (changed,) = images_of(applied(scope_of(lookup("perturbations", "gaussian_noise")()), row_of(clean), 2).input)
    first = changed.open().pixels.copy()
    grey(7).open()
    again = changed.open()
    assert np.array_equal(again.pixels, first)
    assert len(opened) >= 2
    assert made("again", again).digest == changed.digest


def test_changes_of_one_picture_have_keys_of_their_own():
    """By level, parameters, seed and operator: none is taken for another in the cache."""
    row = row_of(grey(1, side=16))
    noise, rotate = lookup("perturbations", "gaussian_noise"), lookup("perturbations", "rotate")
    made_ = [
        applied(scope_of(noise()), row, 1),
        applied(scope_of(noise()), row, 2),
        applied(scope_of(noise(profile="medical")), row, 1),
        applied(scope_of(noise(std=0.05)), row, None),
        applied(scope_of(noise()), row, 1, seed=1),
        applied(scope_of(noise()), row, 1, draw=1),
        applied(scope_of(rotate()), row, 1),
    ]
    keys = [images_of(each.input)[0].key for each in made_]
    assert len(set(keys)) == len(keys)
    again = applied(scope_of(noise()), row, 1)
    assert images_of(again.input)[0].key == keys[0]


def test_rows_that_share_a_picture_do_not_share_its_changes():
    """An operator may look at the row, so a change belongs to it; here both draw the same."""
    shared = grey(1)
    one = applied(scope_of(Stamp()), row_of(shared, facts={"mark": 11}), None)
    other = applied(scope_of(Stamp()), replace(row_of(shared, facts={"mark": 22}), id="other"), None)
    assert [images_of(each.input)[0].open().pixels[0, 0] for each in (one, other)] == [11, 22]
    assert images_of(one.input)[0].digest != images_of(other.input)[0].digest


def test_the_error_of_a_picture_passes_through():
    """Of one that cannot be opened, and of an operator that cannot change it."""

    def torn():
        raise PictureError("torn.png: cut short")

    with pytest.raises(PictureError, match="cut short"):
        applied(scope_of(Speckle()), row_of(grey(1), Picture(b"torn", "torn.png", "image", torn)))
    with pytest.raises(PictureError, match="too small"):
        applied(scope_of(Refuses()), row_of(grey(1)), None)
    assert changed_numbers(row_of(grey(1, side=16)), applied(scope_of(Refuses()), row_of(grey(1, side=16)), None)) == [
        1
    ]
