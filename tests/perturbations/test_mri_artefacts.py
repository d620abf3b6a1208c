"""What every artefact of MRI holds, whatever it shows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import artefact_samples
import numpy as np
import pytest

from robustspec.data.picture import Volume, made
from robustspec.data.row import Message, Row
from robustspec.errors import PictureError
from robustspec.perturbation.frame import VolumeOperator, rms_change
from robustspec.perturbation.scopes import scope_of
from robustspec.registry import lookup

KINDS = (
    "bias_field",
    "ghosting",
    "gibbs_ringing",
    "motion",
    "rician_noise",
    "spike",
    "susceptibility_void",
    "wrap_around",
    "zipper",
)
NEED_DEPTH = {"motion", "spike"}


def operator_of(kind: str) -> VolumeOperator:
    return lookup("perturbations", kind)()  # type: ignore[no-any-return]  # the registry's classes are untyped


def changed(kind: str, volume: Volume, level: int, seed: int = 3) -> Volume:
    operator = operator_of(kind)
    return operator.change(volume, operator.amount(level), seed)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("type_of", [np.uint8, np.int16, np.uint16, np.float32, np.float64])
def test_type_shape_and_place_stay(kind: str, type_of: Any) -> None:
    """Whatever the type of the voxels, the same type, shape and affine come out, and no voxel below 0."""
    volume = artefact_samples.head(kind=type_of)
    after = changed(kind, volume, 3)
    assert (volume.voxels.dtype, volume.voxels.shape) == (after.voxels.dtype, after.voxels.shape)
    assert np.array_equal(volume.affine, after.affine)
    assert after.voxels.min() >= 0
    assert np.isfinite(after.voxels).all()
    assert not np.array_equal(volume.voxels, after.voxels)


def test_types_agree(kind: str) -> None:
    """Integers come out as the rounded values of what floats come out as."""
    whole = artefact_samples.head(kind=np.int16)
    exact = changed(kind, Volume(whole.voxels.astype(np.float32), whole.affine), 2)
    assert np.abs(exact.voxels - changed(kind, whole, 2).voxels).max() <= 0.5001


def test_the_magnitude_rises_with_the_level(kind: str) -> None:
    """The root mean square of the change grows from level to level, for every one of ten seeds."""
    volume = artefact_samples.head()
    for seed in range(10):
        realised = [rms_change(volume, changed(kind, volume, level, seed)) for level in range(1, 6)]
        assert realised == sorted(set(realised))
        assert realised[0] > 0.001


def test_cases_repeat_under_threads_and_leave_their_input(kind: str) -> None:
    """The same seed gives the same voxels in any order and from four threads, and the volume itself stays as it was."""
    volume = artefact_samples.head()
    before = volume.voxels.copy()
    alone = [changed(kind, volume, 2, seed).voxels for seed in range(6)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda seed: changed(kind, volume, 2, seed).voxels, reversed(range(6))))
    assert all(np.array_equal(one, other) for one, other in zip(alone, reversed(together), strict=True))
    assert np.array_equal(before, volume.voxels)


def test_another_seed_gives_another_artefact(kind: str) -> None:
    """What is drawn depends on the seed; only the cut of k-space draws nothing."""
    volume = artefact_samples.head()
    distinct = {changed(kind, volume, 3, seed).voxels.tobytes() for seed in range(8)}
    assert (len(distinct) == 1) == (kind == "gibbs_ringing")


def test_the_order_in_memory_does_not_matter(kind: str) -> None:
    """Volumes as NIfTI files hold them, first axis fastest, come out the same."""
    volume = artefact_samples.head()
    turned = Volume(np.asfortranarray(volume.voxels), volume.affine)
    assert np.array_equal(changed(kind, volume, 3).voxels, changed(kind, turned, 3).voxels)


def test_standardised_volumes_are_treated_from_their_darkest_voxel(kind: str) -> None:
    """Where some intensities are negative the smallest one is no signal: the same artefact, shifted."""
    volume = artefact_samples.head()
    volume = Volume(volume.voxels - volume.voxels.min(), volume.affine)
    shifted = Volume(volume.voxels - np.float32(256), volume.affine)
    # The white level counts positive voxels alone, so it is held to be the same for both.
    if kind in {"zipper", "wrap_around", "susceptibility_void"}:
        assert shifted.white == pytest.approx(volume.white - 256, rel=0.02)
    difference = changed(kind, volume, 2).voxels - 256 - changed(kind, shifted, 2).voxels
    assert np.abs(difference).max() < 10
    assert changed(kind, shifted, 5).voxels.min() >= -256


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_voxel_that_is_no_number_is_told(kind: str, bad: float) -> None:
    """One NaN or infinity would spread over the whole volume; it is a fault of that picture instead."""
    volume = artefact_samples.head()
    voxels = volume.voxels.copy()
    voxels[3, 4, 5] = bad
    with pytest.raises(PictureError, match="no finite number"):
        changed(kind, Volume(voxels, volume.affine), 1)


def test_one_slice_works_or_is_told(kind: str) -> None:
    """Moving heads and waves in space need depth; the others change a single slice."""
    volume = artefact_samples.slab()
    if kind in NEED_DEPTH:
        with pytest.raises(PictureError, match=f"{kind} needs . voxels along each axis, and the volume is 24 x 28 x 1"):
            changed(kind, volume, 3)
    else:
        after = changed(kind, volume, 3)
        assert after.voxels.shape == volume.voxels.shape
        assert not np.array_equal(after.voxels, volume.voxels)


def test_an_empty_volume_stays_finite(kind: str) -> None:
    """All zeros in, finite numbers out: nothing is divided by the absent signal."""
    empty = Volume(np.zeros((16, 16, 16), dtype=np.float32), np.eye(4))
    assert np.isfinite(changed(kind, empty, 4).voxels).all()


def test_an_entry_of_a_specification_records_the_change(kind: str) -> None:
    """Through its scope, a row with a volume gets a changed picture and the root mean square of the change."""
    volume = artefact_samples.head()
    row = Row("scan-1", (Message("user", "", images=(made("head.nii", volume),)),))
    scope = scope_of(operator_of(kind))
    params = scope.sample(1, row)
    after = scope.apply(row, params, 3)
    assert not isinstance(after.input, str)
    picture = after.input[0].images[0].open()
    assert after.magnitude == pytest.approx(rms_change(volume, picture))
    assert scope.apply(row, params, 0) is row
