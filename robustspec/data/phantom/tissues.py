"""Tissues, sequences, and the equation that makes a signal of the two.

Relaxation times and proton densities at 1.5 T are those of the BrainWeb simulator (Kwan, Evans and Pike 1999, IEEE
Transactions on Medical Imaging 18:1085), but for fluid: its longer times are those that the inversion times of scanners'
FLAIR (2.2 to 2.5 s) are made for. Nuclei, marrow, organs and lesions, which it does not list, are our choice from the usual
ranges.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from robustspec.data.picture import Floats32

GAIN = 1000.0
"""What a signal of 1 is as a voxel."""

TISSUES: dict[str, tuple[float, float, float]] = {
    "air": (0.0, 900.0, 70.0),
    "skin": (0.95, 900.0, 47.0),
    "fat": (1.0, 350.0, 70.0),
    "bone": (0.08, 600.0, 30.0),
    "marrow": (0.75, 450.0, 65.0),
    "muscle": (0.95, 900.0, 47.0),
    "csf": (1.0, 4000.0, 1500.0),
    "grey": (0.86, 833.0, 83.0),
    "white": (0.77, 500.0, 70.0),
    "nuclei": (0.84, 740.0, 76.0),
    "vitreous": (0.98, 3600.0, 1000.0),
    "oedema": (0.92, 1500.0, 190.0),
    "blood": (0.8, 200.0, 38.0),
    "cartilage": (0.9, 1050.0, 45.0),
    "disc": (0.9, 1000.0, 105.0),
    "liver": (0.8, 580.0, 46.0),
    "spleen": (0.85, 1050.0, 80.0),
    "kidney": (0.88, 950.0, 85.0),
    "myocardium": (0.85, 1000.0, 47.0),
    "vessel": (0.9, 1440.0, 290.0),
    "gland": (0.85, 1100.0, 60.0),
    "lung": (0.06, 1200.0, 30.0),
}
"""Proton density (share), T1 and T2 (ms) by tissue. ``oedema`` and ``blood`` are what lesions are made of."""

NAMES = tuple(TISSUES)
CODE: dict[str, int] = {name: code for code, name in enumerate(NAMES)}
"""The number of a tissue in a map of labels."""
TABLE: NDArray[np.float32] = np.array([(pd, t1, 1 / t2) for pd, t1, t2 in TISSUES.values()], dtype=np.float32).T
"""Proton density, T1 and R2 = 1/T2 (rows) by the tissue's number (columns). Where tissues share a voxel these three mix:
then its signal lies between theirs in every sequence, as that of a real voxel does; with T2 in place of R2 FLAIR would show a
bright line wherever fluid meets tissue."""


class Timing(NamedTuple):
    """Times of a sequence in ms; ``ti`` is None without inversion."""

    tr: float
    te: float
    ti: float | None = None


SEQUENCES: dict[str, Timing] = {
    "T1w": Timing(500.0, 12.0),
    "T2w": Timing(5000.0, 100.0),
    "PD": Timing(3000.0, 20.0),
    "FLAIR": Timing(9000.0, 120.0, 2372.0),
}
"""Spin-echo times at 1.5 T; FLAIR's inversion time is where the signal of the fluid above crosses zero."""


def signal(pd: Floats32, t1_ms: Floats32, t2_ms: Floats32, timing: Timing) -> Floats32:
    """S = PD (1 - exp(-TR/T1)) exp(-TE/T2), with inversion PD |1 - 2 exp(-TI/T1) + exp(-TR/T1)| exp(-TE/T2)."""
    rate = np.divide(np.float32(-1.0), t1_ms)
    recovered = np.exp(rate * np.float32(timing.tr))
    if timing.ti is None:
        np.subtract(np.float32(1.0), recovered, out=recovered)
    else:
        recovered += np.float32(1.0) - np.float32(2.0) * np.exp(rate * np.float32(timing.ti))
        np.abs(recovered, out=recovered)
    recovered *= pd
    recovered *= np.exp(np.divide(np.float32(-timing.te), t2_ms))
    return recovered
