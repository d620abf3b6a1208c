"""The same request in another grammatical form, without a model."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import ClassVar, Literal

from pydantic import Field

from robustspec.perturbation.base import Params, Passage, Perturbation
from robustspec.perturbation.edits import shuffled
from robustspec.perturbation.ladder import Ladder

from .alternates import Rule, Sentence, clause_order, reported_speech, voice
from .frames import greeted, request_frames, thanked, wording
from .phrases import confined, pick

Family = Literal["clause", "frame", "speech", "voice", "wording", "greeting", "closing"]
"""A kind of alternate; each is applied at most once to a text, so that none is undone."""

FAMILIES: tuple[Family, ...] = ("clause", "frame", "speech", "voice", "wording", "greeting", "closing")


class Paraphrase(Perturbation):
    """Says the same in another grammatical form, by rules: no model writes anything.

    Stands for people who word one request differently. The alternates:

    | family | example |
    |---|---|
    | clause | Because my head hurts, I want aspirin. / I want aspirin because my head hurts. |
    | frame | Can I have X? / I would like X. / Please give me X.; Is it OK if I Y? / May I Y? |
    | speech | The company said sales rose. / Sales rose, the company said. |
    | voice | My doctor told me to rest. / I was told by my doctor to rest. |
    | wording | at present / at the moment; due to / because of |
    | greeting, closing | Hello. / Hi there.; Thank you. / Many thanks. (only where somebody asks or speaks of themselves) |

    Doses, numbers, units, negation, sides and the terms of lexicons stand as they were and in their order; only a speaker's
    name moves as a whole. A clause with a negation is never moved, nor one that points back with a pronoun. What the rules do
    not parse with certainty stays as it is, so expect some texts to be unchanged: look at ``robustspec preview``. For
    freer paraphrases let a model write them beforehand (``robustspec generate``) and use ``variants``.

    | level | 1 | 2 | 3 | 4 |
    |---|---|---|---|---|
    | alternates | 1 | 2 | 3 | 4 |

    Each level applies its alternates to the text of the level before. Magnitude: alternates applied.

    >>> from robustspec.perturbation.scope import perturb
    >>> perturb(Paraphrase(families=["clause"]), "Because my head hurts, I want ibuprofen 400 mg.", level=1)
    'I want ibuprofen 400 mg because my head hurts.'
    >>> perturb(Paraphrase(families=["frame"]), "Can I have ibuprofen 400 mg?", level=1)
    "I'd like ibuprofen 400 mg."

    Source: the paraphrase and typo scenario of Xian et al., robustness specifications, Box 2 (pharmacy, 8); sentence-level
    rewriting as in MM_Robustness (Qiu et al., arXiv:2212.08044: formal, casual, active, passive), with rules of our own.
    """

    kind: Literal["paraphrase"] = "paraphrase"
    alternates: int | None = Field(default=None, ge=1, le=7)
    """How many alternates to apply, instead of a level."""
    families: tuple[Family, ...] = Field(default=FAMILIES, min_length=1)
    """Which alternates may be applied, each at most once."""

    ladder: ClassVar[Ladder | None] = Ladder("alternates", (1, 2, 3, 4), "alternates")

    def apply(self, passage: Passage, params: Params, level: int | None) -> Passage:
        """The passage after the first alternates of a random order that can be applied."""
        count = round(self.amount(level))
        if count < 1 or confined(passage):
            return passage
        rng, now, done = random.Random(params["seed"]), passage, 0
        draws = [(self.families[place], rng.random()) for place in shuffled(rng, len(self.families))]
        for family, draw in draws:
            if done == count:
                break
            text = _alternate(now, family, draw)
            if text is not None:
                now, done = passage.with_text(text, 0.0), done + 1
        return passage.with_text(now.text, float(done)) if now.text != passage.text else passage


_RULES: dict[str, Rule] = {
    "clause": clause_order,
    "frame": request_frames,
    "speech": reported_speech,
    "voice": voice,
    "wording": wording,
}
_NEEDS = {
    "clause": ("because", "since", "when", "if ", "after", "before", "while", "though", ", so"),
    "speech": ("said", "says", " that "),
    "voice": (" me to ", " by "),
}
"""Words of which a text must hold one, lest the rules of a family be tried in vain."""
_WHOLE: dict[str, Callable[[str], Iterator[str]]] = {"greeting": greeted, "closing": thanked}


def _alternate(passage: Passage, family: str, draw: float) -> str | None:
    """One of the texts that the family makes of the passage: the drawn one, or the next that leaves all spans alone."""
    text = passage.text
    if family in _WHOLE:  # courtesies hold no spans, and stand apart
        added = [*_WHOLE[family](text)]
        return added[pick(draw, len(added))] if added else None
    low = text.lower()
    found = [*_rewritten(text, _RULES[family])] if any(word in low for word in _NEEDS.get(family, ("",))) else []
    first = pick(draw, len(found))
    candidates = (*found[first:], *found[:first])
    return next((new for new in candidates if new != text and _keeps(passage, new, in_order=family != "speech")), None)


def _keeps(passage: Passage, text: str, *, in_order: bool) -> bool:
    """Whether every known span stands in ``text`` as in the passage, and no other one."""
    old = [(span.category, passage.text[span.start : span.end]) for span in passage.spans]
    new = [(span.category, text[span.start : span.end]) for span in passage.with_text(text, None).spans]
    return old == new if in_order else Counter(old) == Counter(new)


_SENTENCE = re.compile(
    r"(?P<body>(?:[^.!?\n]++|[.!?](?!\s|$|[\"')\]])|(?<=\b(?:Dr|Mr|Ms|St|vs|no))\.|(?<=\b(?:Mrs|e\.g|i\.e|Inc|etc|Ltd))\.)++)"
    r"(?P<end>[.!?]+|)",
    re.IGNORECASE,
)


def _rewritten(text: str, rule: Rule) -> Iterable[str]:
    """The text with one of its sentences as the rule knows it otherwise, for each that it knows."""
    for match in _SENTENCE.finditer(text):
        body = match["body"]
        lead = len(body) - len(body.lstrip())
        start, tail = match.start() + lead, len(body.rstrip())
        for body_, end in rule(Sentence(body.strip(), match["end"])):
            yield text[:start] + body_ + body[tail:] + end + text[match.end() :]
