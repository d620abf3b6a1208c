"""Ten simulated scanners."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import ClassVar, Literal

import numpy as np

from robustspec.data.picture import Floats32, Volume
from robustspec.perturbation.frame import VolumeOperator
from robustspec.perturbation.seeds import stream

from ..table_file import our_table, records
from .contrast_gamma import with_gamma
from .downsample import with_larger_voxels
from .smoothing import blurred

VendorName = Literal["sim-01", "sim-02", "sim-03", "sim-04", "sim-05", "sim-06", "sim-07", "sim-08", "sim-09", "sim-10"]


@dataclass(frozen=True, slots=True)
class Profile:
    """What a simulated scanner does: see `VendorProfile`."""

    psf_mm: float
    noise_std: float
    bias: float
    gamma: float
    voxel_factor: float


class VendorProfile(VolumeOperator):
    """Shows the volume as one of ten simulated scanners would: its blur, matrix, coil shading, noise and intensity curve.

    Stands for a change of scanner. The scanners are simulated and named ``sim-01`` to ``sim-10``; none is a model of a real
    vendor, and results with them say nothing about one. Shape, affine, sides, regions and findings stay.

    | vendor | psf_mm | noise_std | bias | gamma | voxel_factor |
    |---|---|---|---|---|---|
    | sim-01 | 0.4 | 0.010 | 0.10 | 1.00 | 1.00 |
    | sim-02 | 0.6 | 0.015 | 0.15 | 0.92 | 1.00 |
    | sim-03 | 0.8 | 0.020 | 0.20 | 1.10 | 1.10 |
    | sim-04 | 0.5 | 0.030 | 0.30 | 0.85 | 1.00 |
    | sim-05 | 1.0 | 0.015 | 0.10 | 1.18 | 1.25 |
    | sim-06 | 0.7 | 0.040 | 0.25 | 0.95 | 1.15 |
    | sim-07 | 0.4 | 0.020 | 0.45 | 1.05 | 1.00 |
    | sim-08 | 1.2 | 0.025 | 0.15 | 0.80 | 1.30 |
    | sim-09 | 0.9 | 0.050 | 0.20 | 1.25 | 1.20 |
    | sim-10 | 0.6 | 0.030 | 0.35 | 1.15 | 1.40 |

    In this order: voxels ``voxel_factor`` times larger, back on the old grid; a Gaussian blur of standard deviation
    ``psf_mm``; a smooth gain whose logarithm is a polynomial of order 3 and reaches ``bias`` (a scanner has the same in every
    study); Rician noise of ``noise_std``, a share of the white level; ``gamma`` on intensities as shares of it. The facts of
    the volume then say ``Manufacturer: simulated sim-03``. There is no ladder; a scenario takes one entry for each
    vendor. Magnitude: root mean square of the change as a share of the white level.

    >>> from robustspec.data.picture import Volume
    >>> import numpy as np
    >>> scan = Volume(np.full((8, 8, 8), 100.0), np.eye(4), {"Manufacturer": "unknown"})
    >>> VendorProfile(vendor="sim-03").change(scan, 1.0, seed=0).facts
    {'Manufacturer': 'simulated sim-03'}

    Source: ours; the ranges are the lower rungs of the single operators.
    """

    kind: Literal["vendor_profile"] = "vendor_profile"
    vendor: VendorName = "sim-01"
    """Which of the simulated scanners."""

    needs: ClassVar[tuple[str, ...]] = ("scipy",)
    extra: ClassVar[str] = "mri"

    def change(self, volume: Volume, amount: float, seed: int) -> Volume:
        """The volume as the scanner shows it."""
        profile, white = profiles()[self.vendor], volume.white
        values = with_larger_voxels(volume, profile.voxel_factor) if profile.voxel_factor > 1 else volume.floats()
        values = blurred(volume, values, profile.psf_mm)
        values *= _gain(self.vendor, profile.bias, volume.voxels.shape)
        values = _with_noise(values, profile.noise_std * white, seed)
        values = with_gamma(values, white, profile.gamma)
        facts = {**volume.facts, "Manufacturer": f"simulated {self.vendor}"}
        return replace(volume.with_floats(values), facts=facts)


@lru_cache(maxsize=1)
def profiles() -> Mapping[str, Profile]:
    """The ten simulated scanners by name."""
    columns = Profile.__slots__
    lines = records(our_table("mri/vendor_profiles.csv"), ("vendor", *columns))
    return {line["vendor"]: Profile(*(float(line[name]) for name in columns)) for _, line in lines}


def _gain(vendor: str, bias: float, shape: tuple[int, ...]) -> Floats32:
    """The gain of the scanner's coil at every voxel: the exponential of a polynomial whose largest value is ``bias``."""
    field = stream(0, f"coil of {vendor}").uniform(-1, 1, (4, 4, 4)).astype(np.float32)
    field[np.add.outer(np.add.outer(range(4), range(4)), range(4)) > 3] = 0
    field[0, 0, 0] = 0
    for size in shape:  # each pass takes the first axis of coefficients and puts its voxels last
        powers = np.vander(np.linspace(-1, 1, size, dtype=np.float32), 4, increasing=True)
        field = np.einsum("ijk,xi->jkx", field, powers)
    field *= np.float32(bias) / max(field.max(), -field.min())
    return np.exp(field, out=field)


def _with_noise(values: Floats32, std: float, seed: int) -> Floats32:
    """The magnitude of the signal after Gaussian noise in both of its channels; values below 0 keep their sign."""
    rng, sign = stream(seed, "noise"), np.sign(values)
    real, other = (rng.standard_normal(values.shape, np.float32) for _ in range(2))
    real *= np.float32(std)
    other *= np.float32(std)
    real += np.abs(values, out=values)
    noisy = np.hypot(real, other, out=real)
    return np.where(sign < 0, -noisy, noisy)
