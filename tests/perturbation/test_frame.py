"""What operators on pictures and conversations are given, and what their bases do for them."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

import numpy as np
import pytest
from pydantic import Field, ValidationError

from robustspec.data.picture import Image, Volume
from robustspec.data.row import Message, Row
from robustspec.perturbation.frame import Dialogue, Frame, ImageOperator, VolumeOperator, rms_change
from robustspec.perturbation.ladder import Ladder

ROW = Row("r", "", label="left")


class Lift(ImageOperator):
    """Adds its amount to every pixel, in units of white."""

    kind: Literal["test/lift"] = "test/lift"
    by: float | None = Field(default=None, gt=0)
    ladder: ClassVar[Ladder | None] = Ladder("by", (0.1, 0.2, 0.4))
    ladders: ClassVar = {"medical": Ladder("by", (0.01, 0.02, 0.04))}

    def change(self, image: Image, amount: float, seed: int) -> Image:
        return image.with_unit(image.unit() + amount)


class Still(Lift):
    """Finds nothing to change."""

    kind: Literal["test/still"] = "test/still"  # type: ignore[assignment]  # another kind of the same sort

    def change(self, image: Image, amount: float, seed: int) -> Image:
        return image


class Told(Lift):
    """Knows the size of its change beforehand."""

    kind: Literal["test/told"] = "test/told"  # type: ignore[assignment]  # another kind of the same sort

    def magnitude(self, level: int | None) -> float:
        return 100 * self.amount(level)


class Scale(VolumeOperator):
    """Multiplies by its amount."""

    kind: Literal["test/scale"] = "test/scale"
    factor: float | None = None
    ladder: ClassVar[Ladder | None] = Ladder("factor", (2.0, 3.0))

    def change(self, volume: Volume, amount: float, seed: int) -> Volume:
        return volume.with_floats(volume.floats() * amount)


def grey(value=100, kind=np.uint8, shape=(4, 5)):
    return Image(np.full(shape, value, dtype=kind))


def test_level_0_is_the_frame_itself():
    """No change, no magnitude, no call."""
    frame = Frame(grey(), ROW, "left")
    assert Lift().apply(frame, {"seed": 1}, 0) is frame


def test_an_operator_that_changes_nothing_gives_the_frame_back():
    """The case is then counted as unchanged."""
    frame = Frame(grey(), ROW, "left")
    assert Still().apply(frame, {"seed": 1}, 2) is frame


def test_a_changed_frame_keeps_row_and_label():
    """Only the value and the magnitude are new; None lets the engine measure."""
    changed = Lift().apply(Frame(grey(), ROW, "left"), {"seed": 1}, 1)
    assert (changed.row, changed.label, changed.magnitude) == (ROW, "left", None)
    assert isinstance(changed.value, Image)
    assert changed.value.pixels[0, 0] == round(100 + 25.5)


def test_a_known_magnitude_stands():
    """Degrees, millimetres: whatever the operator says."""
    assert Told().apply(Frame(grey(), ROW), {"seed": 1}, 2).magnitude == pytest.approx(20)
    assert Told(by=0.3).apply(Frame(grey(), ROW), {"seed": 1}, None).magnitude == pytest.approx(30)


@pytest.mark.parametrize(("level", "amount"), [(0, 0.0), (1, 0.01), (3, 0.04)])
def test_the_profile_chooses_the_ladder(level, amount):
    """`profile: medical` has its own levels of the same parameter."""
    assert Lift(profile="medical").amount(level) == amount
    assert Lift().amount(level) == pytest.approx(10 * amount)


def test_an_explicit_amount_wins_over_the_profile():
    """Without a level there is no ladder."""
    assert Lift(profile="medical", by=0.5).amount(None) == 0.5


def test_a_profile_without_a_ladder_is_a_fault():
    """The sentence says which there are."""
    with pytest.raises(
        ValidationError, match="test/lift has no ladder of the profile 'small' -- write natural or medical"
    ):
        Lift(profile="small")


def test_volumes_are_changed_alike():
    """The amount of the level reaches `change`; the type stays."""
    volume = Volume(np.arange(24, dtype=np.int16).reshape(2, 3, 4), np.eye(4))
    changed = Scale().apply(Frame(volume, ROW), {"seed": 1}, 2)
    assert isinstance(changed.value, Volume)
    assert changed.value.voxels.dtype == np.int16
    assert np.array_equal(changed.value.voxels, volume.voxels * 3)
    assert Scale().apply(Frame(volume, ROW), {"seed": 1}, 0).value is volume


def test_a_frame_moves_its_label_only_where_told():
    """`with_value` with a label is a new one, without it the one so far."""
    frame = Frame(grey(), ROW, "left")
    assert frame.with_value(grey(1)).label == "left"
    assert frame.with_value(grey(1), 0.5, "right").label == "right"
    assert frame.label == "left"


def test_a_dialogue_moves_its_label_only_where_told():
    """The same for conversations; the row stays."""
    dialogue = Dialogue((Message("user", "a"),), ROW, "left")
    changed = dialogue.with_messages((Message("user", "b"),), 1.0, "right")
    assert (changed.messages[0].content, changed.magnitude, changed.label, changed.row) == ("b", 1.0, "right", ROW)
    assert dialogue.with_messages((), None).label == "left"


# The realised magnitude.


@pytest.mark.parametrize(("kind", "white"), [(np.uint8, 255), (np.uint16, 65535)])
def test_rms_change_by_hand(kind, white):
    """Half of the pixels up by a tenth of white, half down: 0.1; no overflow of the unsigned type."""
    step = white // 10
    before = Image(np.full((4, 4), white // 2, dtype=kind))
    after = Image(np.where(np.arange(16).reshape(4, 4) % 2, white // 2 + step, white // 2 - step).astype(kind))
    assert rms_change(before, after) == pytest.approx(step / white)
    assert rms_change(after, before) == pytest.approx(step / white)


def test_rms_change_is_a_root_mean_square():
    """One pixel in four by 0.8 of white: sqrt(0.64 / 4) = 0.4."""
    before, after = np.zeros((2, 2), np.float32), np.zeros((2, 2), np.float32)
    after[0, 0] = 0.8
    assert rms_change(Image(before), Image(after)) == pytest.approx(0.4)


def test_rms_change_of_a_volume_is_a_share_of_its_white():
    """White is the bright end of the intensities before, here 200, whatever the unit."""
    before = Volume(np.full((10, 10, 10), 200.0), np.eye(4))
    after = before.with_voxels(before.voxels + 50.0)
    assert rms_change(before, after) == pytest.approx(0.25)


def test_rms_change_against_numpy():
    """On noise, in double precision."""
    rng = np.random.default_rng(1)
    before, after = (rng.integers(0, 256, (31, 17, 3), dtype=np.uint8) for _ in range(2))
    expected = math.sqrt(np.mean((after.astype(float) - before.astype(float)) ** 2)) / 255
    assert rms_change(Image(before), Image(after)) == pytest.approx(expected, rel=1e-5)


def test_another_shape_is_a_whole_change():
    """A crop that is not resized back cannot be compared pixel by pixel."""
    assert rms_change(grey(), grey(shape=(4, 4))) == 1.0
