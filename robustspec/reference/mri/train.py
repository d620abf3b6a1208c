"""``python -m robustspec.reference.mri.train``: the weights of the copilot, learned from simulated heads in a few minutes.

Needs scikit-learn (``pip install 'robustspec[dev]'``). Seeds of training start at 10,000,000; the data of the shipped
specification stay below. Scanners sim-09 and sim-10 are never seen here, so that a specification can hold them out.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robustspec.data.phantom import lesion_mask, render
from robustspec.data.phantom.recipe import SIZES_MM
from robustspec.data.picture import Volume
from robustspec.data.row import Row
from robustspec.perturbation.frame import Frame
from robustspec.reference.mri import weights as stored
from robustspec.reference.mri.detector import REGIONS, findings, pieces, place_of
from robustspec.reference.mri.features import (
    ASYMMETRY,
    inside_of,
    picture_features,
    piece_features,
    quality_features,
    voxel_features,
)
from robustspec.reference.mri.scan import scan_of
from robustspec.reference.mri.weights import ORGANS, PATTERNS, SEQUENCES, layers, softmax
from robustspec.registry import lookup

FIRST_SEED = 10_000_000
HARD = ("skull_strip", "field_of_view", "intensity_window", "slice_thickness")
"""What else the gate of quality is shown, and the detector is not: it is to learn where the detector fails."""
SCANNERS = tuple(f"sim-0{number}" for number in range(1, 9))
ARTEFACTS = (
    "motion",
    "ghosting",
    "spike",
    "gibbs_ringing",
    "rician_noise",
    "bias_field",
    "wrap_around",
    "zipper",
    "susceptibility_void",
    "smoothing",
    "downsample",
    "anisotropy",
    "contrast_gamma",
)
Weights = dict[str, NDArray[np.float32]]


def head_recipe(rng: np.random.Generator, seed: int) -> dict[str, Any]:
    """A head with no lesion (one in six), one, or two."""
    count = int(rng.choice([0, 1, 1, 1, 1, 2]))
    places = [(side, region) for side in ("left", "right") for region in REGIONS]
    chosen = rng.choice(len(places), count, replace=False)
    lesions = [_lesion(rng, *places[int(place)]) for place in chosen]
    return {"kind": "head", "seed": seed, "sequence": str(rng.choice(SEQUENCES)), "lesions": lesions}


def _lesion(rng: np.random.Generator, side: str, region: str) -> dict[str, Any]:
    pattern = str(rng.choice(PATTERNS))
    low, high = SIZES_MM[pattern]  # type: ignore[index]  # one of the four patterns
    return {"side": side, "region": region, "size_mm": round(float(rng.uniform(low, high)), 1), "pattern": pattern}


def volume_of(recipe: Mapping[str, Any]) -> Volume:
    """The volume of a recipe that is not one of an image."""
    value = render(recipe)
    assert isinstance(value, Volume)
    return value


def acquired(rng: np.random.Generator, volume: Volume) -> Volume:
    """The volume from some scanner: another gain, contrast, sharpness, coil and noise."""
    from scipy import ndimage

    values = volume.floats() / volume.white
    values = np.sign(values) * np.abs(values) ** rng.uniform(0.75, 1.3)
    if rng.random() < 0.5:
        values = ndimage.gaussian_filter(values, rng.uniform(0.2, 0.6))
    along = [np.linspace(-1, 1, size, dtype=np.float32) for size in values.shape]
    field = sum(
        rng.uniform(-0.2, 0.2) * each.reshape([-1 if k == axis else 1 for k in range(3)])
        for axis, each in enumerate(along)
    )
    values = values * np.exp(field)
    noise = rng.uniform(0.0, 0.05)
    real = values + rng.normal(0, noise, values.shape)
    values = np.hypot(real, rng.normal(0, noise, values.shape))
    return volume.with_voxels((values * rng.uniform(300, 3000)).astype(np.float32))


def perturbed(volume: Volume, kind: str, level: int | None, seed: int, **fields: Any) -> Volume:
    """The volume after one operator."""
    operator = lookup("perturbations", kind)(**fields)
    value: Volume = operator.apply(Frame(volume, Row("head", "")), {"seed": seed}, level).value
    return value


def varied(rng: np.random.Generator, volume: Volume) -> Volume:
    """The volume as it may come: from some scanner; about a third by a vendor profile, a third with a mild artefact."""
    volume = acquired(rng, volume)
    seed = int(rng.integers(2**62))
    draw = rng.random()
    if draw < 0.35:
        return perturbed(volume, "vendor_profile", None, seed, vendor=str(rng.choice(SCANNERS)))
    if draw < 0.7:
        return perturbed(volume, str(rng.choice(ARTEFACTS)), int(rng.integers(1, 3)), seed)
    return volume


def one_hot(name: str, among: tuple[str, ...]) -> NDArray[np.float32]:
    """1 at the place of ``name``."""
    return np.array([float(each == name) for each in among], dtype=np.float32)


def of_one_vendor(rng: np.random.Generator, volume: Volume) -> Volume:
    """The volume as the scanner sim-01 makes it, and no other."""
    return perturbed(volume, "vendor_profile", None, int(rng.integers(2**62)), vendor="sim-01")


def range_of_one_vendor(rng: np.random.Generator, heads: int) -> NDArray[np.float32]:
    """The least and the greatest of each feature of quality on the scanner sim-01, and no other (2 x 14)."""
    recipes = [head_recipe(rng, FIRST_SEED + 4_000_000 + number) for number in range(heads)]
    seen = [quality_features(scan_of(of_one_vendor(rng, volume_of(recipe)))) for recipe in recipes]
    return np.stack([np.min(seen, axis=0), np.max(seen, axis=0)])


def voxel_samples(rng: np.random.Generator, heads: int) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    """Features of voxels of lesions and of others, and which are which."""
    rows, labels = [], []
    for number in range(heads):
        recipe = head_recipe(rng, FIRST_SEED + number)
        scan = scan_of(varied(rng, volume_of(recipe)))
        inside = inside_of(scan)
        features = voxel_features(scan, inside, one_hot(recipe["sequence"], SEQUENCES))
        truth = lesion_mask(recipe)[inside]
        others = np.flatnonzero(~truth)
        odd = others[np.argsort(-np.abs(features[others, ASYMMETRY]))[:1500]]
        chosen = np.concatenate(
            [np.flatnonzero(truth)[:400], rng.choice(others, 350, replace=False), rng.choice(odd, 250, replace=False)]
        )
        rows.append(features[chosen])
        labels.append(truth[chosen])
    return np.concatenate(rows), np.concatenate(labels).astype(np.int8)


def piece_samples(
    rng: np.random.Generator, heads: int
) -> Iterator[tuple[NDArray[np.float32], Mapping[str, Any] | None]]:
    """Features of pieces with the lesion that each is, or None."""
    for number in range(heads):
        recipe = head_recipe(rng, FIRST_SEED + 1_000_000 + number)
        scan = scan_of(varied(rng, volume_of(recipe)))
        truth = lesion_mask(recipe)
        for piece in pieces(scan, one_hot(recipe["sequence"], SEQUENCES)):
            hit = truth[tuple(piece.largest.T)].mean() > 0.2
            place = place_of(scan, piece.largest)
            there = [each for each in recipe["lesions"] if (each["side"], each["region"]) == place]
            yield piece_features(scan, piece), there[0] if hit and there else None


def picture_samples(rng: np.random.Generator, heads: int) -> Iterator[tuple[NDArray[np.float32], str, str]]:
    """Features of whole pictures with their organ and sequence: heads, other organs, and what is not from MRI."""
    for number in range(heads):
        seed, sequence = FIRST_SEED + 2_000_000 + number, str(rng.choice(SEQUENCES))
        organ = "brain" if number % 2 else str(rng.choice(ORGANS[1:]))
        if organ == "brain":
            recipe: dict[str, Any] = head_recipe(rng, seed)
            sequence = recipe["sequence"]
        elif organ == "other":
            recipe = {"kind": "not_mri", "what": "ct", "volume": True, "seed": seed}
        else:
            recipe = {"kind": "organ", "organ": organ, "seed": seed, "sequence": sequence}
        yield picture_features(scan_of(varied(rng, volume_of(recipe)))), organ, sequence


def trust_samples(rng: np.random.Generator, heads: int) -> Iterator[tuple[NDArray[np.float32], int]]:
    """Features of quality of heads with artefacts of all levels, and whether the lesions found were the right ones."""
    for number in range(heads):
        recipe = head_recipe(rng, FIRST_SEED + 3_000_000 + number)
        volume, level = acquired(rng, volume_of(recipe)), int(rng.integers(0, 6))
        if level:
            kinds = (*ARTEFACTS, *HARD)
            volume = perturbed(volume, kinds[number % len(kinds)], level, int(rng.integers(2**62)))
        scan = scan_of(volume)
        shares = softmax(layers("sequence", picture_features(scan)[None]))[0]
        found = {(each.side, each.region) for each in findings(scan, shares)}
        yield quality_features(scan), int(found == {(each["side"], each["region"]) for each in recipe["lesions"]})


def fitted(name: str, model: Any, inputs: NDArray[Any], targets: NDArray[Any]) -> Weights:
    """The weights of a network of scikit-learn after training on scaled inputs, under ``name``."""
    mean, scale = inputs.mean(axis=0), 1 / (inputs.std(axis=0) + 1e-6)
    model.fit((inputs - mean) * scale, targets)
    found = {f"{name}.mean": mean, f"{name}.scale": scale}
    for number, (weight, bias) in enumerate(zip(model.coefs_, model.intercepts_, strict=True)):
        found |= {f"{name}.w.{number}": weight, f"{name}.b.{number}": bias}
    return found


def train(heads: int) -> Weights:
    """Every network, one after another: later ones learn on what earlier ones find."""
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    def classifier(*hidden: int, decay: float = 1e-3, rounds: int = 400) -> Any:
        return MLPClassifier(hidden, alpha=decay, max_iter=rounds, learning_rate_init=3e-3, random_state=0, tol=1e-5)

    rng = np.random.default_rng(0)
    found: Weights = {}

    def learn(name: str, model: Any, inputs: Any, targets: Any) -> None:
        found.update(fitted(name, model, np.asarray(inputs, dtype=np.float32), np.asarray(targets)))
        keep(found)
        print(f"{name}: {len(targets):,} samples, loss {model.loss_:.4f}", flush=True)

    pictures = list(picture_samples(rng, heads))
    features = [row for row, _, _ in pictures]
    learn("organ", classifier(decay=0.1), features, [ORGANS.index(organ) for _, organ, _ in pictures])
    brains = [(row, sequence) for row, organ, sequence in pictures if organ == "brain"]
    learn("sequence", classifier(decay=0.1), [row for row, _ in brains], [SEQUENCES.index(name) for _, name in brains])
    voxels, truth = voxel_samples(rng, heads)
    learn("voxel", classifier(32, 16, rounds=25), voxels, truth)
    found["one_vendor.range"] = range_of_one_vendor(rng, heads // 4)
    learn_pieces(list(piece_samples(rng, heads)), learn, classifier, MLPRegressor)
    trust = list(trust_samples(rng, 2 * heads))
    learn("trust", classifier(12, decay=0.1), [row for row, _ in trust], [right for _, right in trust])
    return found


def learn_pieces(samples: list[Any], learn: Any, classifier: Any, regressor: Any) -> None:
    """The networks that judge pieces: keep, size, pattern."""
    lesions = [(row, lesion) for row, lesion in samples if lesion is not None]
    learn("keep", classifier(12), [row for row, _ in samples], [int(lesion is not None) for _, lesion in samples])
    size = regressor(
        hidden_layer_sizes=(12,), alpha=1e-3, max_iter=600, learning_rate_init=3e-3, random_state=0, tol=1e-6
    )
    learn("size", size, [row for row, _ in lesions], [lesion["size_mm"] / 20 for _, lesion in lesions])
    learn("pattern", classifier(12), [row for row, _ in lesions], [PATTERNS.index(e["pattern"]) for _, e in lesions])


def keep(found: Weights) -> None:
    """Write the weights, and have them read anew."""
    np.savez_compressed(
        stored.FILE, allow_pickle=False, **{name: np.asarray(each, dtype=np.float32) for name, each in found.items()}
    )
    stored.weights.cache_clear()


def main() -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--heads", type=int, default=900, help="simulated heads of each stage (900)")
    train(parser.parse_args().heads)
    print(f"{stored.FILE}: {Path(stored.FILE).stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
