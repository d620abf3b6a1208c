"""What the levels of an operator do to given data: realised magnitude and quality per level, and whether they rise.

A ladder promises that each level is stronger than the one before. Whether it is depends on the data too, so it is measured:
every row at every level with the draw that a run makes, compared row by row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from robustspec.data.picture import Picture
from robustspec.data.row import Content, Row, images_of
from robustspec.errors import PerturbationError, PictureError, RobustspecError
from robustspec.perturbation.base import Perturbation
from robustspec.perturbation.frame import ImageOperator
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.quality import edit_share, quality
from robustspec.perturbation.scopes import AnyScope

MOST_AGAINST = 0.25
"""Share of the rows that may go against the order from one level to the next: more make the ladder not monotone."""
SLACK = 0.01
"""A fall by less than this share of a value, or a rise of SSIM by less than this, counts as equal."""

LITTLE_LEFT = 0.3
"""SSIM at and below which nothing more can be told from it: unrelated pictures have up to about that much."""
ALIKE = 0.95
"""Share of the rows to which two levels must do the same to be called alike."""

Measure = Literal["magnitude", "edit_share", "ssim"]
_JUDGED: dict[Measure, str] = {
    "magnitude": "the magnitude falls",
    "edit_share": "the edit share falls",
    "ssim": "SSIM rises",
}


@dataclass(frozen=True, slots=True)
class Change:
    """What one level did to one row; all None where nothing was measured, and of an unchanged row the values of no change."""

    unchanged: bool = False
    magnitude: float | None = None
    edit_share: float | None = None
    ssim: float | None = None
    psnr_db: float | None = None
    snr: float | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean, and 10th and 90th percentile, over rows."""

    mean: float
    p10: float
    p90: float


@dataclass(frozen=True, slots=True)
class LevelMeasure:
    """A level over all rows: how many it left unchanged, and the measures of those that it changed.

    ``level`` is None where the operator's explicit ``amount`` was measured.
    """

    level: int | None
    amount: float
    rows: int
    unchanged: int
    magnitude: Spread | None
    edit_share: float | None
    ssim: float | None
    psnr_db: float | None
    snr: float | None


@dataclass(slots=True)
class Calibration:
    """An operator's levels on some rows.

    ``faults`` say where they do not rise, ``as_published`` where they are known not to, ``notes`` which levels are alike on
    these rows, ``unusable`` why rows are left out.
    """

    levels: list[LevelMeasure] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    as_published: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unusable: list[str] = field(default_factory=list)

    @property
    def is_monotone(self) -> bool:
        """Whether each level is at least as strong as the one before, on all but a few rows."""
        return not self.faults


def ladder_of(operator: Perturbation) -> Ladder | None:
    """The ladder that counts for this operator: of an operator on images that of its profile."""
    if isinstance(operator, ImageOperator):
        return operator.ladders.get(operator.profile, operator.ladder)
    return operator.ladder


def calibrate(
    scope: AnyScope,
    rows: Iterable[Row],
    seed: int,
    levels: Sequence[int | None],
    on_row: Callable[[], None] | None = None,
) -> Calibration:
    """Measure ``levels`` (None is the explicit amount) on every row, with the first draw under ``seed``.

    A row whose picture cannot be used is left out and told. ``on_row`` is called after each row. Raises `PerturbationError`
    where the operator fails in another way.
    """
    found = Calibration()
    changes: list[list[Change]] = []
    for row in rows:
        try:
            changes.append(_changes(scope, row, seed, levels))
        except PictureError as error:
            found.unusable.append(f"{row.id}: {error}")
        if on_row is not None:
            on_row()
    if changes:
        by_level = [list(column) for column in zip(*changes, strict=True)]
        for level, measured in zip(levels, by_level, strict=True):
            found.levels.append(_level(level, scope.operator.amount(level), measured))
        rungs = [(level, each) for level, each in zip(levels, by_level, strict=True) if level is not None]
        for (one, weaker), (other, stronger) in pairwise(rungs):
            found.faults += [f"from level {one} to {other} {fault}" for fault in faults_between(weaker, stronger)]
        found.notes = _alike_in_words(rungs)
        if scope.operator.uneven:  # published so, and kept so: told, but no fault
            found.as_published = [f"{fault}, as published: {scope.operator.uneven}" for fault in found.faults]
            found.faults = []
    return found


def change_of(before: Row, after: Row) -> Change:
    """The measures of one changed row: those of its text where that changed, the mean over its changed pictures."""
    if after is before:
        return Change(True, 0.0)
    one, other = text_of(before.input), text_of(after.input)
    pictures = [quality(old.open(), new.open()) for old, new in changed_pictures(before.input, after.input)]
    return Change(
        magnitude=after.magnitude,
        edit_share=edit_share(one, other) if one != other else None,
        ssim=_mean([each.ssim for each in pictures]),
        psnr_db=_mean([each.psnr_db for each in pictures]),
        snr=_mean([each.snr for each in pictures]),
    )


def text_of(content: Content) -> str:
    """All that is said in an input."""
    return content if isinstance(content, str) else "\n".join(message.content for message in content)


def changed_pictures(before: Content, after: Content) -> list[tuple[Picture, Picture]]:
    """Pictures that changed in their places, each with the one before."""
    pairs = zip(images_of(before), images_of(after), strict=False)
    return [(old, new) for old, new in pairs if old.modality == new.modality and old.digest != new.digest]


def faults_between(weaker: Sequence[Change], stronger: Sequence[Change]) -> list[str]:
    """What goes the wrong way between a level and the next, row by row, on more rows than `MOST_AGAINST` allows."""
    faults = []
    for measure, words in _JUDGED.items():
        one, other = _paired(weaker, stronger, measure)
        against = other > one + SLACK if measure == "ssim" else other < one * (1 - SLACK) - 1e-9
        if len(one) and against.mean() > MOST_AGAINST:
            rows = f"{int(against.sum())} of {len(one)} rows"
            faults.append(f"{words} on {rows} (means {one.mean():.3g} and {other.mean():.3g})")
    return faults


def _alike_in_words(rungs: Sequence[tuple[int, list[Change]]]) -> list[str]:
    """A sentence for each run of levels that do the same."""
    runs: list[list[int]] = []
    for (one, weaker), (other, stronger) in pairwise(rungs):
        if not are_alike(weaker, stronger):
            continue
        if runs and runs[-1][-1] == one:
            runs[-1].append(other)
        else:
            runs.append([one, other])
    joined = {2: "and"}
    return [f"levels {run[0]} {joined.get(len(run), 'to')} {run[-1]} do the same to almost every row" for run in runs]


def are_alike(weaker: Sequence[Change], stronger: Sequence[Change]) -> bool:
    """Whether two levels do the same, by all measures, to at least 95 of 100 rows: a test of both is one test twice."""
    same = sum(one == other for one, other in zip(weaker, stronger, strict=True))
    return same >= ALIKE * len(weaker)


def _paired(weaker: Sequence[Change], stronger: Sequence[Change], measure: Measure) -> tuple[Any, Any]:
    values = [(_value(one, measure), _value(other, measure)) for one, other in zip(weaker, stronger, strict=True)]
    known = [(one, other) for one, other in values if one is not None and other is not None]
    array = np.asarray(known, dtype=float).reshape(-1, 2)
    return array[:, 0], array[:, 1]


def _value(change: Change, measure: Measure) -> float | None:
    if change.unchanged:
        return 1.0 if measure == "ssim" else 0.0
    value: float | None = getattr(change, measure)
    return max(value, LITTLE_LEFT) if measure == "ssim" and value is not None else value


def _changes(scope: AnyScope, row: Row, seed: int, levels: Sequence[int | None]) -> list[Change]:
    try:
        params = scope.sample(seed, row)
        return [change_of(row, scope.apply(row, params, level)) for level in levels]
    except RobustspecError:
        raise
    except Exception as error:  # an operator is an extension and may raise anything: say which, and on what
        raise PerturbationError(
            f"row {row.id}: '{scope.operator.kind}' failed: {type(error).__name__}: {error}"
        ) from error


def _level(level: int | None, amount: float, changes: Sequence[Change]) -> LevelMeasure:
    changed = [change for change in changes if not change.unchanged]
    return LevelMeasure(
        level,
        amount,
        rows=len(changes),
        unchanged=len(changes) - len(changed),
        magnitude=_spread([change.magnitude for change in changed]),
        edit_share=_mean([change.edit_share for change in changed]),
        ssim=_mean([change.ssim for change in changed]),
        psnr_db=_mean([change.psnr_db for change in changed]),
        snr=_mean([change.snr for change in changed]),
    )


def _spread(values: Iterable[float | None]) -> Spread | None:
    known = [value for value in values if value is not None]
    if not known:
        return None
    low, high = np.percentile(known, [10, 90]).tolist()
    return Spread(float(np.mean(known)), low, high)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None
