"""Measuring ladders: what is measured, and when a ladder is not monotone."""

from typing import ClassVar, Literal

import numpy as np
import pytest

from robustspec.data.picture import Image, Picture, made
from robustspec.data.row import Message, Row
from robustspec.errors import PerturbationError, PictureError
from robustspec.perturbation.base import Perturbation
from robustspec.perturbation.calibration import (
    Change,
    are_alike,
    calibrate,
    change_of,
    faults_between,
    ladder_of,
)
from robustspec.perturbation.frame import ImageOperator
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.scopes import scope_of
from robustspec.registry import lookup


class Darker(ImageOperator):
    """Takes a share of the brightness away."""

    kind: Literal["darker"] = "darker"
    share: float | None = None
    ladder: ClassVar[Ladder | None] = Ladder("share", (0.1, 0.2, 0.4))
    ladders: ClassVar[dict[str, Ladder]] = {"medical": Ladder("share", (0.05, 0.1))}

    def change(self, image, amount, seed):
        return image.with_unit(image.unit() * (1 - amount))


class Zigzag(Darker):
    """A ladder that falls back at its end."""

    kind: Literal["zigzag"] = "zigzag"
    ladder: ClassVar[Ladder | None] = Ladder("share", (0.1, 0.4, 0.2))


class Torn(Darker):
    """An operator with a fault."""

    kind: Literal["torn"] = "torn"

    def change(self, image, amount, seed):
        raise ZeroDivisionError("no light")


def picture_row(name, side=24, seed=0):
    pixels = np.random.default_rng(seed).integers(60, 200, (side, side), dtype=np.uint8)
    return Row(name, (Message("user", "What is this?", images=(made(f"{name}.png", Image(pixels)),)),))


def broken_row(name):
    def fail():
        raise PictureError(f"{name}.png: it is cut short -- copy it again")

    return Row(name, (Message("user", "", images=(Picture(name.encode(), name, "image", fail),)),))


ROWS = [picture_row(f"row-{number}", seed=number) for number in range(5)]


def measured(operator, rows=ROWS, levels=None):
    return calibrate(scope_of(operator), rows, 7, levels or list(operator.ladder.levels))


def test_a_rising_ladder_is_monotone():
    """Each level is darker than the one before: magnitude rises, SSIM and PSNR fall, nothing is unchanged."""
    found = measured(Darker())
    magnitudes = [level.magnitude.mean for level in found.levels]
    assert found.is_monotone
    assert magnitudes == sorted(magnitudes)
    assert [level.ssim for level in found.levels] == sorted((level.ssim for level in found.levels), reverse=True)
    assert [level.unchanged for level in found.levels] == [0, 0, 0]
    assert found.levels[0].edit_share is None


def test_the_magnitude_is_the_realised_one():
    """A fifth less of every pixel is a fifth of the root mean square brightness."""
    level = measured(Darker(), ROWS[:1], [2]).levels[0]
    pixels = ROWS[0].input[0].images[0].open().pixels / 255
    assert level.magnitude.mean == pytest.approx(0.2 * np.sqrt((pixels**2).mean()), rel=0.01)
    assert level.amount == 0.2


def test_a_ladder_that_falls_back_is_told():
    """From level 2 to 3 the magnitude falls, and SSIM rises, on every row."""
    found = measured(Zigzag())
    assert not found.is_monotone
    assert [fault.partition(" on ")[0] for fault in found.faults] == [
        "from level 2 to 3 the magnitude falls",
        "from level 2 to 3 SSIM rises",
    ]
    assert "5 of 5 rows" in found.faults[0]


def test_a_published_ladder_that_is_known_to_fall_back_is_noted():
    """What its class says of it stands beside what was found, and it is no fault."""

    class Published(Zigzag):
        uneven: ClassVar[str] = "it is kept as printed"

    found = measured(Published())
    assert found.is_monotone
    assert len(found.as_published) == 2
    assert found.as_published[0].startswith("from level 2 to 3 the magnitude falls on 5 of 5 rows")
    assert found.as_published[0].endswith(", as published: it is kept as printed")


def test_little_left_is_little_left():
    """SSIM at 0.3 and below does not tell one level from another."""
    assert faults_between([Change(ssim=0.1)], [Change(ssim=0.29)]) == []
    assert len(faults_between([Change(ssim=0.1)], [Change(ssim=0.32)])) == 1


def test_the_spread_is_that_of_percentiles():
    """10th and 90th percentile lie between the rows, linearly."""
    level = measured(Darker(), ROWS, [3]).levels[0]
    each = [measured(Darker(), [row], [3]).levels[0].magnitude.mean for row in ROWS]
    assert (level.magnitude.p10, level.magnitude.p90) == pytest.approx(tuple(np.percentile(each, [10, 90])))


def test_a_row_that_cannot_be_used_is_left_out_and_told():
    """One broken file does not end the measuring of the others."""
    found = measured(Darker(), [ROWS[0], broken_row("bad"), ROWS[1]])
    assert [level.rows for level in found.levels] == [2, 2, 2]
    assert found.unusable == ["bad: bad.png: it is cut short -- copy it again"]


def test_an_operator_that_fails_is_named():
    """Its row, its kind and what it raised."""
    with pytest.raises(PerturbationError, match=r"row row-0: 'torn' failed: ZeroDivisionError: no light"):
        measured(Torn())


def test_an_explicit_amount_is_measured_beside_the_ladder():
    """It is no level, and is not compared with its neighbours."""
    found = measured(Darker(share=0.01), ROWS, [1, 2, 3, None])
    assert [(level.level, level.amount) for level in found.levels] == [(1, 0.1), (2, 0.2), (3, 0.4), (None, 0.01)]
    assert found.is_monotone


def test_a_profile_has_its_own_ladder():
    """Levels of the medical profile are those of its ladder."""
    assert ladder_of(Darker(profile="medical")).rungs == (0.05, 0.1)
    assert ladder_of(Darker()).rungs == (0.1, 0.2, 0.4)
    assert measured(Darker(profile="medical"), ROWS, [1]).levels[0].amount == 0.05


def test_texts_have_an_edit_share():
    """Letters changed per letter, and no measures of pictures."""
    operator: Perturbation = lookup("perturbations", "keyboard_typo")()
    rows = [Row(f"t{number}", f"please send the tablets of visit {number} to my home address") for number in range(6)]
    found = calibrate(scope_of(operator), rows, 0, list(operator.ladder.levels))
    shares = [level.edit_share for level in found.levels]
    assert found.is_monotone
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(0.17, abs=0.06)
    assert found.levels[-1].ssim is None


def test_levels_that_do_the_same_are_noted():
    """Two levels of a share are one test where a text is so short that both change one letter."""
    operator: Perturbation = lookup("perturbations", "keyboard_typo")()
    rows = [Row(f"t{number}", "I feel sick") for number in range(20)]
    found = calibrate(scope_of(operator), rows, 0, list(operator.ladder.levels))
    assert found.is_monotone
    assert found.notes[0] == "levels 1 to 4 do the same to almost every row"


def test_few_rows_may_go_the_other_way():
    """A quarter of the rows may fall; one more makes a fault."""
    weaker = [Change(magnitude=0.2)] * 8
    fallen, risen = Change(magnitude=0.1), Change(magnitude=0.3)
    assert faults_between(weaker, [fallen] * 2 + [risen] * 6) == []
    assert faults_between(weaker, [fallen] * 3 + [risen] * 5) == [
        "the magnitude falls on 3 of 8 rows (means 0.2 and 0.225)"
    ]


def test_a_fall_within_a_hundredth_is_none():
    """Rounding and noise are not the ladder's fault."""
    assert faults_between([Change(magnitude=1.0, ssim=0.5)], [Change(magnitude=0.991, ssim=0.509)]) == []
    assert len(faults_between([Change(magnitude=1.0, ssim=0.5)], [Change(magnitude=0.98, ssim=0.52)])) == 2


def test_a_row_that_becomes_unchanged_has_fallen():
    """No change at all counts as magnitude 0 and SSIM 1."""
    changed = Change(magnitude=0.3, ssim=0.8)
    assert len(faults_between([changed], [Change(True)])) == 2
    assert faults_between([Change(True)], [changed]) == []


def test_alike_is_judged_row_by_row():
    """Equal means over different rows are not alike."""
    one, other = Change(magnitude=0.1), Change(magnitude=0.3)
    assert are_alike([one, other], [one, other])
    assert not are_alike([one, other], [other, one])


def test_a_row_that_is_itself_is_unchanged():
    """The operator gave the row back."""
    assert change_of(ROWS[0], ROWS[0]).unchanged
