"""Several operators, one after another."""

from __future__ import annotations

import random
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from robustspec.perturbation.base import Params, Passage, Perturbation

from ..held import Step, held

_REMEDY = "stands on the chain, once for all steps -- move it there"


class Chain(Perturbation):
    """Applies several operators one after another, each to what the one before it made.

    Stands for trouble that does not come alone: a hurried message has typos, no capitals and no punctuation at once.
    Each step is an operator with its own ``level`` or parameters, or a bare name where it needs none. ``protect``,
    ``within``, ``on`` and the other keys of an entry are given once, for the chain; spans are found anew in each
    intermediate text. Draws of one step do not depend on those of another.

    There is no ladder: the steps have theirs. Write one entry per strength, each with its own ``name``. Magnitude:
    steps that changed the text.

    >>> from robustspec.perturbation.scope import perturb
    >>> hurried = Chain(steps=["contraction", {"kind": "filler_words", "level": 3}])
    >>> perturb(hurried, "I am looking for something that helps against a headache.")
    "I'm looking for something what was it, that helps if I may say so, against a headache."

    Source: the mixed perturbations of HELM (Liang et al., 2022, arXiv:2211.09110), which stack several mild ones.
    """

    kind: Literal["chain"] = "chain"
    steps: tuple[str | dict[str, Any], ...] = Field(min_length=1)
    """The operators in order: kind, with level or parameters; a bare name stands for its kind alone."""
    _operators: tuple[Step, ...] = PrivateAttr(default=())

    @model_validator(mode="after")
    def _build(self) -> Self:
        self._operators = tuple(
            held(f"steps[{index}]", step, "step", "a chain", _REMEDY) for index, step in enumerate(self.steps)
        )
        return self

    def bind(self, folder: Path) -> Self:
        """This chain with its steps' relative file names resolved against ``folder``."""
        bound = self.model_copy()
        bound._operators = tuple((operator.bind(folder), level) for operator, level in self._operators)
        return bound

    def apply(self, passage: Passage, params: Params, level: int | None) -> Passage:
        """The passage after all steps; a step that finds nothing to change is passed over."""
        if level == 0:
            return passage
        now, changes = passage, 0
        for index, (operator, own_level) in enumerate(self._operators):
            drawn = operator.sample(random.Random(_seed(params["seed"], index, operator.kind)), now)
            changed = operator.apply(now, drawn, own_level)
            changes += changed.text != now.text
            now = changed
        return passage if now.text == passage.text else passage.with_text(now.text, float(changes), now.label)


def _seed(seed: int, index: int, kind: str) -> int:
    return int.from_bytes(blake2b(f"{seed}/{index}/{kind}".encode(), digest_size=8).digest(), "big")
