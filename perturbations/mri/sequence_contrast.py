"""Other repetition, echo and inversion times."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from robustspec.data.phantom.tissues import Timing, signal
from robustspec.data.picture import Volume
from robustspec.errors import PictureError
from robustspec.perturbation.frame import VolumeOperator
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.seeds import stream


class SequenceContrast(VolumeOperator):
    """Images the same tissue with other times of the sequence, by the signal equation of spin echo.

    Stands for protocols that differ between sites and vendors under one name. The signal is PD (1 - exp(-TR/T1))
    exp(-TE/T2), with an inversion PD abs(1 - 2 exp(-TI/T1) + exp(-TR/T1)) exp(-TE/T2). Needs maps of the tissue: a volume
    without them (any real scan) cannot be used, and its case counts as missing. Anatomy, shape and affine stay. Half or
    one and a half times the nominal times keep the sequence's name; the contrast of a finding can shrink.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | deviation_percent (of TR and of TE, each up or down) | 10 | 20 | 30 | 40 | 50 |

    The nominal times are the volume's facts ``tr_ms``, ``te_ms`` and ``ti_ms``; the inversion time stays as it is. For times
    of your own: ``{kind: sequence_contrast, deviation_percent: 0, tr_ms: 3000, te_ms: 20}``. The difference of the two
    signals is added in the volume's own scale: noise stays as it was (it does not depend on these times), and a bias field
    stays in what was there but not in what is added. The facts of the changed volume give its new times. Magnitude: root
    mean square of the change as a share of the white level.

    >>> from robustspec.data.picture import Volume
    >>> import numpy as np
    >>> maps = {"pd": np.ones((1, 1, 1)), "t1_ms": np.full((1, 1, 1), 500.0), "t2_ms": np.full((1, 1, 1), 50.0)}
    >>> maps = {name: values.astype(np.float32) for name, values in maps.items()}
    >>> scan = Volume(signal(*maps.values(), Timing(500.0, 12.0)), np.eye(4), {"tr_ms": 500.0, "te_ms": 12.0}, lambda: maps)
    >>> longer = SequenceContrast(deviation_percent=0, tr_ms=1000.0).change(scan, 0.0, seed=0)
    >>> round(float(longer.voxels[0, 0, 0]), 2), longer.facts["tr_ms"]
    (0.68, 1000.0)

    Source: Hahn, Spin echoes (1950), and Hajnal et al., FLAIR (1992), as in any textbook of MRI.
    """

    kind: Literal["sequence_contrast"] = "sequence_contrast"
    deviation_percent: float | None = Field(default=None, ge=0, lt=100)
    """By how much TR and TE deviate, in percent, instead of a level; 0 where only the times below count."""
    tr_ms: float | None = Field(default=None, gt=0)
    """Repetition time in place of the volume's own."""
    te_ms: float | None = Field(default=None, gt=0)
    """Echo time in place of the volume's own."""
    ti_ms: float | None = Field(default=None, gt=0)
    """Inversion time in place of the volume's own; a volume without one gets an inversion."""

    ladder: ClassVar[Ladder | None] = Ladder("deviation_percent", (10.0, 20.0, 30.0, 40.0, 50.0), "%")

    def change(self, volume: Volume, amount: float, seed: int) -> Volume:
        """The volume with the other contrast."""
        if volume.tissue is None:
            raise PictureError(
                "sequence_contrast: the volume has no maps of its tissue (pd, t1_ms, t2_ms) -- use simulated volumes, or "
                "contrast_gamma for real scans"
            )
        before = _nominal(volume)
        after = self._times(before, amount, seed)
        if after == before:
            return volume
        maps = volume.tissue()
        old, new = (signal(maps["pd"], maps["t1_ms"], maps["t2_ms"], timing) for timing in (before, after))
        values = volume.floats()
        power = float(np.vdot(old, old))
        gain = float(np.vdot(old, values)) / power if power else 1.0
        values += np.float32(gain) * (new - old)
        np.clip(values, 0, None, out=values)
        given = {"tr_ms": after.tr, "te_ms": after.te, "ti_ms": after.ti}
        facts = {**volume.facts, **{name: time for name, time in given.items() if time is not None}}
        return replace(volume.with_floats(values), facts=facts)

    def _times(self, nominal: Timing, percent: float, seed: int) -> Timing:
        up = np.where(stream(seed, "direction").random(2) < 0.5, -1, 1)
        tr, te = (
            (given or own) * (1 + float(sign) * percent / 100)
            for given, own, sign in zip((self.tr_ms, self.te_ms), nominal[:2], up, strict=True)
        )
        return Timing(tr, te, self.ti_ms or nominal.ti)


def _nominal(volume: Volume) -> Timing:
    """The times that the volume was made with."""
    times = [volume.facts.get(name) for name in ("tr_ms", "te_ms", "ti_ms")]
    if times[0] is None or times[1] is None:
        raise PictureError(
            "sequence_contrast: the volume does not say its repetition and echo time -- give tr_ms and te_ms in its facts"
        )
    return Timing(float(times[0]), float(times[1]), None if times[2] is None else float(times[2]))
