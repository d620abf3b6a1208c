"""Corruption error: the errors of the model, in units of the errors of a baseline."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from robustspec.aggregates.base import Aggregate, Block, Floats
from robustspec.metrics.base import Direction


class CorruptionError(Aggregate):
    """How many errors the model makes for each error of a baseline, on the same perturbed rows.

    Formula: the error of a score is upper - score where higher is better and score - lower where lower is. Of one
    perturbation c, CE_c = sum over its levels of the model's mean error / sum over its levels of the baseline's. Against
    published numbers of several perturbations the value is the mean of their CE_c, the mCE of ImageNet-C; a row's part is
    the mean over its perturbations of (its error / the published error, both over the levels that the row has), and the
    published number of a perturbation stands for each of its levels. Against a model the value is mean(error of the
    model) / mean(error of the baseline) and holds one perturbation at a time: use ``worst_over: perturbation``.
    Direction: lower is better, 1 is as many errors as the baseline; it is 0 or more and has no upper bound against a
    model.

    With ``relative: true`` both errors count by what they add to those on clean: rCE_c = sum over levels of (error - error
    on clean) of the model / the same of the baseline, which must be published, with a number for ``clean``. It may be
    negative, where perturbing helps. A published number that is no worse than clean leaves nothing to divide by and is a
    fault of the specification.

    >>> import numpy as np
    >>> block = Block(np.array([[0.8, 0.4]]), np.array([[0.5, 0.5]]), np.array([np.nan]), ("blur", "blur"), (1, 2))
    >>> block.baseline, block.published = np.array([[0.6, 0.4]]), True
    >>> CorruptionError(against="alexnet").rows(block, higher_is_better=True)[0].round(2)
    array([0.8])

    Relative, with the published numbers less that of clean, 0.8 here:

    >>> block.clean, block.baseline = np.array([1.0]), np.array([[-0.2, -0.4]])
    >>> CorruptionError(against="alexnet", relative=True).rows(block, higher_is_better=True)[0].round(2)
    array([1.33])

    Source: Hendrycks and Dietterich 2019, "Benchmarking neural network robustness to common corruptions and
    perturbations", section 4.
    """

    kind: Literal["corruption_error"] = "corruption_error"
    directions: ClassVar[frozenset[Direction]] = frozenset({"higher", "lower"})

    against: str
    """A name under ``baselines:``."""

    relative: bool = False
    """Count errors over those on clean, of the model and of published numbers."""

    @property
    def needs_clean(self) -> bool:  # type: ignore[override]  # a field decides what other kinds declare
        """Where errors count over those on clean."""
        return self.relative

    @property
    def paired(self) -> bool:  # type: ignore[override]  # a field decides what other kinds declare
        """Where errors count over those on clean."""
        return self.relative

    @property
    def over_clean(self) -> bool:
        """``relative``."""
        return self.relative

    @property
    def words(self) -> str:
        """With the name of the baseline."""
        if self.relative:
            return f"error over clean for each error over clean of {self.against}"
        return f"error for each error of {self.against}, on the same rows"

    @property
    def baseline(self) -> str:
        """``against``."""
        return self.against

    def is_ratio(self, published: bool) -> bool:
        """Against a model, whose errors are measured too."""
        return not published

    def rows(self, block: Block, higher_is_better: bool) -> tuple[Floats, Floats | None]:
        """Each row's errors for each published one; or its errors and, as B, those of the baseline."""
        if block.published:
            return self._mean_over_perturbations(block, higher_is_better), None
        error = _error(block.mean(), block.lower, block.upper, higher_is_better)
        return error, _error(block.baseline_mean(), block.lower, block.upper, higher_is_better)

    def _mean_over_perturbations(self, block: Block, higher_is_better: bool) -> Floats:
        """Each perturbation's quotient of weighted errors, by its share of the row's weight."""
        ours, theirs = (
            block.weights * np.where(block.weights > 0, each, 0.0) for each in self._errors(block, higher_is_better)
        )
        total = np.zeros(len(ours))
        for label in dict.fromkeys(block.labels):
            at = [k for k, name in enumerate(block.labels) if name == label]
            share = block.weights[:, at].sum(axis=1)
            total += share * ours[:, at].sum(axis=1) / np.where(share > 0, theirs[:, at].sum(axis=1), 1.0)
        return total

    def _errors(self, block: Block, higher_is_better: bool) -> tuple[Floats, Floats]:
        """The errors of the model and the published ones (rows x cells), over clean where they are relative."""
        assert block.baseline is not None
        if self.relative:
            sign = -1.0 if higher_is_better else 1.0
            return sign * (block.scores - block.clean[:, None]), sign * block.baseline
        ours, theirs = (
            _error(each, block.lower, block.upper, higher_is_better) for each in (block.scores, block.baseline)
        )
        return ours, theirs

    def bounds(
        self, lower: float, upper: float, reference: Floats | None = None, higher_is_better: bool = True
    ) -> tuple[float, float]:
        """From no error to every error; against published numbers, to every error for the smallest of theirs.

        Relative, as far below 0: ``reference`` then holds the published numbers less that of clean.
        """
        if reference is None:
            return 0.0, upper - lower
        if self.relative:
            smallest = float(np.min(-reference if higher_is_better else reference))
            most = (upper - lower) / smallest if smallest > 0 else np.inf
            return -most, most
        smallest = float(np.min(_error(reference, lower, upper, higher_is_better)))
        return 0.0, (upper - lower) / smallest if smallest > 0 else np.inf

    def binary(self, metric_is_binary: bool, one_case: bool, cells: int) -> bool:
        """Never: the value is a ratio."""
        return False

    def goal(self, metric_higher: bool) -> str:
        """Always 'lower'."""
        return "lower"


def _error(scores: Floats, lower: float, upper: float, higher_is_better: bool) -> Floats:
    """How far scores are from the best there is."""
    return np.asarray(upper - scores if higher_is_better else scores - lower)
