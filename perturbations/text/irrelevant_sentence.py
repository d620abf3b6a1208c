"""Sentences that have nothing to do with the request."""

from __future__ import annotations

import random
from itertools import islice
from typing import ClassVar, Literal

from pydantic import Field

from robustspec.perturbation.base import Params, Passage, Perturbation
from robustspec.perturbation.edits import shuffled
from robustspec.perturbation.ladder import Ladder

from ..table_file import column
from .phrases import before_cue


class IrrelevantSentence(Perturbation):
    """Adds sentences about other things before or after the text.

    Stands for small talk around a request, and for signatures, banners and quoted mails that come along with it. The
    sentences stand in ``tables/irrelevant_sentences.csv``: everyday remarks without medicine, finance, numbers,
    negation or laterality, none of them twice in a text. The text itself is not touched, so protection does not
    matter.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | sentences | 1 | 2 | 3 | 5 | 10 |

    Each level adds its sentences farther out than the level before. Magnitude: sentences added.

    >>> from robustspec.perturbation.scope import perturb
    >>> perturb(IrrelevantSentence(), "What is a safe dose of paracetamol?", level=1)
    'What is a safe dose of paracetamol? It has been raining since the weekend.'

    Source: the appended sentences of TextFlint (Gui et al., 2021) and PromptBench (Zhu et al., 2023), with sentences of
    our own.
    """

    kind: Literal["irrelevant_sentence"] = "irrelevant_sentence"
    sentences: int | None = Field(default=None, ge=1, le=40)
    """How many sentences to add, instead of a level."""
    where: Literal["before", "after"] = "after"
    """Before the text or after it."""

    ladder: ClassVar[Ladder | None] = Ladder("sentences", (1, 2, 3, 5, 10), "sentences")

    def apply(self, passage: Passage, params: Params, level: int | None) -> Passage:
        """The passage with the first sentences of a random order added."""
        count = round(self.amount(level))
        if count < 1 or not passage.text.strip():
            return passage
        bank = column("text/irrelevant_sentences.csv", "sentence")
        order = islice(shuffled(random.Random(params["seed"]), len(bank)), count)
        return passage.with_text(
            add_sentences(passage.text, [bank[index] for index in order], self.where), float(count)
        )


def add_sentences(text: str, added: list[str], where: Literal["before", "after"]) -> str:
    """``text`` with sentences around it, the first of them next to the text; the cue at its end ("Answer:") stays there.

    A text that ends without a full stop gets a line break, lest two sentences run into one.
    """
    if where == "before":
        return " ".join((*reversed(added), text))
    text, cue = before_cue(text)
    end = text.rstrip()
    gap = "" if text != end else " " if end[-1] in ".!?…\"'”’)" else "\n"
    return text + gap + " ".join(added) + cue
