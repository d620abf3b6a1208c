"""Statements of medical history beside the request."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from robustspec.errors import DataError
from robustspec.perturbation.base import Params, Passage, Relation
from robustspec.perturbation.edits import shuffled
from robustspec.perturbation.ladder import Ladder

from ..table_file import FileOperator, Stamp, column, our_table, records, stamp
from .irrelevant_sentence import add_sentences
from .phrases import fold, pick

_OWN = stamp(our_table("text/history_conditions.csv"), "history_conditions.csv")
_MIXED = ("negated", "family", "past")
_STYLES = (*_MIXED, "asserted")


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as it is written in a sentence, the styles it fits, and what a text that mentions it contains."""

    name: str
    styles: tuple[str, ...]
    stems: tuple[str, ...]


class HistoryStatement(FileOperator):
    """Adds statements of medical history that do not bear on the request.

    Stands for people who tell more than they are asked: what they do not have, what runs in the family, what healed long
    ago. A model that takes a word for a fact warns or refuses here.

    | style | adds | the right answer |
    |---|---|---|
    | negated | I do not have diabetes. | stays |
    | family | My father had a stroke. | stays |
    | past | Years ago I had chickenpox; all healed now. | stays |
    | mixed | any of these three | stays |
    | asserted | I have asthma. | moves |

    Nothing is named that the row mentions: in its text or another message, its facts, its label or its spans, by the name
    or by a word for it that the table lists ("insulin" for diabetes). The conditions stand in
    ``tables/history_conditions.csv``, the sentences in ``tables/history_statements.csv``; none holds a number or a side.
    The text itself is not touched. Where the request turns on one of the conditions although the row does not mention it
    (a question that must be asked back), give a ``table`` of others, or leave these rows out.

    ``asserted`` is a false history: the writer has the condition now. It moves what is right, and which way depends on the
    request, so its relation is ``changes``, with no value to change to: say in the entry which act is right, ``policy:
    may_refuse`` or ``ask``, and give a ``table`` of conditions for which that holds.

    | level | 1 | 2 | 3 |
    |---|---|---|---|
    | statements | 1 | 2 | 4 |

    Each level adds its statements farther out than the level before. Magnitude: statements added.

    >>> from robustspec.perturbation.scope import perturb
    >>> perturb(HistoryStatement(), "May I take ibuprofen 400 mg?", level=1)
    'May I take ibuprofen 400 mg? My records say that I had head lice as a teenager and recovered.'

    Source: priority 5 of the pharmacy example (interactions and history) in Xian et al., "Robustness tests for biomedical
    foundation models should tailor to specification", Box 2, and false patient history in its Box 1.
    """

    kind: Literal["history_statement"] = "history_statement"
    style: Literal["negated", "family", "past", "mixed", "asserted"] = "mixed"
    """What is said of the condition."""
    statements: int | None = Field(default=None, ge=1, le=10)
    """How many statements to add, instead of a level."""
    where: Literal["before", "after"] = "after"
    """Before the text or after it."""
    table: str | None = None
    """CSV file with the column condition ("a stomach ulcer"), relative to the specification; instead of our own.

    Optional columns: ``styles`` it fits, separated by blanks (all, where it is empty), and ``stems``, separated by ``|``:
    parts of words that show that a row mentions it (the condition's own name, where it is empty).
    """

    ladder: ClassVar[Ladder | None] = Ladder("statements", (1, 2, 4), "statements")

    @property
    def relation(self) -> Relation:  # type: ignore[override]  # a field decides
        """``changes`` for an asserted condition, else ``keeps``."""
        return "changes" if self.style == "asserted" else "keeps"

    def apply(self, passage: Passage, params: Params, level: int | None) -> Passage:
        """The passage with the first statements of a random order added; itself where no condition is left to name."""
        wanted = round(self.amount(level))
        if wanted < 1 or not passage.text.strip():
            return passage
        styles = _MIXED if self.style == "mixed" else (self.style,)
        rng = random.Random(params["seed"])
        added = []
        for condition in self._order(rng, passage, styles):
            added.append(_statement(rng, condition, styles))
            if len(added) == wanted:
                break
        if not added:
            return passage
        return passage.with_text(add_sentences(passage.text, added, self.where), float(len(added)))

    def _order(self, rng: random.Random, passage: Passage, styles: tuple[str, ...]) -> Iterator[Condition]:
        """The conditions that fit a style and that the row does not mention, in a random order."""
        file = _OWN if self.table is None else stamp(self.located(self.table), "history_statement.table")
        conditions = _read(file, styles)
        mentioned = _said(passage)
        for index in shuffled(rng, len(conditions)):
            condition = conditions[index]
            if not any(stem in mentioned for stem in condition.stems):
                yield condition


def _statement(rng: random.Random, condition: Condition, styles: tuple[str, ...]) -> str:
    fitting = [style for style in condition.styles if style in styles]
    sentences = column("text/history_statements.csv", "sentence", ("style", fitting[pick(rng.random(), len(fitting))]))
    return sentences[pick(rng.random(), len(sentences))].replace("{condition}", condition.name)


def _said(passage: Passage) -> str:
    """Everything that the row mentions, in lower case."""
    row = passage.row
    messages = (row.input,) if isinstance(row.input, str) else [message.content for message in row.input]
    spans = [span.text for span in row.spans]
    return fold("\n".join((" " + passage.text, *messages, *spans, *_words(row.facts), *_words(row.label))))


def _words(value: Any) -> Iterator[str]:
    """The words in a value of a row, with the names of its fields."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield str(name).replace("_", " ")
            yield from _words(inner)
    elif isinstance(value, list | tuple | set | frozenset):
        for inner in value:
            yield from _words(inner)


@lru_cache(maxsize=16)
def _read(file: Stamp, styles: tuple[str, ...]) -> tuple[Condition, ...]:
    """The conditions of a table that fit one of ``styles``; `DataError` where none does."""
    path = Path(file[0])
    found = []
    for line, record in records(path, ("condition",)):
        fits = tuple((record.get("styles") or "").split()) or _STYLES
        unknown = [style for style in fits if style not in _STYLES]
        if unknown:
            raise DataError(f"{path}:{line}: '{unknown[0]}' is no style -- write any of {', '.join(_STYLES)}")
        stems = (record.get("stems") or _without_article(record["condition"])).split("|")
        if set(fits) & set(styles):
            found.append(Condition(record["condition"], fits, tuple(fold(stem) for stem in stems if stem.strip())))
    if not found:
        raise DataError(f"{path}: no condition fits the style {' or '.join(styles)} -- add one")
    return tuple(found)


def _without_article(condition: str) -> str:
    first, _, rest = condition.partition(" ")
    return rest if rest and first.lower() in ("a", "an", "the") else condition
