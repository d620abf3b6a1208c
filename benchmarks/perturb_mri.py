"""Seconds per volume of every operator on volumes, beside a direct TorchIO call in the same run; and memory.

    python benchmarks/perturb_mri.py [--only KIND ...] [--level 3] [--rounds 7] [--shape 91 109 91]
    python benchmarks/perturb_mri.py --memory [--volumes 500]

One core: torch, SimpleITK and the linear algebra of numpy are held to one thread. Each round times ours, then TorchIO's,
then one pair of Fourier transforms (scipy.fft.fftn and ifftn of the volume as complex64), by processor time; the median of
all rounds counts. TorchIO's transforms are explicit (they draw nothing) and are given an image, as a user has it. Goals:
at most 1.1 x TorchIO where it is the engine; motion, ghosting and spike at most 2 pairs of transforms at any level.

--memory opens volumes through lazy handles, changes each by one operator after the other, and drops them: the peak of the
process after 100 volumes and after all of them, which is to stay under 1 GB and not to grow with the number of volumes.
"""

# ruff: noqa: E402  # numpy reads the number of threads when it is imported
from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import resource
import statistics
import time
from collections.abc import Callable
from hashlib import blake2b
from random import Random
from typing import Any

import numpy as np

from robustspec.data.picture import Picture, Volume
from robustspec.data.row import Message, Row
from robustspec.errors import PictureError
from robustspec.perturbation.frame import Frame, VolumeOperator
from robustspec.perturbation.scopes import scope_of
from robustspec.registry import listing, lookup

EXAMPLES: dict[str, dict[str, Any]] = {
    "torchio": {"transform": "Ghosting", "parameters": {"num_ghosts": 3, "axis": 1, "intensity": 0.6, "restore": None}},
}
"""Arguments of kinds that need some, and of those that are measured with others than their defaults."""

SAME = "same"
NEAR = "near"

PEERS: dict[str, tuple[str, Callable[[Any, float, np.random.Generator], Any]]] = {
    "motion": (SAME, lambda tio, amount, rng: motion(tio, amount, rng)),
    "ghosting": (SAME, lambda tio, amount, rng: tio.Ghosting(num_ghosts=3, axis=1, intensity=amount, restore=None)),
    "spike": (SAME, lambda tio, amount, rng: tio.Spike(spikes_positions=rng.random((1, 3)), intensity=amount)),
    "bias_field": (SAME, lambda tio, amount, rng: tio.BiasField(rng.choice([-amount, amount], 20).tolist(), 3)),
    "rician_noise": (NEAR, lambda tio, amount, rng: tio.Noise(mean=0.0, std=amount * 150, seed=1)),
    "smoothing": (SAME, lambda tio, amount, rng: tio.Blur(std=amount)),
    "contrast_gamma": (SAME, lambda tio, amount, rng: tio.Gamma(gamma=amount)),
    "anisotropy": (NEAR, lambda tio, amount, rng: tio.RandomAnisotropy(axes=2, downsampling=(amount, amount))),
    "downsample": (NEAR, lambda tio, amount, rng: tio.Resample(2 * amount)),
    "pose": (NEAR, lambda tio, amount, rng: affine(tio, amount)),
    "warp": (NEAR, lambda tio, amount, rng: tio.RandomElasticDeformation(max_displacement=amount)),
    "torchio": (SAME, lambda tio, amount, rng: tio.Ghosting(**EXAMPLES["torchio"]["parameters"])),
}
"""By kind: whether TorchIO's transform computes the same thing or the nearest there is, and that transform."""

PAIRS = {"motion": 2.0, "ghosting": 2.0, "spike": 2.0}
"""Goals in pairs of Fourier transforms."""


def motion(tio: Any, degrees: float, rng: np.random.Generator) -> Any:
    """As many moves as ours, of the same size."""
    moves = round(2 * degrees)
    turns, shifts = degrees * np.eye(3)[rng.integers(3, size=moves)], rng.normal(size=(moves, 3))
    shifts *= 2 * degrees / np.linalg.norm(shifts, axis=1, keepdims=True)
    return tio.Motion(turns, shifts, np.sort(rng.random(moves)), "linear")


def affine(tio: Any, degrees: float) -> Any:
    """A turn and a shift of the whole head."""
    return tio.Affine(scales=(1, 1, 1), degrees=(degrees, 0, 0), translation=(8, 0, 0))


def head(shape: tuple[int, ...], seed: int = 0) -> Volume:
    """Ellipsoids with a little noise, voxels of 2 mm, with maps of the tissue."""
    x, y, z = (np.linspace(-1, 1, n, dtype=np.float32).reshape(np.roll([-1, 1, 1], a)) for a, n in enumerate(shape))
    far = np.sqrt((x / 0.8) ** 2 + (y / 0.9) ** 2 + (z / 0.85) ** 2)
    values = np.select([far < 0.35, far < 0.8, far < 1.0], [150, 400, 600], 0).astype(np.float32)
    values += np.abs(np.random.default_rng(seed).standard_normal(shape, dtype=np.float32) * 5)

    def tissue() -> dict[str, np.ndarray]:
        inside = (far < 1).astype(np.float32)
        return {"pd": 0.8 * inside, "t1_ms": 900 * inside + 1, "t2_ms": 90 * inside + 1}

    facts = {"tr_ms": 500.0, "te_ms": 12.0, "simulated": True}
    return Volume(values, np.diag([2.0, 2.0, 2.0, 1.0]), facts, tissue)


def kinds() -> list[str]:
    """Every first-party operator on volumes."""
    return [
        line.entry.kind
        for line in listing("perturbations")
        if line.cls is not None and line.cls.modality == "volume" and line.entry.owner == "robustspec"
    ]


def seconds(work: Callable[..., Any], *arguments: Any) -> float:
    """Processor time of one call."""
    start = time.process_time()
    work(*arguments)
    return time.process_time() - start


def pair(volume: Volume) -> None:
    """One pair of Fourier transforms of the volume, as scipy does them."""
    import scipy.fft

    scipy.fft.ifftn(scipy.fft.fftn(volume.voxels.astype(np.complex64), workers=1), workers=1)


def measure(kind: str, volume: Volume, level: int, rounds: int) -> tuple[float, float | None, float]:
    """Median seconds of ours, of TorchIO's where there is one, and of a pair of transforms."""
    import torchio as tio

    operator: VolumeOperator = lookup("perturbations", kind)(**EXAMPLES.get(kind, {}))
    rung = level if operator.ladder else None
    amount = operator.amount(rung) if operator.ladder else 1.0
    image = tio.ScalarImage(tensor=volume.voxels[None], affine=volume.affine)
    row = Row("scan", "")
    ours, theirs, pairs = [], [], []
    for number in range(rounds + 1):
        frame = Frame(volume, row)
        params = operator.sample(Random(number), frame)
        ours.append(seconds(operator.apply, frame, params, rung))
        if kind in PEERS:
            transform = PEERS[kind][1](tio, amount, np.random.default_rng(number))
            theirs.append(seconds(transform, image))
        pairs.append(seconds(pair, volume))
    middle = [statistics.median(times[1:]) if times else None for times in (ours, theirs, pairs)]
    assert middle[0] is not None
    assert middle[2] is not None
    return middle[0], middle[1], middle[2]


def verdict(kind: str, level: int, ours: float, theirs: float | None, pairs: float) -> str:
    """Which goals there are for a kind, and whether they are met."""
    goals = []
    if kind in PAIRS:
        goals.append(f"{'met' if ours <= PAIRS[kind] * pairs else 'MISSED'}: at most {PAIRS[kind]:g} pairs")
    engine = "torchio" in lookup("perturbations", kind).needs
    if engine and theirs is not None:
        goals.append(f"{'met' if ours <= 1.1 * theirs else 'MISSED'}: at most 1.1 x TorchIO, its engine")
    elif theirs is not None and PEERS[kind][0] == SAME:
        goals.append(f"{'met' if ours <= 1.1 * theirs else 'MISSED'}: own engine no slower than 1.1 x TorchIO")
    return "; ".join(goals)


def table(chosen: list[str], volume: Volume, level: int, rounds: int) -> None:
    """One line an operator; motion, ghosting and spike at their highest level too."""
    import SimpleITK
    import torch

    torch.set_num_threads(1)
    SimpleITK.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    print(f"{' x '.join(map(str, volume.voxels.shape))} float32, milliseconds per volume")
    print(f"{'kind':22} {'level':>5} {'ours':>7} {'TorchIO':>8} {'':4} {'ratio':>6} {'FFT pairs':>9}")
    for kind in chosen:
        for step in sorted({level, 5} if kind in PAIRS else {level}):
            try:
                ours, theirs, pairs = measure(kind, volume, step, rounds)
            except PictureError as error:
                print(f"{kind:22} cannot be measured: {error}")
                continue
            beside = (
                f"{1e3 * theirs:8.1f} {PEERS[kind][0]:4} {ours / theirs:6.2f}"
                if theirs
                else f"{'-':>8} {'':4} {'-':>6}"
            )
            rest = verdict(kind, step, ours, theirs, pairs)
            print(f"{kind:22} {step:5} {1e3 * ours:7.1f} {beside} {ours / pairs:9.2f}  {rest}", flush=True)


def memory(chosen: list[str], shape: tuple[int, ...], volumes: int) -> None:
    """Peak memory while volumes are opened, changed and dropped."""
    scopes = [(kind, scope_of(lookup("perturbations", kind)(**EXAMPLES.get(kind, {})))) for kind in chosen]
    rows = [Row(f"scan-{number}", (Message("user", "", images=(handle(shape, number),)),)) for number in range(volumes)]
    peaks: dict[int, float] = {}
    failed = 0
    for number, row in enumerate(rows, 1):
        _, scope = scopes[number % len(scopes)]
        try:
            level = 3 if scope.operator.ladder else None
            scope.apply(row, scope.sample(0, row), level)
        except PictureError:
            failed += 1
        if number in (100, volumes):
            peaks[number] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"peak after {number:4} volumes: {peaks[number]:.0f} MB", flush=True)
    first, last = peaks[min(peaks)], peaks[volumes]
    each = (last - first) / max(1, volumes - min(peaks))
    held = 4 * float(np.prod(shape)) / 2**20
    print(f"{len(scopes)} operators in turn, {failed} volumes not usable, {volumes * held:.0f} MB opened in all")
    print(f"{each:.2f} MB more for each further volume, of {held:.1f} MB (no growth: under a twentieth of it)")
    print(f"{'met' if last < 1024 else 'MISSED'}: under 1 GB; {'met' if each < 0.05 * held else 'MISSED'}: no growth")


def handle(shape: tuple[int, ...], number: int) -> Picture:
    """A volume that is made when it is opened."""
    key = blake2b(f"{shape} {number}".encode(), digest_size=16).digest()
    return Picture(key, f"head-{number}", "volume", lambda: head(shape, number))


def main() -> None:
    """Print the table, or the memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--level", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--shape", type=int, nargs=3, default=[91, 109, 91])
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--volumes", type=int, default=500)
    options = parser.parse_args()
    chosen = [kind for kind in kinds() if not options.only or kind in options.only]
    if options.memory:
        memory(chosen, tuple(options.shape), options.volumes)
    else:
        table(chosen, head(tuple(options.shape)), options.level, options.rounds)


if __name__ == "__main__":
    main()
