"""Text all in capitals, all in small letters, or in a mixture."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Literal

from robustspec.perturbation.base import Params, Passage, Range
from robustspec.perturbation.edits import Edit, SiteEdits, splice, words


def _title(word: str) -> str:
    return word[0].upper() + word[1:]


_STYLES: dict[str, Callable[[str], str]] = {"lower": str.lower, "upper": str.upper, "title": _title}


class LetterCase(SiteEdits):
    """Changes the case of every word: ``lower``, ``upper``, ``title`` (first letters) or ``random`` (letter by letter).

    Stands for capitals lock, phone keyboards and templates. Units stay as they are, being protected: mg, not MG.
    There is no ladder. Magnitude: words changed per word that may be.

    >>> from robustspec.perturbation.scope import perturb
    >>> perturb(LetterCase(style="upper"), "Can my son take 400 mg of ibuprofen?")
    'CAN MY SON TAKE 400 mg OF IBUPROFEN?'

    Source: lower-casing is one of the invariances of CheckList-style suites and of HELM (Liang et al., 2022,
    arXiv:2211.09110).
    """

    kind: Literal["letter_case"] = "letter_case"
    style: Literal["lower", "upper", "title", "random"] = "lower"
    """What the words are turned into."""

    def sites(self, passage: Passage) -> Sequence[Range]:
        """Every free word; for ``lower``, every one with a capital."""
        found = words(passage)
        text = passage.text
        if self.style != "lower":
            return found
        return [(start, end) for start, end in found if not text[start:end].islower()]

    def edits(self, passage: Passage, params: Params, level: int | None) -> list[Edit]:
        """One edit for each word that the style changes; only ``random`` draws."""
        if self.style == "random":
            return super().edits(passage, params, level)
        if self.amount(level) <= 0:
            return []
        text, styled = passage.text, _STYLES[self.style]
        pairs = [(start, end, text[start:end]) for start, end in self.sites(passage)]
        return [Edit(start, end, new) for start, end, word in pairs if (new := styled(word)) != word]

    def apply(self, passage: Passage, params: Params, level: int | None) -> Passage:
        """The passage with every word in the style."""
        edits = self.edits(passage, params, level)
        return (
            passage.with_text(splice(passage.text, edits), len(edits) / len(self.sites(passage))) if edits else passage
        )

    def replacement(self, rng: random.Random, text: str, start: int, end: int) -> str | None:
        """The word in the style."""
        word = text[start:end]
        if self.style != "random":
            return _STYLES[self.style](word)
        upper = int(rng.random() * (1 << 53))  # one bit a letter; longer words repeat the pattern
        return "".join(
            letter.upper() if upper >> (place % 53) & 1 else letter.lower() for place, letter in enumerate(word)
        )
