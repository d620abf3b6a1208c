"""HD95: how far apart the surfaces of two masks are, but for the farthest twentieth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from robustspec.answers.masks import Mask
from robustspec.data.row import Case, Policy, Row
from robustspec.errors import DataError
from robustspec.metrics.base import CaseMetric, Direction
from robustspec.metrics.bound_field import UpperFrom
from robustspec.metrics.segmentation import MaskMetric, structured

Floats = NDArray[np.float64]
Millimetres = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Hd95(MaskMetric, CaseMetric):
    """Mean 95 % Hausdorff distance, in mm, of the surfaces of the answer's mask and the label's.

    Formula: mean over cases of max(P95 of d(a, label) over the surface of the answer, P95 of d(b, answer) over the surface
    of the label), d the Euclidean distance to the nearest surface point of the other mask and P95 the 95th percentile with
    linear interpolation; never more than ``worst_mm``. The surface of a mask are its cells of which a face neighbour is
    not in it; beyond the edge nothing is. It is 0 where both masks are empty, and ``worst_mm`` where one is, where the
    answer's cannot be read or has another shape, and where the policy does not allow what was done instead of answering
    (it is 0 where it does). Inputs: masks as for `mask_dice`, and the distance of neighbouring cells along each axis, from
    ``spacing_mm`` here or in the label. Direction: lower is better; each case lies in [0, ``worst_mm``].

    >>> from robustspec.data.row import Answer, Case, Row
    >>> metric = Hd95(worst_mm=50, spacing_mm=(1, 2))
    >>> row = Row("1", "...", label=[[1, 0, 0, 0]])
    >>> metric.score(Case(row, Answer([[0, 0, 0, 1]])))
    6.0
    >>> metric.score(Case(row, Answer([[0, 0, 0, 0]])))
    50.0

    Source: Huttenlocher et al. 1993, "Comparing images using the Hausdorff distance"; percentile of each direction as in
    MONAI's ``compute_hausdorff_distance``.
    """

    kind: Literal["hd95"] = "hd95"
    direction: ClassVar[Direction] = "lower"
    upper: ClassVar[float] = UpperFrom("worst_mm")  # type: ignore[assignment]  # gives a float on class and instance

    worst_mm: Millimetres
    """What the worst case counts, in mm, such as the diagonal of the field of view: no distance counts more. The nearer it
    is to the distances that occur, the fewer units a verdict takes."""

    spacing_mm: tuple[Millimetres, ...] | None = Field(default=None, min_length=2, max_length=3)
    """The distance of neighbouring cells along each axis of the mask, in mm; without it, ``spacing_mm`` of the label's mask
    or of the label."""

    def applies(self, row: Row, policy: Policy) -> bool:
        """Where the policy allows an answer."""
        return "answer" in policy or "may_refuse" in policy

    def needs_label(self, policy: Policy) -> bool:
        """Where the policy allows an answer."""
        return "answer" in policy or "may_refuse" in policy

    def score(self, case: Case) -> float:
        """The distance in mm; `DataError` where the label has no mask, or nothing says how large its cells are."""
        act = case.answer.act
        if act != "answered":
            allowed = {"refused": ("may_refuse", "must_refuse"), "asked": ("ask",)}.get(act, ())
            return 0.0 if any(word in case.policy for word in allowed) else self.worst_mm
        wanted = self.wanted(case.row)
        spacing = self._spacing(case.row, wanted.ndim)
        found = self.found(case.answer.value, wanted)
        return self.worst_mm if found is None else min(hausdorff_95(found, wanted, spacing), self.worst_mm)

    def _spacing(self, row: Row, axes: int) -> Sequence[float]:
        if self.spacing_mm is not None:
            spacing: Any = self.spacing_mm
        else:
            label = structured(row.label)
            places = (place for place in (self.part_of(label), label) if isinstance(place, dict))
            spacing = next((place["spacing_mm"] for place in places if "spacing_mm" in place), None)
        if not isinstance(spacing, (list, tuple)) or len(spacing) != axes or not all(map(_is_length, spacing)):
            raise DataError(
                f"row {row.id}: hd95 needs the distance of cells along {axes} axes, not {spacing!r:.40} -- give it "
                "`spacing_mm`, or put spacing_mm into the label"
            )
        return spacing


def hausdorff_95(one: Mask, other: Mask, spacing_mm: Sequence[float]) -> float:
    """The 95 % Hausdorff distance of two masks of one shape: 0 where both are empty, infinite where one is."""
    if not one.any() or not other.any():
        return 0.0 if not one.any() and not other.any() else math.inf
    window = _window(one | other)
    surfaces = [_surface(mask[window]) for mask in (one, other)]
    squares = (_squared_distances(to, spacing_mm)[of] for of, to in (surfaces, surfaces[::-1]))
    return max(float(np.percentile(np.sqrt(each), 95)) for each in squares)


def _is_length(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < math.inf


def _window(mask: Mask) -> tuple[slice, ...]:
    """The smallest box that holds a mask which is not empty: distances within it need nothing outside."""
    axes = range(mask.ndim)
    seen = [np.flatnonzero(mask.any(axis=tuple(other for other in axes if other != axis))) for axis in axes]
    return tuple(slice(int(at[0]), int(at[-1]) + 1) for at in seen)


def _surface(mask: Mask) -> Mask:
    """The cells of a mask with a face neighbour that is not in it."""
    padded = np.pad(mask, 1)
    inner = mask.copy()
    for axis in range(mask.ndim):
        for shift in (-1, 1):
            inner &= np.roll(padded, shift, axis=axis)[(slice(1, -1),) * mask.ndim]
    return mask & ~inner


def _squared_distances(mask: Mask, spacing_mm: Sequence[float]) -> Floats:
    """The squared distance of every cell to the nearest one of a mask that is not empty, exactly.

    One axis after the other (Saito and Toriwaki 1994): along a line the nearest is found by looking ever farther, until no
    distance is left that a farther one could beat.
    """
    found = np.where(mask, 0.0, math.inf)
    for axis, step in enumerate(spacing_mm):
        lines = np.moveaxis(found, axis, 0).copy()
        nearest = lines.copy()
        for away in range(1, len(lines)):
            square = (away * step) ** 2
            if square >= nearest.max():
                break
            np.minimum(nearest[away:], lines[:-away] + square, out=nearest[away:])
            np.minimum(nearest[:-away], lines[away:] + square, out=nearest[:-away])
        found = np.moveaxis(nearest, 0, axis)
    return found
