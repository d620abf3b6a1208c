"""A small real model: the mood of a review by the words that it knows, slips of the finger forgiven."""

from __future__ import annotations

import difflib
import re

GOOD = "amazing brilliant comfortable excellent fantastic lovely perfect recommend superb wonderful"
BAD = "annoying awful broken disappointed dreadful horrible returned rubbish terrible useless"
WORDS = dict.fromkeys(GOOD.split(), 1) | dict.fromkeys(BAD.split(), -1)


def mood(text: str) -> str:
    """The mood of a review: "positive" or "negative"."""
    total = 0
    for word in re.findall(r"[a-z]{5,}", text.lower()):
        near = difflib.get_close_matches(word, WORDS, n=1, cutoff=0.85)
        total += WORDS[near[0]] if near else 0
    return "positive" if total > 0 else "negative"
