"""The choices of a question in another order."""

from __future__ import annotations

import random
from typing import Literal

from pydantic import Field, field_validator

from robustspec.perturbation.base import Params, Passage, Perturbation
from robustspec.perturbation.edits import Edit, shuffled, splice

from .choice_list import checked, listed


class ChoiceOrder(Perturbation):
    """Lists the choices of a prompt in another order: "positive, neutral, or negative" as "negative, positive, or neutral".

    Stands for the order in which somebody happened to write the choices down. Models prefer the first or the last of them
    whatever the question. The label is the text of a choice and stays.

    It changes the first place where all ``choices`` stand one after the other, between them nothing but commas, slashes,
    bars, bullets, brackets, quotes, "or" and "and". Each keeps its capitals. Lists with letters or numbers are left alone,
    since there the label is the letter; so are choices that are explained one by one.

    The choices are what this operator edits, so it does so wherever they stand, protected or not ("negative" counts as a
    negation). The order is never the one of the text. There is no ladder. Magnitude: share of the choices that moved.

    >>> from robustspec.perturbation.scope import perturb
    >>> order = ChoiceOrder(choices=("positive", "neutral", "negative"))
    >>> perturb(order, "Is the text positive, neutral, or negative? Text: sales fell.")
    'Is the text neutral, negative, or positive? Text: sales fell.'

    Source: sensitivity to the order of options, up to 75 points of accuracy in Pezeshkpour and Hruschka, "Large language
    models sensitivity to the order of options in multiple-choice questions" (2023, arXiv:2308.11483).
    """

    kind: Literal["choice_order"] = "choice_order"
    choices: tuple[str, ...] = Field(min_length=2)
    """The choices, as the prompt writes them; case does not count."""

    @field_validator("choices")
    @classmethod
    def _distinct(cls, choices: tuple[str, ...]) -> tuple[str, ...]:
        return checked(choices)

    def apply(self, passage: Passage, params: Params, level: int | None) -> Passage:
        """The passage with its list of choices in the order drawn."""
        places = [] if level == 0 else listed(passage.text, self.choices)
        if not places:
            return passage
        order = list(shuffled(random.Random(params["seed"]), len(places)))
        if order == sorted(order):
            order = order[1:] + order[:1]
        words = [passage.text[start:end] for start, end in places]
        edits = [Edit(start, end, words[number]) for (start, end), number in zip(places, order, strict=True)]
        moved = sum(place != number for place, number in enumerate(order))
        return passage.with_text(splice(passage.text, edits), moved / len(order))
