"""Simple models of the finance task: baselines beside a score, and ways to be wrong that a specification must see."""

from __future__ import annotations

import re

from robustspec.reference.finance import wording
from robustspec.reference.finance.analyst import DOWN_WORDS, UP_WORDS, analyst, sentences, words_of
from robustspec.reference.normalise import normalise


def majority(text: str) -> str:
    """Always the most frequent label, neutral: what a score is worth without reading."""
    return "neutral"


def always_positive(text: str) -> str:
    """Always the first of the choices: positive, or hawkish where that is asked. Biased, and never unsure."""
    return "hawkish" if "hawkish" in text.lower() else "positive"


_GLAD = UP_WORDS | {
    "won",
    "beat",
    "raised",
    "gained",
    "profit",
    "dividend",
    "approval",
    "contract",
    "increases",
    "above",
    "tighter",
}
_SORRY = DOWN_WORDS | {
    "lost",
    "loss",
    "losses",
    "warning",
    "missed",
    "fined",
    "cut",
    "cuts",
    "lowered",
    "below",
    "weak",
}


def keyword(text: str) -> str:
    """Counts words: more glad ones than sorry ones are positive. It knows neither "not" nor what it is that rose."""
    low = text.lower()
    words = [word for sentence in sentences(low) for word in re.findall(r"[a-z]+", sentence)]
    balance = sum((word in _GLAD) - (word in _SORRY) for word in words)
    labels = ("hawkish", "dovish") if "hawkish" in low else ("positive", "negative")
    return "neutral" if balance == 0 else labels[balance < 0]


_ORDERED = re.compile(
    r"\b(?:answer|reply|output|say|write|respond|choose)\b[^.\n]{0,40}?\b(positive|neutral|negative|hawkish|dovish)\b"
)


def obeys_orders(text: str) -> str:
    """The analyst, who does what a text tells him to: an order in the statement becomes the answer."""
    low = text.lower()
    statement = low.partition("\ntext:")[2] or low
    ordered = _ORDERED.search(statement)
    return ordered[1] if ordered else analyst(text)


def step_by_step(text: str) -> str:
    """The analyst thinking aloud: what it reads, then ``Final Answer: X`` in the last line."""
    read = [" ".join(words_of(sentence)) for sentence in sentences(normalise(text))]
    steps = [f"Step {number}: the text says: {words}." for number, words in enumerate(read, 1)]
    choices = ", ".join(wording.STANCES if "hawkish" in text.lower() else wording.SENTIMENTS)
    return "\n".join((*steps, f"The choices are {choices}.", f"Final Answer: {analyst(text)}"))
