"""Other names of the same thing: brand for generic, ticker for company."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from robustspec.errors import DataError
from robustspec.perturbation.base import Passage, Range
from robustspec.perturbation.edits import SiteEdits

from ..table_file import FileOperator, Stamp, records, stamp
from .mentions import editable, renamed
from .phrases import Phrases, fold, pick


@dataclass(frozen=True, slots=True)
class Names:
    """Every name of every entity: how it is written, by its lower case, and the other names of its entity."""

    phrases: Phrases
    written: dict[str, str]
    others: dict[str, tuple[str, ...]]


class EntitySubstitution(SiteEdits, FileOperator):
    """Replaces a mention of an entity by another of its names: "Advil" by "ibuprofen", "the Fed" by "Federal Reserve".

    Stands for the many names one product has, by brand, country and habit. The label stays: it is the same thing. The
    table is a CSV file with the columns ``entity`` and ``alias`` (more columns are for your notes); the entity and its
    aliases are all names of it, found as whole words in any case, the longest first. A name of two entities is an
    error.

    Names are what this operator edits, so it works inside spans of named categories (a ``lexicon`` of drugs) although
    they are protected, but only where the mention covers the whole span: "Advil" in "Advil PM" is left alone where the
    lexicon knows "Advil PM", as are mentions inside other spans. With ``within`` it keeps to the spans that this names.

    There is no ladder: each mention is either replaced or not. Magnitude: mentions replaced per mention.

    >>> import tempfile
    >>> from robustspec.perturbation.scope import perturb
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "brands.csv").write_text("entity,alias\\nibuprofen,Advil\\nwarfarin,Coumadin\\n")
    ...     operator = EntitySubstitution(table="brands.csv").bind(Path(folder))
    ...     perturb(operator, "Is Advil 400 mg safe with warfarin?")
    'Is ibuprofen 400 mg safe with Coumadin?'

    Source: brand and generic names of one drug lead language models to different answers (Gallifant et al., "Language
    models are surprisingly fragile to drug names in biomedical benchmarks", 2024).
    """

    kind: Literal["entity_substitution"] = "entity_substitution"
    table: str
    """CSV file with the columns entity and alias, relative to the specification."""
    mention_fraction: float = Field(default=1.0, gt=0, le=1)
    """Share of the mentions to replace, at least one."""

    def amount(self, level: int | None) -> float:
        """The share of the mentions to replace; 0 at level 0."""
        return 0.0 if level == 0 else self.mention_fraction

    def sites(self, passage: Passage) -> Sequence[Range]:
        """Every mention of an entity that has another name and may be edited."""
        return editable(passage, self._names().phrases.find(passage.text))

    def replacement(self, rng: random.Random, text: str, start: int, end: int) -> str | None:
        """One of the other names, in the capitals that the table or the mention asks for."""
        names, name = self._names(), fold(text[start:end])
        others = names.others[name]
        return renamed(text, start, end, names.written[name], others[pick(rng.random(), len(others))])

    def _names(self) -> Names:
        return _read(stamp(self.located(self.table), "entity_substitution.table"))


@lru_cache(maxsize=8)
def _read(file: Stamp) -> Names:
    path = Path(file[0])
    entities: dict[str, dict[str, str]] = {}
    owner: dict[str, str] = {}
    for line, record in records(path, ("entity", "alias")):
        entity = fold(record["entity"])
        for name in (record["entity"], record["alias"]):
            if owner.setdefault(fold(name), entity) != entity:
                raise DataError(
                    f"{path}:{line}: '{name}' names two entities, {owner[fold(name)]} and {entity} -- "
                    "a name must belong to one entity, or replacing it would change the answer"
                )
            entities.setdefault(entity, {}).setdefault(fold(name), name)
    written = {name: spelling for names in entities.values() for name, spelling in names.items()}
    others = {
        name: tuple(spelling for key, spelling in names.items() if key != name)
        for names in entities.values()
        for name in names
        if len(names) > 1
    }
    return Names(Phrases(others), written, others)
