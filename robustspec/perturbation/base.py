"""What a perturbation is.

A kind is one frozen pydantic model: its fields are the parameters a specification may set, its docstring is its page in
the catalogue, and two methods do the work. All randomness is drawn in ``sample``; ``apply`` is pure. An operator never
sees ``on``, ``protect`` or ``within``: it gets a `Passage`, the text that the entry named, with the ranges it may edit; an
operator on pictures gets a `Frame`, one on conversations a `Dialogue` (`robustspec.perturbation.frame`).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar, Literal

from robustspec.data.row import Row
from robustspec.described import Described
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.vocabulary import CATEGORY_OF

Params = Mapping[str, Any]
"""What `Perturbation.sample` drew: JSON-able, and all that `Perturbation.apply` needs to replay the case."""

Relation = Literal["keeps", "changes", "monotone"]
"""How the right answer moves with the perturbation."""

Range = tuple[int, int]
"""Half-open character range in a text."""


@dataclass(slots=True)
class Found:
    """A span found in a text: where it stands and what it is."""

    start: int
    end: int
    category: str


@dataclass(slots=True)
class Ranges:
    """What a text consists of for an operator: the ranges it may edit, and every span known in it.

    ``memo`` is for whatever operators find out about the text from them (its words, say), so that each is found once.
    """

    free: tuple[Range, ...]
    spans: tuple[Found, ...]
    memo: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)


class Passage:
    """The text an operator works on.

    ``text`` is the part of the row that ``on`` names; ``free`` are the ranges, ascending and disjoint, that may be
    edited (everything but the protected spans, or only the spans of ``within``); ``spans`` are all spans known in the
    text; ``row`` is the whole row, for its label, facts and groups. Ranges are found when they are first asked for.
    """

    __slots__ = ("_finder", "_ranges", "label", "magnitude", "row", "text")

    def __init__(
        self,
        text: str,
        row: Row,
        finder: Callable[[str], Ranges] | None = None,
        *,
        label: Any = None,
        magnitude: float | None = 0.0,
    ) -> None:
        self.text = text
        self.row = row
        self.label = row.label if label is None else label
        self.magnitude = magnitude
        self._finder = finder
        self._ranges: Ranges | None = None

    @property
    def ranges(self) -> Ranges:
        """Free ranges and known spans of the text."""
        if self._ranges is None:
            self._ranges = self._finder(self.text) if self._finder else Ranges(((0, len(self.text)),), ())
        return self._ranges

    @property
    def free(self) -> tuple[Range, ...]:
        """The half-open ranges that may be edited, ascending and disjoint."""
        return self.ranges.free

    @property
    def spans(self) -> tuple[Found, ...]:
        """Every span known in the text, ascending."""
        return self.ranges.spans

    def begins_term(self, word: str) -> bool:
        """Whether a word in lower case would be a protected span here, or begin one; the row's own spans aside."""
        known = getattr(self._finder, "begins_term", None)
        return known(word) if known is not None else word in CATEGORY_OF

    def with_text(self, text: str, magnitude: float | None, label: Any = None) -> Passage:
        """A copy with another text, its realised ``magnitude`` and, for an operator that moves it, a new ``label``."""
        new_label = self.label if label is None else label
        return Passage(text, self.row, self._finder, label=new_label, magnitude=magnitude)


class Perturbation(Described):
    """A generator of changed inputs.

    Subclasses set ``kind: Literal["..."] = "..."``, may set ``ladder``, ``relation`` and ``modality``, and implement
    `sample` and `apply`. ``modality`` is text, image, volume or conversation, and says what ``passage`` is: a `Passage`, a
    `Frame` or a `Dialogue`. With a ladder, the field that it names holds the explicit physical value
    (``letter_fraction: 0.07``) and defaults to None.
    """

    kind: str
    ladder: ClassVar[Ladder | None] = None
    relation: ClassVar[Relation] = "keeps"
    """How the right answer moves; an operator for which a field decides has a property."""
    modality: ClassVar[str] = "text"
    needs: ClassVar[tuple[str, ...]] = ()
    """Modules that it imports when it is applied, of the optional extra ``extra``."""
    extra: ClassVar[str] = ""
    moves_places: ClassVar[bool] = False
    """Whether what is where in the picture moves, so that a label that gives places (a mask) no longer holds.

    An operator that moves the label's places too says False; one for which a field decides has a property.
    """
    uneven: ClassVar[str] = ""
    """Why levels of a published ladder that is kept as it is do not all rise: ``calibrate`` tells it, and does not fail."""

    def amount(self, level: int | None) -> float:
        """The physical strength at ``level``, or the explicit one where ``level`` is None."""
        if self.ladder is None:
            return 0.0 if level == 0 else 1.0
        return float(getattr(self, self.ladder.parameter)) if level is None else self.ladder.amount(level)

    def sample(self, rng: random.Random, passage: Any) -> Params:
        """Draw everything random about this perturbation of ``passage``; knows no level.

        Returns JSON-able params. The default draws a sub-seed, from which `apply` rebuilds its draws in a fixed order.
        """
        return {"seed": rng.getrandbits(64)}

    def apply(self, passage: Any, params: Params, level: int | None) -> Any:
        """The changed passage: pure in its three arguments, and at level 0 the passage itself.

        Level k + 1 keeps every change of level k. Where nothing can be changed, return ``passage`` itself: the case is
        then counted as unchanged and is no evidence.
        """
        raise NotImplementedError

    def missing_extra(self) -> str | None:
        """What to install, as a sentence with its remedy, where a module it needs is absent; nothing is imported."""
        absent = next((name for name in self.needs if find_spec(name) is None), None)
        return absent and f"{self.kind} needs {absent} -- pip install 'robustspec[{self.extra}]'"

    def bind(self, folder: Path) -> Perturbation:
        """This operator with relative file names resolved against ``folder`` (of the specification)."""
        return self
