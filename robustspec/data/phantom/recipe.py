"""Recipes as they stand in a file, read into values that are whole and allowed; whatever is not is a `DataError`."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import permutations, product
from typing import Any, Literal

from robustspec.data.phantom.regions import REGIONS, SIDES, Region, Side
from robustspec.data.phantom.tissues import SEQUENCES, Timing
from robustspec.data.values import did_you_mean, short
from robustspec.errors import DataError

Pattern = Literal["single", "multiple", "ring", "diffuse"]
Signal = Literal["hyper", "hypo"]
Plane = Literal["axial", "coronal", "sagittal"]

SIZES_MM: dict[Pattern, tuple[float, float]] = {
    "single": (8.0, 35.0),
    "multiple": (8.0, 18.0),
    "ring": (14.0, 35.0),
    "diffuse": (12.0, 35.0),
}
"""Smallest and largest ``size_mm`` of each pattern: what shows it, and what fits into the regions."""

ORIENTATIONS: dict[Plane, str] = {"axial": "RAS", "coronal": "RSA", "sagittal": "ASR"}
"""The usual order of a volume's axes by plane of acquisition: slices are stacked along the last one."""

PLANE_OF = {"R": "sagittal", "L": "sagittal", "A": "coronal", "P": "coronal", "S": "axial", "I": "axial"}

_CODES = {"".join(letters) for axes in permutations(("RL", "AP", "SI")) for letters in product(*axes)}

DEFAULT_NOISE = 0.025
"""Standard deviation of the noise as a share of white matter's signal: an SNR of 40."""


@dataclass(frozen=True, slots=True)
class Lesion:
    """A lesion: see `robustspec.data.phantom`."""

    side: Side
    region: Region
    size_mm: float
    pattern: Pattern
    signal: Signal


@dataclass(frozen=True, slots=True)
class Scan:
    """How a volume is acquired: what the recipes of heads and of organs share."""

    seed: int
    sequence: str
    timing: Timing
    spacing_mm: tuple[float, float, float]
    orientation: str
    noise: float
    number: int
    scanner: str


@dataclass(frozen=True, slots=True)
class Head:
    """The recipe of a head."""

    scan: Scan
    lesions: tuple[Lesion, ...]
    base: Literal["phantom", "mni152"]


@dataclass(frozen=True, slots=True)
class Organ:
    """The recipe of another organ."""

    scan: Scan
    organ: str


@dataclass(frozen=True, slots=True)
class Other:
    """The recipe of a picture that is not from MRI."""

    seed: int
    what: str
    volume: bool
    size: int


ORGANS = ("knee", "spine", "abdomen", "heart", "breast")
NOT_MRI = ("ct", "xray", "photo", "chart", "text", "noise", "grid")

_SCAN = (
    "seed",
    "sequence",
    "spacing_mm",
    "plane",
    "orientation",
    "tr_ms",
    "te_ms",
    "ti_ms",
    "noise",
    "scan",
    "scanner",
)
KEYS: dict[str, tuple[str, ...]] = {
    "head": ("kind", *_SCAN, "lesions", "base"),
    "organ": ("kind", *_SCAN, "organ"),
    "not_mri": ("kind", "seed", "what", "volume", "size"),
}


def read(recipe: Mapping[str, Any]) -> Head | Organ | Other:
    """The recipe of any kind; `DataError` for an unknown key and for a value that is not allowed."""
    if not isinstance(recipe, Mapping):
        raise DataError(f"a recipe is a mapping, but this is {short(recipe)}")
    kind = _one_of(recipe, "kind", tuple(KEYS))
    _known(recipe, KEYS[kind], f"a recipe of kind {kind}")
    if kind == "head":
        return _head(recipe)
    if kind == "organ":
        return Organ(_scan(recipe), _one_of(recipe, "organ", ORGANS))
    return _other(recipe)


def canonical(recipe: Mapping[str, Any]) -> bytes:
    """The recipe as JSON that does not depend on the order of its keys."""
    try:
        return json.dumps(recipe, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise DataError(f"a recipe is JSON, but this one is not: {error}") from None


def _head(recipe: Mapping[str, Any]) -> Head:
    scan = _scan(recipe)
    found = recipe.get("lesions", [])
    if not isinstance(found, list | tuple):
        raise DataError(f"'lesions' is a list, but this is {short(found)}")
    lesions = tuple(_lesion(item, scan.sequence) for item in found)
    places = [(lesion.side, lesion.region) for lesion in lesions]
    doubled = next((place for place in places if places.count(place) > 1), None)
    if doubled is not None:
        raise DataError(f"two lesions stand {doubled[0]} {doubled[1]} -- give one of them another side or region")
    return Head(scan, lesions, _one_of(recipe, "base", ("phantom", "mni152"), "phantom"))  # type: ignore[arg-type]  # one of these


def _lesion(item: Any, sequence: str) -> Lesion:
    if not isinstance(item, Mapping):
        raise DataError(f"a lesion is a mapping, but this is {short(item)}")
    _known(item, ("side", "region", "size_mm", "pattern", "signal"), "a lesion")
    pattern: Pattern = _one_of(item, "pattern", tuple(SIZES_MM), "single")  # type: ignore[assignment]  # one of these
    low, high = SIZES_MM[pattern]
    return Lesion(
        side=_one_of(item, "side", SIDES),  # type: ignore[arg-type]  # one of these
        region=_one_of(item, "region", REGIONS),  # type: ignore[arg-type]  # one of these
        size_mm=_number(item, "size_mm", low, high, place=f"of a lesion of pattern {pattern}"),
        pattern=pattern,
        signal=_one_of(item, "signal", ("hyper", "hypo"), default_signal(sequence)),  # type: ignore[arg-type]  # one of these
    )


def default_signal(sequence: str) -> Signal:
    """How lesions look where their recipe does not say: dark on T1w, bright elsewhere, as oedema is."""
    return "hypo" if sequence == "T1w" else "hyper"


def _scan(recipe: Mapping[str, Any]) -> Scan:
    sequence = _one_of(recipe, "sequence", tuple(SEQUENCES))
    scanner = recipe.get("scanner", "")
    if not isinstance(scanner, str):
        raise DataError(f"'scanner' is a name, but this is {short(scanner)}")
    return Scan(
        seed=_whole(recipe, "seed"),
        sequence=sequence,
        timing=_timing(recipe, sequence),
        spacing_mm=_spacing(recipe.get("spacing_mm", 3.0)),
        orientation=_orientation(recipe),
        noise=_number(recipe, "noise", 0.0, 1.0, DEFAULT_NOISE),
        number=_whole(recipe, "scan", 0),
        scanner=scanner,
    )


def _timing(recipe: Mapping[str, Any], sequence: str) -> Timing:
    usual = SEQUENCES[sequence]
    tr, te = _number(recipe, "tr_ms", 1.0, 60_000.0, usual.tr), _number(recipe, "te_ms", 0.1, 2_000.0, usual.te)
    if usual.ti is None:
        if "ti_ms" in recipe:
            raise DataError(f"'ti_ms' is for FLAIR, but the sequence is {sequence} -- leave it out")
        return Timing(tr, te)
    ti = _number(recipe, "ti_ms", 1.0, 20_000.0, usual.ti)
    if ti >= tr:
        raise DataError(f"'ti_ms' is less than 'tr_ms', but {ti:g} is not less than {tr:g}")
    return Timing(tr, te, ti)


def _spacing(value: Any) -> tuple[float, float, float]:
    values = list(value) if isinstance(value, list | tuple) else [value] * 3
    if len(values) != 3 or not all(_is_number(item) and 1.0 <= item <= 12.0 for item in values):
        raise DataError(f"'spacing_mm' is a number from 1 to 12, or three for x, y and z, but this is {short(value)}")
    x, y, z = (float(item) for item in values)
    return x, y, z


def _orientation(recipe: Mapping[str, Any]) -> str:
    if "orientation" not in recipe:
        return ORIENTATIONS[_one_of(recipe, "plane", tuple(ORIENTATIONS), "axial")]  # type: ignore[index]  # one of these
    code = recipe["orientation"]
    if not isinstance(code, str) or code not in _CODES:
        raise DataError(f"'orientation' is three letters such as RAS or LPS, but this is {short(code)}")
    plane = _one_of(recipe, "plane", tuple(ORIENTATIONS), PLANE_OF[code[2]])
    if plane != PLANE_OF[code[2]]:
        raise DataError(f"slices of {code} volumes are {PLANE_OF[code[2]]}, but 'plane' says {plane} -- leave one out")
    return code


def _other(recipe: Mapping[str, Any]) -> Other:
    what, volume = _one_of(recipe, "what", NOT_MRI), recipe.get("volume", False)
    if not isinstance(volume, bool) or (volume and what != "ct"):
        raise DataError(f"'volume' is true or false, and true for ct alone, but this is {short(volume)} for {what}")
    size = _whole(recipe, "size", 192)
    if not 48 <= size <= 1024:
        raise DataError(f"'size' is a number of pixels from 48 to 1024, but this is {size}")
    return Other(_whole(recipe, "seed"), what, volume, size)


def _known(found: Mapping[str, Any], known: Collection[str], what: str) -> None:
    unknown = next((str(key) for key in found if key not in known), None)
    if unknown is not None:
        raise DataError(f"{what} has no key '{unknown}' -- {did_you_mean(unknown, known)}")


def _one_of(found: Mapping[str, Any], key: str, choices: Collection[str], default: str | None = None) -> str:
    value = found.get(key, default)
    if value is None:
        raise DataError(f"a recipe needs '{key}': one of {', '.join(choices)}")
    if not isinstance(value, str) or value not in choices:
        raise DataError(f"'{key}' is one of {', '.join(choices)}, but this is {short(value)}")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12


def _number(
    found: Mapping[str, Any], key: str, low: float, high: float, default: float | None = None, place: str = ""
) -> float:
    value = found.get(key, default)
    if not _is_number(value) or not low <= value <= high:
        named = f"'{key}' {place}" if place else f"'{key}'"
        raise DataError(f"{named} is a number from {low:g} to {high:g}, but this is {short(value)}")
    return float(value)


def _whole(found: Mapping[str, Any], key: str, default: int | None = None) -> int:
    value = found.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise DataError(f"'{key}' is a whole number from 0, but this is {short(value)}")
    return value
