"""Labels by other names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator

from robustspec.perturbation.base import Params, Passage, Perturbation, Relation
from robustspec.perturbation.edits import Edit, splice

from .choice_list import checked, named_lines
from .phrases import with_case_of


class LabelName(Perturbation):
    """Calls the labels by other names in the prompt, and the right answer with them: "positive" becomes "favourable".

    Stands for the names that somebody else chose for the same classes ("Rise" or "Up", "yes" or "true"). A model that
    understands the task follows; one that has learned its labels by heart goes on with the old names, and is wrong. The
    relation is ``changes``: the label becomes its new name, or stays where it has none.

    Names are exchanged, as whole words and with their capitals, in the lines of the text that name every label of
    ``names``: in the instruction, not in the statement that is to be classified. The names are what this operator edits,
    so it does so whether they are protected or not. There is no ladder. Magnitude: mentions exchanged.

    A model that ranks a fixed list of choices cannot give a new name: let it answer in text, with the new names among the
    ``choices`` of the extractor.

    >>> from robustspec.perturbation.scope import perturb
    >>> names = LabelName(names={"positive": "favourable", "negative": "unfavourable"})
    >>> perturb(names, "Is it positive or negative?\\nText: The margin was positive.")
    'Is it favourable or unfavourable?\\nText: The margin was positive.'

    Source: verbalisers, the words that stand for labels, decide much of what a prompted model scores (Schick and Schütze,
    "Exploiting cloze questions for few shot text classification", 2021).
    """

    kind: Literal["label_name"] = "label_name"
    names: dict[str, str] = Field(min_length=2)
    """From each label, as the prompt writes it, to its other name; case does not count."""
    field: str | None = None
    """The field of the label that holds the class, where the label is a mapping."""

    relation: ClassVar[Relation] = "changes"

    @field_validator("names")
    @classmethod
    def _one_to_one(cls, names: dict[str, str]) -> dict[str, str]:
        checked(tuple(names))
        if len(set(checked(tuple(names.values())))) < len(names):
            raise ValueError("two labels have the same new name -- give each its own")
        return names

    def apply(self, passage: Passage, params: Params, level: int | None) -> Passage:
        """The passage with the labels by their other names."""
        places = [] if level == 0 else named_lines(passage.text, tuple(self.names))
        edits = [Edit(start, end, self._renamed(passage.text[start:end])) for start, end in places]
        text = splice(passage.text, edits)
        if text == passage.text:
            return passage
        return passage.with_text(text, float(len(edits)), moved(passage.label, self.field, self._new))

    @property
    def _new(self) -> dict[str, str]:
        return {" ".join(old.casefold().split()): new for old, new in self.names.items()}

    def _renamed(self, word: str) -> str:
        return with_case_of(word, self._new[" ".join(word.casefold().split())])


def moved(label: Any, field: str | None, names: Mapping[str, str]) -> Any:
    """The label, or its field, by its new name; as it is where ``names`` (in lower case) has none for it."""
    if field is not None:
        return label | {field: moved(label.get(field), None, names)} if isinstance(label, dict) else label
    return names.get(" ".join(label.casefold().split()), label) if isinstance(label, str) else label
