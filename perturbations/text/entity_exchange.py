"""Another entity of the same type: a drug for a drug, a condition for a condition, a company for a company."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from pydantic import Field

from robustspec.data.row import Row
from robustspec.perturbation.base import Params, Passage, Range, Relation
from robustspec.perturbation.edits import Edit, splice

from ..table_file import FileOperator, Stamp, stamp
from .entity_table import Distance, Entities, read_entities
from .mentions import after_article, article_before, editable, renamed
from .phrases import fold

_MISSES = 8


class EntityExchange(FileOperator):
    """Replaces an entity by another one of its type: "warfarin" by "metoprolol", "asthma" by "gout", "Ford" by "Fiat".

    Stands for the other drugs, conditions and companies that the same sentence is said about: knowledge that holds only
    for the names of the test data fails here. Unlike ``entity_substitution``, what is said is then another thing.

    The table is a CSV file with the columns ``entity`` and ``type``, one name a line. Names with one value in the
    optional column ``group`` are names of one thing and never take each other's place. Further columns with a number in
    their first line are the vector of the name; others are for your notes.

    Which name comes instead is drawn by power-scaled distance weighting: among the names of the type, name i with
    probability p_i proportional to d_i to the ``power``, d_i being its distance from the name in the text. A negative
    power prefers near names, a positive one far names, 0 all alike. A distance of 0 counts as the smallest distance above
    0 from that name. Never drawn: the name itself, its group, and what the text or the other turns mention already. All
    mentions of one thing become the same other thing; "a" and "an" follow.

    The label stays, so this is for mentions that the answer does not rest on: a distractor, a document (``on:
    context.NAME``), what somebody else takes. An entity that the label names, as a whole or in a field, is left alone and
    never drawn. With ``moves: ingredient`` it is the other way round: what that field of the label names is exchanged,
    wherever it stands in the text, and the field becomes the new name (its group, where the label held the group), so the
    relation is ``changes``; ``moves: label`` is for a label that is itself a name. No other field moves with it: give a
    table in which none would have to.

    Names are what this operator edits, so it works inside spans of named categories although they are protected, but only
    where the mention covers the whole span. There is no ladder. Magnitude: the mean distance between the old and the new
    names.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from robustspec.perturbation.scope import perturb
    >>> names = "entity,type,group\\nwarfarin,drug,\\nCoumadin,drug,warfarin\\nmetoprolol,drug,\\ngout,condition,\\n"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "names.csv").write_text(names)
    ...     operator = EntityExchange(table="names.csv", power=-2).bind(Path(folder))
    ...     perturb(operator, "My mother takes warfarin 5 mg. I have a cold.")
    'My mother takes metoprolol 5 mg. I have a cold.'

    Source: type-consistent entity substitution with power-scaled distance weighting, from Xian et al., "Assessing
    biomedical knowledge robustness in large language models by query-efficient sampling attacks" (2024,
    arXiv:2402.10527); here the distance may also be that of the letters.
    """

    kind: Literal["entity_exchange"] = "entity_exchange"
    table: str
    """CSV file with the columns entity and type, and optionally group and numbers, relative to the specification."""
    type: str | None = None
    """Exchange entities of this type only; without it, of every type."""
    power: float = Field(default=0.0, ge=-50, le=50)
    """Exponent of the distance: below 0 prefers near names, above 0 far ones, 0 none."""
    distance: Distance = "string"
    """``string``: Levenshtein distance of the names per character, 0 to 1; ``euclidean``, ``cosine``: of their vectors."""
    moves: str | None = None
    """Field of the label that names the entity to exchange, and moves with it; ``label`` for the label itself."""

    @property
    def relation(self) -> Relation:  # type: ignore[override]  # a field decides
        """``changes`` where the label moves with the entity, else ``keeps``."""
        return "keeps" if self.moves is None else "changes"

    def apply(self, passage: Passage, params: Params, level: int | None) -> Passage:
        """The passage with every entity that may be exchanged, exchanged, and the label moved along with it."""
        if level == 0:
            return passage
        file = stamp(self.located(self.table), "entity_exchange.table")
        known = read_entities(file)
        found = _mentions(known, passage.text)
        places = self._places(known, passage, found)
        if not places:
            return passage
        elsewhere = _elsewhere(known, passage.row, passage.text)
        if self.moves is not None and not elsewhere.isdisjoint(places):
            return passage
        taken = elsewhere | found.keys() | (_named_by(known, passage.label) if self.moves is None else set())
        drawn = self._drawn(file, places, known, taken, random.Random(params["seed"]), passage)
        return self._exchanged(passage, known, places, drawn)

    def _places(self, known: Entities, passage: Passage, found: Mapping[int, list[Range]]) -> dict[int, list[Range]]:
        """Of each entity that is to be exchanged, the mentions to edit."""
        named = self._named(known, passage.label)
        places = {}
        for group, ranges in found.items():
            if (group in named) == (self.moves is None) or self.type not in (None, known.types[known.first[group]]):
                continue
            open_ranges = editable(passage, ranges)
            if open_ranges and (self.moves is None or len(open_ranges) == len(ranges)):
                places[group] = open_ranges
        return places

    def _named(self, known: Entities, label: Any) -> set[int]:
        """The entities that the label names, or with ``moves`` the one that moves."""
        if self.moves is None:
            return _named_by(known, label)
        value = label.get(self.moves) if isinstance(label, Mapping) else label if self.moves == "label" else None
        group = known.group_of(value) if isinstance(value, str) else None
        return set() if group is None else {group}

    def _drawn(
        self,
        file: Stamp,
        places: Mapping[int, list[Range]],
        known: Entities,
        taken: Collection[int],
        rng: random.Random,
        passage: Passage,
    ) -> dict[int, tuple[int, float]]:
        """For each entity the name that takes its place, and how far that is."""
        drawn: dict[int, tuple[int, float]] = {}
        taken = set(taken)
        for group, ranges in places.items():
            name = known.index[fold(passage.text[slice(*ranges[0])])]
            weighting = _weighting(file, name, self.distance, self.power)
            place = _draw(weighting, known, taken, rng)
            if place is not None:
                drawn[group] = weighting.others[place], weighting.far[place]
                taken.add(known.groups[weighting.others[place]])
        return drawn

    def _exchanged(
        self,
        passage: Passage,
        known: Entities,
        places: Mapping[int, list[Range]],
        drawn: Mapping[int, tuple[int, float]],
    ) -> Passage:
        """The passage with the drawn names in their places; the passage itself where none was found."""
        if not drawn:
            return passage
        edits = [_edit(passage, known, *place, new) for group, (new, _) in drawn.items() for place in places[group]]
        distance = sum(far for _, far in drawn.values()) / len(drawn)
        label = self._moved(known, passage.label, next(iter(drawn.values()))[0])
        return passage.with_text(splice(passage.text, edits), distance, label)

    def _moved(self, known: Entities, label: Any, new: int) -> Any:
        if self.moves is None:
            return None
        if isinstance(label, Mapping):
            return {**label, self.moves: known.renamed_value(label[self.moves], new)}
        return known.renamed_value(label, new)


def _edit(passage: Passage, known: Entities, start: int, end: int, new: int) -> Edit:
    text = passage.text
    written = known.names[known.index[fold(text[start:end])]]
    name = renamed(text, start, end, written, known.names[new])
    first = article_before(passage, start)
    return Edit(first, end, after_article(text[first:start], name))


def _mentions(known: Entities, text: str) -> dict[int, list[Range]]:
    """Every mention in ``text`` by the entity that it names, in the order in which they are first named."""
    found: dict[int, list[Range]] = {}
    for start, end in known.phrases.find(text):
        found.setdefault(known.groups[known.index[fold(text[start:end])]], []).append((start, end))
    return found


def _elsewhere(known: Entities, row: Row, text: str) -> set[int]:
    """The entities mentioned in turns of the row's conversation other than ``text``; documents do not count."""
    if isinstance(row.input, str):
        return set()
    turns = [message.content for message in row.input if message.name is None and message.content != text]
    return {group for turn in turns for group in _mentions(known, turn)}


def _named_by(known: Entities, label: Any) -> set[int]:
    """The entities that a label names: itself, or a value anywhere in it."""
    if isinstance(label, Mapping):
        return {group for value in label.values() for group in _named_by(known, value)}
    if isinstance(label, list | tuple):
        return {group for value in label for group in _named_by(known, value)}
    group = known.group_of(label) if isinstance(label, str) else None
    return set() if group is None else {group}


@dataclass(frozen=True, slots=True)
class Weighting:
    """What may take the place of a name: numbers of names, their distances, logarithms of their weights.

    ``reached`` are the weights summed up, the greatest weight being 1.
    """

    others: Sequence[int]
    far: Sequence[float]
    logarithms: Any
    reached: Sequence[float]


@lru_cache(maxsize=1024)
def _weighting(file: Stamp, name: int, distance: Distance, power: float) -> Weighting:
    known = read_entities(file)
    others = known.others(name)
    far = known.distances(name, others, distance, file[0])
    near = far[far > 0].min(initial=np.inf)
    far = np.where(far > 0, far, near if np.isfinite(near) else 1.0)
    logarithms = power * np.log(far)
    reached = np.cumsum(np.exp(logarithms - logarithms.max(initial=-np.inf)))
    return Weighting(others.tolist(), far.tolist(), logarithms, reached.tolist())


def _draw(weighting: Weighting, known: Entities, taken: Collection[int], rng: random.Random) -> int | None:
    """The place in ``weighting`` of one of the names whose entity is not ``taken``, by its weight; None without any.

    Draws that hit a taken one are drawn again, which leaves the weights of the rest as they are; a few misses, and the
    taken ones are weighed out.
    """
    groups, reached = known.groups, weighting.reached
    for _ in range(_MISSES if reached else 0):
        place = bisect_right(reached, rng.random() * reached[-1])
        if place < len(reached) and groups[weighting.others[place]] not in taken:
            return place
    allowed = np.array([groups[other] not in taken for other in weighting.others], dtype=bool)
    if not allowed.any():
        return None
    logarithms = np.where(allowed, weighting.logarithms, -np.inf)
    left = np.cumsum(np.exp(logarithms - logarithms.max()))
    return min(int(np.searchsorted(left, rng.random() * left[-1], side="right")), int(np.flatnonzero(allowed)[-1]))
