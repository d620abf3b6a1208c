"""What a run may spend."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from robustspec.language.entries import Block
from robustspec.language.kinds import fault

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Prices(Block):
    """What tokens cost, in the currency of ``cost``."""

    input: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    """Price of a million tokens that are sent."""
    output: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    """Price of a million tokens that come back."""


class Budget(Block):
    """What one run may spend on calls; stored outputs cost nothing. The first limit that is reached stops it.

    Counted are the calls of this run to all models: the one under test, baselines, judges and users. A stopped run keeps
    every finished output; run again, with the same or another budget, it goes on where it was.
    """

    calls: Annotated[int, Field(ge=1)] | None = None
    """The most calls."""
    tokens: Annotated[int, Field(ge=1)] | None = None
    """The most tokens, sent and received, as the endpoints report them."""
    cost: Positive | None = None
    """The most money, at ``prices``."""
    prices: Prices | None = None
    """What tokens cost."""
    hours: Positive | None = None
    """The longest time."""

    @model_validator(mode="after")
    def _priced(self) -> Budget:
        if self.cost is not None and self.prices is None:
            raise fault(
                "cost needs prices: {input: ..., output: ...}, each for a million tokens", "cost", given=self.cost
            )
        if self.cost is not None and self.prices is not None and not self.prices.input + self.prices.output:
            raise fault("prices of 0 limit nothing -- write what a million tokens cost", "prices", given=None)
        if (self.calls, self.tokens, self.cost, self.hours) == (None,) * 4:
            raise fault("a budget needs a limit: calls, tokens, cost with prices, or hours")
        return self
