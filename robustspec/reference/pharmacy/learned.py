"""A pharmacist with learned ears: what a sentence is for and which medicine is meant are learned, the rest is by rule.

A second real model under test beside the rule-based one: its decisions are those of the pharmacist, its robustness is that of
a small linear model of character n-grams.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from robustspec.reference.pharmacy.conditions import Term, load_terms
from robustspec.reference.pharmacy.formulary import Drug
from robustspec.reference.pharmacy.intents import intent, sentences, weights
from robustspec.reference.pharmacy.learned_names import SHORTEST, LikestName
from robustspec.reference.pharmacy.lexicon import Lexicon, Match
from robustspec.reference.pharmacy.pharmacist import Pharmacist
from robustspec.reference.pharmacy.reading import Reading
from robustspec.reference.pharmacy.request import Request
from robustspec.reference.pharmacy.vocabulary import common_words


class LearnedLexicon(Lexicon):
    """A lexicon that knows a misspelt name by the likeness of its n-grams."""

    def __init__(self, formulary: Mapping[str, Drug], terms: Iterable[Term] = ()) -> None:
        super().__init__(formulary, True, terms)
        names = sorted(name for name in self._names if len(name) >= SHORTEST)
        owners = [(self._names[name].kind, self._names[name].ingredient) for name in names]
        everyday = sorted(word for word in common_words() if word not in self._names)
        self._likest = LikestName(names, owners, everyday, weights())

    def _nearest_name(self, joined: str) -> Match | None:
        """The likest name, where the learned chance says that it is meant."""
        name = self._likest.find(joined)
        return replace(self._names[name], distance=1) if name else None


class LearnedPharmacist(Pharmacist):
    """A pharmacist that takes wishes from sentences that sound like wishes, and facts from those that sound like either.

    What a sentence sounds like is learned (`intents`), and so is which medicine a misspelt word means (`learned_names`);
    amounts, facts and decisions are by the rules of `Pharmacist`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lexicon = LearnedLexicon(self.formulary, load_terms())

    def read(self, text: str) -> Reading:
        """What a message says, each sentence taken for what the model hears in it."""
        heard = [(intent(sentence), sentence) for sentence in sentences(text)]
        intents = {each for each, _ in heard}
        wishes = " ".join(sentence for each, sentence in heard if each == "request")
        telling = " ".join(sentence for each, sentence in heard if each in ("request", "fact"))
        reading = super().read(telling)
        request = Request(other_topic="off_topic" in intents)
        if wishes:
            request = (reading if wishes == telling else super().read(wishes)).request
        return replace(
            reading,
            request=request,
            presses="pressure" in intents,
            demands="off_topic" in intents,
            greets=intents == {"chat"},
        )


learned_pharmacist = LearnedPharmacist()
"""The learned pharmacist with the shipped formulary and the shipped weights."""
