"""Reweighted: the value among units of another mix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field, PrivateAttr, field_validator, model_validator

from robustspec.aggregates.base import Aggregate, Block, Floats
from robustspec.data.names import slug
from robustspec.errors import DataError
from robustspec.metrics.base import Shape

_SLACK = 1e-9
HEAVY = 20
"""How many times the mean weight one row may weigh before a few rows decide alone."""

Share = Annotated[float, Field(ge=0, le=1)]


class Reweighted(Aggregate):
    """The mean over units, as it would be if the values of a group stood in another proportion.

    Formula: mean(w x) / mean(w), a row of group value v weighing w = (share of v in ``to``) / (share of v among the
    arm's rows). A ratio metric is reweighted in numerator and denominator. ``to: balanced`` gives every value of the
    group the same share: with accuracy, over a group that holds the label, that is balanced accuracy. One value may have
    a range of shares, ``[0.01, 0.1]``: the requirement is then judged at both ends, an arm each. In between the value is
    a linear function of the share, or a quotient of two, so it lies between the ends. The value of the group that
    ``to`` leaves out, at most one, gets what remains. Direction: the metric's, and so are the bounds.

    >>> import numpy as np
    >>> sick = Reweighted(over="label", to={"sick": 0.1})
    >>> sick.row_weights(["sick", "well"], [0.5, 0.5])
    [0.2, 1.8]
    >>> block = Block(np.array([[1.0], [0.0]]), np.ones((2, 1)), np.full(2, np.nan))
    >>> block.group = np.array([0.2, 1.8])
    >>> a, b = sick.rows(block, higher_is_better=True)
    >>> round(float(a.mean() / b.mean()), 2)
    0.1

    Source: prevalence shift, Godau et al. 2023, "Deployment of image analysis algorithms under prevalence shifts";
    importance weights; balanced accuracy, Brodersen et al. 2010.
    """

    kind: Literal["reweighted"] = "reweighted"
    shapes: ClassVar[frozenset[Shape]] = frozenset({"case", "row", "ratio"})
    ratio: ClassVar[bool] = True

    over: str
    """A group of the data block."""
    to: Literal["balanced"] | Annotated[dict[str, Share | tuple[Share, Share]], Field(min_length=1)]
    """The share of each value, one of them with a range if wanted; the value that is left out gets the rest. Or
    balanced."""

    _takes_all: bool = PrivateAttr(default=False)
    """Whether this is the end of a range at which it takes all: nothing is left for the value that it leaves out."""

    @field_validator("to", mode="before")
    @classmethod
    def _readable(cls, value: Any) -> Any:
        """One sentence for whatever is not a share, where a union of types would give several."""
        if value == "balanced":
            return value
        if not isinstance(value, Mapping) or not value:
            raise ValueError("should be balanced, or the share of each value -- write {VALUE: 0.1}")
        for name, share in value.items():
            ends = share if isinstance(share, list | tuple) and len(share) == 2 else [share]
            if not all(_is_share(end) for end in ends):
                raise ValueError(
                    f"the share of {name} should be a number from 0 to 1, or a range of them such as [0, 0.1]"
                )
        return value

    @model_validator(mode="after")
    def _add_up(self) -> Reweighted:
        """One range at most, and no more than everything."""
        if self.to == "balanced":
            return self
        ranged = [value for value, share in self.to.items() if isinstance(share, tuple)]
        if len(ranged) > 1:
            raise ValueError(f"{', '.join(ranged)} have ranges, and one value may -- give the others one share each")
        for value, share in self.to.items():
            if isinstance(share, tuple) and share[0] >= share[1]:
                raise ValueError(f"the range of {value} ends where it starts, or before -- write [lowest, highest]")
        total = _total(self.to)
        if total > 1 + _SLACK:
            raise ValueError(f"the shares of 'to' add up to {total:g} -- they are parts of 1")
        return self

    @property
    def words(self) -> str:
        """With the group and its shares."""
        if self.to == "balanced":
            return f"mean over units, every {self.over} weighing the same"
        shares = ", ".join(
            f"{value} {share[0]:g} to {share[1]:g}" if isinstance(share, tuple) else f"{value} {share:g}"
            for value, share in self.to.items()
        )
        return f"mean over units, reweighted to {self.over} {shares}"

    @property
    def group(self) -> str:
        """``over``."""
        return self.over

    def ends(self) -> tuple[tuple[str, Reweighted], ...]:
        """The two ends of a range, named such as ``sick-at-0.01``; none where there is no range."""
        return tuple(self._ends())

    def _ends(self) -> Iterator[tuple[str, Reweighted]]:
        if self.to == "balanced":
            return
        for value, share in self.to.items():
            for end in share if isinstance(share, tuple) else ():
                yield f"{slug(value)}-at-{end:g}", self._at(value, end)

    def _at(self, value: str, end: float) -> Reweighted:
        """With the one share ``end`` in the place of the range."""
        fixed = self.model_copy(update={"to": {**self.to, value: end}})  # type: ignore[dict-item]  # not balanced, by then
        fixed._takes_all = _total(fixed.to) >= 1 - _SLACK
        return fixed

    def targets(self, values: Sequence[str]) -> list[float]:
        """The share that each of ``values``, all that the group has, is weighed to; raises `DataError`, not for a range."""
        if self.to == "balanced":
            return [1 / len(values)] * len(values)
        given = {value: max(share) if isinstance(share, tuple) else share for value, share in self.to.items()}
        unknown = [value for value in given if value not in values]
        if unknown:
            raise DataError(f"no row has {self.over} {', '.join(unknown)} -- its values are {', '.join(values)}")
        rest = 1 - sum(given.values())
        left_out = [value for value in values if value not in given]
        self._check_rest(rest, left_out)
        return [given.get(value, max(rest, 0.0)) for value in values]

    def _check_rest(self, rest: float, left_out: Sequence[str]) -> None:
        """One value takes what remains, or nothing remains; a value is weighed to nothing only by its name."""
        if len(left_out) > 1:
            raise DataError(
                f"'to' gives no share to {', '.join(left_out)} of {self.over}, and one value can take the rest -- "
                "add the others"
            )
        if left_out and rest <= _SLACK and not self._takes_all:
            raise DataError(
                f"'to' leaves nothing for {self.over} {left_out[0]} -- write {left_out[0]}: 0 if it should not count"
            )
        if not left_out and rest > _SLACK:
            raise DataError(f"the shares of 'to' add up to {1 - rest:g}, and no {self.over} is left to take the rest")

    def row_weights(self, values: Sequence[str], shares: Sequence[float]) -> list[float]:
        """Target share over the arm's own, for each value; raises `DataError` where the arm lacks a value that counts."""
        targets = self.targets(values)
        absent = [v for v, target, share in zip(values, targets, shares, strict=True) if target > 0 and share == 0]
        if absent:
            raise DataError(
                f"there is no row with {self.over} {', '.join(absent)} to weigh up -- add rows, or give it the share 0"
            )
        return [target / share if share > 0 else 0.0 for target, share in zip(targets, shares, strict=True)]

    def rows(self, block: Block, higher_is_better: bool) -> tuple[Floats, Floats | None]:
        """A, each row's weighted score, and B, its weight."""
        assert block.group is not None
        # A row without weight is not looked at: where it is missing, its score may be infinite.
        return block.group * np.where(block.group > 0, block.mean(), 0.0), block.group

    def bounds(
        self, lower: float, upper: float, reference: Floats | None = None, higher_is_better: bool = True
    ) -> tuple[float, float]:
        """Those of a score, and of nothing: weights are at most 1 once the heaviest is."""
        return min(lower, 0.0), upper

    def binary(self, metric_is_binary: bool, one_case: bool, cells: int) -> bool:
        """Never: the value is a ratio."""
        return False


def _total(to: Any) -> float:
    """What the shares add up to, a range at its upper end; 1 where they are balanced."""
    shares = to.values() if isinstance(to, Mapping) else (1.0,)
    return float(sum(max(share) if isinstance(share, tuple) else share for share in shares))


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def kish(weights: Floats) -> float:
    """How many equally weighted rows tell as much as these: (sum w)^2 / sum w^2 (Kish 1965); 0 without any weight."""
    square = float(np.sum(weights**2))
    return float(np.sum(weights)) ** 2 / square if square > 0 else 0.0


def weight_warning(weights: Floats) -> str:
    """A sentence where one row weighs more than `HEAVY` times the mean, else empty; one weight for each row."""
    mean = float(np.mean(weights)) if len(weights) else 0.0
    heaviest = float(np.max(weights)) / mean if mean > 0 else 0.0
    if heaviest <= HEAVY:
        return ""
    return (
        f"the heaviest row weighs {heaviest:.0f} times the mean: these {len(weights):,} rows tell as much as "
        f"{kish(weights):,.0f} of equal weight -- add rows of the rare value"
    )
